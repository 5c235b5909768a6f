"""``leadline run``: compute what is missing or stale."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leadline.cli.options import EXIT_NO, by_option, echo_json, verb


@verb("run", example="leadline run define find train")
@click.argument("names", nargs=-1, metavar="[STAGE|ROW]...")
@by_option
def command(names: tuple[str, ...], by: str, folder: Path, as_json: bool) -> None:
    """Compute what is missing or stale.

    Name stages (define find train apply ship watch) or rows (data, curve, ...); without a name
    the whole life cycle is run, up to where it is people's turn. A row named itself is computed
    in any case. Ends with exit code 3 if a verdict is "no".
    """
    from leadline.cli.entries import entry_json, print_entry
    from leadline.cli.glance import print_next
    from leadline.cli.layout import console
    from leadline.cli.progress import Display
    from leadline.phases.verdict import Answer
    from leadline.services.queries import project_page
    from leadline.worker import mend
    from leadline.workspace import Workspace

    entries = []
    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace, Display(screen) as display:
        for entry in mend(workspace, names, by=by, started=display.start, progress=display.show):
            display.clear()
            entries.append(entry)
            if not as_json:
                print_entry(screen, entry)
        page = project_page(workspace)
    is_no = any(entry.verdict.answer is Answer.NO for entry in entries)
    if as_json:
        echo_json(
            {
                "entries": [entry_json(entry) for entry in entries],
                "next": {"title": page.next.title, "command": page.next.command},
            }
        )
    else:
        if not entries:
            screen.print("Nothing to compute: everything named is current.")
        screen.print()
        print_next(screen, page)
    if is_no:
        sys.exit(EXIT_NO)
