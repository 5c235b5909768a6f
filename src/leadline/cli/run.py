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

    from leadline.errors import NotReadyError
    from leadline.phases.lifecycle import Standing
    from leadline.services.deciding.rerun_preview import RerunPreview
    from leadline.workspace import Workspace


@verb("run", may=(Action.RUN,), example="leadline run define find train")
@click.argument("names", nargs=-1, metavar="[STAGE|ROW]...")
@click.option("--preview", "is_preview", is_flag=True, help="Show what it would do; run nothing.")
@click.option("--yes", is_flag=True, help="Do not ask where decisions may be lost.")
@by_option
def command(
    names: tuple[str, ...],
    is_preview: bool,
    yes: bool,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Compute what is missing or stale.

    Name stages (define find train apply ship watch) or rows (data, curve, ...); without a name
    the whole life cycle is run. It ends, and says so, where it is people's turn. A row named itself
    is computed in any case. Ends with exit code 3 if a verdict is "no".

    With --preview it only says what would be computed, what becomes out of date where answers
    change, and what people signed on that. At a terminal it asks first where something was signed.
    """
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.project_summary import print_next
    from leadline.cli.terminal.text_layout import console
    from leadline.services.queries import project_page
    from leadline.worker import preview, refresh, rows_named
    from leadline.workspace import Workspace

    entries = []
    waiting: list[NotReadyError] = []
    screen = console(as_json=as_json)
    if is_preview:
        with Workspace.open(folder) as workspace:
            _show(preview(workspace, names), as_json=as_json)
        return
    with Workspace.open(folder) as workspace:
        _tell_first(workspace, names, is_asked=not (yes or as_json))
    with Workspace.open(folder) as workspace, Display(screen) as display:
        for entry in refresh(
            workspace,
            names,
            by=by,
            started=display.start,
            progress=display.show,
            waiting=waiting.append,
        ):
            display.clear()
            entries.append(entry)
            if not as_json:
                print_entry(screen, entry)
        page = project_page(workspace)
        standing = workspace.record.standing()
    if as_json:
        echo_json(
            {
                "entries": [entry_json(entry) for entry in entries],
                "waits_for_people": [str(turn) for turn in waiting],
                "next": {"title": page.next.title, "command": page.next.command},
            }
        )
    else:
        if waiting or not entries:
            why_none = "Nothing to compute: everything named is current."
            screen.print("\n".join(map(str, waiting)) or why_none)
        screen.print()
        print_next(screen, page)
        for step in page.also:
            if step.command.endswith(" keep"):
                screen.print(f"{step.title}: {step.command}")
    if any(_stands_as_no(name, standing) for name in rows_named(names)):
        sys.exit(EXIT_NO)


def _show(told: RerunPreview, *, as_json: bool) -> None:
    from leadline.cli.terminal.preview_text import preview_json, preview_lines

    if as_json:
        echo_json(preview_json(told))
    else:
        click.echo("\n".join(preview_lines(told)))


def _tell_first(workspace: Workspace, names: tuple[str, ...], *, is_asked: bool) -> None:
    """What people may not want once they know it: another problem, signatures that may be lost."""
    from leadline.services.queries import unread_settings
    from leadline.worker import preview, rows_named

    if "problem" not in rows_named(names) and (unread := unread_settings(workspace)):
        click.echo(unread, err=True)
    if _has_signatures(workspace):
        _warn(preview(workspace, names), is_asked=is_asked)


def _has_signatures(workspace: Workspace) -> bool:
    """Whether anything signed stands: only then a preview is worth its time."""
    from leadline.phases.lifecycle import State
    from leadline.services.deciding.rerun_preview import SIGNED

    standing = workspace.record.standing()
    return any(standing[row].state is State.CURRENT for row in SIGNED)


def _warn(told: RerunPreview, *, is_asked: bool) -> None:
    """Say which signatures may be lost; at a terminal, ask whether to go on."""
    from leadline.cli.terminal.preview_text import signed_lines

    lines = signed_lines(told)
    if not lines:
        return
    click.echo("\n".join(lines), err=True)
    click.echo("Where the answers change, that no longer stands.", err=True)
    if is_asked and _is_at_terminal():
        click.confirm("Run it?", err=True, abort=True)


def _is_at_terminal() -> bool:
    return sys.stdin.isatty()


def _stands_as_no(name: str, standing: Mapping[str, Standing]) -> bool:
    """Whether a row's current verdict is "no" and nobody has overruled it."""
    from leadline.phases.lifecycle import ROWS, State, decision_of
    from leadline.phases.verdict import Answer

    now, decided = standing[name], standing[decision_of(ROWS[name].stage)]
    is_overruled = decided.state is State.CURRENT and decided.answer is Answer.GO
    return now.state is State.CURRENT and now.answer is Answer.NO and not is_overruled
