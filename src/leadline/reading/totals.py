"""Totals below the rows of a table: told, or refused where they cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.errors import DataError
from leadline.reading.file_forms.raw import RawTable
from leadline.reading.odd import OddCells


def refuse_totals(odd: Sequence[OddCells], tables: Sequence[RawTable]) -> None:
    """Refuse totals below the rows, where nothing else is odd.

    Raises
    ------
    DataError
        If the odd cells stand in lines that look like totals, and only there.
    """
    for table in tables:
        last = {table.place(table.frame.height - 1 - row) for row in range(table.n_totals)}
        if last and all(each.n_cells <= table.n_totals and each.place in last for each in odd):
            raise DataError(
                totals_words(table),
                "Each line is one row of data.",
                f"Leave them out: {footer_words(table.n_totals)}.",
            )


def totals_words(table: RawTable) -> str:
    """Where the totals of a table begin, and that they look like it."""
    row = table.frame.row(table.frame.height - table.n_totals)
    first = next(str(cell) for cell in row if cell)
    place = table.place(table.frame.height - table.n_totals)
    which = "this line looks" if table.n_totals == 1 else f"the last {table.n_totals} lines look"
    return f'{place} begins with "{first}": {which} like a total of the rows above.'


def footer_words(n_rows: int) -> str:
    """How rows below the data are left out."""
    return f"--footer-rows {n_rows}, or [data] footer_rows = {n_rows}"
