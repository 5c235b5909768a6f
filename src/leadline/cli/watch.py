"""``leadline watch``: score new data and compare them with the reference."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leadline.cli.terminal.options import EXIT_NO, by_option, echo_json, trim_options, verb


@verb("watch", example="leadline watch august.parquet")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@trim_options
@by_option
def command(
    files: tuple[Path, ...],
    skip_lines: int,
    footer_rows: int,
    sheet: str,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Score new data block by block and say whether the model is still good enough.

    With the label column in the file, the blocks are judged; without it they are only compared.
    A block (a week, unless [watch] block says otherwise) that is seen again replaces its earlier
    observation, so hand over whole blocks. Columns of the newest block that look different are
    named: information, never an alarm. Ends with exit code 3 if it is time to retrain.
    """
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.shift_text import print_shifts
    from leadline.cli.terminal.text_layout import console
    from leadline.phases.monitor import Monitor
    from leadline.phases.verdict import Answer
    from leadline.reading.file_forms.raw import Trim
    from leadline.reading.file_forms.trim_advice import Advice
    from leadline.worker import observe, refresh
    from leadline.workspace import Workspace

    entries = []
    notes: list[str] = []
    seen: set[str] = set()
    trim = Trim(skip_lines, footer_rows, sheet, Advice.COMMAND)
    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace, Display(screen) as display:
        for file in files:
            display.start("watch", f"scoring {file.name}")
            observed = observe(workspace, file, trim)
            display.clear()
            told = observed.notes
            notes += told
            seen |= set(observed.blocks)
            if not as_json:
                for words in told:
                    screen.print(f"Note: {words}", markup=False)
        # the stage for what is missing or stale, the row because there are new data to judge
        names = ("watch", "monitor")
        for entry in refresh(workspace, names, by=by, started=display.start, progress=display.show):
            display.clear()
            entries.append(entry)
            if not as_json:
                print_entry(screen, entry)
                if isinstance(entry.verdict, Monitor):
                    print_shifts(screen, entry.verdict, seen)
    if as_json:
        echo_json({"entries": [entry_json(entry) for entry in entries], "notes": notes})
    if any(entry.verdict.answer is Answer.NO for entry in entries):
        sys.exit(EXIT_NO)
