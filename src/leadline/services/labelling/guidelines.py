"""Labelling guidelines, as headings, paragraphs and lists."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.errors import SettingsError
from leadline.record import Guidelines
from leadline.workspace import Workspace

_LONGEST = 200_000


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a list.

    Attributes
    ----------
    kind : {"heading", "paragraph", "list"}
        What it is.
    lines : tuple of str
        Its text; of a list, one an item.
    """

    kind: str
    lines: tuple[str, ...]


def guidelines_of(workspace: Workspace) -> Guidelines | None:
    """The guidelines as they are now; a text that is new is kept as a new version.

    Raises
    ------
    SettingsError
        If the file named under [labels] cannot be read.
    """
    name = workspace.settings.labels.guidelines
    if not name:
        return None
    try:
        text = workspace.path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The guidelines {name!r} cannot be read: {error}.",
            "A file of text in UTF-8 is needed.",
            "Correct [labels] guidelines in leadline.toml, or the file.",
        ) from None
    if len(text) > _LONGEST:
        raise SettingsError(
            f"The guidelines {name!r} have {len(text):,} characters.",
            f"Nobody reads more than {_LONGEST:,} while labelling.",
            "Shorten them, or name another file under [labels] guidelines.",
        )
    return workspace.record.labels.guidelines.keep(text) if text.strip() else None


def blocks_of(text: str) -> tuple[Block, ...]:
    r"""Headings, paragraphs and lists of a text that is written in Markdown or plainly.

    Examples
    --------
    >>> [block.kind for block in blocks_of("# Late?\n\nBy the clock.\n- at the gate")]
    ['heading', 'paragraph', 'list']
    """
    blocks: list[Block] = []
    for line in (*text.splitlines(), ""):
        kind, words = _kind_of(line.strip())
        is_more = blocks and blocks[-1].kind == kind and kind in {"list", "paragraph"}
        if is_more:
            blocks[-1] = Block(kind, (*blocks[-1].lines, words))
        else:
            blocks.append(Block(kind, (words,)))
    return tuple(block for block in blocks if block.kind != "gap")


def _kind_of(line: str) -> tuple[str, str]:
    if not line:
        return "gap", ""
    if line.startswith("#"):
        return "heading", line.lstrip("# ")
    if line[:2] in {"- ", "* "}:
        return "list", line[2:].strip()
    return "paragraph", line
