"""Odd cells: a few that cannot be read among many that can; all of them told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

import polars as pl

from leadline.errors import DataError
from leadline.reading.file_forms.source import like_it
from leadline.reading.file_forms.trim_advice import Advice
from leadline.reading.schema import CellType, ColumnReading

_MOST_TOLD = 6
_LONGEST = 60
_NEEDED = {
    CellType.NUMBER: "a number",
    CellType.DATE: "a date",
    CellType.WORDS: "one plain value",
    CellType.IMAGE: "an image",
}


@dataclass(frozen=True)
class OddCells:
    """The odd cells of a column in one file.

    Attributes
    ----------
    reading : ColumnReading
        Which does not take them.
    place : str
        Of the first one.
    value : str
        The first one, shortened.
    n_cells : int
        How many there are.
    """

    reading: ColumnReading
    place: str
    value: str
    n_cells: int

    @classmethod
    def of(
        cls,
        column: pl.Series,
        is_odd: pl.Series,
        reading: ColumnReading,
        place: Callable[[int], str],
    ) -> OddCells:
        """The odd cells of a column."""
        row = int(is_odd.arg_max() or 0)
        value = column[row]
        shown = str(value.to_list() if isinstance(value, pl.Series) else value)
        shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."
        return cls(reading, place(row), shown, int(is_odd.sum()))

    @property
    def needed(self) -> str:
        """What the reading takes."""
        unit = self.reading.unit
        return f"a number in {unit} or without a sign" if unit else _NEEDED[self.reading.type]


def _refuse_nested(odd: Sequence[OddCells], *, is_first: bool) -> NoReturn:
    """Refuse what no table holds, all columns at once: services nest what they answer."""
    first = odd[0]
    names = [each.reading.name for each in odd if each.reading.type is CellType.WORDS]
    others = f" Columns like it: {', '.join(map(repr, names[1:]))}." if len(names) > 1 else ""
    it = "it" if len(names) == 1 else "them"
    options = " ".join(f"--exclude {name}" for name in names)
    raise DataError(
        f"{first.place}: {names[0]!r} holds lists or objects, and no images: {first.value}."
        f"{others}",
        "Numbers, words, text, dates or images are needed.",
        f"Spread {it} into columns of plain values, or leave {it} out: {options}, or [data] "
        "exclude."
        if is_first
        else f"Write {it} as the data that the project was made of have {it}.",
    )


def refuse_odd(odd: Sequence[OddCells], advice: Advice = Advice.PROJECT) -> NoReturn:
    """Refuse odd cells: the first by its place, all columns by name, and what can be done.

    How a column is read can be changed where the project is made only: later files follow.

    Raises
    ------
    DataError
        Always.
    """
    first, name = odd[0], odd[0].reading.name
    is_first = advice is Advice.PROJECT
    if first.reading.type is CellType.WORDS:
        _refuse_nested(odd, is_first=is_first)
    found = f'{first.place}: {name!r} is "{first.value}", {first.needed} is needed.'
    others = [
        f'{each.place}: {each.reading.name!r} is "{each.value}" ({each.n_cells:,})'
        for each in odd[1:]
    ]
    told = like_it(first.n_cells - 1)
    if others:
        more = f", and {len(others) - _MOST_TOLD:,} more" if len(others) > _MOST_TOLD else ""
        told += f" Columns like it: {'; '.join(others[:_MOST_TOLD])}{more}."
    fix = "Correct them, or leave them empty where they are not known."
    if is_first:
        fix = (
            f'Fix them; or name "{first.value}" as a word for no value (--missing, [data] '
            "missing); or read every cell like it as no value (--odd-cells missing, [data] "
            f"odd_cells); or read {name!r} as words (--kind {name}=category); or leave it out "
            "(--exclude, [data] exclude)."
        )
    raise DataError(found, told, fix)
