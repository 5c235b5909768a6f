"""``leadline label``: label rows one by one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.label_input import choices, value_of
from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.errors import LeadlineError
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.record import Assignment, NoAssignment
    from leadline.services.queries import LabelPage
    from leadline.workspace import Workspace

_KEYS = "? unsure  s skip  u undo  q quit"
_WHY_NOT = {
    "done": "Nothing is left for you.",
    "waiting": "What is left is with others just now; look again later.",
    "money": "The money granted for labels is spent, or set aside for those who are at it.",
}


@verb("label", may=(Action.LABEL, Action.ADJUDICATE), example="leadline label --by Ada")
@click.option(
    "--adjudicate",
    "is_adjudicating",
    is_flag=True,
    help="Decide the rows on which people's votes leave the label open.",
)
@by_option
def command(is_adjudicating: bool, by: str, folder: Path, as_json: bool) -> None:
    """Label rows one by one, in the terminal; the page /label does the same.

    A number or the class itself labels; '? why' is unsure, 's why' skips, '# words' is a comment
    on this row, u takes the last one back, q ends. With --json, prints how many are labelled and
    how many are left.

    With --adjudicate, shows one row after another on which the votes are in and no label has most
    of them, with what people said. What you decide is the label; '?' leaves the row out. The page
    /adjudicate does the same.
    """
    from leadline.services.commands import next_item
    from leadline.services.invitations import free_name
    from leadline.services.queries import label_page
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        name = free_name(workspace, by, "labelling")
        if is_adjudicating:
            _adjudicate(workspace, name, as_json=as_json)
            return
        page = label_page(workspace, name)
        if as_json:
            echo_json({"by": name, "labelled": page.n_done, "left": page.n_left})
            return
        _show_guidelines(page)
        found = next_item(workspace, name)
        while not isinstance(found, str):
            answered = _ask(workspace, found, name)
            if answered is None:
                break
            found = answered
        if isinstance(found, str):
            click.echo(_WHY_NOT[found])
        n_done = label_page(workspace, name).n_done
        click.echo(f"{n_done} labelled by {name}. Next: leadline run")


def _adjudicate(workspace: Workspace, by: str, *, as_json: bool) -> None:
    from leadline.cli.adjudicate import adjudicate
    from leadline.services.queries import adjudication_page

    if as_json:
        page = adjudication_page(workspace, by)
        echo_json({"by": by, "decided": page.n_decided, "open": page.n_open})
        return
    adjudicate(workspace, by)


def _show_guidelines(page: LabelPage) -> None:
    if page.guidelines is None:
        return
    changed = ", changed since your last label" if page.guidelines.is_changed else ""
    click.echo(f"Guidelines, version {page.guidelines.version}{changed}:")
    for block in page.guidelines.blocks:
        click.echo("\n".join(f"  {line}" for line in block.lines))


def _ask(workspace: Workspace, found: Assignment, by: str) -> Assignment | NoAssignment | None:
    """Ask about one item until it is answered; None: the person ends."""
    from leadline.cli.terminal.text_layout import console, print_pairs
    from leadline.services.commands import undo_vote
    from leadline.services.queries import label_page

    page = label_page(workspace, by)
    question = page.question or f"What is {page.label} here?"
    click.echo(f"\n{question}  ({page.n_done} done, about {page.n_left} left)")
    print_pairs(console(), found.item.values)
    started, comment = time.monotonic(), ""
    while True:
        said = click.prompt(choices(page.classes, _KEYS), prompt_suffix=" > ").strip()
        if said == "q":
            return None
        if said == "u":
            return undo_vote(workspace, by) or found
        if said.startswith("#"):
            comment = said[1:].strip()
            continue
        try:
            return _keep(workspace, page, said, comment, time.monotonic() - started, by)
        except LeadlineError as error:
            click.echo(f"  {error}")


def _keep(
    workspace: Workspace, page: LabelPage, said: str, comment: str, seconds: float, by: str
) -> Assignment | NoAssignment:
    from leadline.services.commands import LabelAnswer, vote

    assert page.assignment is not None
    word, _, reason = said.partition(" ")
    is_skip, is_label = word == "s", word not in {"?", "s"}
    answer = LabelAnswer(
        value=value_of(said, page.classes) if is_label else None,
        is_skip=is_skip,
        reason="" if is_label else reason,
        comment=comment,
        guidelines=page.guidelines.version if page.guidelines else None,
        seconds=seconds,
    )
    return vote(workspace, page.assignment.id, answer, by)
