"""Lineage of a release: the entries it stood on, and those that stand on it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from leadline.errors import NotReadyError
from leadline.phases.decay import Decay
from leadline.phases.decision import Decision
from leadline.phases.lifecycle import Mark, says_the_same
from leadline.phases.monitor import Monitor
from leadline.phases.release import Release
from leadline.phases.verdict import Verdict
from leadline.record import Entry, Promotion
from leadline.record.views import views_of

V = TypeVar("V", bound=Verdict)

_BEFORE = (
    "problem", "data", "feasibility", "search", "labelling", "curve", "forecast", "tuning", "review"
)  # fmt: skip
_BESIDE = ("feasibility", "labelling", "curve", "forecast")
"""What a release does not read, and is still part of why it was made."""


@dataclass(frozen=True)
class Lineage:
    """One release among the entries of its project.

    Attributes
    ----------
    entries : tuple of Entry
        Every entry of the project, oldest first.
    root : Entry or None
        The release; before there is one, the newest entry of the furthest row. None for an empty
        record.
    stood_on : mapping of str to Entry
        Row to the entry that the root stood on, itself among them.
    moves : tuple of Promotion
        How the release in service changed, the newest last; empty where that is not told.
    """

    entries: tuple[Entry, ...]
    root: Entry | None
    stood_on: Mapping[str, Entry] = field(default_factory=dict)
    moves: tuple[Promotion, ...] = ()

    @property
    def release(self) -> Release | None:
        """What was released; None in a draft."""
        verdict = self.root.verdict if self.root else None
        return verdict if isinstance(verdict, Release) else None

    @property
    def decisions(self) -> tuple[Entry, ...]:
        """What people decided on the way to the root, oldest first."""
        return tuple(each for each in self._decided() if self._is_before(each))

    @property
    def decisions_since(self) -> tuple[Entry, ...]:
        """What people decided on the release and on what stands on it, oldest first."""
        own = {entry.number for entry in self.since}
        own |= {self.root.number} if self.root and self.release else set()
        return tuple(each for each in self._decided() if own & set(each.on.values()))

    @property
    def since(self) -> tuple[Entry, ...]:
        """What stands on the release, oldest first; decisions apart."""
        if self.root is None or self.release is None:
            return ()
        stands = [each for each in self.entries if self._stands_on_root(each)]
        return tuple(each for each in stands if not isinstance(each.verdict, Decision))

    def _stands_on_root(self, entry: Entry) -> bool:
        # after a rollback the monitor looks at an older release than the newest, which it read
        if isinstance(entry.verdict, Monitor):
            return self.release is not None and entry.verdict.release_id == self.release.release_id
        return self.root is not None and entry.on.get("release") == self.root.number

    @property
    def releases(self) -> tuple[Entry, ...]:
        """Every release of the project, oldest first."""
        return tuple(each for each in self.entries if isinstance(each.verdict, Release))

    @property
    def ageing(self) -> Entry | None:
        """How the release was expected to age by what it stood on, whatever was measured later."""
        told = [
            entry
            for entry in self.since
            if isinstance(entry.verdict, Decay) and self.is_on_its_side(entry)
        ]
        return told[-1] if told else None

    def is_on_its_side(self, entry: Entry) -> bool:
        """Whether an entry stands on nothing but what the root stood on, or what says the same."""
        pairs = ((self._by_number.get(n), self.stood_on.get(row)) for row, n in entry.on.items())
        return all(
            seen is not None and mine is not None and _agree(entry.row, seen, mine)
            for seen, mine in pairs
        )

    @cached_property
    def _by_number(self) -> dict[int, Entry]:
        return {entry.number: entry for entry in self.entries}

    def _decided(self) -> Iterator[Entry]:
        return (entry for entry in self.entries if isinstance(entry.verdict, Decision))

    def _is_before(self, entry: Entry) -> bool:
        is_earlier = self.root is not None and (
            self.release is None or entry.number < self.root.number
        )
        return is_earlier and self.is_on_its_side(entry)


def lineage_of(
    entries: Sequence[Entry], release: int | None = None, moves: Sequence[Promotion] = ()
) -> Lineage:
    """The lineage of one release.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry of the project, oldest first.
    release : int, optional
        Number of the release's entry; without it the newest release, and before there is one the
        newest entry of the furthest row.
    moves : sequence of Promotion, default=()
        How the release in service changed, the newest last.

    Returns
    -------
    Lineage
        Rows that the release did not read itself (feasibility, labels, curve, forecast) are those
        from before it that stood on what it stood on.

    Raises
    ------
    ValueError
        If the entry is no release.
    """
    root = _root(entries, release)
    if root is None:
        return Lineage(tuple(entries), None, moves=tuple(moves))
    by_number = {entry.number: entry for entry in entries}
    stood_on = {root.row: root}
    queue = [root]
    while queue:  # the nearest entry of a row is the one that was read
        for row, number in queue.pop(0).on.items():
            if row not in stood_on and number in by_number:
                stood_on[row] = by_number[number]
                queue.append(by_number[number])
    lineage = Lineage(tuple(entries), root, stood_on, tuple(moves))
    is_draft = not isinstance(root.verdict, Release)
    known = [each for each in entries if is_draft or each.number < root.number]
    for row in _BESIDE:
        if row not in stood_on:
            beside = [each for each in known if each.row == row and lineage.is_on_its_side(each)]
            if beside:
                stood_on[row] = beside[-1]
    return lineage


def release_named(entries: Sequence[Entry], name: str) -> Entry:
    """The release of an id, or of its first characters.

    Raises
    ------
    NotReadyError
        If there is none, or several begin so.
    """
    known = [entry for entry in entries if isinstance(entry.verdict, Release)]
    ids = {entry.verdict_as(Release).release_id: entry for entry in known}
    found = [each for each in ids if each == name] or [
        each for each in ids if each.startswith(name)
    ]
    if name and len(found) == 1:
        return ids[found[0]]
    listed = ", ".join(ids) or "none: nothing is released yet"
    raise NotReadyError(
        f"{name!r} names {'several releases' if len(found) > 1 else 'no release'}.",
        f"One of these is needed: {listed}.",
        "Give its id, or enough of its first characters." if ids else "Run 'leadline run ship'.",
    )


def _root(entries: Sequence[Entry], release: int | None) -> Entry | None:
    releases = [entry for entry in entries if isinstance(entry.verdict, Release)]
    if release is not None:
        named = [entry for entry in releases if entry.number == release]
        if not named:
            raise ValueError(f"entry {release} is no release")
        return named[0]
    if releases:
        return releases[-1]
    latest = {entry.row: entry for entry in entries}
    return next((latest[row] for row in reversed(_BEFORE) if row in latest), None)


def _agree(reader: str, one: Entry, other: Entry) -> bool:
    """Whether two entries of a row say the same to a row that reads them."""
    return one.number == other.number or says_the_same(reader, _mark(one), _mark(other))


def _mark(entry: Entry) -> Mark:
    verdict = entry.verdict
    return Mark(entry.number, entry.row, entry.on, verdict.answer, views_of(entry.row, verdict))
