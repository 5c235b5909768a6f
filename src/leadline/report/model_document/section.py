"""Sections and parts of the document, the reader that notes their sources, and what is unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from leadline.phases.release import Release
from leadline.phases.verdict import Verdict
from leadline.phases.wording import day
from leadline.record import Entry
from leadline.report.model_document.lineage import Lineage
from leadline.report.text_table import Table

V = TypeVar("V", bound=Verdict)


@dataclass(frozen=True)
class Unknown:
    """What is not known, whom that was asked of, and how to find out.

    Attributes
    ----------
    what : str
        What is missing, a sentence.
    how : str
        What to do about it.
    asked : str
        Who was asked, and when; empty where nobody was.
    """

    what: str
    how: str
    asked: str = ""

    @property
    def words(self) -> str:
        """What stands before it.

        Examples
        --------
        >>> Unknown("Who owns it?", "Say so.", "Ada on 1 March 2025").words
        'Not known, asked Ada on 1 March 2025.'
        >>> Unknown("Who owns it?", "Say so.").words
        'Not known, nobody was asked.'
        """
        return f"Not known, asked {self.asked}." if self.asked else "Not known, nobody was asked."


@dataclass(frozen=True)
class Step:
    """One step of the runbook.

    Attributes
    ----------
    text : str
        What to do.
    commands : tuple of str
        What to type for it, as it is, in the folder of leadline.toml.
    """

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One heading of the document.

    Attributes
    ----------
    title : str
        The heading.
    facts : tuple of (str, str)
        What and value, before all else.
    sentences : tuple of str
        One a paragraph.
    unknowns : tuple of Unknown
        What is missing.
    tables : tuple of Table
        After the sentences.
    steps : tuple of Step
        A numbered list.
    more : tuple of str
        Titles of sections that tell more of it.
    sources : tuple of Entry
        The entries it was written from.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    tables: tuple[Table, ...] = ()
    steps: tuple[Step, ...] = ()
    more: tuple[str, ...] = ()
    sources: tuple[Entry, ...] = ()

    @property
    def origin(self) -> str:
        """The entries it was written from, in words; empty where there is none."""
        told = [f"{each.number} ({each.row})" for each in self.sources]
        noun = "entry" if len(told) == 1 else "entries"
        return f"From {noun} {', '.join(told)} of the record." if told else ""


@dataclass(frozen=True)
class Part:
    """Sections under one heading.

    Attributes
    ----------
    title, lead : str
        The heading, and a sentence on what stands below it.
    sections : tuple of Section
        In order.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]


class LineageReader:
    """Verdicts of one release for one section; notes every entry that it shows.

    Parameters
    ----------
    lineage : Lineage
        The release among the entries.
    """

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self._shown: dict[int, Entry] = {}

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The entries that were shown, oldest first."""
        return tuple(self._shown[number] for number in sorted(self._shown))

    def show(self, entry: Entry) -> Entry:
        """Note an entry that a section tells of."""
        self._shown[entry.number] = entry
        return entry

    def entry(self, row: str) -> Entry | None:
        """The entry of a row that the release stood on; None if there is none."""
        found = self.lineage.stood_on.get(row)
        return self.show(found) if found else None

    def get(self, row: str, kind: type[V]) -> V | None:
        """The verdict of a row that the release stood on; None if there is none."""
        found = self.entry(row)
        return found.verdict if found and isinstance(found.verdict, kind) else None

    def release(self) -> Release | None:
        """What was released; None in a draft."""
        return self.get("release", Release)

    def later(self, kind: type[V]) -> tuple[Entry, V] | None:
        """The newest verdict of a kind that stands on the release, with its entry."""
        found = self.all_later(kind)
        if not found:
            return None
        self.show(found[-1][0])
        return found[-1]

    def all_later(self, kind: type[V]) -> list[tuple[Entry, V]]:
        """Every verdict of a kind that stands on the release, oldest first; not noted."""
        return [(e, e.verdict) for e in self.lineage.since if isinstance(e.verdict, kind)]

    def unknown(self, what: str, how: str, row: str = "") -> Unknown:
        """What an entry leaves open: who put it on the record was asked."""
        found = self.entry(row) if row else None
        return Unknown(what, how, f"{found.by} on {day(found.at)}" if found else "")


Writer = Callable[[LineageReader], Section]


def sections_of(writers: Sequence[Writer], lineage: Lineage) -> tuple[Section, ...]:
    """Let each writer read the lineage, and note what it read."""
    sections = []
    for write in writers:
        reader = LineageReader(lineage)
        section = write(reader)
        sections.append(replace(section, sources=reader.shown))
    return tuple(sections)


def not_run(row: str, what: str) -> Unknown:
    """What is unknown because the release stood on no verdict of a row."""
    return Unknown(f"{what}: there is no {row!r} behind it.", f"Run 'leadline run {row}'.")
