"""Look-ahead of a purchase: the step to buy up to now, by what the error measured there will tell.

The sum of `round_costs` takes it that a round tells only whether the target is met. It tells the
error, too, and with it whether the curve goes on falling, so a small purchase may be worth its
price where a large one is not. Preposterior analysis [1]_ counts that: curves are drawn from the
posterior, and parted at a step by their error there, into eighths of their weight. A measurement
says which eighth the true curve is in; what the rounds that are left then cost, penalty included,
is the least sum of that eighth. The step of the least mean is taken.

References
----------
.. [1] H. Raiffa, R. Schlaifer (1961), Applied Statistical Decision Theory. Harvard.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.decision_levels import SURE
from leadline.stats.purchases.round_costs import cheapest_steps

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints

_N_PARTS = 8
# steps of a path that are looked at, at least; all where it has fewer
_N_STEPS = 16


@dataclass(frozen=True)
class Lookahead:
    """What may be bought, and curves that may be true.

    Parameters
    ----------
    cost : ndarray of float of shape (n_steps,)
        Spent by each step, ascending.
    errors : ndarray of float of shape (n_curves, n_steps)
        Errors of the curves at each step, or a rising function of them.
    """

    cost: Floats
    errors: Floats

    def next_step(
        self, target: float, n_rounds: int, penalty: float, *, at: int = 0, weights: Floats
    ) -> int:
        """Find the step to buy up to now.

        Parameters
        ----------
        target : float
            Error to reach, in the measure of the errors.
        n_rounds : int >= 0
            Rounds left.
        penalty : float > 0
            Cost of missing the target, in the unit of `cost`.
        at : int, default=0
            The step that is reached.
        weights : ndarray of float of shape (n_curves,)
            Probabilities of the curves, which sum to 1.

        Returns
        -------
        int
            `at`: buy nothing, as the target is met with a probability of .9, or no purchase is
            worth its price.
        """
        if not n_rounds or at == self.cost.size - 1:
            return at
        p_met = float(weights @ (self._least[:, at] <= target))
        if p_met >= SURE:
            return at
        if n_rounds == 1:
            missed = 1 - weights @ (self._least[:, at:] <= target)
            steps = cheapest_steps(self.cost[at:], missed, 1, penalty)
            return at + steps[0] if steps else at
        best, least = at, penalty * (1 - p_met)
        for number, step in enumerate(self._steps):
            if step > at:
                total = self.cost[step] - self.cost[at]
                total += self._after(number, target, n_rounds - 1, penalty, weights)
                if total < least:
                    best, least = int(step), total
        return best

    def _after(
        self, number: int, target: float, n_rounds: int, penalty: float, weights: Floats
    ) -> float:
        """Mean cost from a step on, as each part of the curves goes its own way."""
        ordered = weights[self._orders[number]]
        below = np.cumsum(ordered) - ordered / 2
        starts = np.searchsorted(below, np.arange(_N_PARTS) / _N_PARTS)
        starts = np.unique(np.minimum(starts, ordered.size - 1))
        share = np.add.reduceat(ordered, starts)
        is_met = self._ordered[number] <= target
        met = np.add.reduceat(ordered[:, None] * is_met, starts)
        missed = 1 - np.divide(
            met, share[:, None], out=np.zeros_like(met), where=share[:, None] > 0
        )
        costs = self.cost[self._steps[number:]]
        price = np.maximum(costs[None] - costs[:, None], 0.0)
        behind = np.tri(costs.size, k=-1, dtype=bool)
        value = penalty * missed
        for _ in range(n_rounds):
            total = price * missed[:, :, None] + value[:, None]
            value = np.min(np.where(behind, np.inf, total), axis=2)
        shown = missed[:, 0] <= 1 - SURE
        ends = np.where(shown, penalty * missed[:, 0], value[:, 0])
        return float(share @ ends)

    @cached_property
    def _steps(self) -> Ints:
        last = self.cost.size - 1
        return np.unique(np.append(np.arange(0, last, max(last // _N_STEPS, 1)), last))

    @cached_property
    def _least(self) -> Floats:
        """Once met, met: the least error of each curve up to each step."""
        return np.asarray(np.minimum.accumulate(self.errors, axis=1))

    @cached_property
    def _orders(self) -> list[Ints]:
        """Curves by their error at each step that is looked at."""
        return [np.argsort(self.errors[:, step], kind="stable") for step in self._steps]

    @cached_property
    def _ordered(self) -> list[Floats]:
        """Least errors from each step on, the curves in the order of that step."""
        return [
            self._least[order][:, self._steps[number:]] for number, order in enumerate(self._orders)
        ]
