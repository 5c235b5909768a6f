"""What the documentation consists of: its pages and their fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted(
    [*(REPOSITORY / "docs").rglob("*.md"), *REPOSITORY.glob("*.md")],
    key=lambda page: page.as_posix(),
)
_FENCE = re.compile(
    r"^(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)\s*$", re.MULTILINE | re.DOTALL
)
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it is the text of, and where it begins."""

    language: str
    title: str
    text: str
    line: int


def name_of(page: Path) -> str:
    """A page as people call it."""
    return page.relative_to(REPOSITORY).as_posix()


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    for found in _FENCE.finditer(text):
        info = found["info"].strip()
        title = _TITLE.search(info)
        yield Block(
            language=info.split()[0] if info else "",
            title=title[1] if title else "",
            text=found["text"],
            line=text.count("\n", 0, found.start()) + 1,
        )


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text)
