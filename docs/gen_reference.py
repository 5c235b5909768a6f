"""Writes one reference page for each room of the package while MkDocs builds."""

from __future__ import annotations

import ast
from pathlib import Path

import mkdocs_gen_files

PACKAGE = Path(__file__).parents[1] / "src" / "leadline"


def rooms() -> dict[str, Path]:
    """Source of each public room, by its name."""
    files = {file.stem: file for file in PACKAGE.glob("*.py")}
    folders = {file.parent.name: file for file in PACKAGE.glob("*/__init__.py")}
    return {
        name: file for name, file in sorted((files | folders).items()) if not name.startswith("_")
    }


def first_line(source: Path) -> str:
    """First line of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8")))
    return docstring.splitlines()[0] if docstring else ""


def write(page: str, text: str) -> None:
    """Add a page under reference/."""
    with mkdocs_gen_files.open(f"reference/{page}", "w") as file:
        file.write(text)


index = ["# Reference\n\nGenerated from the code, one page a room.\n"]
summary = ["* [Reference](index.md)"]
for name, source in rooms().items():
    write(f"{name}.md", f"::: leadline.{name}\n")
    index.append(f"* [`leadline.{name}`]({name}.md): {first_line(source)}")
    summary.append(f"* [{name}]({name}.md)")
write("index.md", "\n".join(index) + "\n")
write("SUMMARY.md", "\n".join(summary) + "\n")
