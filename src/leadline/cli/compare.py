"""``leadline compare``: two entries of a row, field by field."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.services.deciding.entry_comparison import EntryComparison


@verb("compare", may=(Action.VIEW,), example="leadline compare 7 9")
@click.argument("one", type=int, metavar="ENTRY")
@click.argument("other", type=int, metavar="ENTRY")
def command(one: int, other: int, folder: Path, as_json: bool) -> None:
    """Show what differs between two entries of a row, and nothing else."""
    from leadline.services.deciding.entry_comparison import compare_entries
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        told = compare_entries(workspace, one, other)
    if as_json:
        echo_json(
            {
                "row": told.one.row,
                "one": told.one.number,
                "other": told.other.number,
                "changes": [asdict(change) for change in told.changes],
                "same": told.n_same,
                "new_findings": told.new_findings,
                "gone_findings": told.gone_findings,
            }
        )
    else:
        _print(told)


def _print(told: EntryComparison) -> None:
    from leadline.phases.wording import moment, plural
    from leadline.services.queries.project_state import title_of

    title = title_of(told.one.row)
    for entry in (told.one, told.other):
        click.echo(f"{title}, entry {entry.number}, by {entry.by}, {moment(entry.at)}")
        click.echo(f"  {entry.verdict.summary}")
    click.echo()
    if told.is_same:
        click.echo("Nothing differs.")
    for change in told.changes:
        click.echo(f"{change.label}: {change.before} → {change.after}", nl=False)
        click.echo(f"  ({change.change})" if change.change else "")
    for words in told.new_findings:
        click.echo(f"New: {words}")
    for words in told.gone_findings:
        click.echo(f"Gone: {words}")
    click.echo(f"{plural(told.n_same, 'value')} the same.")
