"""``leadline capacity``: the plan of capacity, and whether a deployed address keeps it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import EXIT_NO, FiniteRange, by_option, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from rich.console import Console

    from leadline.phases.capacity import Capacity, Step
    from leadline.record import Entry
    from leadline.worker.capacity_check import Drive


@verb(
    "capacity",
    may=(Action.RUN,),
    example="leadline capacity --verify https://model.example.org --token-env MODEL_TOKEN",
    stopped="Nothing was put on the record.",
)
@click.option("--verify", "url", default="", metavar="URL", help="Drive this address.")
@click.option(
    "--rate",
    type=FiniteRange(min=0, min_open=True),
    default=None,
    help="Requests a second  [default: the peak with its growth]",
)
@click.option(
    "--instances",
    type=click.IntRange(min=1),
    default=None,
    help="Instances behind the address  [default: those of the plan]",
)
@click.option(
    "--seconds",
    type=FiniteRange(1, 600),
    default=30.0,
    show_default=True,
    help="How long the address is driven.",
)
@click.option("--token-env", default="", help="Variable that holds a bearer token.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="File that holds a bearer token.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the address is driven.")
@by_option
def command(url: str, by: str, folder: Path, as_json: bool, **options: Any) -> None:
    """Show the plan of capacity, or hold it against a deployed address.

    'leadline run capacity' measures an instance on this machine and makes the plan. With --verify
    the rows that came with the release are sent to URL at the rate the plan is for, at random
    times, and the latency counts from when each was due. What comes out goes on the record, beside
    the plan. Whoever answers for the address should know: it is asked before anything is sent.

    Ends with exit code 3 if the promise is broken.
    """
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.phases.capacity import Capacity
    from leadline.worker.capacity_check import plan_entry, verify_plan
    from leadline.workspace import Workspace

    if not url and any(value for name, value in options.items() if name != "seconds"):
        raise click.UsageError("Say which address: --verify URL")
    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace:
        entry = plan_entry(workspace)
        if url:
            drive = _drive(entry.verdict_as(Capacity), url, options)
            if not options["yes"]:
                _confirm(drive, as_json=as_json)
            with Display(screen) as display:
                display.start("capacity", f"{drive.n_requests:,} requests to {drive.address}")
                entry = verify_plan(workspace, entry, drive, by=by)
    plan = entry.verdict_as(Capacity)
    if as_json:
        _echo(entry)
    elif url:
        screen.print(plan.verifications[-1].words, markup=False)
    else:
        _print(screen, entry, plan)
    if url and not plan.verifications[-1].holds:
        sys.exit(EXIT_NO)


def _drive(plan: Capacity, url: str, options: dict[str, Any]) -> Drive:
    from leadline.processes.http_connection import Target
    from leadline.worker.capacity_check import planned_drive

    return planned_drive(
        plan,
        Target.of(url, headers=_headers(options["token_env"], options["token_file"])),
        rate_per_s=options["rate"],
        n_instances=options["instances"],
        seconds=options["seconds"],
    )


def _headers(token_env: str, token_file: Path | None) -> dict[str, str]:
    if token_env and token_file:
        raise click.UsageError("One token will do: --token-env or --token-file.")
    if token_env and token_env not in os.environ:
        raise click.UsageError(f"The variable {token_env} is not set.")
    token = os.environ[token_env] if token_env else token_file.read_text() if token_file else ""
    token = token.strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise click.UsageError("A token is one word of letters, digits and signs.")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _confirm(drive: Drive, *, as_json: bool) -> None:
    if as_json:
        raise click.UsageError("With --json nobody can be asked: add --yes.")
    click.confirm(
        f"{drive.n_requests:,} requests will be sent to {drive.address} within "
        f"{drive.seconds:g} s. Go on?",
        abort=True,
        err=True,
    )


def _echo(entry: Entry) -> None:
    from leadline.cli.terminal.entry_text import entry_json

    echo_json(entry_json(entry))


def _print(screen: Console, entry: Entry, plan: Capacity) -> None:
    from leadline.cli.terminal.entry_text import print_entry
    from leadline.cli.terminal.text_layout import print_table

    print_entry(screen, entry, notes=True)
    heads = ("requests a second", "half within", "99% within", "at most", "promise", "")
    screen.print()
    print_table(screen, heads, [_cells(step, plan) for step in plan.by_rate])


def _cells(step: Step, plan: Capacity) -> list[str]:
    assert plan.promised_s is not None
    return [
        f"{step.rate_per_s:,.0f}",
        *(_ms(each) for each in (step.p50_s, step.p99_s, step.p99_high_s)),
        "held" if step.holds(plan.promised_s) else "not held",
        "the plan" if step in plan.repeats else "",
    ]


def _ms(seconds: float | None) -> str:
    from leadline.phases.capacity.capacity_evidence import ms

    return "not known" if seconds is None else ms(seconds)
