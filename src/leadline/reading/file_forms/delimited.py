"""Delimited text: detection of the delimiter and quoting, and a check that every row is whole."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import DataError, first_line
from leadline.reading.file_forms.source import Note, like_it
from leadline.reading.file_forms.trim_advice import Advice, no_rows_below

_DELIMITERS = "\t;,|"
_SAMPLE_LINES = 200
_NEARLY_ALL = 0.7
_ALIGNED = 0.9
_SPACES = re.compile(r"\s{2,}|\t")
_LONGEST_FIELD = 2**31 - 1
# how a spreadsheet is told the delimiter; the line itself is kept, for the count of lines
_SEP_LINE = re.compile(r"\Asep=.(?=\r?\n)", re.IGNORECASE)
# a delimiter for files of one column: the "unit separator" stands in no text
_NONE = "\x1f"


@dataclass(frozen=True)
class Cells:
    """The fields of a delimited file as text, before anybody says which line is a header.

    Attributes
    ----------
    frame : polars.DataFrame
        All columns String, named by position from 0; an empty field is "".
    lines : ndarray of int, shape (n_rows,)
        Line of the file on which a row starts; the first is 1.
    delimiter : str
        Between the fields.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    delimiter: str


@dataclass(frozen=True)
class _Scan:
    """How many fields each row has, and the line it starts on; `error` where it broke off."""

    widths: NDArray[np.int64]
    lines: NDArray[np.int64]
    error: str = ""
    error_line: int = 0

    @property
    def n_fields(self) -> int:
        """Fields of the first row that is not blank."""
        filled = self.widths[self.widths > 0]
        return int(filled[0]) if filled.size else 0

    def is_whole(self) -> bool:
        """Whether every row that is not blank has as many fields as the first."""
        filled = self.widths[self.widths > 0]
        return not self.error and bool((filled == self.n_fields).all())

    def is_same(self, other: _Scan) -> bool:
        """Whether both are whole, with the same fields on the same lines."""
        is_whole = self.is_whole() and other.is_whole()
        return is_whole and all(
            np.array_equal(mine, others)
            for mine, others in ((self.widths, other.widths), (self.lines, other.lines))
        )


def read_delimited(
    data: bytes,
    name: str,
    note: Note,
    *,
    skip_lines: int = 0,
    advice: Advice = Advice.PROJECT,
) -> Cells:
    """Split text into rows and fields.

    Parameters
    ----------
    data : bytes
        UTF-8 text.
    name : str
        The file's, for messages.
    note : callable
        Told what a person should know.
    skip_lines : int, default=0
        Lines at the top that are left out; the others keep their numbers.
    advice : Advice
        Where a person can say that there are some.

    Returns
    -------
    Cells
        Blank rows are left out; fields are stripped of surrounding white space.

    Raises
    ------
    DataError
        If a row has more or fewer fields than the first, or a quote never closes; names the line.
        If no line is left.
    """
    text = _without_top(_SEP_LINE.sub("", data.decode()), skip_lines)
    delimiter = delimiter_of(text)
    scan, quote = _scanned(text, delimiter, name, note)
    if scan.n_fields == 0:
        raise no_rows_below(name, skip_lines, advice)
    n_fields = _n_fields(scan, text, delimiter, name, advice)
    frame = _fields(text, delimiter, quote, n_fields, name)
    if frame.height != len(scan.lines):
        raise DataError(
            f"{name} has {len(scan.lines):,} rows or {frame.height:,}, by how its quotes are read.",
            'Plain fields, or fields in whole pairs of ", are needed.',
            "Save it again as CSV.",
        )
    if quote is None:
        frame = frame.select(pl.all().pipe(_unquoted))
    cells, n_blank = _without_blank(frame, scan.lines, delimiter)
    # lines above are blank here too, and nobody has to be told
    if n_blank > skip_lines:
        note(f"{name}: blank lines left out: {n_blank - skip_lines:,}.")
    return cells


def has_sep_line(text: str) -> bool:
    """Whether the first line tells a spreadsheet the delimiter."""
    return _SEP_LINE.match(text) is not None


def _without_top(text: str, n_lines: int) -> str:
    """Empty the first lines, so that the others keep their numbers."""
    if not n_lines:
        return text
    lines = text.split("\n", n_lines)
    return "\n" * n_lines + (lines[n_lines] if len(lines) > n_lines else "")


