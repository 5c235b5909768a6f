"""The ledger adds up what the record holds: superseded, withdrawn and failed work too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.examples import example_problem, example_search
from tests.services.accounting.busy import NOW, failed_job, judged, voted, worked
from tests.services.flights import append
from tests.services.test_commands import UNTIL_TUNING

from leadline.evaluation.budget import spent_on_machines
from leadline.phases.lifecycle import Stage
from leadline.phases.project_accounts.ledger import ExpenseKind, LedgerLine
from leadline.services import queries
from leadline.services.accounting import ledger_sentences, ledger_table, project_ledger
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def line(workspace: Workspace, stage: Stage, kind: ExpenseKind) -> LedgerLine:
    lines = project_ledger(workspace, now=NOW).lines
    (found,) = [each for each in lines if (each.stage, each.kind) == (stage, kind)]
    return found


def test_nothing_done_is_nothing_spent(make: Make) -> None:
    ledger = project_ledger(make(()))
    assert ledger.lines == ()
    assert (ledger.spent, ledger.left, ledger.share) == (0, None, None)
    assert "no answer, no run" in " ".join(ledger_sentences(ledger))


def test_votes_cost_their_own_price_and_a_withdrawn_one_only_time(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    voted(workspace, 3, 4)
    voted(workspace, 2, 6)
    workspace.record.labels.votes.undo("Ada")
    labels = line(workspace, Stage.TRAIN, ExpenseKind.LABELS)
    assert labels.n == 9
    assert labels.money == pytest.approx(9 * 0.25)
    assert labels.people_hours == pytest.approx(0.1), "the time of the withdrawn one is gone too"


def test_two_hundred_hours_are_fifty_working_days(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    worked(workspace, 200.0)
    work = line(workspace, Stage.SHIP, ExpenseKind.WORK)
    assert (work.people_hours, work.working_days) == (200, 50)
    assert work.hours_committed == pytest.approx(3.0), "the open piece by PERT"
    ledger = project_ledger(workspace)
    assert "200 hours, 50 working days" in " ".join(ledger_sentences(ledger))
    assert (
        "ship",
        "reported work",
        "1",
        "no price",
        "3 hours",
        "200 hours, 50 working days",
        "",
    ) in (ledger_table(ledger).rows)


def test_a_superseded_search_and_a_failed_run_are_paid_for(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    once = spent_on_machines(workspace)
    append(workspace, "search", replace(example_search(), cost=7.0))
    assert spent_on_machines(workspace) == pytest.approx(once + 7.0)
    failed_job(workspace, "decay")
    failed_job(workspace, "search")
    runs = workspace.record.activity.machine_runs()
    assert [run.row for run in runs if run.cost is None] == ["curve", "decay", "search"]
    ledger = project_ledger(workspace)
    assert ledger.money_of(ExpenseKind.MACHINES) == pytest.approx(spent_on_machines(workspace))
    assert sum(each.n for each in ledger.lines if each.kind is ExpenseKind.MACHINES) == 5


def test_spent_committed_and_left_are_what_was_granted(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    voted(workspace, 1, 20)
    workspace.record.jobs.put("search", by="Ada")
    ledger = project_ledger(workspace)
    box_s = workspace.settings.problem.time_box_s
    price = workspace.settings.prices.machine_per_hour
    assert ledger.granted == example_problem().budget
    assert ledger.committed == pytest.approx(box_s * price / 3600)
    assert ledger.left == pytest.approx(ledger.granted - ledger.spent - ledger.committed)
    page = queries.project_page(workspace)
    assert page.costs.spent == pytest.approx(ledger.spent), "one truth for every page"


def test_an_overdrawn_budget_is_said_to_be(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    append(workspace, "problem", replace(example_problem(), budget=1.0))
    voted(workspace, 1, 8)
    ledger = project_ledger(workspace)
    assert ledger.left is not None
    assert ledger.left < -1
    assert ledger.share == 1
    assert "more than was granted" in " ".join(ledger_sentences(ledger))
    assert [day.granted for day in ledger.days][-1] == 1.0


def test_judgments_are_hours_without_a_price(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    judged(workspace, 2, [1, 2, 3])
    judgments = line(workspace, Stage.APPLY, ExpenseKind.JUDGMENTS)
    assert (judgments.n, judgments.money) == (3, 0)
    assert judgments.people_hours == pytest.approx(0.05)
    assert "no price" in ledger_table(project_ledger(workspace)).rows[-2]
