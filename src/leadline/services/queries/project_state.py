"""State of every row and stage in words, from one query that decodes no verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadline.phases.lifecycle import (
    Badge,
    Badges,
    Mark,
    Row,
    marks_of,
    standing,
)
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
class ProjectState(Badges):
    """Every mark of a record, and the standing and the badges that follow.

    Attributes
    ----------
    marks : tuple of Mark
        Oldest first.
    """

    marks: tuple[Mark, ...]

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
        return cls({mark.row: mark for mark in shown}, standing(marks, serving), marks)

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
