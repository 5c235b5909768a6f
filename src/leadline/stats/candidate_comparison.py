"""Comparison of candidates whose scores come from shared folds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtr

from leadline.stats.arrays import as_vector, check_positive

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class ResampledT(NamedTuple):
    """A t statistic and its two-sided p-value."""

    t: float
    p_value: float


def corrected_resampled_t(differences: ArrayLike, n_train: int, n_test: int) -> ResampledT:
    """Test whether two candidates differ, from their differences on resampled splits.

    Training sets of different splits overlap, so the plain t test finds differences that are not
    there; the variance is enlarged by ``n_test / n_train`` [1]_.

    Parameters
    ----------
    differences : array-like of float, shape (n_splits,)
        Score of one candidate minus that of the other on the same split; at least two.
    n_train, n_test : int >= 1
        Rows trained on and tested on in each split.

    Returns
    -------
    ResampledT
        ``(t, p_value)``, p two-sided on n_splits - 1 degrees of freedom. Without any spread `t`
        is 0 or infinite.

    Raises
    ------
    ValueError
        If there are fewer than two differences or a size is below 1.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003), Inference for the generalization error.
       Machine Learning 52, 239-281.

    Examples
    --------
    >>> t, p_value = corrected_resampled_t([0.02, 0.01, 0.03, 0.02, 0.02], n_train=80, n_test=20)
    >>> round(t, 2), round(p_value, 3)
    (4.22, 0.014)
    """
    values = as_vector(differences, "differences", min_size=2)
    check_positive(n_train, "n_train")
    check_positive(n_test, "n_test")
    mean = float(np.mean(values))
    variance = float(np.var(values, ddof=1)) * (1 / values.size + n_test / n_train)
    if variance == 0:
        return ResampledT(math.copysign(math.inf, mean), 0.0) if mean else ResampledT(0.0, 1.0)
    t = mean / math.sqrt(variance)
    return ResampledT(t, float(2 * stdtr(values.size - 1, -abs(t))))


def probability_of_loss_within(
    loss: float, stderr: float, n_differences: int, accepted: float
) -> float:
    """Probability that a candidate loses no more than is accepted by taking it for another.

    Parameters
    ----------
    loss : float
        Its expected error less that of the other.
    stderr : float >= 0
        Standard error of that difference.
    n_differences : int >= 2
        Differences that the standard error comes from.
    accepted : float
        Loss that is accepted.

    Returns
    -------
    float in [0, 1]
        From Student's t on ``n_differences - 1`` degrees of freedom about `loss`: the posterior
        of a mean with a flat prior.

    Raises
    ------
    ValueError
        If there are fewer than two differences or the standard error is negative.

    Examples
    --------
    >>> round(probability_of_loss_within(0.001, 0.002, n_differences=5, accepted=0.002), 3)
    0.678
    >>> probability_of_loss_within(0.001, 0.0, n_differences=5, accepted=0.002)
    1.0
    """
    if n_differences < 2 or stderr < 0:
        raise ValueError(
            f"n_differences is {n_differences} and stderr {stderr}; at least 2 and 0 are needed."
        )
    gap = accepted - loss
    if stderr == 0:
        return 1.0 if gap >= 0 else 0.0
    return float(stdtr(n_differences - 1, gap / stderr))
