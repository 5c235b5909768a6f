"""The luck of repeats: some folds are easier to judge on, for every candidate alike.

Candidates share their repeats, so what is the same for all of them tells none from another. Taken
out, candidates can be told apart long before their own scores are certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadline.phases.curve import Point
from leadline.search.candidate_evaluator import BATCH
from leadline.search.error_forecast import LEAST_ERROR

_DOUBTED = 2.0  # as many candidates as would say that there is no luck
_NONE = 1e-9


def luck_of(curves: Sequence[Sequence[Point]]) -> dict[int, float]:
    """How much larger the log error of each repeat is than that of the first ones.

    Parameters
    ----------
    curves : sequence of sequence of Point
        The measured points of each candidate.

    Returns
    -------
    dict of int to float
        Number of the repeat to the median over candidates and sizes, drawn towards 0 while
        candidates are few. A candidate whose error is the same in every repeat says nothing.
    """
    seen: dict[int, list[float]] = {}
    n_candidates = 0
    for points in curves:
        logs = [np.log(np.maximum(point.errors, LEAST_ERROR)) for point in points]
        told = [each for each in logs if np.ptp(each) > _NONE]
        n_candidates += bool(told)
        for each in told:
            for repeat, value in enumerate(each - each[:BATCH].mean()):
                seen.setdefault(repeat, []).append(float(value))
    trust = n_candidates / (n_candidates + _DOUBTED)
    return {repeat: trust * float(np.median(values)) for repeat, values in seen.items()}


def without_luck(points: Sequence[Point], luck: dict[int, float]) -> tuple[Point, ...]:
    """The points as they would be if no repeat were easier than another.

    The standard error of each is the spread of its repeats alone: rows that all candidates are
    judged on are no reason to doubt which is better.
    """
    return tuple(
        replace(
            point,
            errors=tuple(
                error * float(np.exp(-luck.get(repeat, 0.0)))
                for repeat, error in enumerate(point.errors)
            ),
            sampling=(),
            n_valid=(),
            n_judged=None,
        )
        for point in points
    )
