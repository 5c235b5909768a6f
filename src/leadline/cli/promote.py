"""``leadline promote``: put the candidate, or another approved release, into service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import by_option, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.record import Entry
    from leadline.workspace import Workspace


@verb(
    "promote",
    may=(Action.SERVE,),
    example="leadline promote --why 'a week as a canary, no complaint'",
)
@click.argument("release", default="")
@click.option("--why", required=True, help="The reason: it goes on the record.")
@by_option
def command(release: str, why: str, by: str, folder: Path, as_json: bool) -> None:
    """Put the candidate, or RELEASE, into service.

    It must be approved: by its verdict, or by 'leadline decide ship go'. It is opened first, its
    signature checked and its golden rows replayed. A server that runs ('leadline serve') changes
    over within a second or two, and no request is lost. 'leadline rollback' goes back.
    """
    from leadline.cli.releases import put_into_service
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        put_into_service(workspace, _wanted(workspace, release), why, by, "promotion", as_json)


def _wanted(workspace: Workspace, release: str) -> Entry:
    """The approved release of a name, or the candidate.

    Raises
    ------
    NotReadyError
        If none is named and none is a candidate.
    ReleaseError
        If it is not approved.
    """
    from leadline.errors import NotReadyError
    from leadline.monitoring.release_in_service import approved_release, candidate_release
    from leadline.phases.release import Release

    if not release:
        found = candidate_release(workspace.record)
        if found is None:
            raise NotReadyError(
                "No release is a candidate.",
                "A release is needed.",
                "Name one: 'leadline promote RELEASE'. See 'leadline releases'.",
            )
        release = found[0].verdict_as(Release).release_id
    return approved_release(workspace.record, release)
