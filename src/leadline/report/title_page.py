"""The title page: state of the project, cost, chance of success, next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline.phases.decision import sentence
from leadline.phases.forecast import Forecast
from leadline.phases.labelling import Labelling
from leadline.phases.lifecycle import (
    ROWS,
    Badge,
    Badges,
    Mark,
    Owner,
    Stage,
    Standing,
    State,
    decision_of,
    is_decision,
    rows_of,
)
from leadline.phases.number_format import money
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.phases.target.measured_target import target_now
from leadline.phases.target.success_chance import chance_of_success, without_chance
from leadline.phases.verdict import Answer, Verdict
from leadline.record import Entry


@dataclass(frozen=True)
class StageWord:
    """One stage in one word.

    Attributes
    ----------
    stage : str
        Its name.
    badge : Badge
        Where it stands, in a word or two.
    why : str
        What the word rests on.
    """

    stage: str
    badge: Badge
    why: str


@dataclass(frozen=True)
class TitlePage:
    """A project on one page.

    Attributes
    ----------
    stages : tuple of StageWord
        All six, in order.
    cost : str
        Money gone, of what was granted.
    measured : str
        The score beside the target; empty before one is measured.
    success : str
        Chance of meeting the target.
    past : tuple of (str, str)
        Chances that no longer count, each with the reason.
    next : str
        What is wanted now, and of whom.
    """

    stages: tuple[StageWord, ...]
    cost: str
    measured: str
    success: str
    past: tuple[tuple[str, str], ...]
    next: str


def title_page(
    entries: Sequence[Entry], standing: Mapping[str, Standing], *, cost: str = ""
) -> TitlePage:
    """Put a project on one page.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry, newest last.
    standing : mapping of str to Standing
        Where each row stands.
    cost : str, default=""
        What it has cost; empty: what the verdicts tell.

    Returns
    -------
    TitlePage
        All in words.
    """
    latest = {entry.row: entry.verdict for entry in entries}
    badges = badges_of(entries, standing)
    check = target_now(latest, standing)
    found = chance_of_success(entries, standing)
    return TitlePage(
        stages=tuple(
            StageWord(stage.value, badges.of_stage(stage), _why(stage, standing, latest))
            for stage in Stage
        ),
        cost=cost or _cost(entries, latest),
        measured=check.words if check else "",
        success=f"{found.words} The target: {found.target}." if found else without_chance(standing),
        past=tuple((each.words, each.past) for each in found.superseded) if found else (),
        next=_next(standing, latest),
    )


def badges_of(entries: Sequence[Entry], standing: Mapping[str, Standing]) -> Badges:
    """The badges of every row and stage."""
    marks = {
        entry.row: Mark(
            entry.number,
            entry.row,
            entry.on,
            entry.verdict.answer,
            barrier=entry.verdict.barrier,
            badge=entry.verdict.badge,
        )
        for entry in entries
    }
    return Badges(marks, standing)


def _why(stage: Stage, standing: Mapping[str, Standing], latest: Mapping[str, Verdict]) -> str:
    """What the badge of a stage rests on."""
    names = [row.name for row in rows_of(stage)]
    current = {name: standing[name].answer for name in names if _is_current(standing[name])}
    if _is_current(standing[decision_of(stage)]):
        return latest[decision_of(stage)].summary
    for answer in (Answer.NO, Answer.UNCLEAR):
        rows = [name for name, given in current.items() if given is answer]
        if rows:
            return f"{rows[-1].capitalize()}: {latest[rows[-1]].summary}"
    stale = [name for name in names if standing[name].state is State.STALE]
    if stale:
        return f"Out of date: {', '.join(stale)}."
    missing = [name for name in names if name not in current]
    return f"To come: {', '.join(missing)}." if missing else latest[names[-1]].summary


def _is_current(standing: Standing) -> bool:
    return standing.state is State.CURRENT


def _cost(entries: Sequence[Entry], latest: Mapping[str, Verdict]) -> str:
    problem = latest.get("problem")
    if not isinstance(problem, Problem):
        return "Not known: the problem has not been stated."
    verdicts = [entry.verdict for entry in entries]
    spent = sum(verdict.cost for verdict in verdicts if isinstance(verdict, Search))
    labelling, forecast = latest.get("labelling"), latest.get("forecast")
    if isinstance(labelling, Labelling):
        spent += labelling.cost
    if isinstance(forecast, Forecast):
        spent = max(spent, forecast.spent)
    words = money(spent, problem.currency)
    if not problem.budget:
        return f"{words} spent; no budget was stated."
    return (
        f"{words} of {money(problem.budget, problem.currency)} granted "
        f"({spent / problem.budget:.0%})."
    )


def _next(standing: Mapping[str, Standing], latest: Mapping[str, Verdict]) -> str:
    for name, row in ROWS.items():
        state = standing[name]
        if is_decision(name):
            doubts = [on for on in row.stands_on if _is_doubtful(standing[on])]
            if _is_current(state) and state.answer is not Answer.GO:
                return f"{sentence(latest[name].summary)} Until that changes, nothing follows."
            if doubts and not _is_current(state):
                summary = latest[doubts[-1]].summary
                return f"Decide on {row.stage}: go on, go back or stop? {doubts[-1]}: {summary}"
        elif state.is_runnable and state.state in {State.OPEN, State.STALE}:
            who = "The machine can run" if row.owner is Owner.MACHINE else "People are asked for"
            return f"{who} '{name}': {row.question}"
    return "Nothing is waiting: every verdict is there and current."


def _is_doubtful(standing: Standing) -> bool:
    return _is_current(standing) and standing.answer in {Answer.NO, Answer.UNCLEAR}
