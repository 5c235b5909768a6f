"""``leadline releases``: every release, which is in service, and which is its candidate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leadline.monitoring.maintenance.rot_check import Check
    from leadline.phases.release import Release
    from leadline.record import Entry, Promotion
    from leadline.report.runs import Shipped
    from leadline.serving.releases.bundle import ReleaseBundle
    from leadline.workspace import Workspace


@verb("releases", may=(Action.VIEW,), example="leadline releases --json")
def command(folder: Path, as_json: bool) -> None:
    """List every release, which is in service, which is the candidate, and how that changed.

    'leadline candidate' tries one beside it, 'leadline promote' puts it into service, 'leadline
    rollback' puts the one before back.
    """
    from leadline.errors import ReleaseError
    from leadline.services.commands import require_pointer
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        rows, moves = _rows(workspace), _moves(workspace)
        candidate = candidate_now(workspace)
        try:
            note = require_pointer(workspace)
        except ReleaseError as error:
            note = str(error)
    if as_json:
        echo_json({"releases": rows, "candidate": candidate, "moves": moves, "note": note})
        return
    if not rows:
        click.echo("Nothing is released yet. Run 'leadline run ship'.")
    for row in rows:
        click.echo(f"{row['state']:<11} {_minute(row['at'])}  {row['summary']}")
        if row["fast_path"]:
            click.echo(f"{'':<30}{row['fast_path']}")
    _tell_what_waits(rows, moves)
    if candidate is not None:
        click.echo(
            f"\nCandidate: release {candidate['release']}, {how(candidate)}, since "
            f"{_minute(candidate['at'])} by {candidate['by']}: {candidate['why']}"
        )
    if moves:
        click.echo("\nIn service since:")
    for move in moves:
        click.echo(
            f"{_minute(move['at'])}  {move['release']}  by {move['by']}: {move['why']}"
            f" (move {move['move']})"
        )
    if note:
        click.echo(f"\nNote: {note}")


def _tell_what_waits(rows: Sequence[Mapping[str, Any]], moves: Sequence[Mapping[str, Any]]) -> None:
    """Say how the newest release, approved and not yet in service, gets there."""
    for row in rows[:1]:
        if row["state"] == "approved" and row["release"] not in {move["release"] for move in moves}:
            click.echo(f"\nNot in service yet: leadline promote {row['release']} --why REASON")


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _rows(workspace: Workspace) -> list[dict[str, Any]]:
    """Every release, the newest first."""
    from leadline.monitoring.release_in_service import approved, candidate_release
    from leadline.monitoring.release_in_service import in_service as released
    from leadline.phases.release import Release

    now, tried = released(workspace.record), candidate_release(workspace.record)
    good = {entry.number for entry in approved(workspace.record)}
    rows = []
    for entry in reversed(workspace.record.entries("release")):
        release = entry.verdict_as(Release)
        state = "approved" if entry.number in good else "waits"
        if now is not None and entry.number == now.number:
            state = "in service"
        if tried is not None and entry.number == tried[0].number:
            state = "candidate"
        rows.append(
            {
                "release": release.release_id,
                "state": state,
                "entry": entry.number,
                "at": entry.at.isoformat(timespec="seconds"),
                "by": entry.by,
                "summary": release.summary,
                "fast_path": release.fast_path,
                "is_here": (workspace.releases_folder / release.bundle).is_dir(),
            }
        )
    return rows


def _moves(workspace: Workspace) -> list[dict[str, Any]]:
    """Every move of the release in service, the newest first."""
    from leadline.phases.release import Release

    return [
        {
            "move": move.counter,
            "release": workspace.record.entry(move.entry).verdict_as(Release).release_id,
            "at": move.at.isoformat(timespec="seconds"),
            "by": move.person,
            "why": move.why,
        }
        for move in reversed(workspace.record.promotions.into_service())
    ]


def candidate_now(workspace: Workspace) -> dict[str, Any] | None:
    """The candidate, and how it is tried; None if there is none."""
    from leadline.monitoring.release_in_service import candidate_release
    from leadline.phases.release import Release

    found = candidate_release(workspace.record)
    if found is None:
        return None
    entry, move = found
    return {
        "release": entry.verdict_as(Release).release_id,
        "share": move.share,
        "move": move.counter,
        "at": move.at.isoformat(timespec="seconds"),
        "by": move.person,
        "why": move.why,
    }


def how(candidate: dict[str, Any]) -> str:
    """How a candidate is tried, in words."""
    from leadline.phases.wording import how_tried

    return f"{how_tried(candidate['share'])} (move {candidate['move']})"


def latest_release(workspace: Workspace) -> Release:
    """The release in service.

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    ReleaseError
        If the pointer to it was changed after it was signed.
    """
    from leadline.phases.release import Release
    from leadline.services.commands import require_pointer

    entry = release_entry(workspace)
    if note := require_pointer(workspace):
        click.echo(f"Note: {note}", err=True)
    return entry.verdict_as(Release)


def release_entry(workspace: Workspace, release_id: str = "") -> Entry:
    """The entry of an approved release, by the first letters of its name; or of that in service.

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    ReleaseError
        If no approved release, or more than one, has this name.
    """
    from leadline.monitoring.release_in_service import approved_release, nothing_released
    from leadline.monitoring.release_in_service import in_service as released

    entry = released(workspace.record)
    if entry is None:
        raise nothing_released(workspace.record)
    return approved_release(workspace.record, release_id) if release_id else entry


def pointer_check(workspace: Workspace) -> Check:
    """Whether the signed pointer says what the record says."""
    from leadline.errors import ReleaseError
    from leadline.monitoring.maintenance.rot_check import Check, Outcome
    from leadline.services.commands import require_pointer

    try:
        note = require_pointer(workspace)
    except ReleaseError as error:
        return Check("pointer", Outcome.FAIL, error.found, error.next)
    if note:
        return Check("pointer", Outcome.FAIL, note, "Find out who changed the file.")
    move = workspace.record.promotions.newest()
    if move is None:
        words = "Nothing has moved into service by a pointer yet: the newest approved one serves."
        return Check("pointer", Outcome.UNKNOWN, words)
    return Check("pointer", Outcome.PASS, f"Signed, and of move {move.counter}, as the record is.")


def open_release(workspace: Workspace, release: Release) -> ReleaseBundle:
    """The bundle of a release, its signature checked and its golden rows replayed.

    Raises
    ------
    ReleaseError
        If it is damaged, or does not fit this environment.
    """
    from leadline.serving.releases.bundle import open_bundle
    from leadline.serving.releases.keys import public_keys

    return open_bundle(
        workspace.releases_folder / release.bundle,
        trusted=public_keys(workspace.key_path),
        modules=workspace.folder,
        digest=release.bundle,
    )


def put_into_service(
    workspace: Workspace, entry: Entry, why: str, by: str, act: str, as_json: bool
) -> tuple[Promotion, str]:
    """Open a release, put it into service, and say so; the move, and which was there before.

    Raises
    ------
    LeadlineError
        If it is damaged, does not fit this environment, or is in service.
    """
    from leadline.monitoring.release_in_service import candidate_release
    from leadline.monitoring.release_in_service import in_service as released
    from leadline.phases.release import Release
    from leadline.services.commands import move_to

    before, tried = released(workspace.record), candidate_release(workspace.record)
    release = entry.verdict_as(Release)
    open_release(workspace, release)
    move = move_to(workspace, entry, why, by, act=act)
    was = before.verdict_as(Release).release_id if before else ""
    if as_json:
        done = {"release": release.release_id, "before": was, "move": move.counter}
        echo_json({**done, "by": move.person, "why": move.why, "at": move.at.isoformat()})
        return move, was
    instead = f", in the place of {was}" if was and was != release.release_id else ""
    click.echo(f"Release {release.release_id} is in service{instead} (move {move.counter}).")
    if tried is not None and tried[0].number != entry.number:
        name = tried[0].verdict_as(Release).release_id
        click.echo(f"The candidate {name} is withdrawn: it was tried beside another release.")
    return move, was


def shipped(workspace: Workspace) -> Shipped | None:
    """Where the release in service lies; None if there is none, or not on this machine."""
    from leadline.monitoring.release_in_service import in_service as released
    from leadline.phases.release import Release
    from leadline.report.runs import Shipped

    entry = released(workspace.record)
    if entry is None:
        return None
    release = entry.verdict_as(Release)
    folder = workspace.releases_folder / release.bundle
    return Shipped(release.release_id, folder) if folder.is_dir() else None
