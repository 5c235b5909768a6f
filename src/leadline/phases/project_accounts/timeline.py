"""Timeline: where a project was when, what it waited for, and what it was said to become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from leadline.phases.lifecycle import ROWS, Stage, is_decision
from leadline.phases.scoring import scoring_of

MACHINE = "a machine"
"""Who a project waits for where it waits for no person."""


@dataclass(frozen=True)
class Event:
    """An entry of the record, as far as time is concerned.

    Attributes
    ----------
    number : int
        Of the entry.
    row : str
        Of the life cycle.
    by : str
        Who put it there.
    at : datetime
        When, UTC.
    on : mapping of str to int
        Row to number of each entry it stood on.
    """

    number: int
    row: str
    by: str
    at: datetime
    on: Mapping[str, int]


@dataclass(frozen=True)
class Stretch:
    """Time that a project spent in one stage.

    Attributes
    ----------
    stage : Stage
        The stage of every entry of that time.
    start, end : datetime
        From its first entry to the first one of another stage, or to now.
    n_entries : int
        Entries in between.
    """

    stage: Stage
    start: datetime
    end: datetime
    n_entries: int


@dataclass(frozen=True)
class Wait:
    """Time that a project waited for somebody.

    Attributes
    ----------
    what : str
        What for.
    who : str
        Whoever ended it; while it lasts, whoever could; empty if nobody is named. `MACHINE` if it
        is no person.
    start : datetime
        Since when.
    end : datetime or None
        Until when; None: it still waits.
    """

    what: str
    who: str
    start: datetime
    end: datetime | None

    @property
    def is_for_person(self) -> bool:
        """Whether a person is waited for, and no machine."""
        return self.who != MACHINE


@dataclass(frozen=True)
class TimeBox:
    """A search or a curve, and the time it was granted.

    Attributes
    ----------
    row : str
        Of the life cycle.
    at : datetime
        When it ended, UTC.
    spent_s, granted_s : float >= 0
        Seconds it took, and might have taken.
    """

    row: str
    at: datetime
    spent_s: float
    granted_s: float


@dataclass(frozen=True)
class Foretold:
    """A forecast, and what was measured after it.

    Attributes
    ----------
    entry : int
        Of the forecast.
    at : datetime
        When it was made.
    p_now, p_affordable : float in [0, 1]
        Chance of the target with the rows of then, and with those the budget could buy.
    target, scoring : float, str
        The target and its metric.
    measured : float or None
        The next score on the test set before another forecast; None: none yet.
    measured_at : datetime or None
        When.
    """

    entry: int
    at: datetime
    p_now: float
    p_affordable: float
    target: float
    scoring: str
    measured: float | None = None
    measured_at: datetime | None = None

    @property
    def is_reached(self) -> bool | None:
        """Whether the measured score reaches the target; None before any."""
        if self.measured is None:
            return None
        return scoring_of(self.scoring).is_met(self.measured, self.target)


@dataclass(frozen=True)
class Ending:
    """When people will have given the answers they are asked for.

    Attributes
    ----------
    what : str
        "labels" or "judgments".
    n_left : int
        Answers still wanted.
    n_days : int
        Days that were watched, the last of them yesterday.
    n_seen : int
        Answers of those days.
    early, half, late : date or None
        The day by which one, half and nineteen of twenty futures are done; None: not within two
        years, or not known.
    by : date or None
        The day that was asked about.
    chance : float in [0, 1] or None
        Share of futures that are done by the end of that day; None if none was asked about, or the
        pace is not known.
    why_unknown : str
        Why nothing can be said; empty if it can.
    """

    what: str
    n_left: int
    n_days: int
    n_seen: int
    early: date | None = None
    half: date | None = None
    late: date | None = None
    by: date | None = None
    chance: float | None = None
    why_unknown: str = ""


@dataclass(frozen=True)
class DailyCount:
    """Answers of one day.

    Attributes
    ----------
    what : str
        "labels" or "judgments".
    day : date
        UTC.
    n : int
        Answers that count.
    """

    what: str
    day: date
    n: int


@dataclass(frozen=True)
class Timeline:
    """A project over time.

    Attributes
    ----------
    at : datetime
        The moment it was made.
    stretches : tuple of Stretch
        One after the other, the oldest first.
    waits : tuple of Wait
        The oldest first.
    time_boxes : tuple of TimeBox
        The oldest first.
    foretold : tuple of Foretold
        Forecasts, the oldest first.
    answers : tuple of DailyCount
        By kind and day.
    endings : tuple of Ending
        What people are still asked for.
    """

    at: datetime
    stretches: tuple[Stretch, ...]
    waits: tuple[Wait, ...]
    time_boxes: tuple[TimeBox, ...]
    foretold: tuple[Foretold, ...]
    answers: tuple[DailyCount, ...]
    endings: tuple[Ending, ...]

    def days_in(self, stage: Stage) -> float:
        """Days of the calendar that the project was in a stage, all its visits together."""
        seconds = sum(
            (each.end - each.start).total_seconds()
            for each in self.stretches
            if each.stage is stage
        )
        return seconds / 86_400

    @property
    def now(self) -> Stretch | None:
        """Where the project is; None before the first entry."""
        return self.stretches[-1] if self.stretches else None


def stretches_of(events: Sequence[Event], now: datetime) -> tuple[Stretch, ...]:
    """Join neighbouring entries of one stage.

    Parameters
    ----------
    events : sequence of Event
        The oldest first.
    now : datetime
        The end of the last stretch.

    Returns
    -------
    tuple of Stretch
        Each begins where the one before ends.
    """
    groups: list[list[Event]] = []
    for event in events:
        stage = ROWS[event.row].stage
        if groups and ROWS[groups[-1][0].row].stage is stage:
            groups[-1].append(event)
        else:
            groups.append([event])
    starts = [group[0].at for group in groups]
    ends = [*starts[1:], max([now, *starts[-1:]])]
    return tuple(
        Stretch(ROWS[group[0].row].stage, start, end, len(group))
        for group, start, end in zip(groups, starts, ends, strict=False)
    )


def waits_of(events: Sequence[Event]) -> tuple[Wait, ...]:
    """Time between the last verdict that a person answered to, and the answer.

    Who decides once more on the same verdicts was not waited for.

    Parameters
    ----------
    events : sequence of Event
        The oldest first. Decisions and reviews are answers.

    Returns
    -------
    tuple of Wait
        All ended, in the order of the answers.
    """
    at = {event.number: event.at for event in events}
    decided: dict[str, Mapping[str, int]] = {}
    found = []
    for event in events:
        known = [at[number] for number in event.on.values() if number in at]
        if known and is_decision(event.row):
            before, decided[event.row] = decided.get(event.row), event.on
            if before == event.on:
                continue
        if known and (is_decision(event.row) or event.row == "review"):
            stage = ROWS[event.row].stage.value
            what = f"decision on {stage}" if is_decision(event.row) else "judging and choosing"
            start = at.get(event.on.get("tuning", 0), max(known))
            found.append(
                Wait(what, event.by, max(known) if is_decision(event.row) else start, event.at)
            )
    return tuple(found)


def foretold_of(
    forecasts: Iterable[Foretold], scores: Iterable[tuple[datetime, str, float]]
) -> tuple[Foretold, ...]:
    """Hold each forecast against the next score on the test set, before another forecast.

    Parameters
    ----------
    forecasts : iterable of Foretold
        The oldest first, none of them measured.
    scores : iterable of (datetime, str, float)
        When a test score was measured, its metric and value; the oldest first.

    Returns
    -------
    tuple of Foretold
        The same, measured where a score of the same metric came in time.
    """
    told, measured = list(forecasts), list(scores)
    found = []
    for this, after in pairwise([*told, None]):
        assert this is not None
        ends = after.at if after is not None else None
        hits = [
            (at, value)
            for at, scoring, value in measured
            if at > this.at and scoring == this.scoring and (ends is None or at <= ends)
        ]
        at, value = hits[0] if hits else (None, None)
        found.append(replace(this, measured=value, measured_at=at))
    return tuple(found)
