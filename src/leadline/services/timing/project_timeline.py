"""Timeline of a project: everything the record knows of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from leadline.errors import SettingsError
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.timeline import (
    MACHINE,
    DailyCount,
    Foretold,
    TimeBox,
    Timeline,
    Wait,
    foretold_of,
    stretches_of,
    waits_of,
)
from leadline.record import AnswerKind, EntryMoment
from leadline.record.sql_types import utc
from leadline.services.identity.permission import require
from leadline.services.queries.next_steps import Act, steps
from leadline.services.queries.project_state import ProjectState
from leadline.services.timing.endings import endings_of
from leadline.workspace import Workspace

_NAMES = {AnswerKind.VOTE: "labels", AnswerKind.JUDGMENT: "judgments"}
_LONG_S = 60.0  # a job that waits less for a worker is nobody's wait


def project_timeline(
    workspace: Workspace, *, by: date | None = None, now: datetime | None = None
) -> Timeline:
    """Where a project was when, what it waited for, and when it may end.

    Parameters
    ----------
    workspace : Workspace
        The project.
    by : date or None, default=None
        A day to give the chance of, that what people are asked for is in.
    now : datetime or None, default=None
        The moment it is, with a time zone; None: now.

    Raises
    ------
    SettingsError
        If the day has passed.
    """
    require(workspace, Action.VIEW)
    at, activity = utc(now), workspace.record.activity
    if by is not None and by < at.date():
        raise SettingsError(
            f"{by} has passed.", "What is still wanted can be in by a day to come.", "Name one."
        )
    entries, answers = activity.entries(), activity.answers()
    waits = [*waits_of(entries), *_for_workers(workspace), *_open_wait(workspace, entries)]
    return Timeline(
        at=at,
        stretches=stretches_of(entries, at),
        waits=tuple(sorted(waits, key=lambda wait: wait.start)),
        time_boxes=tuple(
            TimeBox(run.row, run.at, run.seconds, run.time_box_s)
            for run in activity.machine_runs()
            if run.time_box_s is not None
        ),
        foretold=_foretold(entries),
        answers=tuple(
            DailyCount(_NAMES[each.kind], each.day, each.n)
            for each in answers
            if each.kind in _NAMES and each.n
        ),
        endings=endings_of(workspace, answers, at, by),
    )


def _foretold(entries: Sequence[EntryMoment]) -> tuple[Foretold, ...]:
    forecasts = [
        Foretold(
            each.number, each.at, each.p_now, each.p_affordable, each.target_score, each.scoring
        )
        for each in entries
        if each.row == "forecast"
        and each.p_now is not None
        and each.p_affordable is not None
        and each.target_score is not None
        and each.scoring
    ]
    scores = [
        (each.at, each.scoring, each.test_score)
        for each in entries
        if each.row == "tuning" and each.test_score is not None and each.scoring
    ]
    return foretold_of(forecasts, scores)


def _for_workers(workspace: Workspace) -> list[Wait]:
    """Jobs that no worker took for a while."""
    return [
        Wait(f"a worker for {job.row}", MACHINE, job.put_at, job.begun_at)
        for job in workspace.record.activity.job_waits()
        if job.begun_at and (job.begun_at - job.put_at).total_seconds() > _LONG_S
    ]


def _open_wait(workspace: Workspace, entries: Sequence[EntryMoment]) -> list[Wait]:
    """What a person has to do next, since the last verdict; nothing where a machine is next."""
    record = workspace.record
    first = steps(ProjectState.of(record), record.activity.jobs_under_way())[0]
    if first.act not in (Act.DECIDE, Act.JUDGE) or not entries:
        return []
    problem = record.latest_of(Problem)
    return [Wait(first.title, problem.owner if problem else "", entries[-1].at, None)]
