"""Accuracy ceiling: the best that any model can reach where annotators do not agree.

pi is the share of all annotators who would say yes to an item. No model can be right more often
than people agree. The ceiling depends on the reference: one annotator, or a majority of m.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, betaincinv, betaln, expit

from leadline.stats.arrays import Floats
from leadline.stats.interval import Estimate, two_sided_z
from leadline.stats.labels.agreement import agreement_bounds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_GRID = 2000
# between "all alike" and "everybody agrees on every item", as the logarithm of a + b
_CLEAREST, _MOST_ALIKE = -7.0, 7.0
_STARTS = (-1.0, 2.0)
_FARTHEST_LOGIT = 12.0


@dataclass(frozen=True)
class BetaBinomial:
    """Model of votes: the share of annotators who would say yes to an item is Beta(a, b).

    Parameters
    ----------
    a, b : float > 0
        Both small: items are clear; both large: all items are alike.

    Examples
    --------
    >>> round(BetaBinomial(1, 1).accuracy, 3)  # every share of yes is as frequent as any other
    0.75
    >>> precision, recall = BetaBinomial(0.2, 0.8).against_majority(3, [0.1, 0.2])
    >>> bool(precision[0] > precision[1] and recall[0] < recall[1])
    True
    """

    a: float
    b: float

    @property
    def accuracy(self) -> float:
        """Best accuracy against one annotator, ``E[max(pi, 1 - pi)]``."""
        yes = self.a / (self.a + self.b) * (1 - betainc(self.a + 1, self.b, 0.5))
        no = self.b / (self.a + self.b) * betainc(self.a, self.b + 1, 0.5)
        return float(yes + no)

    def against_majority(self, n_annotators: int, flagged: ArrayLike) -> tuple[Floats, Floats]:
        """Best precision and recall where the majority of some annotators is held to be right.

        Parameters
        ----------
        n_annotators : int >= 1
            One, or several of whom more than half must say yes.
        flagged : array-like of float in (0, 1], shape (n_points,)
            Shares of items that the model says yes to.

        Returns
        -------
        precision, recall : ndarray of shape (n_points,)
            Of a model that knows every pi and flags the items with the largest.

        Raises
        ------
        ValueError
            If `n_annotators` is below 1, or a share outside (0, 1].
        """
        shares = np.atleast_1d(np.asarray(flagged, dtype=np.float64))
        if n_annotators < 1 or not np.all((shares > 0) & (shares <= 1)):
            raise ValueError("n_annotators must be at least 1 and flagged shares lie in (0, 1].")
        most = n_annotators // 2 + 1
        chance = betainc(most, n_annotators - most + 1, self._grid)  # falls as the share falls
        summed = np.concatenate([[0.0], np.cumsum(chance)]) / _N_GRID
        hits = np.interp(shares, np.linspace(0, 1, _N_GRID + 1), summed)
        return hits / shares, hits / summed[-1]

    @cached_property
    def _grid(self) -> Floats:
        """Equally probable shares of yes, the largest first."""
        levels = (np.arange(_N_GRID) + 0.5) / _N_GRID
        shares: Floats = betaincinv(self.a, self.b, levels)[::-1]
        return shares


def agreement_ceiling(
    n_yes: ArrayLike, n_votes: ArrayLike, confidence_level: float = 0.9
) -> Estimate[float]:
    """Best accuracy that any model can reach against one annotator, from people's own votes.

    Parameters
    ----------
    n_yes : array-like of int, shape (n_items,)
        Votes for yes.
    n_votes : array-like of int, shape (n_items,)
        All votes; at least one item needs two.
    confidence_level : float in (0, 1), default=0.9
        Of the bounds.

    Returns
    -------
    Estimate of float
        `estimate` is ``E[max(pi, 1 - pi)]`` of a beta-binomial fitted by maximum likelihood, held
        inside the bounds. `low` and `high` assume no distribution: they are what the pairwise
        agreement, with its sampling error, leaves possible. They stay apart however many items
        there are, for two votes an item cannot tell a few even items from many almost clear ones.

    Raises
    ------
    ValueError
        If yes exceeds the votes, the shapes differ, or no item has two votes.

    References
    ----------
    J. O. Irwin et al. in N. L. Johnson, A. W. Kemp, S. Kotz (2005), Univariate discrete
    distributions, 3rd ed., 6.2.2: the beta-binomial.

    Examples
    --------
    >>> found = agreement_ceiling([3, 3, 2, 0, 0, 1, 0, 3], [3, 3, 3, 3, 3, 3, 3, 3])
    >>> found.low <= found.estimate <= found.high
    True
    """
    yes, votes = _counts(n_yes, n_votes)
    no = votes - yes
    agreeing = (yes * (yes - 1) + no * (no - 1)) / (votes * (votes - 1))
    margin = two_sided_z(confidence_level) * _stderr_of_share(agreeing)
    low = agreement_bounds(float(np.clip(np.mean(agreeing) - margin, 0, 1))).low
    high = agreement_bounds(float(np.clip(np.mean(agreeing) + margin, 0, 1))).high
    estimate = fit_beta_binomial(yes, votes).accuracy
    return Estimate(low, float(np.clip(estimate, low, high)), high)


def fit_beta_binomial(n_yes: ArrayLike, n_votes: ArrayLike) -> BetaBinomial:
    """Fit a beta-binomial distribution to votes by maximum likelihood.

    Parameters
    ----------
    n_yes, n_votes : array-like of int, shape (n_items,)
        Votes for yes, and all votes; items with fewer than two are left out.

    Raises
    ------
    ValueError
        As `agreement_ceiling`.
    """
    yes, votes = _counts(n_yes, n_votes)
    (yes, votes), n = np.unique(np.stack([yes, votes]), axis=1, return_counts=True)

    def loss(at: Floats) -> float:
        mean, size = expit(at[0]), np.exp(at[1])
        a, b = mean * size, (1 - mean) * size
        return -float(n @ (betaln(a + yes, b + votes - yes) - betaln(a, b)))

    middle = np.log((n @ yes + 1) / (n @ (votes - yes) + 1))
    bounds = [(-_FARTHEST_LOGIT, _FARTHEST_LOGIT), (_CLEAREST, _MOST_ALIKE)]
    found = [minimize(loss, [middle, start], bounds=bounds) for start in _STARTS]
    best = min(found, key=lambda each: float(each.fun))
    mean, size = float(expit(best.x[0])), float(np.exp(best.x[1]))
    return BetaBinomial(mean * size, (1 - mean) * size)


def _counts(n_yes: ArrayLike, n_votes: ArrayLike) -> tuple[Floats, Floats]:
    """The counts of items with at least two votes, checked."""
    yes, votes = np.asarray(n_yes, dtype=np.float64), np.asarray(n_votes, dtype=np.float64)
    if yes.ndim != 1 or yes.shape != votes.shape:
        raise ValueError(
            f"n_yes and n_votes have shapes {yes.shape} and {votes.shape}, one flat shape is "
            "needed. Pass one entry an item."
        )
    if not np.all((yes >= 0) & (yes <= votes)):
        raise ValueError("n_yes must lie between 0 and n_votes; some do not. Pass counts.")
    repeated = votes >= 2
    if not np.any(repeated):
        raise ValueError(
            "no item has two votes, at least one must. Ask a second person about some items."
        )
    return yes[repeated], votes[repeated]


def _stderr_of_share(values: Floats) -> float:
    """Standard error of a mean of values in [0, 1]; two more, a 0 and a 1, keep it from vanishing.

    Examples
    --------
    >>> round(_stderr_of_share(np.ones(98)), 3)
    0.01
    """
    wider = np.concatenate([values, [0.0, 1.0]])
    return float(np.std(wider) / np.sqrt(wider.size))
