"""Value of information in choosing the best of several arms; the probability that each is best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats


def probability_best(draws: ArrayLike) -> Floats:
    """Probability that each arm has the smallest error.

    Parameters
    ----------
    draws : array-like of float, shape (n_draws, n_arms)
        Draws of each arm's error, one column an arm, independent of the other columns.

    Returns
    -------
    ndarray of shape (n_arms,)
        Sums to 1.

    Raises
    ------
    ValueError
        If there is no draw or no arm.

    Examples
    --------
    >>> probability_best([[0.1, 0.2], [0.3, 0.2], [0.1, 0.4], [0.0, 0.2]])
    array([0.75, 0.25])
    """
    errors = _table(draws)
    return np.bincount(np.argmin(errors, axis=1), minlength=errors.shape[1]) / len(errors)


def expected_value_of_information(draws: ArrayLike) -> Floats:
    r"""Error that is expected to be saved by knowing one arm for sure before choosing [1]_.

    Without it the arm with the smallest mean is taken. With arm :math:`i` known to have error
    :math:`\theta_i`, the smaller of that and the best mean among the others is:

    .. math:: \min_j \mu_j - E \min(\theta_i, \min_{j \ne i} \mu_j)

    It is 0 for an arm that cannot become the best, and for the best one if it cannot be overtaken.

    Parameters
    ----------
    draws : array-like of float, shape (n_draws, n_arms)
        As in `probability_best`. Where the next measurement will not make an arm known for sure,
        draws of its mean after that measurement give the value of the measurement.

    Returns
    -------
    ndarray of shape (n_arms,)
        At least 0, in units of the error.

    Raises
    ------
    ValueError
        If there is no draw or no arm.

    References
    ----------
    .. [1] R. A. Howard (1966), Information value theory. IEEE Transactions on Systems Science
       and Cybernetics 2, 22-26.

    Examples
    --------
    >>> expected_value_of_information([[0.1, 0.2, 0.9], [0.1, 0.0, 0.9]]).round(3)
    array([0.  , 0.05, 0.  ])
    """
    errors = _table(draws)
    means = errors.mean(axis=0)
    best = int(np.argmin(means))
    if means.size == 1:
        return np.zeros(1)
    others = np.full(means.size, means[best])
    others[best] = np.min(np.delete(means, best))
    value: Floats = means[best] - np.minimum(errors, others).mean(axis=0)
    # the same mean taken in two orders may differ in its last digit
    return np.maximum(value, 0.0)


def _table(draws: ArrayLike) -> Floats:
    errors: Floats = np.asarray(draws, dtype=np.float64)
    if errors.ndim != 2 or not errors.size:
        raise ValueError(
            f"draws have shape {errors.shape}; one row a draw and one column an arm are needed."
        )
    return errors
