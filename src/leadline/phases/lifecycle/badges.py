"""Badges of rows and stages: where each stands, in a word or two, the same on every surface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.phases.lifecycle.row_table import ROWS, Stage, decision_of, is_decision, rows_of
from leadline.phases.lifecycle.states import Mark, Standing, State
from leadline.phases.verdict import Answer

_BACK = "back"


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
class Badges:
    """Where every row and stage stands, as badges.

    Attributes
    ----------
    latest : mapping of str to Mark
        The newest mark of each row.
    standings : mapping of str to Standing
        In the order of the life cycle.
    """

    latest: Mapping[str, Mark]
    standings: Mapping[str, Standing]

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

    def of_row(self, row: str) -> Badge:
        """Return a row's state: of a current verdict what it recommends."""
        now = self.standings[row]
        if now.answer is None:
            return Badge("open", "open") if now.state is State.OPEN else Badge("not yet", "waiting")
        if now.state is State.STALE:
            return Badge("out of date", "stale")
        said = self.latest[row].badge or now.answer.value
        if is_decision(row) and said.startswith(_BACK):
            return Badge(said, "unclear")
        if now.answer is Answer.NO and self.is_overruled(row):
            return Badge(f"{said}, going on", "unclear")
        return Badge(said, now.answer.value)

    def of_stage(self, stage: Stage) -> Badge:
        """Return a stage's state: the gravest of its rows, and the decision on it."""
        decision = decision_of(stage)
        if self.has(decision, Answer.NO):
            return self.of_row(decision)
        found = [self.of_row(row.name) for row in rows_of(stage)]
        badges = {badge.tone: badge for badge in found}
        for tone in ("no", "stale"):
            if tone in badges:
                return badges[tone]
        if badges.keys() & {"waiting", "open"}:
            return _unfinished(set(badges))
        if "unclear" in badges:
            is_seen = self.has(decision, Answer.GO)
            return Badge("going on", "unclear") if is_seen else badges["unclear"]
        return Badge("go", "go")


def _unfinished(tones: set[str]) -> Badge:
    if tones <= {"waiting"}:
        return Badge("not yet", "waiting")
    return Badge("next" if tones <= {"waiting", "open"} else "under way", "open")
