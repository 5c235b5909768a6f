"""``leadline init``: make a workspace from a file of data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.options import by_option, echo_json, verb

if TYPE_CHECKING:
    from leadline.services.commands.start import Candidate


@verb("init", example="leadline init customers.csv --label churned --target 0.8")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--label", default="", help="The column to predict.")
@click.option("--name", default="", help="Name of the project  [default: the folder's]")
@click.option("--positive", default=None, help="The class that counts as a hit.")
@click.option("--target", type=float, default=None, help="The score that is good enough.")
@click.option("--time", default=None, help="The column that dates the rows.")
@click.option("--group", default=None, help="The column of rows that belong together.")
@click.option("--exclude", multiple=True, help="A column not to learn from; may be repeated.")
@click.option("--missing", multiple=True, help="A word that means missing; may be repeated.")
@click.option("--yes", is_flag=True, help="Ask nothing; what is not known is marked as assumed.")
@by_option
def command(
    files: tuple[Path, ...],
    label: str,
    name: str,
    positive: str | None,
    target: float | None,
    time: str | None,
    group: str | None,
    exclude: tuple[str, ...],
    missing: tuple[str, ...],
    yes: bool,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Make a workspace from CSV, TSV, Parquet or JSONL files of labelled rows.

    Reads the files whole before anything is written, asks what it cannot know, writes a commented
    leadline.toml, audits the data and shows the first status.
    """
    from leadline.services.commands.start import look_at, start_project

    seen = look_at(files, label, missing=missing, exclude=exclude)
    problem = _given({"positive": positive, "target_score": target})
    if not yes and not as_json and sys.stdin.isatty():
        problem |= _ask(seen, problem)
    data = _given(
        {"time": time, "group": group, "exclude": exclude or None, "missing": missing or None}
    )
    path = start_project(folder, files, label, name=name, problem=problem, data=data)
    try:
        _first_look(folder, by, as_json=as_json)
    except BaseException:
        # settings that nothing has been computed from would only be in the way
        path.unlink(missing_ok=True)
        raise


def _first_look(folder: Path, by: str, *, as_json: bool) -> None:
    from leadline.cli.entries import print_entry
    from leadline.cli.glance import print_page
    from leadline.cli.progress import Display, console
    from leadline.services.queries import project_page
    from leadline.worker import mend
    from leadline.workspace import Workspace

    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace:
        with Display(screen) as display:
            rows = ("problem", "data")
            entries = list(
                mend(workspace, rows, by=by, started=display.start, progress=display.show)
            )
        page = project_page(workspace)
        path = workspace.folder / "leadline.toml"
    if as_json:
        summaries = {entry.row: entry.verdict.summary for entry in entries}
        echo_json({"settings": str(path), "summaries": summaries, "next": page.next.command})
        return
    for entry in entries:
        print_entry(screen, entry, notes=True)
    screen.print(f"\nSettings: {path}\n")
    print_page(page)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in values.items()
        if value is not None
    }


def _ask(seen: Candidate, given: dict[str, Any]) -> dict[str, Any]:
    """Ask a person what no file can tell; Enter leaves a thing open."""
    click.echo(f"{seen.n_rows:,} rows. Enter leaves a question open; leadline.toml keeps all.")
    answers: dict[str, Any] = {}
    for key, words, kind in _questions(seen):
        if key in given:
            continue
        answer = click.prompt(words, default="", show_default=False, type=str).strip()
        if not answer:
            continue
        try:
            answers[key] = kind(answer)
        except ValueError:
            click.echo(f"  {answer!r} is not a number; left open.")
    return answers


def _questions(seen: Candidate) -> list[tuple[str, str, type]]:
    questions: list[tuple[str, str, type]] = [
        ("question", "What is the question, in the words of whoever asks?", str),
        ("unit", "What is one row (a flight, a customer)?", str),
    ]
    if len(seen.classes) == 2:
        words = f"Which value is a hit ({' or '.join(seen.classes)})?"
        questions.append(("positive", words, str))
    questions += [
        ("target_score", "Which score is good enough (0 to 1)?", float),
        ("cost_miss", "What does one miss cost?", float),
        ("cost_false_alarm", "What does one false alarm cost?", float),
        ("budget", "How much money is granted for labels and compute?", float),
        ("owner", "Who asks, and will decide?", str),
    ]
    return questions
