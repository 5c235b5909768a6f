"""Labelling guidelines, as headings, paragraphs and lists."""

from __future__ import annotations

from dataclasses import dataclass


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
