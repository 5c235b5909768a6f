"""Sheets of a workbook (xlsx, xlsb, ods): dates, numbers and booleans as they were typed."""

from __future__ import annotations

import polars as pl

from leadline.errors import DataError
from leadline.reading.file_forms.source import Note

_UNNAMED = "__UNNAMED__"


def read_sheet(
    data: bytes, name: str, note: Note, *, sheet: str = "", skip_lines: int = 0
) -> pl.DataFrame:
    """Read one sheet; its first row names the columns.

    Parameters
    ----------
    data : bytes
        The workbook.
    name : str
        The file's, for messages.
    note : callable
        Told which sheet was read, if there are several.
    sheet : str, default=""
        Which one; empty: the first.
    skip_lines : int, default=0
        Rows above the header.

    Raises
    ------
    DataError
        If it cannot be read, or has no such sheet.
    """
    import fastexcel

    try:
        workbook = fastexcel.read_excel(data)
        sheets = workbook.sheet_names
        chosen = _chosen(name, sheets, sheet, note)
        frame = workbook.load_sheet(chosen, header_row=skip_lines).to_polars()
    except fastexcel.FastExcelError as error:
        raise DataError(
            f"{name} cannot be read as a workbook: {str(error).splitlines()[0]}.",
            "A whole workbook is needed.",
            "Open it in the program that wrote it and save the table as CSV (UTF-8).",
        ) from None
    names = {
        column: f"column_{position}"
        for position, column in enumerate(frame.columns, start=1)
        if column.startswith(_UNNAMED)
    }
    empty = [column for column in names if frame[column].null_count() == frame.height]
    return frame.drop(empty).rename({old: new for old, new in names.items() if old not in empty})


def _chosen(name: str, sheets: list[str], sheet: str, note: Note) -> str:
    if sheet and sheet not in sheets:
        raise DataError(
            f"{name} has no sheet {sheet!r}.",
            f"It has {', '.join(map(repr, sheets))}.",
            "Name one of them: --sheet NAME, or [data] sheet.",
        )
    if not sheet and len(sheets) > 1:
        note(
            f"{name} has {len(sheets)} sheets ({', '.join(map(repr, sheets))}); {sheets[0]!r} was "
            "read. Name another with --sheet, or [data] sheet."
        )
    return sheet or sheets[0]
