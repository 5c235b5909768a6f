"""``leadline forget``: delete the rows of a person from all that was kept of new data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.workspace import Workspace


@verb(
    "forget",
    may=(Action.FORGET,),
    example="leadline forget 4711 --why 'asked to be forgotten on 3 May'",
)
@click.argument("keys", nargs=-1)
@click.option(
    "--file",
    "listed",
    type=click.Path(path_type=Path),
    help="File with further keys, one a line.",
)
@click.option("--why", required=True, help="The reason: it goes on the record. Name nobody in it.")
@click.option("--dry-run", "is_trial", is_flag=True, help="Count the rows, delete none.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_option
def command(
    keys: tuple[str, ...],
    listed: Path | None,
    why: str,
    is_trial: bool,
    yes: bool,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Delete the rows that KEYS name from kept blocks, label requests, labels and served logs.

    A key is what the column of [watch] key holds, the key of a row that 'leadline watch --ask'
    wrote, or the id of a request that 'leadline serve' answered. Rows are deleted for good, in
    every version of a block; a server may run. The record keeps who did it, when, why, and how
    many rows it was: not which.

    Data that the project learnt from are yours: take the row out of the file, and run the project
    again. Copies, backups and files that you wrote with --ask are yours too.
    """
    from leadline.phases.wording import plural
    from leadline.services.commands.forget import forget
    from leadline.workspace import Workspace

    names = [*keys, *(listed.read_text(encoding="utf-8").splitlines() if listed else ())]
    with Workspace.open(folder) as workspace:
        found = forget(workspace, names, why, by, is_trial=True)
        words = (
            f"{plural(found.n_rows, 'row')} of {plural(found.n_blocks, 'block')}, "
            f"{plural(found.n_labels, 'label')} of the page, "
            f"{plural(found.n_lines, 'row')} of the log"
        )
        is_any = bool(found.n_rows or found.n_lines or found.n_labels)
        if is_any and not is_trial:
            if not yes:
                if as_json:
                    raise click.UsageError("Say --yes: nobody is asked where JSON is wanted.")
                click.confirm(f"Delete {words} for good?", abort=True)
            found = forget(workspace, names, why, by)
            _judge_anew(workspace, by)
    done = is_any and not is_trial
    if as_json:
        told = {name: value for name, value in vars(found).items() if name.startswith("n_")}
        echo_json({"is_deleted": done, **told})
    elif not is_any:
        click.echo("No row that was kept has such a key: nothing was deleted.")
    else:
        click.echo(f"{'Deleted' if done else 'Would delete'}: {words}.")


def _judge_anew(workspace: Workspace, by: str) -> None:
    """Run the monitor, whose verdict and questions were of rows that are gone."""
    from leadline.errors import LeadlineError
    from leadline.worker import refresh

    if workspace.record.latest("monitor") is None:
        return
    try:
        for _ in refresh(workspace, ["monitor"], by=by):
            pass
    except LeadlineError as error:
        click.echo(f"Note: the monitor was not run again: {error}", err=True)
