"""Moves of the release in service and of its candidate: into it, beside it, and back."""

from __future__ import annotations

from types import EllipsisType

from leadline.errors import NotReadyError, ReleaseError, SettingsError
from leadline.monitoring.release_in_service import approved
from leadline.monitoring.release_in_service import in_service as released
from leadline.phases.permissions import Action
from leadline.phases.release import Release
from leadline.record import Entry, Promotion
from leadline.services.identity.permission import acting
from leadline.serving.releases.keys import load_or_make_key, public_keys
from leadline.serving.releases.pointer import (
    POINTER_FILE,
    Candidate,
    Pointer,
    read_pointer,
    refuse_replayed,
    write_pointer,
)
from leadline.workspace import Workspace

_SEE_CANDIDATE = "Name one: 'leadline candidate RELEASE --shadow --why REASON'."


def promote_approved(workspace: Workspace, why: str, by: str) -> Promotion | None:
    """Put the newest approved release into service, unless it has been there or waits for a person.

    Parameters
    ----------
    workspace : Workspace
        The project.
    why, by : str
        The reason, and who.

    Returns
    -------
    Promotion or None
        None if there is nothing new: a release that was rolled back from comes back only by
        `move_to`; nor does one take the place of another by itself where ``[serve] promote`` is
        false.
    """
    newest = next(reversed(approved(workspace.record)), None)
    been = [move.entry for move in workspace.record.promotions.all()]
    if newest is None or newest.number <= max(been, default=0):
        return None
    if been and not workspace.settings.serve.promote:
        return None
    return _move(workspace, newest, why, by)


def move_to(
    workspace: Workspace, entry: Entry, why: str, by: str, *, act: str = "rollback"
) -> Promotion:
    """Put an approved release into service in the place of the one that is.

    A candidate is withdrawn by it: it was tried beside another release.

    Parameters
    ----------
    workspace : Workspace
        The project.
    entry : Entry
        Of the release, opened before to see that it is whole.
    why, by : str
        The reason, and who.
    act : str, default="rollback"
        What a message calls it.

    Raises
    ------
    SettingsError
        If no reason or nobody is named.
    ReleaseError
        If it is in service already, and the pointer says so.
    OutdatedAnswerError
        If somebody has moved it meanwhile.
    """
    workspace, person = acting(workspace, Action.SERVE, by, f"the {act}")
    said = _reason(why, act)
    now = workspace.record.promotions.newest()
    current = released(workspace.record)
    if current is not None and current.number == entry.number and _points_to(workspace, now):
        raise ReleaseError(
            f"Release {entry.verdict_as(Release).release_id} is in service already.",
            "Another release is needed.",
            "See 'leadline releases'.",
        )
    return _move(workspace, entry, said, person, replacing=now.counter if now else None)


def try_beside(
    workspace: Workspace, entry: Entry | None, share: float, why: str, by: str
) -> Promotion:
    """Try a release beside the one in service, or end the trial of the one that is tried.

    Parameters
    ----------
    workspace : Workspace
        The project.
    entry : Entry or None
        Of the candidate, opened before to see that it is whole; None withdraws the one there is.
    share : float in [0, 1)
        Requests that it answers; 0: none, it scores the same ones in the shadow.
    why, by : str
        The reason, and who.

    Raises
    ------
    SettingsError
        If no reason or nobody is named, or the share is not one.
    NotReadyError
        If nothing is in service, or there is no candidate to withdraw.
    ReleaseError
        If it is in service.
    OutdatedAnswerError
        If somebody has moved something meanwhile.
    """
    workspace, person = acting(workspace, Action.SERVE, by, "the candidate")
    said = _reason(why, "trial of a candidate" if entry else "withdrawal")
    current, now = released(workspace.record), workspace.record.promotions.newest()
    if current is None:
        raise NotReadyError(
            "Nothing is in service.",
            "A candidate is tried beside the release in service.",
            "Run 'leadline run ship' first.",
        )
    if entry is None:
        if now is None or now.candidate is None:
            raise NotReadyError(
                "No release is a candidate.", "There is nothing to withdraw.", _SEE_CANDIDATE
            )
    elif entry.number == current.number:
        raise ReleaseError(
            f"Release {entry.verdict_as(Release).release_id} is in service already.",
            "A candidate is another release.",
            "See 'leadline releases'.",
        )
    if not 0 <= share < 1:
        raise SettingsError(
            f"The candidate's share of the requests is {share:g}.",
            "It must be at least 0 and below 1.",
            "To answer all requests by it, say 'leadline promote'.",
        )
    seen = now.counter if now else None
    return _move(workspace, current, said, person, replacing=seen, candidate=entry, share=share)


