"""``leadline alarm``: alarms of the monitor, and what people do about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from rich.console import Console

    from leadline.phases.monitor import Monitor
    from leadline.workspace import Workspace


@verb(
    "alarm",
    may=(Action.VIEW,),
    example="leadline alarm close --by Ada --why 'the feed was broken, mended on Monday'",
)
@click.argument(
    "act", default="list", type=click.Choice(["list", "seen", "explain", "close"]), metavar="[ACT]"
)
@click.option("--why", default="", help="What it was: needed to explain, and to close.")
@by_option
def command(act: str, why: str, by: str, folder: Path, as_json: bool) -> None:
    """List the alarms, those of earlier releases too, or say what was done about the open one.

    ACT is 'list' (unless you say otherwise), 'seen', 'explain' or 'close'. While an alarm is open
    the monitor says "no". To close it counts all blocks known by now as explained: those that come
    in later are judged anew, and by themselves.
    """
    from leadline.cli.terminal.entry_text import print_entry
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.record.codec import encode
    from leadline.services.commands import act_on_alarm
    from leadline.worker import refresh
    from leadline.workspace import Workspace

    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace:
        if act != "list":
            act_on_alarm(workspace, act, by, why)
            with Display(screen) as display:
                # what was said becomes part of the verdict
                for entry in refresh(
                    workspace, ["monitor"], by=by, started=display.start, progress=display.show
                ):
                    display.clear()
                    if not as_json:
                        print_entry(screen, entry)
        watched = _watched(workspace)
    if as_json:
        told = [
            {"release": monitor.release_id, **encode(alarm), "is_of_newest": place == 0}
            for place, monitor in enumerate(watched)
            for alarm in monitor.alarms
        ]
        echo_json({"alarms": told})
    elif act == "list":
        _print(screen, watched)


def _watched(workspace: Workspace) -> list[Monitor]:
    """What the monitor said last of each release, the one that it looked at last first."""
    from leadline.phases.monitor import Monitor

    newest: dict[str, Monitor] = {}
    for entry in reversed(workspace.record.entries("monitor")):
        verdict = entry.verdict_as(Monitor)
        newest.setdefault(verdict.release_id, verdict)
    return list(newest.values())


def _print(screen: Console, watched: list[Monitor]) -> None:
    if not watched:
        screen.print("The monitor has not been run yet: leadline watch FILE")
        return
    now, *earlier = watched
    if not now.alarms:
        screen.print(f"No alarm since release {now.release_id} is watched.")
    _print_alarms(screen, now)
    for monitor in earlier:
        if monitor.alarms:
            screen.print(f"\nWhile release {monitor.release_id} was watched:")
            _print_alarms(screen, monitor)


def _print_alarms(screen: Console, monitor: Monitor) -> None:
    from leadline.cli.terminal.text_layout import Cell, print_line

    for alarm in monitor.alarms:
        state = Cell("open", 7, "red") if alarm.is_open else Cell("closed", 7, "dim")
        print_line(screen, [Cell(alarm.block, 12), state], alarm.story)
