"""Moves of the release in service, the newest first, and its candidate, as lines of a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadline.monitoring.release_in_service import candidate_release
from leadline.phases.release import Release
from leadline.phases.wording import how_tried
from leadline.record import Record

_MOST_SHOWN = 20


@dataclass(frozen=True)
class MoveLine:
    """One move of a release into service.

    Attributes
    ----------
    release_id : str
        The release.
    entry : int
        Its entry.
    person, why : str
        Who moved it, and the reason.
    at : datetime
        When, UTC.
    is_newest : bool
        Whether it is in service by this move.
    """

    release_id: str
    entry: int
    person: str
    why: str
    at: datetime
    is_newest: bool


@dataclass(frozen=True)
class CandidateLine:
    """The release that is tried beside the one in service.

    Attributes
    ----------
    release_id : str
        The release.
    entry : int
        Its entry.
    how : str
        How it is tried.
    person, why : str
        Who said so, and the reason.
    at : datetime
        Since when, UTC.
    """

    release_id: str
    entry: int
    how: str
    person: str
    why: str
    at: datetime


def candidate_line(record: Record) -> CandidateLine | None:
    """The candidate of a project; None if there is none."""
    found = candidate_release(record)
    if found is None:
        return None
    entry, move = found
    return CandidateLine(
        release_id=entry.verdict_as(Release).release_id,
        entry=entry.number,
        how=how_tried(move.share or 0.0),
        person=move.person,
        why=move.why,
        at=move.at,
    )


def service_moves(record: Record) -> tuple[MoveLine, ...]:
    """The newest moves of a project, twenty at most."""
    moves = record.promotions.into_service()
    newest = moves[-_MOST_SHOWN:]
    names = {
        number: record.entry(number).verdict_as(Release).release_id
        for number in {move.entry for move in newest}
    }
    return tuple(
        MoveLine(
            release_id=names[move.entry],
            entry=move.entry,
            person=move.person,
            why=move.why,
            at=move.at,
            is_newest=move is moves[-1],
        )
        for move in reversed(newest)
    )
