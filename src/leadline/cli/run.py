"""``leadline run``: compute what is missing or stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import EXIT_NO, by_option, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadline.phases.lifecycle import Standing


@verb("run", may=(Action.RUN,), example="leadline run define find train")
@click.argument("names", nargs=-1, metavar="[STAGE|ROW]...")
@by_option
def command(names: tuple[str, ...], by: str, folder: Path, as_json: bool) -> None:
    """Compute what is missing or stale.

    Name stages (define find train apply ship watch) or rows (data, curve, ...); without a name
    the whole life cycle is run, up to where it is people's turn. A row named itself is computed
    in any case. Ends with exit code 3 if a verdict is "no".
    """
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.project_summary import print_next
    from leadline.cli.terminal.text_layout import console
    from leadline.services.queries import project_page
    from leadline.worker import refresh, rows_named
    from leadline.workspace import Workspace

    entries = []
    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace, Display(screen) as display:
        for entry in refresh(workspace, names, by=by, started=display.start, progress=display.show):
            display.clear()
            entries.append(entry)
            if not as_json:
                print_entry(screen, entry)
        page = project_page(workspace)
        standing = workspace.record.standing()
    is_no = any(_stands_as_no(name, standing) for name in rows_named(names))
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


def _stands_as_no(name: str, standing: Mapping[str, Standing]) -> bool:
    """Whether a row's current verdict is "no" and nobody has overruled it."""
    from leadline.phases.lifecycle import ROWS, State, decision_of
    from leadline.phases.verdict import Answer

    now, decided = standing[name], standing[decision_of(ROWS[name].stage)]
    is_overruled = decided.state is State.CURRENT and decided.answer is Answer.GO
    return now.state is State.CURRENT and now.answer is Answer.NO and not is_overruled
