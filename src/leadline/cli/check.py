"""``leadline check``: whether a release is still whole, and opens and answers as it did."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leadline.cli.terminal.options import EXIT_NO, echo_json, verb
from leadline.phases.permissions import Action


@verb("check", may=(Action.VIEW,), example="leadline check --json")
@click.argument("release", default="")
@click.option(
    "--resolve", is_flag=True, help="Ask pip too whether the locked packages can still be got."
)
def command(release: str, resolve: bool, folder: Path, as_json: bool) -> None:
    """Check the release in service, or RELEASE, for rot.

    Looks at the signature, the digest of every file, whether it opens in a fresh process, whether
    its golden rows score as when it was sealed, whether the packages here are those of its lock,
    and whether its model document is younger than the period after which retraining costs least.
    RELEASE is one that was approved, by its name or the first letters of it. Ends with exit code 3
    if a check fails.
    """
    from leadline.cli.releases import pointer_check, release_entry
    from leadline.cli.terminal.text_layout import Cell, console, print_line
    from leadline.cli.terminal.undelivered import tell_people
    from leadline.monitoring.maintenance.rot_check import Outcome, check_release
    from leadline.notifications import deliver
    from leadline.phases.release import Release
    from leadline.worker.telling import check_failed
    from leadline.workspace import Workspace

    colours = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.UNKNOWN: "yellow"}
    with Workspace.open(folder) as workspace:
        entry = release_entry(workspace, release)
        name = entry.verdict_as(Release).release_id
        checks = (*check_release(workspace, entry, resolve=resolve), pointer_check(workspace))
        failed = [each for each in checks if each.outcome is Outcome.FAIL]
        if failed:
            tell_people(workspace, check_failed(name, failed))
        else:
            deliver(workspace)
    is_good = not failed
    if as_json:
        echo_json(
            {
                "release": name,
                "entry": entry.number,
                "is_good": is_good,
                "checks": [{**vars(each), "outcome": each.outcome.value} for each in checks],
            }
        )
    else:
        screen = console()
        screen.print(f"Release {name}")
        for each in checks:
            cells = [Cell(each.outcome.value, 9, colours[each.outcome]), Cell(each.name, 14)]
            print_line(screen, cells, f"{each.words} {each.next}".strip())
    if not is_good:
        sys.exit(EXIT_NO)
