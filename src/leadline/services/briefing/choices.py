"""Choices at the end of a stage: what going on, going back and stopping cost and change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leadline.phases.capacity import Capacity
from leadline.phases.decision import Choice
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import (
    Mark,
    Stage,
    Standing,
    State,
    is_decision,
    rows_of,
    stale_after,
)
from leadline.phases.number_format import duration, money
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.ledger import Ledger
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer, Verdict
from leadline.phases.wording import plural
from leadline.workspace import Workspace


@dataclass(frozen=True)
class ChoiceLine:
    """One way to go on from a stage.

    Attributes
    ----------
    choice : Choice
        Go on, go back or stop.
    title : str
        In a few words.
    costs, changes : str
        In sentences.
    closed : str
        Why it is not on offer; empty if it is.
    """

    choice: Choice
    title: str
    costs: str
    changes: str
    closed: str = ""


@dataclass(frozen=True)
class Standpoint:
    """What the choices of a stage are seen from.

    Attributes
    ----------
    workspace : Workspace
        The project.
    marks : tuple of Mark
        Every entry, oldest first.
    now : mapping of str to Standing
        Where every row stands.
    verdicts : mapping of str to Verdict
        Row to its newest verdict.
    costs : Ledger
        Money so far.
    has_service : bool
        Whether anything is in service.
    """

    workspace: Workspace
    marks: tuple[Mark, ...]
    now: Mapping[str, Standing]
    verdicts: Mapping[str, Verdict]
    costs: Ledger
    has_service: bool


def choices(stage: Stage, seen: Standpoint, barrier: str) -> tuple[ChoiceLine, ...]:
    """Go on, go back, stop: what each costs and changes.

    Parameters
    ----------
    stage : Stage
        That is decided on.
    seen : Standpoint
        Where the project stands.
    barrier : str
        Why nobody can go on; empty if somebody can.
    """
    return (_go(stage, seen, barrier), *_back(stage, seen), _stop(stage, seen))


def _go(stage: Stage, seen: Standpoint, barrier: str) -> ChoiceLine:
    overruled = [
        row.name
        for row in rows_of(stage)
        if seen.now[row.name].state is State.CURRENT and seen.now[row.name].answer is Answer.NO
    ]
    following = _after(stage)
    words = []
    if following:
        words.append(f"Opens {following}: {_names(row.name for row in rows_of(following))}.")
    if stage is Stage.SHIP:
        words.append("A release that waits for this word goes into service.")
        release = seen.verdicts.get("release")
        if isinstance(release, Release) and release.shortfall:
            words.append(f"It signs for a release below the target. {release.shortfall}")
    if stage is Stage.WATCH:
        stays = "What is in service stays there, and is watched on."
        words.append(stays if seen.has_service else "Nothing is in service to be watched yet.")
    if overruled:
        words.append(f"It overrules the no of {_names(overruled)}, under your name.")
    title = f"Go on to {following}" if following else "Go on watching"
    return ChoiceLine(Choice.GO, title, _cost_of_next(following, seen), " ".join(words), barrier)


def _after(stage: Stage) -> Stage | None:
    stages = list(Stage)
    place = stages.index(stage) + 1
    return stages[place] if place < len(stages) else None


def _cost_of_next(stage: Stage | None, seen: Standpoint) -> str:
    """What the next stage is expected to cost, as far as the record and the settings know."""
    problem, prices = seen.verdicts.get("problem"), seen.workspace.settings.prices
    if stage is Stage.FIND and isinstance(problem, Problem):
        cost = problem.time_box_s / 3600 * prices.machine_per_hour
        at_most = f", {money(cost, problem.currency)} at most" if cost else ""
        return f"Up to {duration(problem.time_box_s)} of machine time{at_most}."
    if stage is Stage.TRAIN:
        price = seen.workspace.settings.label_cost
        words = (
            f"{money(price, seen.costs.currency)} a label"
            if price
            else "no price of a label is set"
        )
        return f"Machine time for the curve. Rows are bought only if somebody says so: {words}."
    if stage is Stage.APPLY:
        return _left_unspent(seen)
    if stage is Stage.SHIP:
        return "Machine time for the last fit and for measuring capacity."
    capacity = seen.verdicts.get("capacity")
    if stage is Stage.WATCH and isinstance(capacity, Capacity) and capacity.cost_per_month:
        return f"{money(capacity.cost_per_month, capacity.currency)} a month for the machines."
    return "Not known: the record holds no price for what follows."


def _left_unspent(seen: Standpoint) -> str:
    tuning, forecast = seen.verdicts.get("tuning"), seen.verdicts.get("forecast")
    words = ["People's time: they judge rows of the real stream."]
    if isinstance(tuning, Tuning) and tuning.n_sample:
        words = [f"People's time: they judge {plural(tuning.n_sample, 'row')} of the real stream."]
    plan = forecast.plan if isinstance(forecast, Forecast) else None
    if plan is not None and plan.expected_cost:
        unspent = money(plan.expected_cost, seen.costs.currency)
        words.append(f"The {unspent} that the forecast would spend on rows are not spent.")
    return " ".join(words)


def _back(stage: Stage, seen: Standpoint) -> list[ChoiceLine]:
    """Back to this stage or to an earlier one that has begun: what it took, and what is lost."""
    stages = list(Stage)
    lines = []
    for target in stages[: stages.index(stage) + 1]:
        rows = [row.name for row in rows_of(target) if row.name in seen.verdicts]
        if rows:
            stale = stale_after(seen.marks, rows)
            took = _took(seen.verdicts, (*rows, *stale), seen.costs.currency)
            changes = f"{plural(len(rows), 'verdict')} of {target} to look at again. {_lost(stale)}"
            title = f"Go back to {target}"
            lines.append(ChoiceLine(Choice.BACK, title, took, changes))
    return lines


def _lost(stale: tuple[str, ...]) -> str:
    if not stale:
        return "Nothing else becomes out of date."
    n_decisions = sum(map(is_decision, stale))
    n_verdicts = len(stale) - n_decisions
    words = [plural(n_verdicts, "verdict")] if n_verdicts else []
    words += [plural(n_decisions, "decision")] if n_decisions else []
    return f"Out of date then, where answers change: up to {' and '.join(words)}."


def _took(verdicts: Mapping[str, Verdict], rows: tuple[str, ...], currency: str) -> str:
    """Machine time of the newest verdicts of some rows, as far as it is noted, and its price."""
    its = {row: verdicts[row] for row in rows if row in verdicts}
    noted_s = {row: s for row, each in its.items() if (s := getattr(each, "spent_s", 0.0))}
    cost = sum(each.cost for each in its.values() if isinstance(each, Search))
    # verdicts of the other rows do not say how long they took
    of = f", of {', '.join(noted_s)} alone" if len(noted_s) < len(its) else ""
    noted = [f"{duration(sum(noted_s.values()))} of machine time"] if noted_s else []
    noted += [money(cost, currency)] if cost else []
    if not noted:
        return "Not known: nothing was noted of what it took."
    return f"What it took, if all is done again: {' and '.join(noted)}{of}."


def _stop(stage: Stage, seen: Standpoint) -> ChoiceLine:
    spent = money(seen.costs.spent, seen.costs.currency)
    left = seen.costs.left
    rest = (
        f" {money(left, seen.costs.currency)} of the budget stay unspent."
        if left and left > 0
        else ""
    )
    following = _after(stage)
    stays = "What is in service stays there." if seen.has_service else "Nothing is in service."
    closed = f"Closes {following} and all after it. " if following else ""
    return ChoiceLine(
        Choice.STOP,
        "Stop here",
        f"Nothing more. What was spent so far, {spent}, does not come back.{rest}",
        f"{closed}{stays} A new decision reopens the project.",
    )


def _names(rows: Iterable[str]) -> str:
    names = list(rows)
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""
