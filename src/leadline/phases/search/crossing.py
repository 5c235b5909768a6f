"""Crossings of learning curves: the best candidate on few rows may not be the best on many."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

from leadline.phases.search.trial import Trial


@dataclass(frozen=True)
class Crossing:
    """A size at which two curves meet.

    Attributes
    ----------
    n_train : float
        Train rows.
    error : float
        Of both at that size.
    is_forecast : bool
        Whether one of them was not measured there.
    """

    n_train: float
    error: float
    is_forecast: bool


def line_of(trial: Trial) -> list[tuple[float, float]]:
    """Sizes and errors of a trial: as measured, then as forecast."""
    measured = [(float(point.n_train), point.mean) for point in trial.points]
    reached = measured[-1][0] if measured else 0.0
    return [
        *measured,
        *((float(e.n_train), e.error) for e in trial.expected if e.n_train > reached),
    ]


def crossings(one: Trial, other: Trial) -> tuple[Crossing, ...]:
    """Sizes at which the curves of two trials cross, the smallest first.

    Between two sizes a line is straight over the logarithm of the rows.

    Returns
    -------
    tuple of Crossing
        Empty where one stays ahead, or they have no range of sizes in common.
    """
    a, b = line_of(one), line_of(other)
    if not a or not b:
        return ()
    low, high = max(a[0][0], b[0][0]), min(a[-1][0], b[-1][0])
    sizes = sorted(
        {n for n, _ in (*a, *b) if low <= n <= high} | ({low, high} if low < high else set())
    )
    measured = min(one.points[-1].n_train, other.points[-1].n_train)
    found = []
    for left, right in pairwise(sizes):
        before = _at(a, left) - _at(b, left)
        after = _at(a, right) - _at(b, right)
        if before * after < 0:
            n = exp(log(left) + (log(right) - log(left)) * before / (before - after))
            found.append(Crossing(n, _at(a, n), is_forecast=n > measured))
    return tuple(found)


def _at(line: list[tuple[float, float]], n: float) -> float:
    """Error of a line at a size within it."""
    for (left, low), (right, high) in pairwise(line):
        if left <= n <= right:
            share = (log(n) - log(left)) / (log(right) - log(left))
            return low + share * (high - low)
    return line[-1][1]
