"""One column in several files, each of which tells its unit or its time zone in its own way.

What is not written is taken for what it is in most files, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import polars as pl

from leadline.reading.file_forms.raw import RawTable
from leadline.reading.file_forms.source import Note
from leadline.reading.schema import CellType, ColumnReading
from leadline.reading.values.numbers import CLEAR_POINT

_DECIMALS = 12
_FEWEST_TO_TELL = 20  # of fewer, all may be thousands by chance
_TIME = r"\d{1,2}:\d\d"
_OFFSET = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)? *(?:[Zz]|UTC|GMT|[-+]\d\d:?\d\d)$"


def mixed_zones(parts: Sequence[pl.Series], reading: ColumnReading) -> str:
    """What a person is told of a column of times of which some lack an offset; else empty.

    Parameters
    ----------
    parts : sequence of polars.Series
        The column in each file, as the file has it.
    reading : ColumnReading
        Of the column.

    Examples
    --------
    >>> at = ColumnReading(name="at", type=CellType.DATE)
    >>> mixed_zones([pl.Series(["2024-05-31T14:30+02:00", "2024-05-31 15:00"])], at)[:44]
    "'at': 1 of 2 times have no offset and were r"
    """
    if reading.type is not CellType.DATE or reading.epoch is not None:
        return ""
    marked = pl.concat([_times(part, has_offset=True) for part in parts])
    if marked.is_empty():
        return ""
    naive = pl.concat([_times(part, has_offset=False) for part in parts])
    if naive.is_empty():
        return ""
    return (
        f"{reading.name!r}: {len(naive):,} of {len(naive) + len(marked):,} times have no offset "
        f'and were read as UTC, such as "{naive[0]}" beside "{marked[0]}". If they are of another '
        "zone, write their offset."
    )


def _times(part: pl.Series, *, has_offset: bool) -> pl.Series:
    """The times of a file with an offset, or those without, as text."""
    if isinstance(part.dtype, pl.Datetime):
        is_wanted = (part.dtype.time_zone is not None) == has_offset
        return part.drop_nulls().dt.to_string().head(part.len() if is_wanted else 0)
    if part.dtype != pl.String:
        return pl.Series([], dtype=pl.String)
    text = part.str.strip_chars().drop_nulls()
    is_marked = text.str.contains(_OFFSET)
    return text.filter(is_marked if has_offset else ~is_marked & text.str.contains(_TIME))


def perhaps_decimals(part: pl.Series, reading: ColumnReading) -> str:
    """What a person is told where numbers read as thousands could have decimals; else empty.

    Parameters
    ----------
    part : polars.Series
        The column in one file, as the file has it.
    reading : ColumnReading
        Of the column, as other files made it.

    Examples
    --------
    >>> pay = ColumnReading(name="pay", type=CellType.NUMBER, decimal=",", thousands=".")
    >>> perhaps_decimals(pl.Series(["1.250", "3.125"]), pay)[:63]
    "'pay': each number could be thousands or have three decimals; t"
    >>> perhaps_decimals(pl.Series(["1.250", "800"]), pay)
    ''
    """
    counts = MarkCounts.of(part, reading)
    return counts.words(reading) if counts.n_cells == counts.n_unclear > 0 else ""


@dataclass(frozen=True)
class MarkCounts:
    """How the numbers of a column, or of a part of it, write their marks.

    Attributes
    ----------
    n_cells : int
        Numbers; 0 where no mark of the column could be misread.
    n_unclear : int
        Those that could be thousands or have three decimals, such as 1.250.
    n_points : int
        Those with a decimal point beyond doubt, where the column has a decimal comma.
    """

    n_cells: int = 0
    n_unclear: int = 0
    n_points: int = 0

    @classmethod
    def of(cls, part: pl.Series, reading: ColumnReading) -> MarkCounts:
        """Count them; of other columns than numbers there are none.

        Parameters
        ----------
        part : polars.Series
            As the file has it.
        reading : ColumnReading
            Of the column, as other files made it.
        """
        mark = reading.thousands
        is_number = part.dtype == pl.String and reading.type is CellType.NUMBER
        if not is_number or mark not in {".", ","}:
            return cls()
        cells = part.str.strip_chars().drop_nulls()
        cells = cells.filter(cells.str.contains(r"\d"))
        is_unclear = cells.str.contains(rf"^[-+]?[1-9]\d{{0,2}}[{mark}]\d{{3}}$")
        n_points = int(cells.str.contains(CLEAR_POINT).sum()) if mark == "." else 0
        return cls(len(cells), int(is_unclear.sum()), n_points)

    @classmethod
    def judge(cls, parts: Sequence[MarkCounts], reading: ColumnReading) -> str:
        """What a person is told of a column that was read part by part; else empty.

        A part whose points are clear is read with points, one where all are unclear as in training.

        Parameters
        ----------
        parts : sequence of MarkCounts
            In all parts of the file.
        reading : ColumnReading
            Of the column.

        Examples
        --------
        >>> pay = ColumnReading(name="pay", type=CellType.NUMBER, decimal=",", thousands=".")
        >>> MarkCounts.judge([MarkCounts(30, 30), MarkCounts(30, 2)], pay)
        ''
        >>> MarkCounts.judge([MarkCounts(30, 30), MarkCounts(30, 2, 28)], pay)[:46]
        "'pay': 30 of 60 numbers could be thousands or "
        """
        whole = cls(*map(sum, zip(*map(astuple, parts), strict=True)))
        if whole.n_cells < _FEWEST_TO_TELL:
            return ""
        if whole.n_unclear == whole.n_cells:
            return whole.words(reading)
        as_thousands = sum(each.n_unclear for each in parts if not each.n_points)
        return whole.words(reading, as_thousands) if whole.n_points and as_thousands else ""

    def words(self, reading: ColumnReading, n_unclear: int | None = None) -> str:
        """The words: of every number, or of some beside others with a decimal point.

        Parameters
        ----------
        reading : ColumnReading
            Of the column.
        n_unclear : int, optional
            Numbers that were read as thousands; every number is meant where it is not given.
        """
        mark, which, beside = reading.thousands, "each number", ""
        if n_unclear is not None:
            which = f"{n_unclear:,} of {self.n_cells:,} numbers"
            beside = f", though {self.n_points:,} others of the file have a decimal point"
        return (
            f"{reading.name!r}: {which} could be thousands or have three decimals; they were read "
            f'as in training, "1{mark}234" as 1234{beside}. For a decimal mark, write '
            f'"{reading.decimal}".'
        )


def in_unit(part: pl.Series, reading: ColumnReading, table: RawTable, note: Note) -> pl.Series:
    """Cells of a file in the unit of their column: .25 that a workbook shows as 25 % is 25.

    What cannot be known is told: numbers that a file typed have no sign, and signs where there
    were none before.

    Parameters
    ----------
    part : polars.Series
        The column in one file.
    reading : ColumnReading
        Of the column.
    table : RawTable
        The file.
    note : callable
        Told what a person should know.
    """
    if reading.type is not CellType.NUMBER or part.null_count() == len(part):
        return part
    name = f"{table.path.name}: {part.name!r}"
    if part.dtype == pl.String:
        if not reading.unit and (is_percent := part.str.ends_with("%")).any():
            example = part.filter(is_percent)[0]
            note(
                f'{name} has percent signs, which the column had not: "{example}" was read as '
                f"{example.rstrip(' %')}. Are the other numbers in percent, too?"
            )
        return part
    if reading.unit != "%" or not part.dtype.is_numeric():
        return part
    if table.percents and part.name in table.percents:
        return (part.cast(pl.Float64) * 100).round(_DECIMALS)
    numbers = part.cast(pl.Float64).drop_nulls().to_list()
    note(
        f"{name} is read in percent, and the file has plain numbers from {min(numbers):.4g} to "
        f"{max(numbers):.4g}: taken for percent. If they are fractions, multiply them by 100."
    )
    return part
