"""``leadline demo``: a whole project on real data."""

from __future__ import annotations

import time
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, plain_errors

if TYPE_CHECKING:
    from leadline.record import Entry

_STOPPED = "What was finished is on the record; 'leadline run -C FOLDER' goes on from there."


@click.command("demo", epilog="Example: leadline demo words --folder demo-words")
@click.argument("example", type=click.Choice(["flights", "words"]), default="flights")
@click.option(
    "-C",
    "--folder",
    type=click.Path(path_type=Path),
    default=None,
    help="A new folder for the project  [default: demo-EXAMPLE, numbered if it is there]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def command(example: str, folder: Path | None, as_json: bool) -> None:
    """Run a whole project on real data, from the question to the watched model.

    'flights' asks: will this departure arrive more than 30 minutes late? (New York 2013, 327,000
    flights)

    'words' asks: would most people take this word as negative? (7,500 words, ten people each)

    Everything is computed here and now, in a few minutes; the folder is a workspace you can open.
    """
    with plain_errors(_STOPPED, as_json=as_json):
        _run(example, folder or _new_folder(f"demo-{example}"), as_json=as_json)


def _new_folder(name: str) -> Path:
    """The first folder of that name that is not there yet."""
    numbered = (Path(f"{name}-{number}") for number in count(2))
    return next(folder for folder in chain([Path(name)], numbered) if not folder.exists())


def _run(example: str, folder: Path, *, as_json: bool) -> None:
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.demo import EXAMPLES, run_demo

    screen = console(as_json=as_json)
    started = time.monotonic()
    entries = []
    with Display(screen) as display:
        write_files = EXAMPLES[example]

        def said(sentence: str) -> None:
            display.clear()
            if not as_json:
                screen.print(sentence)

        run = run_demo(write_files, folder, started=display.start, progress=display.show, said=said)
        for entry in run:
            display.clear()
            entries.append(entry)
            if not as_json:
                print_entry(screen, entry)
        display.start("report", "drawing the pictures")
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
    from leadline.report import model_document
    from leadline.services.whole_report import whole_report
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        entries = workspace.record.entries()
        moves = workspace.record.promotions.into_service()
        report = folder / "report.html"
        report.write_text(whole_report(workspace, "html"), "utf-8")
        (folder / "model.html").write_text(model_document(entries, "html", moves=moves), "utf-8")
        (folder / "model.md").write_text(model_document(entries, "markdown", moves=moves), "utf-8")
    return report


def _summarise(folder: Path, entries: list[Entry], report: Path, seconds: float) -> None:
    """One page: a verdict for each stage, and where to look."""
    from leadline.cli.terminal.entry_text import print_entry
    from leadline.cli.terminal.text_layout import console
    from leadline.phases.lifecycle import ROWS, is_decision

    screen = console()
    last = {ROWS[entry.row].stage: entry for entry in entries if not is_decision(entry.row)}
    screen.print(f"\n[bold]{len(last)} stages in {seconds:.0f} s[/]\n")
    for entry in last.values():
        print_entry(screen, entry, findings=False)
    screen.print(
        "\nJudgments of the stream say what really happened: the demo's judge looks it up."
    )
    screen.print(f"Report: {report.resolve()}", markup=False)
    screen.print(f"Pages:  leadline up -C {folder}", markup=False)
