"""The size a choice is made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.gather.spending import spent_on_machines
from leadline.phases.data import Data, SplitKind

if TYPE_CHECKING:
    from leadline.phases.problem import Problem
    from leadline.workspace import Workspace

_FARTHEST = 8  # multiples of the rows there are to which a forecast is sharpened


def aimed_at(workspace: Workspace, problem: Problem, data: Data) -> int:
    """Train size whose error matters: what the budget can buy, as far as forecasts reach."""
    n_available = data.split.n_train
    label_cost = workspace.settings.label_cost
    if label_cost <= 0:
        return _FARTHEST * n_available
    is_by_time = data.split.kind is SplitKind.TIME  # later rows are all learnt from
    train_share = 1.0 if is_by_time else 1 - data.split.test_share
    budget = max(problem.budget - spent_on_machines(workspace), 0.0)
    return min(n_available + int(train_share * budget / label_cost), _FARTHEST * n_available)
