"""Direction of a column: how the answer moves with its value, all other columns staying."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.stats.arrays import Floats, Ints
from leadline.stats.importance.table_columns import is_number

_SHARE_TO_SAY = 0.8
_FEWEST_OF_LEVEL = 5
_TINY = 1e-9  # of the range of answers: less is rounding


class Slope(StrEnum):
    """Where the answer goes when the value rises."""

    RISES = "rises"
    FALLS = "falls"
    NEITHER = "neither"


@dataclass(frozen=True)
class Direction:
    """How the answer moves with one column.

    Attributes
    ----------
    slope : Slope
        Of a number: neither where it goes up and down, or does not move. Of a category neither.
    share : float in [0, 1]
        Of a number: part of all movement of the answer that goes the same way as the value.
    level : str
        Of a category: the one with the highest answer; empty of a number, and if none is frequent.
    output : int
        Which of several answers a row, as probabilities of classes, the column moves most.
    """

    slope: Slope
    share: float
    level: str
    output: int


def direction_of(
    values: NDArray[Any], answers: Floats, orders: Ints, moved_answers: Floats
) -> Direction:
    """Direction of a column from answers with its values moved between the rows.

    Nothing more is predicted: each row was answered with values of other rows, and only this column
    differs. A number rises where at least four fifths of the movement is upwards as the value goes
    up, counted in units of the answer.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Floats, or texts of a category.
    answers : ndarray of float, shape (n_samples, n_outputs)
        With every value in its row.
    orders : ndarray of int, shape (n_repeats, n_samples)
        The row that each row took its value from.
    moved_answers : ndarray of float, shape (n_repeats, n_samples, n_outputs)
        The answers then.

    Returns
    -------
    Direction
        Of the output that moves most.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> order = np.array([[3, 0, 1, 2]])
    >>> said = direction_of(x, 10 - x[:, None], order, 10 - x[order][..., None])
    >>> said.slope.value, said.share
    ('falls', 0.0)
    """
    changes = moved_answers - answers
    output = int(np.argmax(np.abs(changes).sum(axis=(0, 1))))
    change = changes[:, :, output]
    if not is_number(values):
        level = _highest_level(values, answers[:, output], orders, moved_answers[:, :, output])
        return Direction(Slope.NEITHER, 0.5, level, output)
    steps = np.sign(values[orders] - values)
    is_step = np.isfinite(steps) & (steps != 0)
    movement = float(np.abs(change[is_step]).sum())
    if movement == 0:
        return Direction(Slope.NEITHER, 0.5, "", output)
    share = (1 + float((change[is_step] * steps[is_step]).sum()) / movement) / 2
    slope = Slope.NEITHER
    if share >= _SHARE_TO_SAY:
        slope = Slope.RISES
    elif share <= 1 - _SHARE_TO_SAY:
        slope = Slope.FALLS
    return Direction(slope, share, "", output)


def _highest_level(values: NDArray[Any], answers: Floats, orders: Ints, moved: Floats) -> str:
    """The level with the highest answer within rows; of those that are frequent enough to say."""
    every = np.vstack([answers, moved])
    beyond = every - every.mean(axis=0)  # rows differ by their other columns
    levels, codes = np.unique(values, return_inverse=True)
    taken = np.concatenate([codes, codes[orders].ravel()])
    is_frequent = np.bincount(codes, minlength=levels.size) >= _FEWEST_OF_LEVEL
    means = np.bincount(taken, weights=beyond.ravel()) / np.bincount(taken)
    if not is_frequent.any() or np.ptp(means) <= _TINY * np.ptp(every):
        return ""
    return str(levels[np.argmax(np.where(is_frequent, means, -np.inf))])