def is_blank(row: Sequence[str]) -> bool:
    """Whether a row holds nothing, or delimiters alone: the end of a spreadsheet saved twice.

    Examples
    --------
    >>> is_blank(["", " ", ";;"]), is_blank([";"]), is_blank(["", "0"])
    (True, False, False)
    """
    marks = ",;|\t" if len(row) > 1 else ""
    return not "".join(row).strip(f" \r\n{marks}")


def delimiter_of(text: str) -> str:
    """The delimiter that splits the first rows most evenly, and then most finely."""
    lines = text[: 2**20].splitlines(keepends=True)[:_SAMPLE_LINES]
    best, best_rank = _NONE, (0.0, False, 0)
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in _rows(lines, delimiter) if row]
        if not widths:
            continue
        common, n_common = Counter(widths).most_common(1)[0]
        if widths[0] < 2 and (common < 2 or n_common < _NEARLY_ALL * len(widths)):
            continue
        # a trailing delimiter may stand in the header only, or in the rows only
        width = max(widths[0], common) if widths[0] < 2 else widths[0]
        share = sum(abs(other - width) <= 1 for other in widths) / len(widths)
        # before all, it keeps the names of the first line apart
        if (rank := (round(share, 1), widths[0] > 1, width)) > best_rank:
            best, best_rank = delimiter, rank
    return best


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(islice(csv.reader(lines, delimiter=delimiter), _SAMPLE_LINES))
    except csv.Error:
        return rows
    return rows


def _scanned(text: str, delimiter: str, name: str, note: Note) -> tuple[_Scan, str | None]:
    """Scan with the quoting that makes every row whole: as CSV, or quotes as plain characters."""
    has_quotes = '"' in text
    plain = _scan(text, delimiter, csv.QUOTE_NONE) if has_quotes else None
    if plain is not None and delimiter == "\t" and plain.is_whole():
        return plain, None
    quoted = _scan(text, delimiter, csv.QUOTE_MINIMAL)
    if plain is not None and plain.is_same(quoted):
        # no quote hides a delimiter or the end of a line: 5" pipes cannot lead astray
        return plain, None
    if plain is not None and not quoted.is_whole() and plain.is_whole():
        note(f"{name}: quotation marks do not pair up and were read as plain characters.")
        return plain, None
    if quoted.error:
        raise DataError(
            f"{name} line {quoted.error_line:,}: {quoted.error}.",
            'A field in quotes ends in a quote before the next delimiter; a quote inside is "".',
            "Mend that line.",
        )
    return quoted, '"'


def _scan(text: str, delimiter: str, quoting: Literal[0, 3]) -> _Scan:
    widths: list[int] = []
    lines: list[int] = []
    limit = csv.field_size_limit(_LONGEST_FIELD)
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=delimiter, quoting=quoting, strict=True)
    line, error, n_fields = 1, "", 0
    try:
        for row in reader:
            is_blank = len(row) != n_fields and not "".join(row).strip()
            widths.append(0 if is_blank else len(row))
            n_fields = n_fields or widths[-1]
            lines.append(line)
            line = reader.line_num + 1
    except csv.Error as problem:
        is_open = "end of data" in str(problem)
        error = "a quote opens and never closes" if is_open else "text follows a closing quote"
        line = line if is_open else reader.line_num
    finally:
        csv.field_size_limit(limit)
    return _Scan(np.array(widths, np.int64), np.array(lines, np.int64), error, line)


def _n_fields(scan: _Scan, text: str, delimiter: str, name: str, advice: Advice) -> int:
    """Count the fields of a row; refuse rows of another count."""
    n_fields = scan.n_fields
    if n_fields == 1:
        _refuse_spaces(text, name)
    filled = scan.widths > 0
    rest = np.flatnonzero(filled)[1:]
    if rest.size and (scan.widths[rest] == n_fields + 1).all() and _ends_empty(text, delimiter):
        return n_fields + 1
    odd = np.flatnonzero(filled & (scan.widths != n_fields))
    if odd.size:
        raise DataError(
            f"{name} line {scan.lines[odd[0]]:,}: {_n_values(int(scan.widths[odd[0]]))}, "
            f"but the first line has {n_fields:,}.",
            like_it(odd.size - 1),
            advice.said("Leave out what stands above the header", "skip_lines", "N")
            if n_fields == 1
            else f"Mend them; a value that holds {_named(delimiter)} stands in quotes.",
        )
    return n_fields


