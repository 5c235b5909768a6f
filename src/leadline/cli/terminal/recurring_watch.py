"""Watch that goes on, on the terminal: what each round brought, until somebody stops it."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leadline.reading.file_forms.raw import Trim
    from leadline.worker.watching import Round


def watch_every(
    folder: Path,
    sources: Sequence[Path],
    every: str,
    trim: Trim,
    by: str,
    *,
    is_served: bool,
    as_json: bool,
) -> None:
    """Watch what comes in every period until a TERM or INT signal, which ends it cleanly.

    With JSON, each round is a line.
    """
    from leadline.worker.watching import parse_period, rounds
    from leadline.workspace import find_settings

    every_s = parse_period(every)
    find_settings(folder.resolve())
    # SIGTERM of a service manager ends it as Ctrl-C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    names = [str(source) for source in sources]
    if not as_json:
        places = [f"for new files in {', '.join(names)}"] * bool(names)
        where = " and ".join(places + ["at what was served"] * is_served)
        click.echo(f"Looking {where} every {every} (Ctrl-C stops it).")
    try:
        for now in rounds(folder, names, every_s=every_s, by=by, trim=trim, is_served=is_served):
            _print(now, as_json=as_json)
    except KeyboardInterrupt:
        click.echo("Stopped. What was taken in is on the record.", err=True)


def _print(now: Round, *, as_json: bool) -> None:
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.text_layout import console

    at = datetime.now(UTC)
    if as_json:
        said = {
            "at": at.isoformat(timespec="seconds"),
            "files": [str(path) for path in now.files],
            "served": now.served,
            "notes": now.notes,
            "faults": now.faults,
            "entries": [entry_json(entry) for entry in now.entries],
        }
        click.echo(json.dumps(said, ensure_ascii=False, default=str))
        return
    if not (now.files or now.served or now.faults):
        return
    screen = console()
    came = [*(path.name for path in now.files), *(f"served: {block}" for block in now.served)]
    screen.print(f"{at:%Y-%m-%d %H:%M} UTC: {', '.join(came) or 'nothing new'}", markup=False)
    for words in now.notes:
        screen.print(f"Note: {words}", markup=False)
    for words in now.faults:
        screen.print(f"Failed, tried again next time: {words}", markup=False)
    for entry in now.entries:
        print_entry(screen, entry)
