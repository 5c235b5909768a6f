"""Marks of the cells of an xlsx workbook: errors, and numbers that are shown in percent."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b[^>]*>")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)\d+"[^>]*[^/]>')
_PLACE = re.compile(r"([A-Z]+)(\d+)$")
_BUILT_IN = {"9", "10"}  # 0% and 0.00%


@dataclass(frozen=True)
class WorkbookMarks:
    """Marks of a sheet, by the position of the column.

    Attributes
    ----------
    n_errors : mapping of int to int
        Cells that hold an error, such as #N/A.
    n_percent : mapping of int to int
        Cells that are shown in percent.
    """

    n_errors: Mapping[int, int] = field(default_factory=dict)
    n_percent: Mapping[int, int] = field(default_factory=dict)


def workbook_marks(data: bytes, sheet: str, first_row: int) -> WorkbookMarks:
    """Marks of the cells of a sheet; none of a workbook of another form than xlsx.

    Parameters
    ----------
    data : bytes
        The workbook.
    sheet : str
        Name of the sheet.
    first_row : int
        Number of the first row that is looked at, from 1.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            cells = book.read(_path_of(book, sheet))
            percent = _percent_styles(book)
    except (KeyError, zipfile.BadZipFile):
        return WorkbookMarks()
    styles = b"|".join(re.escape(style.encode()) for style in percent) or b"-"
    marked = re.compile(rb'<(?:\w+:)?c\b[^>]*\b(?:t="e"|s="(?:%s)")[^>]*>' % styles)
    errors: Counter[int] = Counter()
    shown: Counter[int] = Counter()
    for found in marked.finditer(cells):
        attributes = _attributes(found.group())
        place = _PLACE.match(attributes.get("r", ""))
        if place is None or int(place[2]) < first_row:
            continue
        column = _position(place[1])
        if attributes.get("t") == "e":
            errors[column] += 1
        elif not found.group().endswith(b"/>"):
            shown[column] += 1
    if not errors and not shown:
        return WorkbookMarks()
    # readers count from the first column with a value, be it C
    first = min(_position(found[1].decode()) for found in _FILLED.finditer(cells))
    return WorkbookMarks(
        {column - first: n for column, n in errors.items()},
        {column - first: n for column, n in shown.items()},
    )


def _attributes(tag: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    return {name.decode(): html.unescape(value.decode()) for name, value in found}


def _path_of(book: zipfile.ZipFile, sheet: str) -> str:
    """Where a sheet lies in the archive; KeyError if that cannot be told."""
    sheets = map(_attributes, _SHEET.findall(book.read("xl/workbook.xml")))
    wanted = {each["name"]: each["r:id"] for each in sheets}[sheet]
    relations = map(_attributes, _RELATION.findall(book.read("xl/_rels/workbook.xml.rels")))
    target = {each["Id"]: each["Target"] for each in relations}[wanted]
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _percent_styles(book: zipfile.ZipFile) -> list[str]:
    """Numbers of the styles that show a number in percent."""
    if "xl/styles.xml" not in book.namelist():
        return []
    styles = book.read("xl/styles.xml")
    formats = list(map(_attributes, _FORMAT.findall(styles)))
    percent = _BUILT_IN | {each["numFmtId"] for each in formats if "%" in each["formatCode"]}
    part = _STYLES.search(styles)
    used = map(_attributes, _STYLE.findall(part.group() if part else b""))
    return [str(at) for at, each in enumerate(used) if each.get("numFmtId") in percent]


def _position(letters: str) -> int:
    """Position of a column from 0: A is 0, AA is 26."""
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1
