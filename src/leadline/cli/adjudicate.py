"""``leadline label --adjudicate``: decide items whose votes leave the label open."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.label_input import choices, value_of
from leadline.errors import LeadlineError

if TYPE_CHECKING:
    from leadline.record import Opinion
    from leadline.services.queries import AdjudicationPage
    from leadline.workspace import Workspace

_KEYS = "? leave it out: it cannot be told  s later  u undo  q quit"


def adjudicate(workspace: Workspace, by: str) -> None:
    """Show one open item after another, and keep what is decided."""
    from leadline.services.queries import adjudication_page

    page = adjudication_page(workspace, by)
    if page.is_second_opinion:
        click.echo("Every row came with a label, which stays: there is nothing to decide.")
        return
    while page.at_hand is not None:
        key = _ask(workspace, page, by)
        if key is None:
            break
        page = adjudication_page(workspace, by, key)
    page = adjudication_page(workspace, by)
    click.echo(f"{page.n_decided} decided, {page.n_open} open. Next: leadline run")


def _ask(workspace: Workspace, page: AdjudicationPage, by: str) -> str | None:
    """Ask about one item; return the key of the one to show next, empty: any, None: the end."""
    from leadline.services.commands import undo_adjudication

    _show(page)
    started, reason = time.monotonic(), ""
    while True:
        said = click.prompt(choices(page.classes, _KEYS), prompt_suffix=" > ").strip()
        if said == "q":
            return None
        if said == "s":
            return page.later
        if said == "u":
            return undo_adjudication(workspace, by) or ""
        if said.startswith("#"):
            reason = said[1:].strip()
            continue
        try:
            _keep(workspace, page, said, reason, time.monotonic() - started, by)
        except LeadlineError as error:
            click.echo(f"  {error}")
        else:
            return ""


def _keep(
    workspace: Workspace, page: AdjudicationPage, said: str, reason: str, seconds: float, by: str
) -> None:
    from leadline.services.commands import Ruling, adjudicate

    assert page.at_hand is not None
    ruling = Ruling(
        value=None if said == "?" else value_of(said, page.classes),
        reason=reason,
        guidelines=page.version,
        seconds=seconds,
    )
    adjudicate(workspace, page.at_hand.item.key, page.at_hand.stamp, ruling, by)


def _show(page: AdjudicationPage) -> None:
    from leadline.cli.terminal.text_layout import console, print_pairs

    assert page.at_hand is not None
    question = page.question or f"What is {page.label} here?"
    click.echo(f"\n{question}  ({page.n_decided} decided, {page.n_open} open)")
    print_pairs(console(), page.at_hand.item.values)
    click.echo("What people said ('# words' keeps a reason with your decision):")
    print_pairs(console(), [(one.annotator, _words(one)) for one in page.at_hand.opinions])
    if page.stands is not None:
        value = "left out" if page.stands.value is None else page.stands.value
        click.echo(f"{page.stands.adjudicator} decided: {value}. What you say now takes its place.")


def _words(opinion: Opinion) -> str:
    value = "not sure" if opinion.value is None else opinion.value
    return ": ".join(part for part in (value, opinion.reason, opinion.comment) if part)
