"""Sections, latest verdicts, and what the record does not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from leadline.phases.verdict import Verdict
from leadline.record import Entry
from leadline.report.text_table import Table

V = TypeVar("V", bound=Verdict)


@dataclass(frozen=True)
class Unknown:
    """What the record does not say, and how to find out."""

    what: str
    how: str


@dataclass(frozen=True)
class Section:
    """One heading of the document.

    Attributes
    ----------
    title : str
        The heading.
    sentences : tuple of str
        One a paragraph.
    tables : tuple of Table
        After the sentences.
    steps : tuple of str
        A numbered list.
    unknowns : tuple of Unknown
        What is missing.
    """

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    steps: tuple[str, ...] = ()
    unknowns: tuple[Unknown, ...] = ()


class LatestVerdicts:
    """The latest verdict of each row, by its type.

    Parameters
    ----------
    entries : sequence of Entry
        Newest last.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self._latest = {entry.row: entry for entry in entries}

    def get(self, row: str, kind: type[V]) -> V | None:
        """The latest verdict of a row, None if there is none."""
        entry = self._latest.get(row)
        return entry.verdict if entry and isinstance(entry.verdict, kind) else None

    def all(self, kind: type[V]) -> list[tuple[Entry, V]]:
        """Every verdict of a type with its entry, oldest first."""
        return [(e, e.verdict) for e in self.entries if isinstance(e.verdict, kind)]


def not_run(row: str, what: str) -> Unknown:
    """What is unknown because a row has no verdict."""
    return Unknown(f"{what} is not known: the record has no {row!r}.", f"Run 'leadline run {row}'.")
