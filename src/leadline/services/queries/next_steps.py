"""Next steps of a project, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from leadline.phases.lifecycle import ROWS, Row, Stage, State, decision_of, is_decision, rows_of
from leadline.phases.release import BELOW_TARGET
from leadline.phases.verdict import Answer
from leadline.record import Job, JobState
from leadline.services.queries.project_state import ProjectState, Refusal, title_of


class Act(StrEnum):
    """What a step asks for."""

    STATE = "state the problem"
    RUN = "run"
    DECIDE = "decide"
    CHANGE = "change"
    JUDGE = "judge"
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes
    ----------
    act : Act
        What is asked for.
    title : str
        In a few words.
    why : str
        The reason.
    path : str
        Where on the page it is done.
    command : str
        How it is done in a terminal; empty where it cannot.
    row : str
        The row it is about; empty if it is about none.
    """

    act: Act
    title: str
    why: str
    path: str = "/"
    command: str = ""
    row: str = ""


def steps(now: ProjectState, jobs: Sequence[Job] = ()) -> tuple[Step, ...]:
    """Return what is to be done, the most urgent first; never empty.

    Parameters
    ----------
    now : ProjectState
        Where every row stands.
    jobs : sequence of Job
        Those waiting or running.

    Returns
    -------
    tuple of Step
        Only "nothing" if nothing is to be done.
    """
    if now.stopped:
        return tuple(map(_stopped, now.stopped))
    at_work = {job.row: job for job in jobs}
    found = tuple(
        _waiting(at_work[step.row]) if step.act is Act.RUN and step.row in at_work else step
        for step in (*_to_change(now), *_wanted(now), *_to_confirm(now))
    )
    return found or (
        Step(
            Act.NOTHING,
            "Nothing to decide now",
            "Every verdict is current. Look again when new data have come in.",
            ROWS["monitor"].page,
            ROWS["monitor"].command,
        ),
    )


def _wanted(now: ProjectState) -> Iterator[Step]:
    for name, row in ROWS.items():
        standing = now.standings[name]
        if is_decision(name):
            yield from _decision_wanted(now, row.stage)
        elif standing.closed:
            continue
        elif standing.state is State.OPEN:
            yield _first(row)
        elif standing.state is State.STALE:
            yield _again(row)


def _first(row: Row) -> Step:
    act = Act.RUN if row.is_computed else Act.JUDGE
    if row.name == "problem":
        act = Act.STATE
    return Step(act, row.task, row.question, row.page, row.command, row.name)


def _again(row: Row) -> Step:
    first = _first(row)
    titles = {Act.RUN: f"{row.task} again", Act.JUDGE: f"{title_of(row.name)} again"}
    title = titles.get(first.act, row.task)
    why = "What it stood on has changed since."
    return replace(first, title=title, why=why)


def _decision_wanted(now: ProjectState, stage: Stage) -> Iterator[Step]:
    """A "no" blocks what comes after; an unclear answer only asks for a person's word."""
    rows = [row.name for row in rows_of(stage)]
    against = [name for name in rows if now.has(name, Answer.NO) and not now.is_overruled(name)]
    is_decided = now.standings[decision_of(stage)].state is State.CURRENT
    unclear = [name for name in rows if now.has(name, Answer.UNCLEAR) and not is_decided]
    if not against and not unclear:
        return
    barred = [name for name in against if now.barrier(name)]
    if barred:
        yield from (_mend(ROWS[name], now.barrier(name)) for name in barred)
        return
    badges = {name: now.of_row(name).text for name in against or unclear}
    step = _decision_step(
        now, stage, " ".join(f"{title_of(name)}: {badge}." for name, badge in badges.items())
    )
    if badges.get("release") == BELOW_TARGET:
        step = replace(step, command=f"leadline decide {stage} go --below-target")
    yield step


def _to_change(now: ProjectState) -> Iterator[Step]:
    """What a decision to go back asks for, as long as nothing has changed."""
    back = now.turned_back
    if back is None or not now.has(decision_of(back.said.stage), Answer.NO):
        return
    target = back.said.to or back.said.stage
    yield Step(
        Act.CHANGE,
        f"Change at {target}: {back.said.change}"
        if back.said.change
        else f"Change something at {target}",
        f"{back.words} A new verdict, or a new decision on {back.said.stage}, ends this.",
        f"/stages/{target}",
        f"leadline run {target}",
    )


def _to_confirm(now: ProjectState) -> Iterator[Step]:
    """Decisions that are out of date though every answer is as it was: they may be kept."""
    for stage in Stage:
        if not now.may_keep(stage) or any(_decision_wanted(now, stage)):
            continue
        yield _decision_step(now, stage, "Every answer has come out as it was.")


def _decision_step(now: ProjectState, stage: Stage, why: str) -> Step:
    decision = ROWS[decision_of(stage)]
    if not now.may_keep(stage):
        return Step(Act.DECIDE, decision.task, why, decision.page, decision.command)
    number = now.latest[decision.name].number
    return Step(
        Act.DECIDE,
        f"Keep the decision on {stage}, or decide anew",
        f"{why} The answers are those that the decision of entry {number} stood on.",
        decision.page,
        f"leadline decide {stage} keep",
    )


def _mend(row: Row, barrier: str) -> Step:
    """What nobody can overrule must change."""
    why = f"{barrier} Nobody can overrule that: it must change first."
    return Step(Act.RUN, f"{row.task} again", why, row.page, row.command, row.name)


def _stopped(refusal: Refusal) -> Step:
    stage = refusal.said.stage
    decision = ROWS[decision_of(stage)]
    return Step(
        Act.DECIDE,
        f"Stopped after {stage}",
        f"{refusal.words} A new decision, or a new verdict, reopens it.",
        decision.page,
        decision.command,
        decision.name,
    )


def _waiting(job: Job) -> Step:
    return Step(
        Act.WAIT,
        f"Wait for {job.row}",
        job.message or f"Asked for by {job.by}.",
        f"/jobs/{job.number}",
        "leadline worker" if job.state is JobState.WAITING else "",
        job.row,
    )
