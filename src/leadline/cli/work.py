"""``leadline work``: what shipping and watching the model takes, and when it is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.record import WorkStatement
    from leadline.services.upkeep import PlannedItem, StagePlan, WorkPlan
    from leadline.workspace import Workspace

_ACTS = ("list", "add", "estimate", "start", "done", "drop")
_TERMS = ("hours", "owner", "due", "every")
# what each act takes beside --by; the rest is refused
_TAKES = {
    "list": (),
    "add": (*_TERMS, "stage"),
    "estimate": _TERMS,
    "start": (),
    "done": ("took",),
    "drop": ("why",),
}
_HEADS = ("item", "hours", "owner", "due", "chance", "state")
_WHAT = "what"


@verb(
    "work",
    may=(Action.VIEW,),
    example="leadline work estimate load-test --hours 2 4 12 --owner Ben --due 2026-12-18",
)
@click.argument("act", type=click.Choice(_ACTS), default="list")
@click.argument("item", default="")
@click.option(
    "--hours",
    type=float,
    nargs=3,
    default=None,
    metavar="LEAST LIKELY MOST",
    help="Three numbers of hours.",
)
@click.option("--owner", default=None, help="Who does it; '' for nobody.")
@click.option(
    "--due", default=None, metavar="DAY", help="The day by which it should be done; '' for none."
)
@click.option("--every", type=click.Choice(["week", "month", "quarter", "year", ""]), default=None,
              help="How often it comes again; '' for once.")  # fmt: skip
@click.option("--stage", type=click.Choice(["ship", "watch"]), default=None,
              help="With 'add': what it is work of  [default: ship]")  # fmt: skip
@click.option("--took", type=float, default=None, help="With 'done': how many hours it took.")
@click.option("--why", default=None, help="With 'drop': why it is not needed.")
@by_option
def command(act: str, item: str, by: str, folder: Path, as_json: bool, **said: Any) -> None:
    """List the work of ship and watch, estimate it, and say what it took.

    ITEM is the short name that the list shows; of 'add' it is what is to be done, in a few words.
    The list begins with what most projects have, on assumed hours: estimate it, or drop it.
    """
    from leadline.workspace import Workspace

    _refuse_misplaced(act, item, said)
    with Workspace.open(folder) as workspace:
        if act != "list":
            statement = _state(workspace, act, item, by, said)
        if as_json:
            from leadline.services.upkeep import work_plan

            echo_json(_json(work_plan(workspace)))
        elif act == "list":
            from leadline.services.upkeep import work_plan

            _show(work_plan(workspace))
        else:
            _confirm(statement)


def _refuse_misplaced(act: str, item: str, said: dict[str, Any]) -> None:
    """An option that would be passed over is refused."""
    if (act == "list") == bool(item):
        needs = "No ITEM is taken" if item else "An ITEM is needed"
        raise click.UsageError(f"{needs} by '{act}'.")
    for name, value in said.items():
        if value is not None and name not in _TAKES[act]:
            takes = ", ".join(f"--{each}" for each in _TAKES[act]) or "no such option"
            raise click.UsageError(f"'{act}' takes no --{name}; it takes {takes}.")
    if act == "done" and said["took"] is None:
        raise click.UsageError("'done' needs --took HOURS.")


def _state(
    workspace: Workspace, act: str, item: str, by: str, said: dict[str, Any]
) -> WorkStatement:
    from leadline.services.commands import (
        WorkTerms,
        add_work,
        drop_work,
        estimate_work,
        finish_work,
        start_work,
    )

    terms = WorkTerms(**{name: said[name] for name in _TERMS})
    if act == "add":
        return add_work(workspace, item, said["stage"] or "ship", by, terms)
    if act == "estimate":
        return estimate_work(workspace, item, by, terms)
    if act == "start":
        return start_work(workspace, item, by)
    if act == "done":
        return finish_work(workspace, item, said["took"], by)
    return drop_work(workspace, item, said["why"] or "", by)


def _confirm(said: WorkStatement) -> None:
    from leadline.services.upkeep.work_words import day, three_points

    owner = said.owner or "nobody"
    hours = f"{three_points(said.estimate)} h" if said.estimate else "not estimated"
    again = f", each {said.every}" if said.every else ""
    took = f", took {said.hours:g} h" if said.hours else ""
    due = f", due {day(said.due)}" if said.due else ""
    click.echo(f"{said.item}: {said.state}{took} ({hours}, {owner}{due}{again}).")


def _show(plan: WorkPlan) -> None:
    from leadline.cli.terminal.text_layout import Cell, console, print_line
    from leadline.services.upkeep.work_words import basis, held_sentence, stage_sentences

    screen = console()
    for stage in plan.stages:
        click.echo(f"{stage.stage.value}: {' '.join(stage_sentences(stage))}")
        lines = [(_HEADS, _WHAT), *((_cells(each), each.work.title) for each in stage.items)]
        widths = [
            max(map(len, column)) for column in zip(*(cells for cells, _ in lines), strict=True)
        ]
        for cells, title in lines:
            columns = [Cell(cell, width) for cell, width in zip(cells, widths, strict=True)]
            print_line(screen, columns, title)
        click.echo()
    click.echo(basis(plan))
    if held := held_sentence(plan.held):
        click.echo(held)


def _cells(planned: PlannedItem) -> tuple[str, ...]:
    from leadline.cli.terminal.text_layout import printable
    from leadline.phases.number_format import percent
    from leadline.services.upkeep.work_words import day, hours_of, state_words

    work = planned.work
    chance = "–" if planned.chance is None else percent(planned.chance)
    owner = printable(work.owner) or "nobody"
    return (work.item, hours_of(work), owner, day(work.due), chance, state_words(work))


def _json(plan: WorkPlan) -> dict[str, Any]:
    past = plan.past
    return {
        "stages": {stage.stage.value: _stage_json(stage) for stage in plan.stages},
        "hours_per_day": plan.hours_per_day,
        "past": None if past is None else {"n": past.n, "times_the_likely": past.typical},
        "finished": [
            {
                "item": each.item,
                "hours": each.hours,
                "estimate": None if each.estimate is None else vars(each.estimate),
                "by": each.by,
                "at": each.at.isoformat(),
            }
            for each in plan.finished
        ],
    }


def _stage_json(stage: StagePlan) -> dict[str, Any]:
    told = (
        "due",
        "chance",
        "half",
        "sure",
        "n_open",
        "n_dated",
        "n_assumed",
        "n_unowned",
        "n_blank",
    )
    return {name: getattr(stage, name) for name in told} | {
        "items": [_item_json(each) for each in stage.items]
    }


def _item_json(planned: PlannedItem) -> dict[str, Any]:
    work = planned.work
    named = ("item", "title", "owner", "due", "every", "why", "is_assumed", "hours_a_year")
    return {name: getattr(work, name) for name in named} | {
        "state": work.state.value,
        "estimate": None if work.estimate is None else vars(work.estimate),
        "half": planned.half,
        "sure": planned.sure,
        "chance": planned.chance,
    }
