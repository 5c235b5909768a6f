"""``leadline rollback``: put an earlier release back into service."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import by_option, echo_json, verb


@verb("rollback", example="leadline rollback --why 'it flags every second customer'")
@click.argument("release", default="")
@click.option("--why", required=True, help="The reason: it goes on the record.")
@by_option
def command(release: str, why: str, by: str, folder: Path, as_json: bool) -> None:
    """Put the release that was in service before, or RELEASE, into service.

    RELEASE is one that was approved, by its name or the first letters of it. It is opened first,
    its signature checked and its golden rows replayed: a damaged one does not go into service. A
    server that runs ('leadline serve') changes over within a second or two, and no request is lost.
    """
    from leadline.cli.releases import open_release
    from leadline.cli.terminal.undelivered import tell_people
    from leadline.monitoring.release_in_service import in_service, rollback_target
    from leadline.phases.release import Release
    from leadline.services.commands import move_to
    from leadline.worker.telling import rolled_back
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        before = in_service(workspace.record)
        entry = rollback_target(workspace.record, release)
        target = entry.verdict_as(Release)
        open_release(workspace, target)
        move = move_to(workspace, entry, why, by)
        was = before.verdict_as(Release).release_id if before else ""
        tell_people(workspace, rolled_back(move, target.release_id, was))
    if as_json:
        done = {"release": target.release_id, "before": was, "move": move.counter}
        echo_json({**done, "by": move.person, "why": move.why, "at": move.at.isoformat()})
    else:
        instead = f", in the place of {was}" if was and was != target.release_id else ""
        click.echo(f"Release {target.release_id} is in service{instead} (move {move.counter}).")
