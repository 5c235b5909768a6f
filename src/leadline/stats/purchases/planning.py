"""Planning of purchases in rounds: least expected cost plus penalty of missing the target.

With ``F(n)`` the probability that `n` rows meet the target, a plan ``n_1 <= n_2 <= ...`` pays for a
round only if the one before has missed, and the penalty only if all have [1]_::

    sum over rounds of (n_r - n_{r-1}) (1 - F(n_{r-1}))  +  penalty (1 - F(n_last))

Dynamic programming over a grid finds the cheapest. After a round the curve is measured again and
a new plan is made, so only the first step of a plan is ever taken.

The sum takes it that nothing is learnt between rounds but whether the target was met. More is: the
last round buys with a sharper forecast than today's, so more is left to it. The last round but one
is planned as if there were one more; earlier ones have rounds to spare. On measured curves fewer
rows were bought so, and fewer targets missed: see `benchmarks/curves/buying.py`.

References
----------
.. [1] R. Mahmood, J. Lucas, J. M. Alvarez, S. Fidler, M. T. Law (2022), Optimizing data collection
   for machine learning. NeurIPS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.decision_levels import MAX_GROWTH, SURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.stats.arrays import Floats
    from leadline.stats.curves.posterior import CurvePosterior

N_GRID = 80
"""Sizes at which purchases are considered."""

_LAST_BUT_ONE = 2


@dataclass(frozen=True)
class RoundPlan:
    """Train sizes to buy up to, one a round.

    Parameters
    ----------
    sizes : tuple of float
        Ascending; each next one is bought only if the target is still missed. Empty: buy nothing.
    p_met : float
        Probability that the target is met at the end of the plan.
    expected_rows : float
        Rows bought on average.
    can_promise : bool
        Whether some affordable size meets the target with a probability of .9.
    """

    sizes: tuple[float, ...]
    p_met: float
    expected_rows: float
    can_promise: bool

    @property
    def next_size(self) -> float | None:
        """Train size to buy up to now; None: buy nothing."""
        return self.sizes[0] if self.sizes else None


def plan_rounds(
    posterior: CurvePosterior,
    target_error: float,
    n_now: float,
    *,
    n_rounds: int,
    penalty_rows: float,
    n_most: float | None = None,
) -> RoundPlan:
    """Plan the rounds that are left.

    Parameters
    ----------
    posterior : CurvePosterior
        Posterior of the curve.
    target_error : float
        Error to reach.
    n_now : float
        Train rows there are.
    n_rounds : int >= 1
        Rounds left.
    penalty_rows : float > 0
        Cost of missing the target, in the price of a row: the most that one would pay for the
        target to be met. Where the rows cost more, the plan is empty.
    n_most : float, optional
        Train rows the money can reach; 64 times `n_now` if not given.

    Returns
    -------
    RoundPlan
        Its first step is what to do now.

    Raises
    ------
    ValueError
        If `n_rounds`, `penalty_rows` or `n_now` is out of range.

    Examples
    --------
    >>> from leadline.stats.curves import fit
    >>> n = np.array([100, 200, 400, 800, 1600])
    >>> curve = fit(n, 0.1 + 2 * n**-0.5, np.full(5, 0.001))
    >>> plan = plan_rounds(curve, 0.13, 1600, n_rounds=3, penalty_rows=1e5)
    >>> len(plan.sizes), plan.p_met > 0.9
    (3, True)
    """
    if n_rounds < 1 or penalty_rows <= 0 or n_now <= 0:
        raise ValueError(
            "n_rounds must be at least 1, penalty_rows and n_now above 0; got "
            f"{n_rounds}, {penalty_rows} and {n_now}."
        )
    most = n_most if n_most is not None else n_now * MAX_GROWTH
    grid, p_met = chance_along(posterior, target_error, n_now, most)
    steps = planned_steps(grid, 1 - p_met, n_rounds, penalty_rows)
    return RoundPlan(
        sizes=tuple(float(grid[k]) for k in steps),
        p_met=float(p_met[steps[-1] if steps else 0]),
        expected_rows=expected_cost(grid, 1 - p_met, steps),
        can_promise=bool(p_met[-1] >= SURE),
    )


def chance_along(
    posterior: CurvePosterior, target_error: float, n_now: float, n_most: float
) -> tuple[Floats, Floats]:
    """Return sizes at equal ratios that can be reached, and the chance that each meets the target.

    Parameters
    ----------
    posterior : CurvePosterior
        Posterior of the curve.
    target_error : float
        Error to reach.
    n_now, n_most : float > 0
        Train rows there are, and that can be reached; where the second is not larger, nothing can
        be bought.

    Returns
    -------
    grid, p_met : ndarray of shape (n_sizes,)
        The first size is today's. Once met, met: more rows never make it less likely that they
        were enough.
    """
    grid = np.geomspace(n_now, n_most, N_GRID) if n_most > n_now else np.array([float(n_now)])
    return grid, np.maximum.accumulate(posterior.cdf(grid, target_error))


def planned_steps(grid: Floats, p_missed: Floats, n_rounds: int, penalty: float) -> list[int]:
    """Find the sizes to buy up to, each as it will be planned when its round comes.

    Parameters
    ----------
    grid, p_missed : ndarray of shape (n_sizes,)
        Sizes, ascending from today's, and the probability that each misses the target.
    n_rounds : int >= 1
        Rounds left.
    penalty : float > 0
        Cost of missing, in rows.

    Returns
    -------
    list of int
        Places on the grid, today's left out, at most one a round. No place: buy nothing.
    """
    ahead = n_rounds + 1 if n_rounds == _LAST_BUT_ONE else n_rounds
    first = cheapest_steps(grid, p_missed, ahead, penalty)[:1]
    if not first or n_rounds == 1:
        return first
    place = first[0]
    rest = planned_steps(grid[place:], p_missed[place:], n_rounds - 1, penalty)
    return [place, *(place + step for step in rest)]


def expected_cost(grid: Floats, p_missed: Floats, steps: Sequence[int]) -> float:
    """What is spent on average: each step only if all before have missed.

    Parameters
    ----------
    grid, p_missed : ndarray of shape (n_sizes,)
        Sizes or costs, ascending from today's, and the probability that each misses the target.
    steps : sequence of int
        Places on the grid to buy up to.
    """
    stops = [0, *steps]
    return float(np.diff(grid[stops]) @ p_missed[stops[:-1]])


def cheapest_steps(grid: Floats, p_missed: Floats, n_rounds: int, penalty: float) -> list[int]:
    """Find the cheapest sizes to buy up to, by dynamic programming over a grid.

    Parameters and return as `planned_steps`.
    """
    rows = np.arange(grid.size)
    price = np.where(
        rows[None] >= rows[:, None], (grid[None] - grid[:, None]) * p_missed[:, None], np.inf
    )
    value = penalty * p_missed
    choices = []
    for _ in range(n_rounds):
        total = price + value[None]
        choice = np.argmin(total, axis=1)
        value = total[rows, choice]
        choices.append(choice)
    place, steps = 0, []
    for choice in reversed(choices):
        after = int(choice[place])
        if after > place:
            steps.append(after)
            place = after
    return steps
