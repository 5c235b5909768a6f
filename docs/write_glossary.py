"""Writes docs/glossary.md from the table that the pages take their sentences from.

python docs/write_glossary.py
"""

from __future__ import annotations

from pathlib import Path

from leadline.phases.vocabulary.glossary import TERMS

TARGET = Path(__file__).parent / "glossary.md"
HEAD = """\
# Glossary

What the words of the pages mean. On a page each of them is dotted: a click, a tap or Enter opens
its sentence. What *your* project calls its rows, classes and errors is yours to say:
[Say it in your own words](how-to.md#say-it-in-your-own-words).

| Word | What it means |
| --- | --- |
"""


def page() -> str:
    """The page, as Markdown."""
    lines = [f"| **{term.name}** | {term.sentence} |" for term in TERMS.values()]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
