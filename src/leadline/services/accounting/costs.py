"""Costs of a project: everything the record knows of money and hours, as one ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadline.evaluation.budget import dollars, machine_expenses, model_expenses
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.ledger import (
    Commitment,
    Expense,
    ExpenseKind,
    Grant,
    HoursADay,
    Ledger,
    ledger_of,
)
from leadline.record import AnswerKind, DayOfAnswers, Job, WorkState, WorkStatement
from leadline.record.sql_types import utc
from leadline.services.identity.permission import require
from leadline.workspace import Workspace

_MILLION = 1_000_000
_BELONGS = {
    AnswerKind.VOTE: (Stage.TRAIN, ExpenseKind.LABELS),
    AnswerKind.ADJUDICATION: (Stage.TRAIN, ExpenseKind.LABELS),
    AnswerKind.JUDGMENT: (Stage.APPLY, ExpenseKind.JUDGMENTS),
    AnswerKind.BLOCK_LABEL: (Stage.WATCH, ExpenseKind.LABELS),
}
_BOXED = ("search", "curve")  # runs that end with the time box at the latest


def project_ledger(workspace: Workspace, *, now: datetime | None = None) -> Ledger:
    """Everything a project has cost, superseded and failed work included.

    Parameters
    ----------
    workspace : Workspace
        The project.
    now : datetime or None, default=None
        The moment it is, with a time zone; None: now.
    """
    require(workspace, Action.VIEW)
    at = utc(now)
    settings, activity = workspace.settings, workspace.record.activity
    problem = workspace.record.latest_of(Problem) or settings.problem
    work = workspace.record.work.all()
    expenses = [
        *machine_expenses(workspace),
        *model_expenses(workspace),
        *(_answered(day, settings.prices.vote_cost) for day in activity.answers()),
        *_reported(work),
    ]
    grants = [
        Grant(entry.at.date(), entry.budget)
        for entry in activity.entries()
        if entry.row == "problem" and entry.budget is not None
    ]
    return ledger_of(
        expenses,
        [
            *_asked_for(workspace),
            *_asked_of_models(workspace),
            *_running(workspace, at),
            *_planned(work),
        ],
        grants,
        currency=problem.currency,
        granted=problem.budget,
        hours_a_day=HoursADay(settings.prices.hours_per_day, settings.work.hours_per_day),
        until=at.date(),
        n_untimed=activity.n_untimed_jobs(),
    )


def _answered(day: DayOfAnswers, vote_cost: float) -> Expense:
    stage, kind = _BELONGS[day.kind]
    return Expense(
        stage=stage,
        kind=kind,
        day=day.day,
        money=day.price / _MILLION + day.n_unpriced * vote_cost,
        people_hours=day.seconds / 3600,
        n=day.n,
    )


def _reported(work: Sequence[WorkStatement]) -> list[Expense]:
    """Hours that pieces of work took, each time that one was done."""
    return [
        Expense(
            stage=Stage(said.stage),
            kind=ExpenseKind.WORK,
            day=said.at.date(),
            people_hours=said.hours,
            n=1,
        )
        for said in work
        if said.state is WorkState.DONE and said.hours is not None and said.at is not None
    ]


def _planned(work: Sequence[WorkStatement]) -> list[Commitment]:
    """Work to be done once that people have estimated and nobody has finished or dropped."""
    newest = {said.item: said for said in work}
    return [
        Commitment(
            Stage(said.stage), ExpenseKind.WORK, 0.0, said.estimate.mean, f"{said.title}, estimated"
        )
        for said in newest.values()
        if said.estimate and not said.every and said.state in (WorkState.OPEN, WorkState.STARTED)
    ]


def _asked_for(workspace: Workspace) -> list[Commitment]:
    """Votes that people have been asked for: their price is set aside."""
    worklist = workspace.record.labels.items.worklist()
    if worklist is None or not worklist.held:
        return []
    why = "votes that people were asked for"
    return [Commitment(Stage.TRAIN, ExpenseKind.LABELS, worklist.held / _MILLION, 0.0, why)]


def _asked_of_models(workspace: Workspace) -> list[Commitment]:
    """Money set aside for answers that are waited for, or that may be on the bill."""
    found = []
    for its in workspace.record.machines.accounts():
        for money, why in (
            (its.in_flight, f"answers of {its.machine!r} that are waited for"),
            (its.possibly_paid, f"requests to {its.machine!r} that may be on its bill"),
        ):
            if money:
                amount = dollars(workspace, money)
                found.append(Commitment(Stage.TRAIN, ExpenseKind.MODELS, amount, 0.0, why))
    return found


def _running(workspace: Workspace, now: datetime) -> list[Commitment]:
    """Machine time of jobs: what has run; of searches and curves their whole box."""
    per_second = workspace.settings.prices.machine_per_hour / 3600
    box_s = workspace.settings.problem.time_box_s
    return [
        Commitment(
            ROWS[job.row].stage,
            ExpenseKind.MACHINES,
            per_second * max(_so_far(job, now), box_s if job.row in _BOXED else 0.0),
            0.0,
            f"'{job.row}' is {job.state.value}",
        )
        for job in workspace.record.activity.jobs_under_way()
    ]


def _so_far(job: Job, now: datetime) -> float:
    return 0.0 if job.begun_at is None else max((now - job.begun_at).total_seconds(), 0.0)
