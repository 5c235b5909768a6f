"""Judgments that name a class or a number, one answer a row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from leadline.record import Judgment


@dataclass(frozen=True)
class ValueAnswers:
    """Judgments with one answer a row.

    Attributes
    ----------
    values : dict of int to str
        Row of the stream to the class that most reviewers named, or to the median of the numbers.
    near : dict of int to bool
        Rows of which nobody gave a number: whether most said that the prediction, which they were
        shown, is near enough.
    n_unsure : int
        Rows without an answer: everybody unsure, or a tie.
    reviewers : tuple of str
        Who judged, in alphabetical order.
    agreement : (int, int)
        Rows on which all of two or more reviewers agree, and rows with two or more.
    """

    values: dict[int, str]
    near: dict[int, bool]
    n_unsure: int
    reviewers: tuple[str, ...]
    agreement: tuple[int, int] = (0, 0)

    @property
    def n_judged(self) -> int:
        """Rows with an answer."""
        return len(self.values) + len(self.near)


def value_answers(judgments: Sequence[Judgment], tolerance: float | None) -> ValueAnswers:
    """Give every row one answer.

    Parameters
    ----------
    judgments : sequence of Judgment
        Each reviewer's latest on each row.
    tolerance : float or None
        Of numbers: two answers agree if they are no further apart. None: answers are classes.

    Examples
    --------
    >>> said = [
    ...     Judgment(tuning=1, row=7, reviewer=who, is_positive=None, seconds=1.0, value=value)
    ...     for who, value in (("Ada", "cat"), ("Bo", "dog"), ("Cy", "cat"))
    ... ]
    >>> found = value_answers(said, None)
    >>> found.values, found.agreement
    ({7: 'cat'}, (0, 1))
    """
    by_row: dict[int, list[Judgment]] = defaultdict(list)
    for judgment in judgments:
        by_row[judgment.row].append(judgment)
    values: dict[int, str] = {}
    near: dict[int, bool] = {}
    n_agreed = n_twice = 0
    for row, given in by_row.items():
        named = [one.value for one in given if one.value is not None]
        shown = [one.is_positive for one in given if one.is_positive is not None]
        if len(named) > 1:
            n_twice += 1
            n_agreed += _do_agree(named, tolerance)
        answer = _answer(named, tolerance)
        if answer is not None:
            values[row] = answer
        elif not named and sum(shown) * 2 != len(shown):
            near[row] = sum(shown) * 2 > len(shown)
    reviewers = tuple(sorted({judgment.reviewer for judgment in judgments}))
    n_unsure = len(by_row) - len(values) - len(near)
    return ValueAnswers(values, near, n_unsure, reviewers, (n_agreed, n_twice))


def _answer(named: list[str], tolerance: float | None) -> str | None:
    if not named:
        return None
    if tolerance is not None:
        return repr(median(map(float, named)))
    (first, n_first), *others = Counter(named).most_common(2)
    return None if others and others[0][1] == n_first else first


def _do_agree(named: list[str], tolerance: float | None) -> bool:
    if tolerance is None:
        return len(set(named)) == 1
    numbers = list(map(float, named))
    return max(numbers) - min(numbers) <= tolerance
