"""Cost of rounds in which only whether the target is met is learnt.

With ``F(n)`` the probability that `n` rows meet the target, a plan ``n_1 <= n_2 <= ...`` pays for a
round only if the one before has missed, and the penalty only if all have [1]_::

    sum over rounds of (n_r - n_{r-1}) (1 - F(n_{r-1}))  +  penalty (1 - F(n_last))

Dynamic programming over a grid finds the cheapest.

References
----------
.. [1] R. Mahmood, J. Lucas, J. M. Alvarez, S. Fidler, M. T. Law (2022), Optimizing data collection
   for machine learning. NeurIPS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.stats.arrays import Floats


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

    Parameters
    ----------
    grid, p_missed : ndarray of shape (n_sizes,)
        Sizes or costs, ascending from today's, and the probability that each misses the target.
    n_rounds : int >= 0
        Rounds left.
    penalty : float > 0
        Cost of missing, in the unit of the grid.

    Returns
    -------
    list of int
        Places on the grid, today's left out, at most one a round. No place: buy nothing.
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
