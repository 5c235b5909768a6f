"""``leadline init``: make a workspace from a file of data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import EXIT_NO, by_option, echo_json, trim_options, verb

if TYPE_CHECKING:
    from leadline.services.commands.start import LabelColumn

Read = Callable[[str], Any]
_KINDS = ("number", "category", "text", "date")


@verb(
    "init",
    may=(),
    example="leadline init customers.csv --label churned --target 0.8",
    stopped="Nothing was kept.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--label", default="", metavar="COLUMN", help="The column to predict.")
@click.option("--name", default="", help="Name of the project  [default: the folder's]")
@click.option(
    "--store", default="", metavar="URL", help="A database to share with others  [default: its own]"
)
@click.option("--positive", default=None, help="The class that counts as a hit.")
@click.option("--target", type=float, default=None, help="The score that is good enough.")
@click.option(
    "--time-box",
    type=float,
    default=None,
    metavar="SECONDS",
    help="Seconds that a search may take.",
)
@click.option("--time", default=None, metavar="COLUMN", help="The column that dates the rows.")
@click.option(
    "--group", default=None, metavar="COLUMN", help="The column of rows that belong together."
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="COLUMN",
    help="A column not to learn from; may be repeated.",
)
@click.option(
    "--missing", multiple=True, metavar="WORD", help="A word that means missing; may be repeated."
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="COLUMN=KIND",
    help="What a column holds: number, category, text or date; may be repeated.",
)
@click.option(
    "--odd-cells",
    type=click.Choice(["refuse", "missing", "words"]),
    default=None,
    help="A few cells that are no numbers among many: refuse them, or read as no value, or words.",
)
@trim_options
@click.option("--yes", is_flag=True, help="Ask nothing; what is not known is marked as assumed.")
@by_option
def command(  # noqa: PLR0913, PLR0917 (an option each)
    files: tuple[Path, ...],
    label: str,
    name: str,
    store: str,
    positive: str | None,
    target: float | None,
    time_box: float | None,
    time: str | None,
    group: str | None,
    exclude: tuple[str, ...],
    missing: tuple[str, ...],
    kinds: tuple[str, ...],
    odd_cells: str | None,
    skip_lines: int,
    footer_rows: int,
    sheet: str,
    yes: bool,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Make a workspace from CSV, TSV, xlsx, Parquet or JSONL files of labelled rows.

    Reads the files whole before anything is written, asks what it cannot know, writes a commented
    leadline.toml, audits the data and shows the first status. Ends with exit code 3 if the data
    are not fit to learn from, and leaves nothing behind if they cannot be read.
    """
    from leadline.cli.terminal.progress import Display, tell_when_long
    from leadline.cli.terminal.text_layout import console
    from leadline.services.commands.start import (
        all_or_nothing,
        given_options,
        inspect_label,
        require_new,
        start_project,
    )

    require_new(folder)
    data = _given(
        {
            "time": time,
            "group": group,
            "exclude": exclude or None,
            "missing": missing or None,
            "odd_cells": odd_cells,
            "skip_lines": skip_lines or None,
            "footer_rows": footer_rows or None,
            "sheet": sheet or None,
            "columns": _columns(kinds) or None,
        }
    )
    is_asked = not yes and not as_json and _is_person()
    with Display(console(as_json=as_json)) as display:
        tell = tell_when_long(display, "reading")
        seen = inspect_label(
            files,
            label,
            given_options(data),
            positive=positive or "",
            find_groups=is_asked,
            tell=tell,
        )
        display.clear()
    problem = _given({"positive": positive, "target_score": target, "time_box_s": time_box})
    ethics: dict[str, Any] = {}
    if is_asked:
        data |= _ask_readings(seen, data)
        data |= _ask_group(seen, data)
        problem |= _ask(seen, problem)
        ethics = _ask_ethics(by)
    with all_or_nothing(folder):
        told: dict[str, Any] = {"problem": problem, "data": data, "ethics": ethics}
        start_project(folder, files, label, name=name, store=store, **told)
        is_fit = _first_look(folder, by, as_json=as_json)
    if not is_fit:
        sys.exit(EXIT_NO)


def _is_person() -> bool:
    return sys.stdin.isatty()


def _first_look(folder: Path, by: str, *, as_json: bool) -> bool:
    """State the problem and audit the data; whether they are fit to learn from."""
    from leadline.cli.terminal.entry_text import print_entry
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.project_summary import print_page
    from leadline.cli.terminal.text_layout import console
    from leadline.phases.verdict import Answer
    from leadline.services.queries import project_page
    from leadline.worker import refresh
    from leadline.workspace import SETTINGS_FILE, Workspace

    screen = console(as_json=as_json)
    entries, rows = [], ("problem", "data")
    with Workspace.open(folder) as workspace:
        with Display(screen) as display:
            for entry in refresh(
                workspace, rows, by=by, started=display.start, progress=display.show
            ):
                display.clear()
                entries.append(entry)
                if not as_json:
                    print_entry(screen, entry, notes=True)
        page = project_page(workspace)
        path = workspace.folder / SETTINGS_FILE
    if as_json:
        summaries = {entry.row: entry.verdict.summary for entry in entries}
        echo_json({"settings": str(path), "summaries": summaries, "next": page.next.command})
    else:
        screen.print(f"\nWritten: {path}\n", markup=False)
        print_page(screen, page)
    return all(entry.verdict.answer is not Answer.NO for entry in entries)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in values.items()
        if value is not None
    }


