"""Totals below the rows of a file: what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.errors import DataError
from leadline.reading.file_forms.raw import RawTable
from leadline.reading.odd import OddCells


def refuse_totals(odd: Sequence[OddCells], tables: Sequence[RawTable]) -> None:
    """Refuse totals below the rows, where nothing else is odd.

    Parameters
    ----------
    odd : sequence of OddCells
        Of all columns and files.
    tables : sequence of RawTable
        The files.

    Raises
    ------
    DataError
        If every odd cell stands in the first row of a total.
    """
    for table in tables:
        last = {table.place(table.frame.height - 1 - row) for row in range(table.n_totals)}
        if last and all(each.n_cells <= table.n_totals and each.place in last for each in odd):
            raise DataError(
                _totals(table),
                "Each line is one row of data.",
                f"Leave them out: {_footer_words(table.n_totals)}.",
            )


def totals_words(table: RawTable) -> str:
    """What a person is told of totals below the rows, which were read as rows."""
    return f"{_totals(table)} If so, leave them out: {_footer_words(table.n_totals)}."


def _totals(table: RawTable) -> str:
    row = table.frame.row(table.frame.height - table.n_totals)
    first = next(str(cell) for cell in row if cell)
    place = table.place(table.frame.height - table.n_totals)
    which = "this line looks" if table.n_totals == 1 else f"the last {table.n_totals} lines look"
    return f'{place} begins with "{first}": {which} like a total of the rows above.'


def _footer_words(n_rows: int) -> str:
    return f"--footer-rows {n_rows}, or [data] footer_rows = {n_rows}"
