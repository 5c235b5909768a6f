"""Edit of `leadline.toml`: single values change, and every comment stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomlkit

Value = str | int | float | bool | list[str]


def with_values(text: str, changes: Mapping[tuple[str, str], Value]) -> str:
    r"""The text of a settings file with other values.

    A key that is there gets the value; one that stands in a comment, as the template has it, is
    taken out of it; any other is written below the head of its section. What was listed as
    `assumed` is confirmed by the change, and leaves the list.

    Parameters
    ----------
    text : str
        TOML that can be read.
    changes : mapping of (section, key) to value
        What to change.

    Examples
    --------
    >>> before = "[problem]\n# budget = 0.0  # assumed; money granted\nowner = 'Ada'  # who\n"
    >>> print(with_values(before, {("problem", "budget"): 500, ("problem", "owner"): "Ben"}))
    [problem]
    budget = 500  # money granted
    owner = "Ben"  # who
    <BLANKLINE>
    """
    known = tomlkit.parse(text).unwrap()
    for (section, key), value in changes.items():
        if key not in _table(known, section):
            text = _with_line(text, section, key, value)
    document = tomlkit.parse(text)
    for (section, key), value in changes.items():
        table = _table(document, section)
        table[key] = value
        assumed = table.get("assumed")
        if assumed is not None and key in assumed:
            assumed.remove(key)
    return document.as_string()


def _table(document: Any, section: str) -> Any:
    """The table of a section such as "problem" or "machines.small"; empty if there is none."""
    table = document
    for name in section.split("."):
        table = table.get(name, {})
    return table


def _with_line(text: str, section: str, key: str, value: Value) -> str:
    """The text with a line for a key that has none."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if _head(line) == section), None)
    written = f"{key} = {tomlkit.item(value).as_string()}"
    if start is None:
        end = "" if text.endswith("\n") or not text else "\n"
        return f"{text}{end}\n[{section}]\n{written}\n"
    for number in range(start + 1, len(lines)):
        if _head(lines[number]):
            break
        found = re.match(rf"#\s*{re.escape(key)}\s*=[^#]*(#.*)?", lines[number].rstrip("\r\n"))
        if found:
            comment = (found[1] or "").replace("# assumed; ", "# ", 1)
            lines[number] = f"{written}  {comment}".rstrip() + _ending(lines[number])
            return "".join(lines)
    lines.insert(start + 1, written + (_ending(lines[start]) or "\n"))
    if not _ending(lines[start]):
        lines[start] += "\n"
    return "".join(lines)


def _head(line: str) -> str:
    """The section that a line opens; empty if it opens none."""
    found = re.match(r"\s*\[\s*([\w.\"'-]+)\s*\]", line)
    return found[1] if found else ""


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
