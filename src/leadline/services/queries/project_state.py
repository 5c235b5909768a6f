"""State of every row and stage in words, from one query that decodes no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadline.phases.decision import Choice, Decision, Evidence, whereabouts
from leadline.phases.lifecycle import (
    ROWS,
    Mark,
    Row,
    Stage,
    Standing,
    State,
    decision_of,
    is_decision,
    is_turned_back,
    marks_of,
    may_be_kept,
    rows_of,
    standing,
)
from leadline.phases.verdict import Answer
from leadline.phases.wording import day
from leadline.record import Record


@dataclass(frozen=True)
class Badge:
    """A state in one or two words, and how to colour it.

    Attributes
    ----------
    text : str
        What a person reads.
    tone : str
        go, no, unclear, stale, open or waiting; never the only carrier of the meaning.
    """

    text: str
    tone: str


@dataclass(frozen=True)
class RowSummary:
    """One row in a list."""

    name: str
    title: str
    question: str
    badge: Badge
    number: int | None


@dataclass(frozen=True)
class Refusal:
    """A decision not to go on: back or stop.

    Attributes
    ----------
    said : Evidence
        What was said.
    at : datetime
        When, UTC.
    """

    said: Evidence
    at: datetime

    @property
    def words(self) -> str:
        """Where the project is, since when, by whom and why."""
        return whereabouts(self.said, day(self.at))


_NO_REFUSALS: Mapping[str, Refusal] = {}


@dataclass(frozen=True)
class ProjectState:
    """Every mark of a record, and the standing that follows.

    Attributes
    ----------
    marks : tuple of Mark
        Oldest first.
    latest : dict of str to Mark
        The newest mark of each row.
    standings : dict of str to Standing
        In the order of the life cycle.
    refusals : mapping of str to Refusal
        Decision to what was said, of the newest ones that are not to go on.
    """

    marks: tuple[Mark, ...]
    latest: dict[str, Mark]
    standings: dict[str, Standing]
    refusals: Mapping[str, Refusal] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record) -> ProjectState:
        """Read the marks of a record, and what was said by those who do not go on."""
        now = cls.of_marks(record.marks(), record.gone_back_to())
        refusals = {}
        for name, mark in now.latest.items():
            if is_decision(name) and mark.answer is Answer.NO:
                entry = record.entry(mark.number)
                refusals[name] = Refusal(entry.verdict_as(Decision), entry.at)
        return cls(now.marks, now.latest, now.standings, refusals)

    @classmethod
    def of_marks(
        cls,
        found: Iterable[Mark],
        serving: int | None = None,
        refusals: Mapping[str, Refusal] = _NO_REFUSALS,
    ) -> ProjectState:
        """Follow from marks: of every entry, or of the newest of each row and what it stood on.

        `serving` is the release that was gone back to, where the newest was rolled back from.
        """
        marks = tuple(sorted(found, key=lambda mark: mark.number))
        shown = marks if serving is None else marks_of(marks, serving)
        latest = {mark.row: mark for mark in shown}
        return cls(marks, latest, standing(marks, serving), refusals)

    @property
    def stopped(self) -> tuple[Refusal, ...]:
        """Decisions to stop that stand, in the order of the life cycle."""
        return tuple(
            refusal
            for name, refusal in self._in_order()
            if refusal.said.choice is Choice.STOP and self.standings[name].state is State.CURRENT
        )

    @property
    def turned_back(self) -> Refusal | None:
        """The newest decision to go back that still says where the project is; None: none."""
        back = [pair for pair in self._in_order() if pair[1].said.choice is Choice.BACK]
        holding = [
            refusal for name, refusal in back if is_turned_back(self.latest[name], self.standings)
        ]
        return max(holding, key=lambda refusal: refusal.at, default=None)

    @property
    def whereabouts(self) -> str:
        """Where the project is and why, if people stopped it or sent it back; else empty."""
        said = self.stopped or tuple(filter(None, [self.turned_back]))
        return said[0].words if said else ""

    def _in_order(self) -> list[tuple[str, Refusal]]:
        return [(name, self.refusals[name]) for name in ROWS if name in self.refusals]

    def may_keep(self, stage: Stage) -> bool:
        """Whether the newest decision on a stage is stale, but meets the same answers again."""
        mark = self.latest.get(decision_of(stage))
        return mark is not None and may_be_kept(mark, self.marks, self.standings)

    def is_overruled(self, row: str) -> bool:
        """Whether a person has seen this very "no" and said go."""
        decision = decision_of(ROWS[row].stage)
        if self.barrier(row):
            return False
        # a current one has seen what is said now
        return self.has(decision, Answer.GO) and row in self.latest[decision].on

    def barrier(self, row: str) -> str:
        """Why nobody can overrule a row's current verdict; empty where somebody can."""
        is_no = self.has(row, Answer.NO)
        return self.latest[row].barrier if is_no else ""

    def has(self, row: str, answer: Answer) -> bool:
        """Whether a row has a current verdict with this answer."""
        now = self.standings[row]
        return now.state is State.CURRENT and now.answer is answer

    def badge_of_row(self, row: str) -> Badge:
        """Return a row's state."""
        now = self.standings[row]
        if now.answer is None:
            return Badge("open", "open") if now.state is State.OPEN else Badge("not yet", "waiting")
        if now.state is State.STALE:
            return Badge("out of date", "stale")
        if row in self.refusals:
            return _refused(self.refusals[row].said)
        if now.answer is Answer.NO and self.is_overruled(row):
            return Badge("no, going on", "unclear")
        return Badge(self.latest[row].badge or now.answer.value, now.answer.value)

    def badge_of_stage(self, stage: Stage) -> Badge:
        """Return a stage's state: the gravest of its rows, and the decision on it."""
        if self.has(decision_of(stage), Answer.NO):
            return self.badge_of_row(decision_of(stage))
        if self._is_target_of_back(stage):
            return Badge("back here", "open")
        found = [self.badge_of_row(row.name) for row in rows_of(stage)]
        badges = {badge.tone: badge for badge in found}
        for tone in ("no", "stale"):
            if tone in badges:
                return badges[tone]
        if badges.keys() & {"waiting", "open"}:
            return _unfinished(set(badges))
        if "unclear" in badges:
            is_seen = self.has(decision_of(stage), Answer.GO)
            return Badge("going on", "unclear") if is_seen else badges["unclear"]
        return Badge("go", "go")

    def _is_target_of_back(self, stage: Stage) -> bool:
        """Whether the project was sent back to a stage, and nothing has changed there yet."""
        back = self.turned_back
        if back is None or back.said.to != stage:
            return False
        return self.has(decision_of(back.said.stage), Answer.NO)

    def summary_of(self, row: Row) -> RowSummary:
        """Return a row as a list shows it."""
        return RowSummary(
            row.name,
            title_of(row.name),
            row.question,
            self.badge_of_row(row.name),
            self.standings[row.name].number,
        )


def _refused(said: Evidence) -> Badge:
    if said.choice is Choice.STOP:
        return Badge("stopped", "no")
    return Badge(f"back to {said.to}" if said.to else "going back", "unclear")


def _unfinished(tones: set[str]) -> Badge:
    if tones <= {"waiting"}:
        return Badge("not yet", "waiting")
    return Badge("next" if tones <= {"waiting", "open"} else "under way", "open")


def title_of(row: str) -> str:
    """Return a row's name as a heading.

    Examples
    --------
    >>> title_of("curve"), title_of("decision.find")
    ('Curve', 'Decision on find')
    """
    kind, _, stage = row.partition(".")
    return f"{kind.capitalize()} on {stage}" if stage else kind.capitalize()
