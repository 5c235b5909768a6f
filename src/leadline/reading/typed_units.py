"""Numbers of one column in files that tell its unit in different ways."""

from __future__ import annotations

import polars as pl

from leadline.reading.file_forms.raw import RawTable
from leadline.reading.file_forms.source import Note
from leadline.reading.schema import CellType, ColumnReading

_DECIMALS = 12


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