def _columns(kinds: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """[data.columns] of ``--kind COLUMN=KIND``."""
    columns = {}
    for said in kinds:
        name, mark, kind = said.rpartition("=")
        if not mark or kind not in _KINDS:
            raise click.BadParameter(
                f"{said!r} is not COLUMN=KIND, with one of {', '.join(_KINDS)}.",
                param_hint="--kind",
            )
        columns[name] = {"kind": kind}
    return columns


def _ask_readings(seen: LabelColumn, data: dict[str, Any]) -> dict[str, Any]:
    """Ask which of two readings is meant, where the cells do not tell."""
    columns = dict(data.get("columns", {}))
    for doubt in seen.doubts:
        words = (
            f'{doubt.taken.name!r}: is "{doubt.example}" {doubt.as_taken}? (n: {doubt.as_other})'
        )
        if not click.confirm(words, default=True):
            columns[doubt.taken.name] = doubt.correction
    return {"columns": columns} if columns else {}


def _ask_group(seen: LabelColumn, data: dict[str, Any]) -> dict[str, Any]:
    """Ask whether rows belong together by the column that looks most like it."""
    if not seen.groups or "group" in data or "time" in data:
        return {}
    found = seen.groups[0]
    words = (
        f"{found.column!r}: {found.n_groups:,} values come back, {found.rows_each:g} rows each, "
        "and rows of one agree on the label. Will new rows be of new ones, so that these must "
        "be kept together?"
    )
    return {"group": found.column} if click.confirm(words, default=False) else {}


def _ask(seen: LabelColumn, given: dict[str, Any]) -> dict[str, Any]:
    """Ask for what the files do not say; Enter leaves a question open."""
    click.echo(f"{seen.n_rows:,} rows. Enter leaves a question open; leadline.toml keeps all.")
    answers: dict[str, Any] = {}
    for key, words, read in _questions(seen):
        if key in given:
            continue
        answer = click.prompt(words, default="", show_default=False, value_proc=read)
        if answer != "":
            answers[key] = answer
    return answers


def _ask_ethics(by: str) -> dict[str, Any]:
    """Ask who can be harmed; no model is released before somebody has answered by name."""
    if not click.confirm("Answer the ethics checklist now? Otherwise later, in leadline.toml"):
        return {}
    answers = {
        key: click.prompt(words, default="", show_default=False).strip()
        for key, words in (
            ("harmed", "Who can be harmed by a wrong prediction?"),
            ("by_which_error", "By which error: a miss, a false alarm, or both; and how?"),
            ("data_allowed", "Which data may be used, and on what ground?"),
            ("personal_data", "Which columns are personal, and how are they protected?"),
        )
    }
    return {"answered_by": by, **{key: answer for key, answer in answers.items() if answer}}


def _questions(seen: LabelColumn) -> list[tuple[str, str, Read]]:
    """What to ask, and how an answer is read; a reader refuses what cannot be."""
    from leadline.phases.scoring import Task

    questions: list[tuple[str, str, Read]] = [
        ("question", "What is the question, in the words of whoever asks?", str.strip),
        ("unit", "What is one row (a flight, a customer)?", str.strip),
    ]
    if len(seen.classes) == 2:
        words = f"Which value is a hit ({' or '.join(seen.classes)})?"
        questions.append(("positive", words, partial(_one_of, seen.classes)))
    questions.append(("target_score", "Which score is good enough (0 to 1)?", _score))
    if seen.task is Task.BINARY:
        questions += [
            ("cost_miss", "What does one miss cost?", _amount),
            ("cost_false_alarm", "What does one false alarm cost?", _amount),
        ]
    elif seen.task is Task.REGRESSION:
        words = f"How far off may {seen.label!r} be and still be of use?"
        questions.append(("tolerance", words, _amount))
    questions += [
        ("budget", "How much money is granted for labels and compute?", _amount),
        ("owner", "Who asks, and will decide?", str.strip),
    ]
    return questions


def _one_of(classes: tuple[str, ...], answer: str) -> str:
    from leadline.services.labelling.cells_of_answers import read_class

    try:
        return read_class(answer, classes, None) or ""
    except ValueError:
        raise click.BadParameter(f"one of {', '.join(classes)} is needed, or nothing.") from None


def _score(answer: str) -> float | str:
    number = _amount(answer)
    if isinstance(number, float) and not 0 < number < 1:
        raise click.BadParameter("a fraction between 0 and 1 is needed: 0.9, not 90.")
    return number


def _amount(answer: str) -> float | str:
    """A number of at least 0, or nothing."""
    if not answer.strip():
        return ""
    try:
        number = float(answer)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise click.BadParameter(f"{answer!r} is not a number of at least 0.")
    return number
