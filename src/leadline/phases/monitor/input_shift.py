"""Input shifts: columns of a block that look different, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.verdict import Finding, note
from leadline.phases.wording import plural

MOST_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A column that looks different from the reference.

    Attributes
    ----------
    column : str
        Its name.
    distance : float
        In [0, 1]: total variation for categories, Kolmogorov-Smirnov for numbers; 0 where only
        words of a text came.
    words : str
        What changed, for a person.
    beside : str
        The rows it was compared with; empty on records of before.
    """

    column: str
    distance: float
    words: str
    beside: str = ""


def shift_lines(block: str, shifts: Sequence[Shift]) -> list[str]:
    """Say which columns of a block look different: a heading, at most five columns, the rest.

    Parameters
    ----------
    block : str
        Its name.
    shifts : sequence of Shift
        The largest first.

    Returns
    -------
    list of str
        Sentences; empty where nothing looks different.

    Examples
    --------
    >>> one = Shift(column="age", distance=0.3, words="'age' is higher: mean 41, 35 before")
    >>> for line in shift_lines("2024-05-06", [one]):
    ...     print(line)
    2024-05-06: 1 column looks different. That is information, never an alarm: labels alone say
    whether answers are worse.
    'age' is higher: mean 41, 35 before.
    """
    if not shifts:
        return []
    beside = f", compared with {shifts[0].beside}" if shifts[0].beside else ""
    look = "looks" if len(shifts) == 1 else "look"
    heading = (
        f"{block}: {plural(len(shifts), 'column')} {look} different{beside}. That is information, "
        "never an alarm: labels alone say whether answers are worse."
    )
    lines = [heading, *(f"{shift.words}." for shift in shifts[:MOST_SHOWN])]
    if rest := shifts[MOST_SHOWN:]:
        named = ", ".join(repr(shift.column) for shift in rest[:MOST_SHOWN])
        more = " and others" if len(rest) > MOST_SHOWN else ""
        lines.append(f"{len(rest):,} more: {named}{more}.")
    return lines


def shift_findings(block: str, shifts: Sequence[Shift]) -> list[Finding]:
    """The same as notes of a verdict."""
    lines = shift_lines(block, shifts)
    columns: list[tuple[str, ...]] = [(), *((shift.column,) for shift in shifts[:MOST_SHOWN])]
    columns.append(tuple(shift.column for shift in shifts[MOST_SHOWN:]))
    return [note(line, "", about) for line, about in zip(lines, columns, strict=False)]
