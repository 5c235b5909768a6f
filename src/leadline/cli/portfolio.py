"""``leadline portfolio``: every model of a database on one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.record import AllProjects
    from leadline.services.upkeep import ModelLine, Portfolio, YearlyMoney

_HEADS = ("model", "since", "state", "errors a year", "retraining saves", "upkeep hours", "due")


@verb(
    "portfolio",
    may=(Action.COMPARE_PROJECTS,),
    example="leadline portfolio --store postgresql+psycopg://leadline@db/leadline",
)
@click.option(
    "--store",
    "url",
    metavar="URL",
    default="",
    help="Database to read  [default: that of the workspace, or LEADLINE_STORE]",
)
def command(url: str, folder: Path, as_json: bool) -> None:
    """Show every model that shares a database: state, money and hours a year, and what is due.

    The dearest errors come first. Projects share a database by [store] url in leadline.toml, or
    by LEADLINE_STORE.
    """
    from leadline.services.upkeep import portfolio_of

    with _projects(url, folder) as projects:
        page = portfolio_of(projects)
    if as_json:
        echo_json(_json(page))
    else:
        _show(page)


@contextmanager
def _projects(url: str, folder: Path) -> Iterator[AllProjects]:
    from leadline.record import AllProjects
    from leadline.workspace import SETTINGS_FILE, Workspace

    if not url and not (folder / SETTINGS_FILE).is_file():
        url = os.environ.get("LEADLINE_STORE", "")
    if url:
        with AllProjects.open(url) as projects:
            yield projects
    else:
        with Workspace.open(folder) as workspace:
            yield workspace.record.all_projects


def _show(page: Portfolio) -> None:
    from leadline.cli.terminal.text_layout import Cell, console, print_line, print_table, printable
    from leadline.phases.wording import plural
    from leadline.services.upkeep.portfolio_words import hours_words, total_words

    screen = console()
    n = plural(len(page.lines), "project")
    late = f", {page.n_late} late" if page.n_late else ""
    click.echo(f"{page.n_in_service} of {n} in service{late}.\n")
    print_table(screen, _HEADS, [_cells(line) for line in page.lines])
    click.echo()
    width = max((len(printable(line.name)) for line in page.lines), default=0)
    for line in page.lines:
        words = line.unreadable or (f"{line.next.title}. {line.next.command}" if line.next else "")
        print_line(screen, [Cell(printable(line.name), width, "bold")], words)
    click.echo()
    for total in page.totals:
        click.echo(total_words(total))
    for words in hours_words(page.hours):
        click.echo(words)


def _cells(line: ModelLine) -> tuple[str, ...]:
    from leadline.cli.terminal.text_layout import printable
    from leadline.services.upkeep.portfolio_words import due_words, money_words

    hours = line.upkeep.hours
    return (
        printable(line.name),
        "–" if line.since is None else line.since.date().isoformat(),
        line.badge.text,
        money_words(line.errors),
        money_words(line.saves),
        "not known" if hours is None else f"{hours:,.0f}",
        due_words(line.due),
    )


def _json(page: Portfolio) -> dict[str, Any]:
    return {
        "models": [_line_json(line) for line in page.lines],
        "totals": [vars(total) for total in page.totals],
        "hours": vars(page.hours) | {"share_new": page.hours.share_new},
        "in_service": page.n_in_service,
        "late": page.n_late,
        "at": page.at.isoformat(),
    }


def _line_json(line: ModelLine) -> dict[str, Any]:
    due, step = line.due, line.next
    return {
        "project": line.name,
        "question": line.question,
        "state": line.badge.text,
        "in_service_since": None if line.since is None else line.since.isoformat(),
        "errors_a_year": _money_json(line.errors),
        "upkeep_saves_a_year": _money_json(line.saves),
        "upkeep_hours_a_year": vars(line.upkeep),
        "due": None
        if due is None
        else {"what": due.what, "day": due.day.isoformat(), "is_late": due.is_late, "why": due.why},
        "next": None if step is None else {"title": step.title, "command": step.command},
        "unreadable": line.unreadable,
    }


def _money_json(money: YearlyMoney) -> dict[str, Any]:
    return vars(money)
