"""Spread of a label of numbers: many that are one and the same, and few that lie far out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadline.datasets.frames import Target
from leadline.phases.data import NumberSpread
from leadline.phases.scoring import Task

if TYPE_CHECKING:
    from leadline.phases.problem import Problem

_PART = 100


def label_spread(frame: pl.DataFrame, problem: Problem) -> NumberSpread | None:
    """How the numbers of the label lie; None of classes, and without a row.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
        Labelled rows.
    problem : Problem
        What is predicted.

    Returns
    -------
    NumberSpread or None
        The commonest number and its share of the rows; how many rows are a hundredth of them, and
        which share of the sum of squares about the mean the furthest so many hold.
    """
    if problem.task is not Task.REGRESSION or frame.height == 0:
        return None
    y = Target.of(problem).values(frame).astype(np.float64)
    values, counts = np.unique(y, return_counts=True)
    # in units of the largest: squares of huge numbers are none that a float holds
    scaled = y / (np.abs(y).max() or 1.0)
    squares, n_far = np.sort((scaled - scaled.mean()) ** 2), y.size // _PART
    return NumberSpread(
        mode=float(values[counts.argmax()]),
        mode_share=float(counts.max() / y.size),
        n_far=n_far,
        far_share=float(squares[y.size - n_far :].sum() / squares.sum()) if squares.any() else 0.0,
    )
