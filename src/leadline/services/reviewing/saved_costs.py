"""Saved costs: operating points beside what no model costs, at any costs of errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.problem import Problem
from leadline.phases.project_accounts.without_model import (
    CostComparison,
    Way,
    cost_today,
    without_model,
)
from leadline.phases.tuning import Tuning
from leadline.services.reviewing.point_outcomes import Consequence

if TYPE_CHECKING:
    from leadline.stats.judgments import StreamEstimate


def compare_points(
    found: Sequence[Consequence],
    tuning: Tuning,
    problem: Problem,
    *,
    is_judged: bool,
    cost_miss: float,
    cost_false_alarm: float,
) -> CostComparison | None:
    """Operating points beside no model; None where there is no point.

    Parameters
    ----------
    found : sequence of Consequence
        What each point does.
    tuning, problem : Tuning, Problem
        What is on offer, and whether today's way is known.
    is_judged : bool
        Whether `found` is of the real stream; else of the test set.
    cost_miss, cost_false_alarm : float > 0
        What one error of each kind costs.
    """
    if not found:
        return None
    points = [Way(each.point.name, each.point.cost_per_1000, is_model=True) for each in found]
    share = found[0].point.share_real
    idle = without_model(share or 0.0, cost_miss, cost_false_alarm, problem)
    where = "the real stream" if is_judged else "the test set"
    return CostComparison((*points, *idle), tuning.currency, where)


def chances_of_saving(
    tuning: Tuning,
    result: StreamEstimate,
    problem: Problem,
    *,
    cost_miss: float,
    cost_false_alarm: float,
) -> dict[str, float]:
    """Chance of each point to cost less than the cheapest way without a model.

    Parameters
    ----------
    tuning : Tuning
        The points on offer.
    result : StreamEstimate
        What judgments say of them, as draws.
    problem : Problem
        Whether today's way is known; its errors are taken as stated.
    cost_miss, cost_false_alarm : float > 0
        What one error of each kind costs.

    Returns
    -------
    dict of str to float
        By name of the point; a tie is no saving.
    """
    n_rows, hits = tuning.n_stream, result.n_hits_drawn
    positive = result.n_positive_drawn
    costs = cost_miss * (positive[:, None] - hits) + cost_false_alarm * (result.n_alerts - hits)
    idle = np.minimum(cost_miss * positive, cost_false_alarm * (n_rows - positive))
    today = cost_today(cost_miss, cost_false_alarm, problem)
    if today is not None:
        idle = np.minimum(idle, today * n_rows / 1000)
    saved = np.mean(costs < idle[:, None], axis=0)
    return {point.name: float(share) for point, share in zip(tuning.points, saved, strict=True)}
