"""``leadline timeline``: where the project was when, and when it may end."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.cli.terminal.picture_file import draw_into, picture_option
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.phases.project_accounts.timeline import Timeline


def _day(_: click.Context, __: click.Parameter, told: str | None) -> date | None:
    """A day as it is typed."""
    if told is None:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise click.BadParameter(
            f"{told!r} is no day. A day such as 2027-01-31 is needed."
        ) from None


@verb("timeline", may=(Action.VIEW,), example="leadline timeline --due 2027-01-31")
@click.option(
    "--due",
    "by_day",
    metavar="DAY",
    default=None,
    callback=_day,
    help="Give the chance that what people are asked for is in by this day.",
)
@picture_option()
def command(by_day: date | None, picture: Path | None, folder: Path, as_json: bool) -> None:
    """Show where the project was when, what it waited for, and when people will be done.

    Labels and judgments that are still wanted are foretold from what came in each day of the last
    four weeks; a week of days at least is needed.
    """
    from leadline.cli.terminal.text_layout import console, print_table
    from leadline.services.timing import project_timeline, timeline_sentences, timeline_tables
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        timeline = project_timeline(workspace, by=by_day)
    if picture is not None:
        from leadline.charts import timeline as timeline_chart

        drawn, begin = timeline_chart.chart(timeline), "Run 'leadline run problem' first."
        draw_into(picture, drawn, nothing="The record is empty.", next=begin)
    if as_json:
        echo_json(_json(timeline, by_day))
        return
    for sentence in timeline_sentences(timeline):
        click.echo(sentence)
    for told in timeline_tables(timeline):
        click.echo(f"\n{told.caption}")
        print_table(console(), [head.lower() for head in told.head], told.rows)
    if picture is not None:
        click.echo(f"Drawn: {picture}")


def _json(timeline: Timeline, by: date | None) -> dict[str, Any]:
    return {
        "at": timeline.at,
        "stretches": [vars(each) for each in timeline.stretches],
        "waits": [vars(each) for each in timeline.waits],
        "time_boxes": [vars(each) for each in timeline.time_boxes],
        "forecasts": [vars(each) | {"is_reached": each.is_reached} for each in timeline.foretold],
        "answers": [vars(each) for each in timeline.answers],
        "endings": [vars(each) for each in timeline.endings],
        "by": by,
    }
