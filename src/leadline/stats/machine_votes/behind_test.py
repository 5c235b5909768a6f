"""Test of being behind: is one annotator beaten on so many more rows than it beats."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, stdtr

from leadline.stats.arrays import Floats, Ints, as_vector

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LEAST_T_ROWS = 30
"""From so many rows on Student's t is looked at."""

MOST_EXACT_ROWS = 200
"""Up to so many rows all outcomes are counted; beyond, Student's t stands alone."""

_N_SHARES = 50


def behind_p_value(outcome: ArrayLike, epsilon: float) -> float:
    """P-value of a machine that is behind a person by `epsilon` or more.

    Parameters
    ----------
    outcome : array-like of int, shape (n_rows,)
        1 where the person is closer to the others, -1 where the machine is, 0 where neither.
    epsilon : float in [0, 1)
        Difference of the two shares that is no longer forgiven.

    Returns
    -------
    float
        Up to 200 rows the exact probability of Tango's score [1]_: the largest, whatever the share
        of rows that the machine wins, of a score as low as this one [2]_. From 30 rows on not less
        than by Student's t, and beyond 200 that.

    Notes
    -----
    Where machine and person nearly always agree, a few rows decide, and Student's t takes their
    scatter for known: with 50 rows and an epsilon of .1 it lets 11 of 100 machines pass that are
    behind by just that.

    References
    ----------
    .. [1] T. Tango (1998), Equivalence test and confidence interval for the difference in
       proportions for the paired-sample design. Statistics in Medicine 17, 891-908.
    .. [2] H.-M. Hsueh, J.-P. Liu and J. J. Chen (2001), Unconditional exact tests for equivalence
       or noninferiority for paired binary endpoints. Biometrics 57, 478-483.

    Examples
    --------
    >>> round(behind_p_value([1] * 5 + [-1] * 5 + [0] * 90, 0.1), 3)
    0.006
    >>> round(behind_p_value([1] * 2 + [0] * 48, 0.1), 2)  # by Student's t .02
    0.11
    """
    found = as_vector(outcome, "outcome")
    n = found.size
    ahead, behind = int(np.sum(found < 0)), int(np.sum(found > 0))
    if n > MOST_EXACT_ROWS:
        return _by_t(found, epsilon)
    p_value = _exact(ahead, behind, n, epsilon)
    return max(p_value, _by_t(found, epsilon)) if n >= LEAST_T_ROWS else p_value


def _by_t(found: Floats, epsilon: float) -> float:
    """As the authors of the test have it."""
    mean, spread = float(np.mean(found)), float(np.std(found, ddof=1)) / np.sqrt(found.size)
    if spread == 0:
        return float(mean >= epsilon)
    return float(stdtr(found.size - 1, (mean - epsilon) / spread))


def _score(ahead: ArrayLike, behind: ArrayLike, n: int, epsilon: float) -> Floats:
    """Tango's score: standard errors by which a machine is less behind than by epsilon, below 0."""
    ahead, behind = np.asarray(ahead, dtype=np.float64), np.asarray(behind, dtype=np.float64)
    # the likeliest share of rows won by the machine, were it behind by epsilon exactly
    linear = 2 * n * epsilon - (ahead + behind) - (behind - ahead) * epsilon
    root = np.sqrt(linear**2 + 8 * n * ahead * epsilon * (1 - epsilon))
    share = (root - linear) / (4 * n)
    variance = n * (2 * share + epsilon * (1 - epsilon))
    gap = behind - ahead - n * epsilon
    score: Floats = np.where(variance > 0, gap / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
    return score


# the same few counts come again and again, in simulations above all
@lru_cache(maxsize=4_096)
def _exact(ahead: int, behind: int, n: int, epsilon: float) -> float:
    """Largest probability of a score as low, over the shares of rows that the machine may win."""
    won, lost = _outcomes(n)
    tail = _score(won, lost, n, epsilon) <= _score(ahead, behind, n, epsilon) + 1e-9
    won, lost = won[tail], lost[tail]
    n_ways = gammaln(n + 1) - gammaln(won + 1) - gammaln(lost + 1) - gammaln(n - won - lost + 1)
    most = (1 - epsilon) / 2
    # small shares matter most: there the scatter is smallest
    shares = most * np.linspace(0.0, 1.0, _N_SHARES) ** 2
    chances = _chances(won, lost, n, n_ways, shares, epsilon)
    # the largest lies between two of them, and may be well above both
    at = int(chances.argmax())
    near = np.linspace(shares[max(at - 1, 0)], shares[min(at + 1, _N_SHARES - 1)], _N_SHARES)
    nearer = _chances(won, lost, n, n_ways, near, epsilon)
    return float(min(max(chances.max(), nearer.max()), 1.0))


def _chances(
    won: Ints, lost: Ints, n: int, n_ways: Floats, shares: Floats, epsilon: float
) -> Floats:
    """Probability of these outcomes, the machine behind by epsilon, for each share it may win."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log([shares, shares + epsilon, np.maximum(1 - 2 * shares - epsilon, 0.0)])
        terms = [
            np.where(count == 0, 0.0, count * log[:, None])
            for count, log in zip((won, lost, n - won - lost), logs, strict=True)
        ]
    found: Floats = np.exp(n_ways + sum(terms)).sum(axis=1)
    return found


def _outcomes(n: int) -> tuple[Ints, Ints]:
    """Rows that the machine, and the person, can win of so many."""
    won, lost = np.indices((n + 1, n + 1)).reshape(2, -1)
    is_possible = won + lost <= n
    return won[is_possible], lost[is_possible]
