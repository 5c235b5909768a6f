"""Refusals of values that do not fit the kind of their column."""

from __future__ import annotations

from leadline.errors import DataError

NEEDED = {
    "number": "a finite number",
    "category": "one value",
    "text": "one text",
    "date": "a date such as 2024-05-31 or 2024-05-31 14:30",
    "image": "an image, read and scaled down to PNG as the snapshot holds it",
}
"""Kind of a column to what its values must be."""

_LONGEST = 60


def misfit(place: str, name: str, value: object, kind: str, *, n_more: int, unit: str) -> DataError:
    """The refusal of the first value of a column that does not fit.

    Parameters
    ----------
    place : str
        What a message calls its row.
    name : str
        Of the column.
    value : object
        What was found.
    kind : {"number", "category", "text", "date", "image"}
        Of the column.
    n_more : int
        Further values of the column that do not fit.
    unit : str
        The sign of the column's numbers; empty if it has none.

    Examples
    --------
    >>> print(misfit("row 2", "at", "old", "date", n_more=0, unit="").found)
    row 2: 'at' is "old",
    """
    shown = str(value)
    shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."
    more = f" {n_more:,} more like it." if n_more else ""
    needed = f"a number in {unit} or without a sign" if unit else NEEDED[kind]
    return DataError(
        f'{place}: {name!r} is "{shown}",',
        f"{needed} is needed.{more}",
        "Correct it, or leave it empty where it is not known.",
    )
