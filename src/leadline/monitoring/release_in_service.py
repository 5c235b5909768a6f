"""The release in service and its candidate: where the newest move points; what came before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadline.errors import NotReadyError, ReleaseError
from leadline.phases.data import Data
from leadline.phases.lifecycle import OF_RELEASE, Stage, Standing, State, decision_of
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer
from leadline.record import Entry, Promotion, Reading, Record

_FEWEST_LETTERS = 4
_UPKEEP = frozenset({"decay", "monitor"})


def in_service(record: Record) -> Entry | None:
    """The release that the newest move put into service; without moves, the newest approved.

    Parameters
    ----------
    record : Record
        Of the project.

    Returns
    -------
    Entry or None
        None if there is none. A release that did worse than the one before it waits for
        ``leadline decide ship go``. Records of before there were moves have none.
    """
    moved = record.promotions.newest()
    if moved is not None:
        return record.entry(moved.entry)
    return next(reversed(approved(record)), None)


def put_into_service(record: Record, entry: Entry) -> tuple[datetime, str]:
    """Since when the release in service is there, and who put it there.

    A candidate that is tried beside it changes neither.

    Parameters
    ----------
    record : Record
        Of the project.
    entry : Entry
        The release, as `in_service` gives it.

    Returns
    -------
    datetime, str
        UTC. Of a release from before there were moves, when and by whom it was made.
    """
    moves = [each for each in record.promotions.into_service() if each.entry == entry.number]
    return (moves[-1].at, moves[-1].person) if moves else (entry.at, entry.by)


def candidate_release(record: Record) -> tuple[Entry, Promotion] | None:
    """The release that is tried beside the one in service, and the move that made it the candidate.

    Returns
    -------
    tuple of Entry and Promotion, or None
        None if none is tried.
    """
    moved = record.promotions.newest()
    if moved is None or moved.candidate is None:
        return None
    return record.entry(moved.candidate), moved


def stood_on(record: Record) -> tuple[Entry, Data, Problem]:
    """The entry of the release in service, with the data and the problem that it stood on.

    The problem may have been stated anew since: what counts as a hit is what the release learnt.

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    """
    entry = in_service(record)
    if entry is None:
        raise nothing_released(record)
    data = record.entry(entry.on["data"]).verdict_as(Data)
    return entry, data, record.entry(entry.on["problem"]).verdict_as(Problem)


def nothing_released(record: Record) -> NotReadyError:
    """What is told while no release is in service: make one, or sign the one that waits.

    Parameters
    ----------
    record : Record
        Of the project.
    """
    made = record.latest_of(Release)
    if made is None:
        return NotReadyError(
            "Nothing is released yet.", "A release is needed.", "Run 'leadline run ship' first."
        )
    signs = " --below-target" if made.shortfall else ""
    return NotReadyError(
        f"Nothing is released yet: release {made.release_id} is {made.badge}.",
        "It goes into service once a person has signed for it.",
        f"Look at it, then 'leadline decide ship go{signs} --why REASON', or make another.",
    )


def upkeep_reading(record: Record, row: str) -> Reading | None:
    """What a row of *watch* reads while the record has moved on from the release in service.

    New labelled rows make every later verdict stale until a next release is approved, which may
    take weeks. The release in service answers all the while, and is judged by what it stood on. So
    is one that was gone back to, whose capacity is measured like that too.

    Parameters
    ----------
    record : Record
        Of the project.
    row : str
        That is to be run.

    Returns
    -------
    Reading or None
        None if the row reads the record as it stands.
    """
    if row not in OF_RELEASE:
        return None
    now, entry = record.standing(), in_service(record)
    is_stale = row in _UPKEEP and now["release"].state is State.STALE
    if entry is None or not (is_stale or record.gone_back_to() is not None):
        return None
    on = {**entry.on, "release": entry.number}
    decay = next((each for each in reversed(record.entries("decay")) if _is_of(each, entry)), None)
    if decay is not None:
        on["decay"] = decay.number
    theirs = {
        name: Standing(State.CURRENT, number, record.entry(number).verdict.answer, "")
        for name, number in on.items()
        if name in now
    }
    return Reading(row, {**now, **theirs}, lambda number: record.entry(number).verdict)


def has_decay_in_service(record: Record) -> bool:
    """Whether the ageing of the release in service was measured."""
    entry = in_service(record)
    return entry is not None and any(_is_of(each, entry) for each in record.entries("decay"))


def _is_of(each: Entry, release: Entry) -> bool:
    return each.on.get("release") == release.number


def approved(record: Record) -> tuple[Entry, ...]:
    """Every release that is a "go", or that a person has said "go" to; the newest last."""
    said = {
        entry.on.get("release")
        for entry in record.entries(decision_of(Stage.SHIP))
        if entry.verdict.answer is Answer.GO
    }
    return tuple(
        entry
        for entry in record.entries("release")
        if entry.verdict.answer is Answer.GO or entry.number in said
    )


def rollback_target(record: Record, release_id: str = "") -> Entry:
    """The release that a rollback puts into service.

    Parameters
    ----------
    record : Record
        Of the project.
    release_id : str, default=""
        The release, or its first letters; empty for the one that was in service before, leaving
        out those that were rolled back from.

    Raises
    ------
    NotReadyError
        If nothing was in service before.
    ReleaseError
        If no approved release, or more than one, has this name.
    """
    if release_id:
        return approved_release(record, release_id)
    trail = _trail(record)
    if len(trail) < 2:
        raise NotReadyError(
            "No release was in service before this one." if trail else "Nothing is released yet.",
            "A rollback needs an earlier release.",
            "See 'leadline releases'.",
        )
    return record.entry(trail[-2])


def approved_release(record: Record, release_id: str) -> Entry:
    """The approved release of a name, or of its first letters.

    Raises
    ------
    ReleaseError
        If none, or more than one, has it.
    """
    return _named(approved(record), release_id, "approved release")


def any_release(record: Record, release_id: str) -> Entry:
    """The release of a name, or of its first letters, approved or not.

    Raises
    ------
    ReleaseError
        If none, or more than one, has it.
    """
    return _named(record.entries("release"), release_id, "release")


def _named(releases: Sequence[Entry], release_id: str, kind: str) -> Entry:
    named = {
        entry.verdict_as(Release).release_id: entry
        for entry in releases
        if entry.verdict_as(Release).release_id.startswith(release_id)
    }
    if release_id in named:
        return named[release_id]
    if len(named) == 1 and len(release_id) >= _FEWEST_LETTERS:
        return next(iter(named.values()))
    known = ", ".join(entry.verdict_as(Release).release_id for entry in releases)
    raise ReleaseError(
        f"{len(named) or 'No'} {kind}{'s' if len(named) > 1 else ''} of this project "
        f"begin{'s' if len(named) < 2 else ''} with {release_id!r}.",
        f"One of {known or 'none so far'} is needed; its first {_FEWEST_LETTERS} letters will do.",
        "See 'leadline releases'.",
    )


def _trail(record: Record) -> list[int]:
    """Entries that led to the one in service: going back takes the ones after it away."""
    moves = record.promotions.all()
    before = moves[0].entry if moves else None
    trail = [entry.number for entry in approved(record) if before is None or entry.number < before]
    for move in moves:
        if move.entry in trail:
            del trail[trail.index(move.entry) + 1 :]
        else:
            trail.append(move.entry)
    return trail


def family_of(record: Record, tuning: int) -> str:
    """The family of a final model, as it was named when the model was searched for.

    Parameters
    ----------
    record : Record
        Of the project.
    tuning : int
        Number of the entry that the model was fitted for.

    Returns
    -------
    str
        Empty if the search it stood on does not hold its candidate.
    """
    entry = record.entry(tuning)
    search = record.entry(entry.on["search"]).verdict_as(Search)
    names = {trial.name: trial.family for trial in search.trials}
    return names.get(entry.verdict_as(Tuning).candidate, "")
