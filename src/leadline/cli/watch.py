"""``leadline watch``: score new data, ask for their labels, and judge the release by them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import EXIT_NO, ask, by_option, echo_json, trim_options, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from rich.console import Console

    from leadline.cli.terminal.progress import Display
    from leadline.reading.file_forms.raw import Trim
    from leadline.record import Entry
    from leadline.workspace import Workspace


@verb("watch", may=(Action.WATCH,), example="leadline watch august.parquet --ask rows.csv")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--ask",
    "asked",
    type=click.Path(path_type=Path),
    help="Write the rows that want a label into this file, CSV or Parquet.",
)
@click.option(
    "--every",
    metavar="PERIOD",
    default=None,
    help="Look for new files every hour, day, week or 90s, for ever; FILES may be folders.",
)
@click.option("--served", is_flag=True, help="Take in what 'leadline serve --log' has logged.")
@trim_options
@by_option
def command(
    files: tuple[Path, ...],
    asked: Path | None,
    every: str | None,
    served: bool,
    by: str,
    folder: Path,
    as_json: bool,
    **lines: Any,
) -> None:
    """Score new data block by block and say whether the model is no worse than at release.

    Parts of a block (a week, unless [watch] block says otherwise) add up: a row that comes again is
    the same row, known by the column that [watch] key names, else by its values and its time, and a
    label that comes later is its label. A file that names rows by their keys may hold their labels
    only.

    --ask writes rows that want a label, about 50 of each block, without score or prediction. Fill
    in the label column and hand the file over: leadline watch rows.csv.

    With --served the rows are those answered over HTTP since the last time, and the labels those
    sent to POST /outcomes.

    With --every it goes on until it is stopped: each period it takes in the files of folders and
    patterns that it has not seen, and with --served what was served, and tells those named under
    [notify]. What fails is told and
    tried again next time.

    Columns of the newest block that look different are named: information, never an alarm. Ends
    with exit code 3 while an alarm is open, or a retraining is due.
    """
    from leadline.cli.terminal.entry_text import entry_json
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.recurring_watch import watch_every
    from leadline.cli.terminal.text_layout import console
    from leadline.phases.verdict import Answer
    from leadline.reading.file_forms.raw import Trim
    from leadline.reading.file_forms.trim_advice import Advice
    from leadline.workspace import Workspace

    if files and served and every is None:
        raise click.UsageError("Name FILES, or say --served and name none.")
    if not files and not served and asked is None:
        missing = "Name FILES of new rows, say --served, or where to write rows: --ask rows.csv"
        files = (ask("File of new rows", missing, click.Path(path_type=Path)),)
    if served and not files and any(lines.values()):
        raise click.UsageError("A log has no lines to leave out: say --served alone.")
    trim = Trim(**lines, advice=Advice.COMMAND)
    if every is not None:
        if asked is not None:
            raise click.UsageError("--every goes on for ever: ask for labels in another terminal.")
        watch_every(folder, files, every, trim, by, is_served=served, as_json=as_json)
        return
    screen = console(as_json=as_json)
    notes: list[str] = []
    entries, request = [], None
    with Workspace.open(folder) as workspace, Display(screen) as display:
        if files or served:
            sources = files or (None,)
            notes, seen = _observed(workspace, sources, trim, display, screen, as_json=as_json)
            entries = _judged(workspace, by, seen, display, screen, as_json=as_json)
        if asked is not None:
            request = _asked(workspace, asked, display, screen, as_json=as_json)
    if as_json:
        told = {"entries": [entry_json(entry) for entry in entries], "notes": notes}
        echo_json(told if request is None else told | {"asked": request})
    if any(entry.verdict.answer is Answer.NO for entry in entries):
        sys.exit(EXIT_NO)


def _observed(
    workspace: Workspace,
    sources: Sequence[Path | None],
    trim: Trim,
    display: Display,
    screen: Console,
    *,
    as_json: bool,
) -> tuple[list[str], set[str]]:
    """Score files, or for None what was served; what a person should know of them, and blocks."""
    from leadline.worker import observe, observe_served

    notes: list[str] = []
    seen: set[str] = set()
    for file in sources:
        display.start("watch", f"scoring {file.name if file else 'what was served'}")
        observed = observe(workspace, file, trim) if file else observe_served(workspace)
        display.clear()
        notes += observed.notes
        seen |= set(observed.blocks)
        if not as_json:
            for words in observed.notes:
                screen.print(f"Note: {words}", markup=False)
    return notes, seen


def _judged(
    workspace: Workspace,
    by: str,
    seen: Collection[str],
    display: Display,
    screen: Console,
    *,
    as_json: bool,
) -> list[Entry]:
    """Run the stage for what is missing or stale, the monitor because there are new data."""
    from leadline.cli.terminal.entry_text import print_entry
    from leadline.cli.terminal.shift_text import print_shifts
    from leadline.phases.monitor import Monitor
    from leadline.worker import refresh

    entries = []
    names = ("watch", "monitor")
    for entry in refresh(workspace, names, by=by, started=display.start, progress=display.show):
        display.clear()
        entries.append(entry)
        if not as_json:
            print_entry(screen, entry)
            if isinstance(entry.verdict, Monitor):
                print_shifts(screen, entry.verdict, seen)
    return entries


def _asked(
    workspace: Workspace, file: Path, display: Display, screen: Console, *, as_json: bool
) -> dict[str, object]:
    """Write rows that want a label."""
    from leadline.cli.terminal.files import whole
    from leadline.phases.wording import plural
    from leadline.worker import ask_for_labels

    display.start("watch", f"choosing rows for {file.name}")
    with whole(file, may_lack=True) as temporary:
        asked = ask_for_labels(workspace, temporary, is_parquet=file.suffix == ".parquet")
    display.clear()
    if not asked.n_rows:
        if not as_json:
            screen.print(f"No block wants a label: nothing was written to {file}.", markup=False)
        return {"file": None, "rows": 0, "blocks": []}
    if not as_json:
        screen.print(
            f"{plural(asked.n_rows, 'row')} of {plural(len(asked.blocks), 'block')} written to "
            f"{file}. Fill in {asked.label!r}, then: leadline watch {file}",
            markup=False,
        )
    return {"file": str(file), "rows": asked.n_rows, "blocks": list(asked.blocks)}
