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


def one_standard_error_choice(
    means: ArrayLike, standard_errors: ArrayLike, complexities: ArrayLike
) -> int:
    """Return the simplest candidate that is within one standard error of the best [1]_.

    Parameters
    ----------
    means : array-like of float, shape (n_candidates,)
        Mean scores, higher being better.
    standard_errors : array-like of float, shape (n_candidates,)
        Standard errors of the means.
    complexities : array-like of float, shape (n_candidates,)
        Any number that grows with complexity; only its order counts.

    Returns
    -------
    int
        Position of the choice. Of equally simple candidates the better one is taken.

    Raises
    ------
    ValueError
        If the three differ in length, are empty, or a standard error is negative.

    References
    ----------
    .. [1] L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone (1984), Classification and
       Regression Trees, section 3.4.3.

    Examples
    --------
    >>> one_standard_error_choice([0.80, 0.84, 0.85], [0.02, 0.02, 0.02], [1, 2, 3])
    1
    """
    scores = as_vector(means, "means")
    errors = as_vector(standard_errors, "standard_errors")
    ranks = as_vector(complexities, "complexities")
    if not scores.size == errors.size == ranks.size:
        raise ValueError(
            f"means, standard_errors and complexities have {scores.size}, {errors.size} and "
            f"{ranks.size} values; they must be as many. Pass one of each a candidate."
        )
    if np.any(errors < 0):
        raise ValueError("standard_errors must not be negative; some are.")
    best = int(np.argmax(scores))
    eligible = np.flatnonzero(scores >= scores[best] - errors[best])
    return int(min(eligible, key=lambda i: (ranks[i], -scores[i])))
