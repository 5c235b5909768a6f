"""The project overview on the terminal: stages, cost, chance, next step."""

from __future__ import annotations

from rich.console import Console

from leadline.cli.terminal.text_layout import Cell, print_line
from leadline.phases.number_format import money
from leadline.services.queries import ProjectPage

_COLOURS = {
    "go": "green",
    "no": "red",
    "unclear": "yellow",
    "stale": "yellow",
    "open": "cyan",
    "waiting": "dim",
}
_MARGIN = 8


def print_page(screen: Console, page: ProjectPage) -> None:
    """Print the state of the project."""
    print_line(screen, [Cell(page.name, len(page.name), "bold")], page.question)
    screen.print()
    width = max(len(stage.badge.text) for stage in page.stages)
    for stage in page.stages:
        word = Cell(stage.badge.text, width, _COLOURS.get(stage.badge.tone, ""))
        print_line(screen, [Cell(stage.stage.value, _MARGIN - 2, "bold"), word], stage.sentence)
    screen.print()
    if page.whereabouts and page.whereabouts not in page.next.why:
        _print_about(screen, "where", page.whereabouts)
    costs = page.costs
    granted = f" of {money(costs.granted, costs.currency)} granted" if costs.granted else ""
    _print_about(screen, "cost", f"{money(costs.spent, costs.currency)}{granted}.")
    if page.machines:
        _print_about(screen, "rows", page.machines)
    if page.target:
        _print_about(screen, "target", page.target)
    if page.chance is not None:
        _print_about(screen, "chance", f"{page.chance.words} The target: {page.chance.target}.")
    print_next(screen, page)


def print_next(screen: Console, page: ProjectPage) -> None:
    """Print what to do now, the command that does it, and what was changed and not read yet."""
    if page.unread:
        _print_about(screen, "changed", page.unread)
    _print_about(screen, "next", f"{page.next.title}. {page.next.why}".strip())
    if page.next.command:
        print_line(screen, [Cell("", _MARGIN - 2)], page.next.command)


def _print_about(screen: Console, name: str, words: str) -> None:
    print_line(screen, [Cell(name, _MARGIN - 2, "bold")], words)
