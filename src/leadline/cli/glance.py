"""The project at a glance, on the terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from leadline.cli.progress import console
from leadline.services.queries import ProjectPage
from leadline.services.words import money, percent


def print_page(page: ProjectPage) -> None:
    """Print what a manager wants to know."""
    screen = console()
    screen.print(f"[bold]{escape(page.name)}[/]: {escape(page.question)}")
    table = Table(box=None, show_header=False, padding=(0, 1))
    for stage in page.stages:
        table.add_row(
            f"[bold]{stage.stage.value}[/]", escape(stage.word.text), escape(stage.sentence)
        )
    screen.print(table)
    costs = page.costs
    granted = f" of {money(costs.granted, costs.currency)} granted" if costs.granted else ""
    screen.print(f"Cost so far: {money(costs.spent, costs.currency)}{granted}.")
    if page.chance is not None:
        screen.print(
            f"Chance of {page.chance.target}: {percent(page.chance.now)} with today's rows, "
            f"{percent(page.chance.affordable)} with those the budget can buy."
        )
    screen.print(f"Next: {escape(page.next.title)}. {escape(page.next.why)}")
    if page.next.command:
        screen.print(f"    {escape(page.next.command)}")