def _reason(why: str, act: str) -> str:
    if not why.strip():
        raise SettingsError(
            f"The {act} has no reason.", "It is kept with who and why.", "Say it: --why REASON."
        )
    return why.strip()


def require_pointer(workspace: Workspace) -> str:
    """See that the signed pointer says what the record says; write it where it is behind.

    Returns
    -------
    str
        What a person should know; empty if it agreed.

    Raises
    ------
    ReleaseError
        If it was changed, is another project's, or knows of a move that the record does not.
    """
    newest = workspace.record.promotions.newest()
    release = workspace.record.entry(newest.entry).verdict_as(Release) if newest else None
    known = newest.counter if newest else 0
    pointer = pointer_of(workspace)
    if pointer is not None:
        refuse_replayed(pointer, project=workspace.record.project, counter=0)
        tried = _candidate(workspace, newest) if newest else None
        _refuse_unknown(pointer, known, release, tried)
    if newest is None or release is None or (pointer is not None and pointer.counter == known):
        return ""
    if not (workspace.releases_folder / release.bundle).is_dir():
        return ""  # it was released on another machine, which has the key
    said = f"of move {pointer.counter}" if pointer else "missing"
    _publish(workspace, newest, release)
    return f"{POINTER_FILE} was {said}, the record says move {known}: it was written anew."


def _refuse_unknown(
    pointer: Pointer, known: int, release: Release | None, tried: Candidate | None
) -> None:
    """Refuse a pointer that says other than the record, and is not merely older."""
    said = (pointer.bundle, pointer.candidate)
    is_other = pointer.counter == known and release and (release.bundle, tried) != said
    if pointer.counter > known or is_other:
        raise ReleaseError(
            f"{POINTER_FILE} says release {pointer.release_id} by move {pointer.counter}; the "
            f"record knows moves up to {known}"
            f"{f' and says release {release.release_id}' if release else ''}.",
            "The record must know every move.",
            "Restore the newer copy of the record, or say what is in service: "
            "'leadline rollback RELEASE --why REASON'.",
        )


def pointer_of(workspace: Workspace) -> Pointer | None:
    """The signed pointer of a workspace; None if there is none.

    Raises
    ------
    ReleaseError
        If it was changed after it was signed.
    """
    path = workspace.releases_folder / POINTER_FILE
    if not path.exists():
        return None
    return read_pointer(path, trusted=public_keys(workspace.key_path))


def _points_to(workspace: Workspace, move: Promotion | None) -> bool:
    """Whether the pointer is whole and of this move."""
    try:
        pointer = pointer_of(workspace)
    except ReleaseError:
        return False
    if move is None:
        return pointer is None
    return (
        pointer is not None
        and pointer.project == workspace.record.project
        and pointer.counter == move.counter
    )


def _move(
    workspace: Workspace,
    entry: Entry,
    why: str,
    by: str,
    *,
    replacing: int | EllipsisType | None = ...,
    candidate: Entry | None = None,
    share: float = 0.0,
) -> Promotion:
    """Put a move on the record and sign it, both or none."""
    release = entry.verdict_as(Release)

    def publish(move: Promotion) -> None:
        # released on another machine: that one has the key, and signs when it next looks
        if (workspace.releases_folder / release.bundle).is_dir():
            _publish(workspace, move, release)

    return workspace.record.promotions.add(
        entry.number,
        person=by,
        why=why,
        candidate=candidate.number if candidate else None,
        share=share if candidate else None,
        publish=publish,
        replacing=replacing,
        after=_published(workspace),
    )


def _published(workspace: Workspace) -> int:
    """Counter of the signed pointer, which servers may have followed; 0 if none can be believed."""
    try:
        pointer = pointer_of(workspace)
    except ReleaseError:
        return 0
    is_ours = pointer is not None and pointer.project == workspace.record.project
    return pointer.counter if pointer is not None and is_ours else 0


def _publish(workspace: Workspace, move: Promotion, release: Release) -> None:
    """Write the signed copy of a move."""
    pointer = Pointer(
        project=workspace.record.project,
        counter=move.counter,
        release_id=release.release_id,
        bundle=release.bundle,
        person=move.person,
        why=move.why,
        at=move.at.isoformat(timespec="seconds"),
        candidate=_candidate(workspace, move),
    )
    write_pointer(workspace.releases_folder, pointer, load_or_make_key(workspace.key_path))


def _candidate(workspace: Workspace, move: Promotion) -> Candidate | None:
    """The candidate of a move, as the pointer says it."""
    if move.candidate is None:
        return None
    release = workspace.record.entry(move.candidate).verdict_as(Release)
    return Candidate(release.release_id, release.bundle, float(move.share or 0.0))
