"""Planted projects: the example verdicts, richer, and the same with every number moved."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any

from tests.default_decisions import (
    default_monitor,
    default_problem,
    default_release,
    default_review,
    default_tuning,
)
from tests.examples import example_verdicts
from tests.phases.again import again
from tests.report.entries import entries_of
from tests.slice_reports import REPORTS

from leadline.phases.problem import Problem
from leadline.phases.review import Answered, Review
from leadline.phases.tuning import ScoreGroup, Tuning
from leadline.phases.verdict import Bounds, Verdict
from leadline.record import Entry

# levels that are the same in every project
_KEPT = {"q", "probability"}


def planted() -> list[Entry]:
    """The example project with all that a document can tell."""
    return entries_of(list(_rich().items()))


def planted_kind(kind: str) -> list[Entry]:
    """A project of several classes, or of numbers."""
    made = {
        "problem": default_problem(kind),
        "tuning": default_tuning(kind),
        "review": default_review(kind),
        "release": default_release(kind),
        "monitor": default_monitor(kind),
    }
    return entries_of(list({**example_verdicts(), **made}.items()))


@dataclass(frozen=True)
class Move:
    """Other numbers of the same kind: shares stay shares, and orders stay as they were."""

    slope: float
    shift: float
    factor: float
    n_more: int

    def __call__(self, value: float) -> float:
        """Nothing stays nothing, whole numbers stay whole."""
        if isinstance(value, int):
            return value + self.n_more * bool(value)
        return self.slope * value + self.shift if 0 < value < 1 else self.factor * value


def planted_elsewhere() -> list[Entry]:
    """The same story with other numbers, told later, after other entries."""
    move = Move(slope=0.93, shift=0.0173, factor=1.07, n_more=7)
    return _told_later(move, timedelta(days=43, hours=5, minutes=17))


def planted_far_away() -> list[Entry]:
    """Once more with other numbers, later still."""
    move = Move(slope=0.76, shift=0.107, factor=1.31, n_more=230)
    return _told_later(move, timedelta(days=71, hours=3, minutes=8))


def _told_later(move: Move, later: timedelta) -> list[Entry]:
    verdicts = {row: moved(verdict, move) for row, verdict in _rich().items()}
    before = [("problem", verdicts["problem"])] * 40
    return [replace(each, at=each.at + later) for each in entries_of([*before, *verdicts.items()])]


def _rich() -> dict[str, Verdict]:
    verdicts = example_verdicts()
    problem, tuning, review = verdicts["problem"], verdicts["tuning"], verdicts["review"]
    assert isinstance(problem, Problem)
    assert isinstance(tuning, Tuning)
    assert isinstance(review, Review)
    ethics = replace(problem.ethics, groups=("origin",))
    told = (Answered(person="Ada Ops", ratio=4.0), Answered(person="Grace Gate", ratio=6.5))
    return verdicts | {
        "problem": again(problem, ethics=ethics, deputy="Grace Gate"),
        "tuning": again(tuning, slices=REPORTS, groups=_GROUPS, p_calibrated=0.31),
        "review": again(review, answered=told, n_agreed=21, n_judged_twice=23),
    }


_GROUPS = tuple(
    ScoreGroup(
        claimed=claimed,
        happened=Bounds(estimate=share, low=share - 0.06, high=share + 0.07),
        n_rows=n_rows,
    )
    for claimed, share, n_rows in ((0.08, 0.09, 402), (0.21, 0.19, 399), (0.58, 0.63, 397))
)


def moved(verdict: Verdict, move: Move) -> Any:
    """The verdict of evidence in which every number is another one."""
    evidence = import_module(type(verdict).__module__).Evidence
    held = {each.name: getattr(verdict, each.name) for each in fields(evidence)}
    return again(verdict, **{name: _moved(value, move) for name, value in held.items()})


def _moved(value: Any, move: Move) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return move(value)
    if is_dataclass(value) and not isinstance(value, type):
        held = {each.name: getattr(value, each.name) for each in fields(value)}
        return replace(
            value,
            **{name: v if name in _KEPT else _moved(v, move) for name, v in held.items()},
        )
    if isinstance(value, dict):
        return {name: _moved(each, move) for name, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_moved(each, move) for each in value)
    return value
