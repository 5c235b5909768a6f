"""Costs of confusions of several classes: the decision that costs least, and what a row costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints, check_share
from leadline.stats.interval import Estimate
from leadline.stats.operating.grouped_shares import worth_of_mean

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MISTAKE = 1.0
"""Cost of a confusion that nobody has put a price on."""
_EQUAL = 1e-9
_N_DRAWS = 4000


def cost_matrix(names: Sequence[str], stated: Mapping[str, Mapping[str, float]]) -> Floats:
    """Cost of each confusion: 0 where the class is right, 1 where nothing is stated.

    Parameters
    ----------
    names : sequence of str
        The classes, in the order of rows and columns.
    stated : mapping of str to mapping of str to float >= 0
        True class to class said to cost. Classes that are not in `names` are left out.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        True class, class said.

    Examples
    --------
    >>> cost_matrix(["ill", "well"], {"ill": {"well": 50}}).tolist()
    [[0.0, 50.0], [1.0, 0.0]]
    """
    costs = np.full((len(names), len(names)), MISTAKE)
    np.fill_diagonal(costs, 0.0)
    place = {name: at for at, name in enumerate(names)}
    for truth, each in stated.items():
        for said, cost in each.items():
            if truth in place and said in place:
                costs[place[truth], place[said]] = cost
    return costs


def cheapest_classes(probabilities: ArrayLike, costs: ArrayLike) -> Ints:
    """Class of least expected cost of each row; among equals the likeliest.

    A class that a row cannot be of, by its probability of 0, is never said.

    Parameters
    ----------
    probabilities : array-like of float, shape (n_samples, n_classes)
        What the model says; they need to mean what they say.
    costs : array-like of float >= 0, shape (n_classes, n_classes)
        By true class and class said.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Column of the class to say.

    References
    ----------
    .. [1] C. Elkan (2001), The foundations of cost-sensitive learning. IJCAI, 973-978.

    Examples
    --------
    >>> cheapest_classes([[0.1, 0.9], [0.01, 0.99]], [[0, 50], [1, 0]]).tolist()
    [0, 1]
    """
    shares: Floats = np.asarray(probabilities, dtype=np.float64)
    priced: Floats = np.asarray(costs, dtype=np.float64)
    expected = np.where(shares > 0, shares @ priced, np.inf)
    reach = expected.min(axis=1, keepdims=True) + _EQUAL * max(float(priced.max(initial=0.0)), 1.0)
    found: Ints = np.where(expected <= reach, shares, -1.0).argmax(axis=1).astype(np.int64)
    return found


def mean_cost(
    truth: Ints,
    said: Ints,
    costs: Floats,
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> Estimate[float]:
    """Mean cost of a row of a test set, with a credible interval.

    Parameters
    ----------
    truth, said : ndarray of int of shape (n_samples,)
        Codes of the true class and of the class said.
    costs : ndarray of shape (n_classes, n_classes)
        By true class and class said.
    groups : array-like, shape (n_samples,), optional
        What belongs together: these rows err together, and tell less than rows of their own.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside the interval.

    Raises
    ------
    ValueError
        If there is no row.

    Examples
    --------
    >>> costs = np.array([[0.0, 10.0], [1.0, 0.0]])
    >>> found = mean_cost(np.array([0, 0, 1, 1] * 25), np.array([0, 1, 1, 1] * 25), costs)
    >>> found.estimate, bool(1.5 < found.low < 2.5 < found.high < 3.5)
    (2.5, True)
    """
    return _mean_of(costs[truth, said], np.unique(costs), groups, confidence_level)


def mean_saving(
    truth: Ints,
    said: Ints,
    instead: Ints,
    costs: Floats,
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> Estimate[float]:
    """Mean saving of a row if another class is said of it instead, as `mean_cost` has it.

    Parameters
    ----------
    truth, said, instead : ndarray of int of shape (n_samples,)
        Codes of the true class, of the class said, and of the one said instead.
    costs : ndarray of shape (n_classes, n_classes)
        By true class and class said.
    groups : array-like, shape (n_samples,), optional
        As in `mean_cost`.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside the interval.
    """
    possible = np.unique(costs[:, :, None] - costs[:, None, :])
    saved = costs[truth, said] - costs[truth, instead]
    return _mean_of(saved, possible, groups, confidence_level)


def _mean_of(
    each: Floats, possible: Floats, groups: ArrayLike | None, confidence_level: float
) -> Estimate[float]:
    """Mean of what rows cost, of a few possible costs.

    The shares of the costs have a Dirichlet posterior whose prior is worth one row, spread evenly
    over them: so a dear confusion that was not seen may still happen. Rows of groups count as many
    as they are worth.

    References
    ----------
    .. [1] W. Perks (1947), Some observations on inverse probability including a new indifference
       rule. J. Inst. Actuaries 73, 285-334.
    """
    check_share(confidence_level, "confidence_level")
    if not each.size:
        raise ValueError("there is no row; at least one is needed.")
    counts = np.bincount(np.searchsorted(possible, each), minlength=possible.size)
    worth = float(each.size)
    if groups is not None:
        worth = worth_of_mean(each, groups, confidence_level=confidence_level)
    rng = np.random.default_rng(0)
    drawn = rng.standard_gamma(
        counts * (worth / each.size) + 1.0 / possible.size, (_N_DRAWS, possible.size)
    )
    tail = (1 - confidence_level) / 2
    low, high = np.quantile((drawn @ possible) / drawn.sum(axis=1), [tail, 1 - tail])
    middle = float(each.mean())
    return Estimate(min(float(low), middle), middle, max(float(high), middle))
