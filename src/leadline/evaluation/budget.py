"""Budget: money spent on machines, and the train size that the rest can buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.errors import SettingsError
from leadline.phases.data import Data, SplitKind, step_of_a_row
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.project_accounts.ledger import Expense, ExpenseKind
from leadline.phases.project_accounts.token_price import MICROS
from leadline.phases.search.search_evidence import FARTHEST

if TYPE_CHECKING:
    from leadline.phases.problem import Problem
    from leadline.phases.verdict import Bounds
    from leadline.workspace import Workspace


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


def model_expenses(workspace: Workspace) -> tuple[Expense, ...]:
    """Money of the answers of language models.

    Returns
    -------
    tuple of Expense
        The oldest day first, in the currency of the problem.
    """
    return tuple(
        Expense(
            stage=Stage.TRAIN,
            kind=ExpenseKind.MODELS,
            day=day.day,
            money=dollars(workspace, day.spent),
            n=day.n,
        )
        for day in workspace.record.machines.days()
    )


def dollars(workspace: Workspace, micros: int) -> float:
    """Micro-dollars in the currency of the problem.

    Raises
    ------
    SettingsError
        If nobody has said what a dollar costs in it.
    """
    rate = workspace.settings.per_dollar
    if micros and not rate:
        raise SettingsError(
            "Language models were paid in US dollars, and [problem] currency is "
            f"{workspace.settings.problem.currency}.",
            "What a dollar costs must be known, or the two cannot be added.",
            "Set [prices] dollar_rate in leadline.toml.",
        )
    return micros / MICROS * rate


def spent_on_machines(workspace: Workspace) -> float:
    """Money of every run of a machine and of the answers of language models."""
    expenses = (*machine_expenses(workspace), *model_expenses(workspace))
    return sum(each.money for each in expenses)


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
        return FARTHEST * n_available
    budget = max(problem.budget - spent_on_machines(workspace), 0.0)
    # a model's error, by which rows of machines would be worth less, is not known yet
    n_more = int(train_share(data, None) * budget / label_cost)
    return min(n_available + n_more, FARTHEST * n_available)


def train_share(data: Data, worth: Bounds | None) -> float:
    """Train rows of a learning curve that a newly labelled row brings.

    Parameters
    ----------
    data : Data
        How test rows are set aside, and which rows machines labelled.
    worth : Bounds or None
        Of the rows of machines, as `leadline.phases.data.machine_worth` gives it.
    """
    is_by_time = data.split.kind is SplitKind.TIME  # later rows all become train rows
    share = 1.0 if is_by_time else 1 - data.split.test_share
    return share * step_of_a_row(data.machine_shares, data.split.n_train, worth)
