"""Judgments of the stream, one answer a row by majority."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from leadline.record import Judgment


@dataclass(frozen=True)
class MajorityJudgments:
    """Judgments with one answer a row.

    Attributes
    ----------
    answers : dict of int to bool
        Row of the stream to what most reviewers said.
    n_unsure : int
        Rows without an answer: everybody unsure, or a tie.
    reviewers : tuple of str
        Who judged, in alphabetical order.
    votes : dict of int to (int, int)
        Row to how many said yes, and no; rows with at least one of these.
    shown : frozenset of int
        Rows that somebody judged, were it only to be unsure.
    """

    answers: dict[int, bool]
    n_unsure: int
    reviewers: tuple[str, ...]
    votes: dict[int, tuple[int, int]] = field(default_factory=dict)
    shown: frozenset[int] = frozenset()

    @property
    def agreement(self) -> tuple[int, int]:
        """Rows on which all of two or more reviewers agree, and rows with two or more."""
        several = [(yes, no) for yes, no in self.votes.values() if yes + no > 1]
        return sum(1 for yes, no in several if not yes or not no), len(several)


def majority_judgments(judgments: Sequence[Judgment]) -> MajorityJudgments:
    """Give every row the answer of most of its reviewers; a tie stays unsure."""
    votes: dict[int, Counter[bool]] = defaultdict(Counter)
    for judgment in judgments:
        votes[judgment.row]
        if judgment.is_positive is not None:
            votes[judgment.row][judgment.is_positive] += 1
    answers = {
        row: count[True] > count[False]
        for row, count in votes.items()
        if count[True] != count[False]
    }
    reviewers = tuple(sorted({judgment.reviewer for judgment in judgments}))
    counts = {row: (count[True], count[False]) for row, count in votes.items() if count.total()}
    shown = frozenset(votes)
    return MajorityJudgments(answers, len(votes) - len(answers), reviewers, counts, shown)
