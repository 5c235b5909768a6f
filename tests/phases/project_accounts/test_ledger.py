"""Sums of a ledger: each kind by its own working day, a budget until the next one."""

from __future__ import annotations

from datetime import date

import pytest

from leadline.phases.lifecycle import Stage
from leadline.phases.project_accounts.ledger import (
    Commitment,
    Expense,
    ExpenseKind,
    Grant,
    HoursADay,
    Ledger,
    LedgerDay,
    ledger_of,
)

FIRST, SECOND, THIRD = (date(2031, 3, day) for day in (3, 4, 7))


def ledger(*expenses: Expense, promised: float = 0.0, grants: tuple[Grant, ...] = ()) -> Ledger:
    return ledger_of(
        expenses,
        [Commitment(Stage.TRAIN, ExpenseKind.MACHINES, promised, 0.0, "'search' runs")],
        grants,
        currency="EUR",
        granted=100.0,
        hours_a_day=HoursADay(labelling=4.0, other=8.0),
        until=THIRD,
    )


@pytest.mark.parametrize(
    ("kind", "days"),
    [(ExpenseKind.LABELS, 4.0), (ExpenseKind.JUDGMENTS, 2.0), (ExpenseKind.WORK, 2.0)],
)
def test_a_day_of_labelling_is_shorter_than_one_of_other_work(
    kind: ExpenseKind, days: float
) -> None:
    its = ledger(Expense(Stage.TRAIN, kind, FIRST, people_hours=16.0))
    assert (its.people_hours, its.working_days) == (16.0, days)


def test_days_add_up_and_a_budget_stands_until_the_next_one() -> None:
    labels = Expense(Stage.TRAIN, ExpenseKind.LABELS, SECOND, money=30.0)
    machines = Expense(Stage.FIND, ExpenseKind.MACHINES, THIRD, money=5.0)
    grants = (Grant(FIRST, 40.0), Grant(FIRST, 50.0), Grant(THIRD, 100.0))
    its = ledger(machines, labels, labels, promised=10.0, grants=grants)
    assert its.days == (
        LedgerDay(FIRST, 0.0, 0.0, 50.0),
        LedgerDay(SECOND, 60.0, 0.0, 50.0),
        LedgerDay(THIRD, 60.0, 5.0, 100.0),
    )
    assert (its.spent, its.committed, its.left, its.share) == (65.0, 10.0, 25.0, 0.65)
