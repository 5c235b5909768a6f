"""Paired errors: how much oftener one model is wrong than another, on the same labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import as_vector, check_share
from leadline.stats.interval import Estimate, two_sided_z

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_FEWEST_FOR_SPREAD = 3


class PairedDifference(NamedTuple):
    """Error of one model less that of another, and its standard error."""

    difference: float
    stderr: float


def paired_difference(
    wrong: ArrayLike, other_wrong: ArrayLike, weights: ArrayLike | None = None
) -> PairedDifference:
    """Compare two models on the labelled rows of a block.

    Only rows on which one is right and the other wrong tell them apart. One row is added to either
    kind before the standard error is taken, so that few rows that agree prove nothing [1]_.

    Parameters
    ----------
    wrong, other_wrong : array-like of bool or of float in [0, 1], shape (n_rows,)
        Which decisions of each model are wrong; or the loss of each, as a share of the largest.
    weights : array-like of float > 0, shape (n_rows,), default=None
        Rows of the block that each labelled row stands for; None: as many each.

    Returns
    -------
    PairedDifference
        ``(difference, stderr)``; the difference is above 0 where the other does better.

    Raises
    ------
    ValueError
        If there is no row, or the lengths differ.

    References
    ----------
    .. [1] A. Agresti, Y. Min (2005), Simple improved confidence intervals for comparing matched
       proportions. Statistics in Medicine 24, 729-740.

    Examples
    --------
    >>> found = paired_difference([1, 1, 0, 0, 0], [0, 0, 0, 0, 0])
    >>> round(found.difference, 2), round(found.stderr, 2)
    (0.4, 0.22)
    """
    one = as_vector(wrong, "wrong", min_size=1)
    other = as_vector(other_wrong, "other_wrong", min_size=1)
    weight = np.ones(one.size) if weights is None else as_vector(weights, "weights", min_size=1)
    if not one.size == other.size == weight.size:
        raise ValueError(
            f"wrong, other_wrong and weights have {one.size}, {other.size} and {weight.size} rows."
        )
    share = weight / weight.sum()
    gaps = one - other
    n = 1 / float(np.sum(share**2))
    difference = float(share @ gaps)
    differing = (n * float(share @ gaps**2) + 1) / (n + 2)
    variance = (differing - (n * difference / (n + 2)) ** 2) / (n + 2)
    return PairedDifference(difference, float(np.sqrt(variance)))


def mean_difference(
    differences: ArrayLike, stderrs: ArrayLike, confidence_level: float = 0.9
) -> Estimate[float]:
    """Mean difference over blocks, with an interval: of the spread of blocks, or of few labels.

    Parameters
    ----------
    differences, stderrs : array-like of float, shape (n_blocks,)
        As `paired_difference` gives them.
    confidence_level : float in (0, 1), default=0.9
        Of the interval.

    Returns
    -------
    Estimate of float
        Its width comes from whichever says more is unknown: how blocks spread, from three on, or
        the standard errors.

    Raises
    ------
    ValueError
        If there is no block.

    Examples
    --------
    >>> found = mean_difference([0.02, 0.05, 0.03], [0.01, 0.01, 0.01])
    >>> round(found.low, 3), round(found.estimate, 3), round(found.high, 3)
    (0.008, 0.033, 0.059)
    """
    check_share(confidence_level, "confidence_level")
    values = as_vector(differences, "differences", min_size=1)
    errors = as_vector(stderrs, "stderrs", min_size=1)
    n, mean = values.size, float(values.mean())
    half = two_sided_z(confidence_level) * float(np.sqrt(np.sum(errors**2))) / n
    if n >= _FEWEST_FOR_SPREAD:
        reach = float(stdtrit(n - 1, (1 + confidence_level) / 2))
        half = max(half, reach * float(values.std(ddof=1)) / n**0.5)
    return Estimate(mean - half, mean, mean + half)
