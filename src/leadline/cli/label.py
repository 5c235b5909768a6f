"""``leadline label``: label rows one by one."""

from __future__ import annotations

import time
from pathlib import Path

import click

from leadline.cli.options import by_option, echo_json, verb
from leadline.errors import LeadlineError


@verb("label", example="leadline label --by Ada")
@by_option
def command(by: str, folder: Path, as_json: bool) -> None:
    """Label rows one by one, in the terminal; the page /label does the same.

    A number or the class itself labels; ? is unsure, u takes the last one back, q ends.
    With --json, prints how many are labelled and how many are left.
    """
    from leadline.cli.layout import console, print_pairs
    from leadline.services.commands import undo_vote, vote
    from leadline.services.queries import label_page
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        page = label_page(workspace, by)
        if as_json:
            echo_json({"by": by, "labelled": page.n_done, "left": page.n_left})
            return
        screen = console()
        while page.item is not None:
            question = page.question or f"What is {page.label} here?"
            click.echo(f"\n{question}  ({page.n_done} done, {page.n_left} left)")
            print_pairs(screen, page.item.values)
            started = time.monotonic()
            answer = click.prompt(_choices(page.classes), prompt_suffix=" > ").strip()
            if answer == "q":
                break
            if answer == "u":
                undo_vote(workspace, by)
            else:
                said = None if answer == "?" else _value(answer, page.classes)
                try:
                    vote(workspace, page.item.key, said, by, time.monotonic() - started)
                except LeadlineError as error:
                    click.echo(f"  {error}")
            page = label_page(workspace, by)
        click.echo(f"{page.n_done} labelled by {by}. Next: leadline run")


def _choices(classes: tuple[str, ...]) -> str:
    numbered = [f"{number} {name}" for number, name in enumerate(classes, 1)]
    return "  ".join([*(numbered or ["a number"]), "? unsure", "u undo", "q quit"])


def _value(answer: str, classes: tuple[str, ...]) -> str:
    if answer not in classes and answer.isdigit() and 1 <= int(answer) <= len(classes):
        return classes[int(answer) - 1]
    return answer
