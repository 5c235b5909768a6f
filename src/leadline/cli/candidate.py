"""``leadline candidate``: try a release beside the one in service, on the requests that come."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.phases.permissions import Action


@verb(
    "candidate",
    may=(Action.SERVE,),
    example="leadline candidate 5f0c --canary 10% --why 'its shadow agrees'",
)
@click.argument("release", default="")
@click.option(
    "--shadow",
    "is_shadow",
    is_flag=True,
    help="It scores the requests that were answered; no answer comes from it.",
)
@click.option(
    "--canary",
    metavar="SHARE",
    help="It answers this share of the requests, such as 10% or 0.1.",
)
@click.option("--none", "is_none", is_flag=True, help="Withdraw the candidate there is.")
@click.option("--why", default="", help="The reason: it goes on the record.")
@by_option
def command(
    release: str,
    is_shadow: bool,
    canary: str | None,
    is_none: bool,
    why: str,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Try RELEASE beside the one in service, or say which is tried.

    RELEASE is one on the record, by its name or the first letters of it; for a canary, which
    answers requests, it must be approved. It is opened first, its signature checked and its golden
    rows replayed. A server that runs ('leadline serve') takes it up within seconds; what cannot be
    taken up is refused, and the release in service goes on answering. GET /health/ready of the
    server counts: rows that differ and by how much (shadow), or who answered and what failed
    (canary).

    'leadline promote' puts the candidate into service. Whatever else goes into service withdraws
    it.
    """
    from leadline.cli.releases import candidate_now, how, open_release
    from leadline.monitoring.release_in_service import any_release, approved_release
    from leadline.phases.release import Release
    from leadline.services.commands import try_beside
    from leadline.workspace import Workspace

    share = _share(release, canary, is_shadow=is_shadow, is_none=is_none)
    with Workspace.open(folder) as workspace:
        if release or is_none:
            entry = None
            if release:
                find = approved_release if share else any_release
                entry = find(workspace.record, release)
                open_release(workspace, entry.verdict_as(Release))
            try_beside(workspace, entry, share, why, by)
        now = candidate_now(workspace)
    if as_json:
        echo_json({"candidate": now})
    elif now is None:
        click.echo("The candidate is withdrawn." if is_none else "No release is a candidate.")
    else:
        click.echo(f"Release {now['release']} is the candidate: {how(now)}.")


def _share(release: str, canary: str | None, *, is_shadow: bool, is_none: bool) -> float:
    """The share of the requests that is asked for; 0 where nothing is.

    Raises
    ------
    click.UsageError
        If the options do not fit each other, or the share is none.
    """
    if is_none and (release or is_shadow or canary is not None):
        raise click.UsageError("--none withdraws the candidate: it takes no release and no share.")
    if not release:
        if is_shadow or canary is not None:
            raise click.UsageError("Name the release: leadline candidate RELEASE --shadow.")
        return 0.0
    if is_shadow == (canary is not None):
        raise click.UsageError("Say how it is tried: either --shadow or --canary SHARE.")
    if canary is None:
        return 0.0
    try:
        share = float(canary.removesuffix("%")) / (100 if canary.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise click.UsageError(
            f"--canary is {canary!r}; a share of the requests between 0 and 1 is needed, "
            "such as 10% or 0.1."
        )
    return share
