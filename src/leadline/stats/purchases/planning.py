"""Planning of purchases in rounds: least expected cost plus penalty of missing the target.

The first purchase is found by `lookahead`. After it the curve is measured again and a new plan is
made, so it is the only one that is ever made as planned; those that follow show what they would be
if nothing were learnt but whether the target is met. `benchmarks/curves/buying.py` holds it against
a first purchase that is found by that sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.decision_levels import MAX_GROWTH, SURE
from leadline.stats.purchases.labelling_path import people_path, purchase_sizes
from leadline.stats.purchases.lookahead import Lookahead
from leadline.stats.purchases.path_chance import (
    N_CURVES,
    TINY,
    Belief,
    as_measured,
    draw_errors,
    draw_factors,
)
from leadline.stats.purchases.round_costs import cheapest_steps, expected_cost

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats
    from leadline.stats.curves.posterior import CurvePosterior
    from leadline.stats.purchases.labelling_path import LabellingPath

_SEED = 0


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
    belief = Belief(posterior, target_error, posterior.noise)
    steps = planned_steps(belief, people_path(grid), 1 - p_met, n_rounds, penalty_rows)
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
    grid = purchase_sizes(n_now, n_most)
    return grid, np.maximum.accumulate(posterior.cdf(grid, target_error))


def planned_steps(
    belief: Belief, path: LabellingPath, p_missed: Floats, n_rounds: int, penalty: float
) -> list[int]:
    """Find the steps to buy up to: the first by looking ahead, the others as seen today.

    Parameters
    ----------
    belief : Belief
        What is known today.
    path : LabellingPath
        What may be bought.
    p_missed : ndarray of shape (n_steps,)
        Probability today that each step misses the target.
    n_rounds : int >= 1
        Rounds left. One in which only a machine labels is beside them.
    penalty : float > 0
        Cost of missing, in the unit of the path's cost.

    Returns
    -------
    list of int
        Places on the path, its beginning left out, at most one a round. No place: buy nothing. A
        machine that labels first does so in a round of its own: it is paid by then in any case, and
        what people label is planned anew with what is then known.
    """
    if path.cost.size == 1 or p_missed[0] <= 1 - SURE:
        return []
    first = _first_step(belief, path, p_missed, n_rounds, penalty)
    if not first:
        return []
    n_alone = path.n_alone
    if n_alone:
        first, n_rounds = min(first, n_alone), n_rounds + 1
    rest = cheapest_steps(path.cost[first:], p_missed[first:], n_rounds - 1, penalty)
    return [first, *(first + step for step in rest)]


def _first_step(
    belief: Belief, path: LabellingPath, p_missed: Floats, n_rounds: int, penalty: float
) -> int:
    """The step that the first of the rounds is to reach; 0: buy nothing."""
    if n_rounds == 1:
        return next(iter(cheapest_steps(path.cost, p_missed, 1, penalty)), 0)
    rng = np.random.default_rng(_SEED)
    logs = np.log(draw_errors(belief, path, draw_factors(belief, path, N_CURVES, rng), rng))
    lookahead = Lookahead(path.cost, logs, as_measured(belief, path, logs, rng))
    target, weights = float(np.log(max(belief.target_error, TINY))), np.full(N_CURVES, 1 / N_CURVES)
    return lookahead.next_step(target, n_rounds, penalty, weights=weights)
