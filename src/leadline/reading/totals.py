"""Totals below the rows of a table: told, or refused where they cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from leadline.errors import DataError
from leadline.reading.file_forms.header import first_cell
from leadline.reading.file_forms.raw import RawTable
from leadline.reading.file_forms.trim_advice import Advice
from leadline.reading.odd import OddCells

Place = Callable[[int], str]


def note_of_totals(frame: pl.DataFrame, place: Place, n_totals: int, advice: Advice) -> str:
    """What a person is told of totals that were read as rows.

    Parameters
    ----------
    frame : polars.DataFrame
        With the totals as its last rows.
    place : callable
        From the index of a row to its name in messages.
    n_totals : int > 0
        How many there are.
    advice : Advice
        Where a person can say so.
    """
    way_out = advice.said("If so, leave them out", "footer_rows", n_totals)
    return f"{_totals(frame, place, n_totals)} {way_out}"


def totals_refused(frame: pl.DataFrame, place: Place, n_totals: int, advice: Advice) -> DataError:
    """The refusal of totals that cannot be read as rows; see `note_of_totals`."""
    return DataError(
        _totals(frame, place, n_totals),
        "Each line is one row of data.",
        advice.said("Leave them out", "footer_rows", n_totals),
    )


def refuse_totals(odd: Sequence[OddCells], tables: Sequence[RawTable], advice: Advice) -> None:
    """Refuse totals below the rows, where nothing else is odd.

    Raises
    ------
    DataError
        If the odd cells stand in lines that look like totals, and only there.
    """
    for table in tables:
        last = {table.place(table.frame.height - 1 - row) for row in range(table.n_totals)}
        if last and all(each.n_cells <= table.n_totals and each.place in last for each in odd):
            raise totals_refused(table.frame, table.place, table.n_totals, advice)


def _totals(frame: pl.DataFrame, place: Place, n_totals: int) -> str:
    """Where totals begin, and that they look like it."""
    row = frame.height - n_totals
    which = "this line looks" if n_totals == 1 else f"the last {n_totals} lines look"
    first = first_cell(frame.row(row))
    return f'{place(row)} begins with "{first}": {which} like a total of the rows above.'
