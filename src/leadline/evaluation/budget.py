"""Budget: money spent on machines, and the train size that the rest can buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.phases.data import Data, SplitKind
from leadline.phases.lifecycle import ROWS
from leadline.phases.project_accounts.ledger import Expense, ExpenseKind

if TYPE_CHECKING:
    from leadline.phases.problem import Problem
    from leadline.workspace import Workspace

_FARTHEST = 8  # times the labelled rows: the largest size that is forecast


def machine_expenses(workspace: Workspace) -> tuple[Expense, ...]:
    """Money and hours of every run of a machine, superseded and failed ones too.

    Returns
    -------
    tuple of Expense
        The oldest first, in the currency of the problem; what no verdict has priced is at today's
        price of the machine.
    """
    per_second = workspace.settings.prices.machine_per_hour / 3600
    return tuple(
        Expense(
            stage=ROWS[run.row].stage,
            kind=ExpenseKind.MACHINES,
            day=run.at.date(),
            money=run.seconds * per_second if run.cost is None else run.cost,
            machine_hours=run.seconds / 3600,
            n=1,
        )
        for run in workspace.record.activity.machine_runs()
    )


def spent_on_machines(workspace: Workspace) -> float:
    """Money of every run of a machine, as `machine_expenses` has it."""
    return sum(each.money for each in machine_expenses(workspace))


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
