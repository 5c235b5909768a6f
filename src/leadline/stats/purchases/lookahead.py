"""Look-ahead of a purchase: the step to buy up to now, by what the error measured there will tell.

The sum of `round_costs` takes it that a round tells only whether the target is met. It tells the
error, too, and with it whether the curve goes on falling, so a small purchase may be worth its
price where a large one is not. Preposterior analysis [1]_ counts that: curves are drawn from the
posterior, and parted at a step by their error as it would be measured there, into eighths of their
weight. A measurement says which eighth the true curve is in; what the rounds that are left then
cost, penalty included, is the least sum of that eighth. The step of the least mean is taken. Near
steps, whose errors lie within those of a measurement, tell little, and are no reason to look.

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

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints

_N_PARTS = 8
# steps of a path that are looked at, at least; all where it has fewer
_N_STEPS = 16
# of the largest weight
_NEGLIGIBLE = 1e-3
_TINY = 1e-300


@dataclass(frozen=True)
class Lookahead:
    """What may be bought, and curves that may be true.

    Parameters
    ----------
    cost : ndarray of float of shape (n_steps,)
        Spent by each step, ascending.
    errors : ndarray of float of shape (n_curves, n_steps)
        Errors of the curves at each step, or a rising function of them.
    measured : ndarray of float of shape (n_curves, n_steps), optional
        The same as they would be measured; exactly, if not given.
    """

    cost: Floats
    errors: Floats
    measured: Floats | None = None

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
        missed = 1 - float(weights @ (self._least[:, at] <= target))
        if missed <= 1 - SURE:
            return at
        if n_rounds == 1:
            ends = 1 - weights @ (self._least[:, at:] <= target)
            return at + int(np.argmin((self.cost[at:] - self.cost[at]) * missed + penalty * ends))
        beyond = np.flatnonzero(self._steps > at)
        steps = self._steps[beyond]
        total = self.cost[steps] - self.cost[at]
        total += self._after(beyond, target, n_rounds - 1, penalty, weights)
        best = np.argmin(total)
        return int(steps[best]) if total[best] < penalty * missed else at

    def _after(
        self, beyond: Ints, target: float, n_rounds: int, penalty: float, weights: Floats
    ) -> Floats:
        """Mean cost from each of some steps on, as each part of the curves goes its own way."""
        share, missed = self._parts(beyond, target, weights)
        costs = self.cost[self._steps[beyond]]
        price = np.maximum(costs[None] - costs[:, None], 0.0)
        behind = np.tri(costs.size, k=-1, dtype=bool)
        value = penalty * missed
        for _ in range(n_rounds - 1):
            total = price * missed[..., None] + value[:, :, None]
            value = np.min(np.where(behind, np.inf, total), axis=3)
        # in the first of the rounds, each only goes on from its own step
        own = np.arange(costs.size)
        now = missed[own, :, own]
        onward = price[:, None] * now[..., None] + value
        ends = np.min(np.where(behind[:, None], np.inf, onward), axis=2)
        ends = np.where(now <= 1 - SURE, penalty * now, ends)
        return np.asarray(np.sum(share * ends, axis=1))

    def _parts(self, beyond: Ints, target: float, weights: Floats) -> tuple[Floats, Floats]:
        """Part the curves at some steps by their measured error there.

        Returns
        -------
        share : ndarray of shape (n_beyond, n_parts)
            Weight of each part.
        missed : ndarray of shape (n_beyond, n_parts, n_beyond)
            Share of a part that has not met the target by a step.
        """
        first_met = np.sum(self._least[:, self._steps[beyond]] > target, axis=1)
        orders = self._orders[beyond]
        is_likely = weights > _NEGLIGIBLE * weights.max()
        orders = orders[is_likely[orders]].reshape(beyond.size, -1)
        ordered = weights[orders]
        below = np.cumsum(ordered, axis=1) - ordered / 2
        part = np.minimum((_N_PARTS * below).astype(np.int64), _N_PARTS - 1)
        part += _N_PARTS * np.arange(beyond.size)[:, None]
        shape = (beyond.size, _N_PARTS, beyond.size + 1)
        place = part * shape[2] + first_met[orders]
        mass = np.bincount(place.ravel(), ordered.ravel(), int(np.prod(shape))).reshape(shape)
        met: Floats = np.cumsum(mass, axis=2, dtype=np.float64)
        share = met[..., -1:]
        return share[..., 0], 1 - met[..., :-1] / np.maximum(share, _TINY)

    @cached_property
    def _steps(self) -> Ints:
        last = self.cost.size - 1
        return np.unique(np.append(np.arange(0, last, max(last // _N_STEPS, 1)), last))

    @cached_property
    def _least(self) -> Floats:
        """Once met, met: the least error of each curve up to each step."""
        return np.asarray(np.minimum.accumulate(self.errors, axis=1))

    @cached_property
    def _orders(self) -> Ints:
        """Curves by their measured error at each step that is looked at."""
        measured = self.errors if self.measured is None else self.measured
        return np.argsort(measured[:, self._steps].T, axis=1, kind="stable")
