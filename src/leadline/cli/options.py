"""What every verb shares: its options, its errors and its exit codes."""

from __future__ import annotations

import functools
import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from leadline.errors import LeadlineError

EXIT_ERROR = 1
EXIT_NO = 3

Function = Callable[..., Any]


def verb(name: str, *, example: str) -> Callable[[Function], click.Command]:
    """A command with ``--folder`` and ``--json``, an example in its help, and plain errors.

    The function gets ``folder`` and ``as_json`` beside its own parameters.
    """

    def decorate(function: Function) -> click.Command:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except LeadlineError as error:
                fail(error, as_json=kwargs["as_json"])
            except KeyboardInterrupt:
                click.echo("Stopped. What was finished is on the record.", err=True)
                sys.exit(130)
            except BrokenPipeError:
                # the reader of our output has left: nothing more to say
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
                sys.exit(0)

        call = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(
            call
        )
        call = click.option(
            "-C",
            "--folder",
            type=click.Path(path_type=Path),
            default=Path(),
            show_default="this folder",
            help="Folder of the workspace.",
        )(call)
        return click.command(name, epilog=f"Example: {example}")(call)

    return decorate


def by_option(function: Function) -> Function:
    """``--by``: who asks, decides or judges."""
    return click.option(
        "--by",
        default=_somebody,
        show_default="LEADLINE_USER, or who is logged in",
        help="Who you are: it goes on the record.",
    )(function)


def _somebody() -> str:
    name = os.environ.get("LEADLINE_USER")
    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def fail(error: LeadlineError, *, as_json: bool) -> NoReturn:
    """Print a refusal and exit with 1."""
    if as_json:
        parts = {"found": error.found, "needed": error.needed, "next": error.next}
        click.echo(json.dumps({"error": {"kind": type(error).__name__, **parts}}))
    else:
        click.echo(f"Error: {error}", err=True)
    sys.exit(EXIT_ERROR)


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
