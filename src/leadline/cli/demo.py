"""``leadline demo``: a whole project on real data."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.options import echo_json, fail
from leadline.errors import LeadlineError

if TYPE_CHECKING:
    from leadline.record import Entry


@click.command("demo", epilog="Example: leadline demo words --folder demo-words")
@click.argument("example", type=click.Choice(["flights", "words"]), default="flights")
@click.option(
    "-C",
    "--folder",
    type=click.Path(path_type=Path),
    default=None,
    help="A new folder for the project  [default: demo-EXAMPLE]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def command(example: str, folder: Path | None, as_json: bool) -> None:
    """Run a whole project on real data, from the question to the watched model.

    flights: will this departure arrive more than 30 minutes late? (NYC 2013, 327,000 flights)
    words: would most people take this word as negative? (7,500 words, ten people each)

    Everything is computed here and now, in a few minutes; the folder is a workspace you can open.
    """
    try:
        _run(example, folder or Path(f"demo-{example}"), as_json=as_json)
    except LeadlineError as error:
        fail(error, as_json=as_json)


def _run(example: str, folder: Path, *, as_json: bool) -> None:
    from leadline.cli.entries import entry_json, print_entry
    from leadline.cli.progress import Display, console
    from leadline.demo import run_demo

    screen = console(as_json=as_json)
    started = time.monotonic()
    entries = []
    with Display(screen) as display:
        for entry in run_demo(example, folder, started=display.start, progress=display.show):
            display.clear()
            entries.append(entry)
            if not as_json:
                print_entry(screen, entry)
    report = _write_documents(folder)
    if as_json:
        echo_json(
            {
                "entries": [entry_json(entry) for entry in entries],
                "report": str(report),
                "seconds": time.monotonic() - started,
            }
        )
    else:
        _summarise(folder, entries, report, time.monotonic() - started)


def _write_documents(folder: Path) -> Path:
    from leadline.report import model_document, write_report
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        entries, standing = workspace.record.entries(), workspace.record.standing()
        report = folder / "report.html"
        report.write_text(
            write_report(entries, standing, title=workspace.settings.name, form="html"), "utf-8"
        )
        (folder / "model.html").write_text(model_document(entries, "html"), "utf-8")
        (folder / "model.md").write_text(model_document(entries, "markdown"), "utf-8")
    return report


def _summarise(folder: Path, entries: list[Entry], report: Path, seconds: float) -> None:
    """One page: a verdict for each stage, and where to look."""
    from rich.markup import escape
    from rich.table import Table

    from leadline.cli.progress import console
    from leadline.phases.lifecycle import ROWS, Stage, is_decision

    screen = console()
    table = Table(title=f"Six stages in {seconds:.0f} s", title_justify="left", show_lines=True)
    for column in ("stage", "verdict", "why"):
        table.add_column(column)
    for stage in Stage:
        of_stage = [entry for entry in entries if ROWS[entry.row].stage is stage]
        judged = [entry for entry in of_stage if not is_decision(entry.row)]
        if judged:
            last = judged[-1].verdict
            table.add_row(stage.value, last.answer.value, escape(last.summary))
    screen.print()
    screen.print(table)
    screen.print("Judgments of the stream say what really happened: the demo's judge looks it up.")
    screen.print(f"Report: {report.resolve()}")
    screen.print(f"Pages:  leadline up -C {folder}   (http://127.0.0.1:8765)")
