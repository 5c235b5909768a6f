"""``leadline rollback``: put an earlier release back into service."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import by_option, verb
from leadline.phases.permissions import Action


@verb(
    "rollback",
    may=(Action.SERVE,),
    example="leadline rollback --why 'it flags every second customer'",
)
@click.argument("release", default="")
@click.option("--why", required=True, help="The reason: it goes on the record.")
@by_option
def command(release: str, why: str, by: str, folder: Path, as_json: bool) -> None:
    """Put the release that was in service before, or RELEASE, into service.

    RELEASE is one that was approved, by its name or the first letters of it. It is opened first,
    its signature checked and its golden rows replayed: a damaged one does not go into service. A
    server that runs ('leadline serve') changes over within a second or two, and no request is lost.
    A candidate is withdrawn.
    """
    from leadline.cli.releases import put_into_service
    from leadline.cli.terminal.undelivered import tell_people
    from leadline.monitoring.release_in_service import rollback_target
    from leadline.phases.release import Release
    from leadline.worker.telling import rolled_back
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        entry = rollback_target(workspace.record, release)
        move, was = put_into_service(workspace, entry, why, by, "rollback", as_json)
        told = rolled_back(move, entry.verdict_as(Release).release_id, was)
        tell_people(workspace, told)
