"""State of every row and stage in words, from one query that decodes no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadline.phases.decision import Choice, Decision, Evidence, whereabouts
from leadline.phases.lifecycle import (
    ROWS,
    Badge,
    Badges,
    Mark,
    Row,
    Stage,
    State,
    decision_of,
    is_decision,
    is_turned_back,
    marks_of,
    may_be_kept,
    standing,
)
from leadline.phases.verdict import Answer
from leadline.phases.wording import day
from leadline.record import Record


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
class ProjectState(Badges):
    """Every mark of a record, and the standing and the badges that follow.

    Attributes
    ----------
    marks : tuple of Mark
        Oldest first.
    refusals : mapping of str to Refusal
        Decision to what was said, of the newest ones that are not to go on.
    """

    marks: tuple[Mark, ...]
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
        return cls(now.latest, now.standings, now.marks, refusals)

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
        return cls({mark.row: mark for mark in shown}, standing(marks, serving), marks, refusals)

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

    def of_stage(self, stage: Stage) -> Badge:
        """Return a stage's state; where the project was sent back to, that."""
        if self._is_target_of_back(stage) and not self.has(decision_of(stage), Answer.NO):
            return Badge("back here", "open")
        return super().of_stage(stage)

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
            self.of_row(row.name),
            self.standings[row.name].number,
        )


def title_of(row: str) -> str:
    """Return a row's name as a heading.

    Examples
    --------
    >>> title_of("curve"), title_of("decision.find")
    ('Curve', 'Decision on find')
    """
    kind, _, stage = row.partition(".")
    return f"{kind.capitalize()} on {stage}" if stage else kind.capitalize()
