"""Options, errors and exit codes of every verb."""

from __future__ import annotations

import functools
import getpass
import json
import math
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from leadline.errors import LeadlineError
from leadline.phases.permissions import Action

EXIT_ERROR = 1
EXIT_NO = 3
EXIT_STOPPED = 130

_CHECK_FILE = "Check the path, who may read and write there, and how much room is left."

Function = Callable[..., Any]


class FiniteRange(click.FloatRange):
    """A number within bounds; `nan`, which is within all, and infinity are refused."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the number.

        Raises
        ------
        BadParameter
            If it is no finite number within the bounds.
        """
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number.", param, ctx)
        return number


class Verb(click.Command):
    """A verb, and what whoever calls it must be allowed to do: one of `may`; empty: nothing."""

    may: frozenset[Action] = frozenset()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what was typed.

        Raises
        ------
        UsageError
            If something is not understood; of a negative number it says that it is one.
        """
        negative = [each for each in args if re.fullmatch(r"-\d[\d.,]*", each)]
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if not negative or f"-{error.option_name.lstrip('-')}" != negative[0][:2]:
                raise
            raise click.UsageError(
                f"{negative[0]} is below 0: at least 0 is needed.", ctx
            ) from None


def verb(
    name: str,
    *,
    may: Collection[Action],
    example: str,
    stopped: str = "What was finished is on the record.",
) -> Callable[[Function], Verb]:
    """A command with ``--folder`` and ``--json``, an example in its help, and plain errors.

    The function gets ``folder`` and ``as_json`` beside its own parameters; `stopped` is said when
    a person stops it. Where people have accounts, it is for those who may do one of the actions
    under `may`; empty: for whoever is at the terminal, as where a machine starts it.
    """

    def decorate(function: Function) -> Verb:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> None:
            with plain_errors(stopped, as_json=kwargs["as_json"]):
                if may:
                    require_one_of(may, kwargs["folder"], kwargs.get("by") or _somebody())
                function(*args, **kwargs)

        call = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(
            call
        )
        call = click.option(
            "-C",
            "--folder",
            type=click.Path(path_type=Path),
            default=Path(),
            help="Folder of the workspace  [default: this folder]",
        )(call)
        made = click.command(name, cls=Verb, epilog=f"Example: {example}")(call)
        made.may = frozenset(may)
        return made

    return decorate


@contextmanager
def plain_errors(stopped: str, *, as_json: bool) -> Iterator[None]:
    """Say what went wrong in a sentence, and end with the exit code for it.

    Parameters
    ----------
    stopped : str
        What a person is told who stops the command.
    as_json : bool
        Whether errors are printed as JSON.
    """
    try:
        yield
    except LeadlineError as error:
        fail(error, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        click.echo(f"Stopped. {stopped}", err=True)
        sys.exit(EXIT_STOPPED)
    except BrokenPipeError:
        # the reader has closed the pipe: the last flush must not fail
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        file = f"{error.filename}: " if error.filename else ""
        said = error.strerror or str(error)
        fail(LeadlineError(f"{file}{said}.", next=_CHECK_FILE), as_json=as_json)


def require_one_of(may: Collection[Action], folder: Path, by: str) -> None:
    """Refuse who has no account, or whose role may do none of the actions.

    Where nobody has an account, or the folder is no workspace, nothing is refused.

    Parameters
    ----------
    may : collection of Action
        One of them is enough.
    folder : Path
        Of the workspace.
    by : str
        Name of the account.

    Raises
    ------
    NotAllowedError
        If nobody has that account, or its role may do none of them.
    """
    from leadline.services.identity.permission import actor_named, require
    from leadline.workspace import SETTINGS_FILE, Workspace

    if not (folder / SETTINGS_FILE).is_file():
        return
    with Workspace.open(folder) as workspace:
        if workspace.record.accounts.any():
            entered = workspace.acted_in_by(actor := actor_named(workspace, by))
            require(entered, next(iter(actor.may.intersection(may)), next(iter(may))))


def by_option(function: Function) -> Function:
    """``--by``: who asks, decides or judges."""
    return click.option(
        "--by",
        default=_somebody,
        help="Who you are, for the record  [default: LEADLINE_USER, or who is logged in]",
    )(function)


def trim_options(function: Function) -> Function:
    """``--skip-lines``, ``--footer-rows`` and ``--sheet``: lines of a file that are no rows."""
    count = click.IntRange(min=0)
    for option in (
        click.option("--sheet", default="", help="Of a workbook  [default: the first]"),
        click.option("--footer-rows", type=count, default=0, help="Below the data."),
        click.option("--skip-lines", type=count, default=0, help="Above the header."),
    ):
        function = option(function)
    return function


def ask(question: str, missing: str, kind: click.ParamType[Any] | None = None) -> Any:
    """Ask for what a command needs and was not given.

    Raises
    ------
    UsageError
        With `missing`, where nobody answers: in a script, or at the end of the input.
    """
    try:
        return click.prompt(question, type=kind, err=True)
    except click.Abort:
        raise click.UsageError(missing) from None


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