def _n_values(n: int) -> str:
    return "1 value" if n == 1 else f"{n:,} values"


def _named(delimiter: str) -> str:
    return {"\t": "a tab", ";": "a semicolon", ",": "a comma", "|": "a bar"}.get(
        delimiter, "the delimiter"
    )


def _ends_empty(text: str, delimiter: str) -> bool:
    """Whether every row after the first ends in a delimiter."""
    lines = (line.rstrip("\r") for line in text.split("\n")[1:] if line.strip())
    return all(line.endswith(delimiter) for line in lines)


def _refuse_spaces(text: str, name: str) -> None:
    """Refuse columns that are kept apart by spaces: such a file would be one column."""
    n_aligned, n_names = _n_aligned(text), len(text[: 2**16].split("\n", 1)[0].split())
    # "12-15 years" is one value of two words, where the header names one column there
    n_columns = n_aligned if n_aligned == n_names else _n_of_numbers(text) or n_aligned
    if n_columns:
        raise DataError(
            f"{name} keeps its {n_columns} columns apart by spaces.",
            "Commas, semicolons, tabs or bars are needed.",
            "Save it with one of these; in Python: "
            f"pandas.read_fwf({name!r}).to_csv('table.csv', index=False).",
        )


def _n_of_numbers(text: str) -> int:
    """Columns of a file of numbers with as many words in each line; else 0."""
    lines = [line.split() for line in text[: 2**16].splitlines()[1:50] if line.strip()]
    if len(lines) < 2 or len(lines[0]) < 2 or {len(line) for line in lines} != {len(lines[0])}:
        return 0
    numbers = sum(part.replace(".", "").replace("-", "").isdigit() for part in lines[0])
    return len(lines[0]) if numbers >= len(lines[0]) / 2 else 0


def _n_aligned(text: str) -> int:
    """Columns that stand below each other, be there single spaces in their values; else 0."""
    lines = [line.strip() for line in text[: 2**16].splitlines()[:_SAMPLE_LINES] if line.strip()]
    widths = [len(_SPACES.split(line)) for line in lines]
    is_aligned = len(widths) > 2 and widths.count(widths[0]) >= _ALIGNED * len(widths)
    return widths[0] if is_aligned and widths[0] > 2 else 0


def _fields(text: str, delimiter: str, quote: str | None, n_fields: int, name: str) -> pl.DataFrame:
    try:
        return pl.read_csv(
            io.BytesIO(text.encode()),
            separator=delimiter,
            quote_char=quote,
            has_header=False,
            schema={str(index): pl.String for index in range(n_fields)},
            empty_string_is_null=False,
            truncate_ragged_lines=True,
            missing_columns="insert",
        )
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"{name} cannot be split into rows: {first_line(error)}.",
            'Lines that end alike, and fields in whole pairs of ", are needed.',
            "Save it again as CSV.",
        ) from None


def _unquoted(cells: pl.Expr) -> pl.Expr:
    """Take the quotes off fields that are wholly in quotes; leave any other quote as it is."""
    is_quoted = cells.str.contains(r'^"(?:[^"]|"")*"$')
    inner = cells.str.slice(1, cells.str.len_chars() - 2).str.replace_all('""', '"', literal=True)
    return pl.when(is_quoted).then(inner).otherwise(cells)


def _without_blank(
    frame: pl.DataFrame, lines: NDArray[np.int64], delimiter: str
) -> tuple[Cells, int]:
    """The rows that hold something, and how many do not."""
    frame = frame.select(pl.all().str.strip_chars().fill_null(""))
    # a row of delimiters alone is none: the end of a spreadsheet that was saved twice
    bare = r"^[,;|\t]*$" if frame.width > 1 else "^$"
    is_blank = frame.select(pl.all_horizontal(pl.all().str.contains(bare))).to_series()
    keep = ~is_blank
    return Cells(frame.filter(keep), lines[keep.to_numpy()], delimiter), int(is_blank.sum())
