"""State of every row and stage in words, from one query that decodes no verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadline.phases.lifecycle import (
    ROWS,
    Mark,
    Row,
    Stage,
    Standing,
    State,
    decision_of,
    marks_of,
    rows_of,
    standing,
)
from leadline.phases.verdict import Answer
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
    """

    marks: tuple[Mark, ...]
    latest: dict[str, Mark]
    standings: dict[str, Standing]

    @classmethod
    def of(cls, record: Record) -> ProjectState:
        """Read the marks of a record."""
        return cls.of_marks(record.marks(), record.gone_back_to())

    @classmethod
    def of_marks(cls, found: Iterable[Mark], serving: int | None = None) -> ProjectState:
        """Follow from marks: of every entry, or of the newest of each row and what it stood on.

        `serving` is the release that was gone back to, where the newest was rolled back from.
        """
        marks = tuple(sorted(found, key=lambda mark: mark.number))
        shown = marks if serving is None else marks_of(marks, serving)
        return cls(marks, {mark.row: mark for mark in shown}, standing(marks, serving))

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
        if now.answer is Answer.NO and self.is_overruled(row):
            return Badge("no, going on", "unclear")
        return Badge(self.latest[row].badge or now.answer.value, now.answer.value)

    def badge_of_stage(self, stage: Stage) -> Badge:
        """Return a stage's state: the gravest of its rows, and the decision on it."""
        if self.has(decision_of(stage), Answer.NO):
            return Badge("not going on", "no")
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

    def summary_of(self, row: Row) -> RowSummary:
        """Return a row as a list shows it."""
        return RowSummary(
            row.name,
            title_of(row.name),
            row.question,
            self.badge_of_row(row.name),
            self.standings[row.name].number,
        )


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
