"""Budget: money spent on machines, and the train size that the rest can buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.phases.curve import Curve
from leadline.phases.data import Data, SplitKind
from leadline.phases.search import Search

if TYPE_CHECKING:
    from leadline.phases.problem import Problem
    from leadline.workspace import Workspace

_FARTHEST = 8  # times the labelled rows: the largest size that is forecast


def spent_on_machines(workspace: Workspace) -> float:
    """Cost of every search and every curve on the record, the superseded ones too.

    Returns
    -------
    float
        In the currency of the problem; curves at today's price of the machine.
    """
    per_second = workspace.settings.prices.machine_per_hour / 3600
    verdicts = [
        entry.verdict for row in ("search", "curve") for entry in workspace.record.entries(row)
    ]
    searches = sum(verdict.cost for verdict in verdicts if isinstance(verdict, Search))
    curves = sum(verdict.spent_s for verdict in verdicts if isinstance(verdict, Curve))
    return searches + curves * per_second


def affordable_train_size(workspace: Workspace, problem: Problem, data: Data) -> int:
    """Train size whose error matters: what the budget can buy, up to where forecasts reach.

    Returns
    -------
    int
        Rows: those there are, and those the rest of the budget buys at today's price of a label.
    """
    n_available = data.split.n_train
    label_cost = workspace.settings.label_cost
    if label_cost <= 0:
        return _FARTHEST * n_available
    is_by_time = data.split.kind is SplitKind.TIME  # later rows all become train rows
    train_share = 1.0 if is_by_time else 1 - data.split.test_share
    budget = max(problem.budget - spent_on_machines(workspace), 0.0)
    return min(n_available + int(train_share * budget / label_cost), _FARTHEST * n_available)
