"""``leadline user``: who has an account with the project, and in which role."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.errors import SettingsError
from leadline.phases.permissions import Action, UserRole

if TYPE_CHECKING:
    from leadline.record import Account
    from leadline.workspace import Workspace

_ACTS = ("add", "list", "role", "password", "disable", "enable")


@verb(
    "user",
    may=(Action.OWN_PASSWORD,),
    example="leadline user add Ada --role owner",
    stopped="Nothing was changed.",
)
@click.argument("act", type=click.Choice(_ACTS))
@click.argument("name", required=False)
@click.option(
    "--role", type=click.Choice([role.value for role in UserRole]), help="With 'add' and 'role'."
)
@click.option("--password-stdin", "is_piped", is_flag=True, help="Read the password from a pipe.")
@click.option(
    "--no-password", "is_without", is_flag=True, help="With 'add': for a machine, or for later."
)
@by_option
def command(
    act: str,
    name: str | None,
    role: str | None,
    is_piped: bool,
    is_without: bool,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Give people accounts, roles and passwords.

    The first account is an owner's. From then on the pages ask everybody to log in, each role may
    do what is its own, and the terminal takes LEADLINE_USER (or --by) for the name of an account.
    An account is never removed: 'disable' ends its logins, and its name stays the person's.
    """
    from leadline.workspace import Workspace

    if act == "list" and name:
        raise SettingsError(f"'list' takes no name; got {name!r}.", next="Leave it out.")
    with Workspace.open(folder) as workspace:
        if act == "list":
            _show(workspace.record.accounts.all(), as_json=as_json)
            return
        if not name:
            raise SettingsError(f"'{act}' needs a name.", next=f"For example: {_example(act)}")
        is_asked = act == "password" or (act == "add" and not is_without)
        wanted = _role(act, role)
        password = _password(name, is_piped=is_piped) if is_asked else None
        account = _changed(workspace, act, name, wanted, password, by)
    if as_json:
        echo_json(_plain(account))
    else:
        click.echo(f"{account.name}: {_state(account)}.")


def _changed(
    workspace: Workspace, act: str, name: str, role: UserRole | None, password: str | None, by: str
) -> Account:
    from leadline.services.identity import account_changes as changes

    if act == "add":
        assert role is not None
        return changes.add_account(workspace, name, role, by, password=password)
    if act == "role":
        assert role is not None
        return changes.set_role(workspace, name, role, by)
    if act == "password":
        assert password is not None
        return changes.set_password(workspace, name, password, by)
    return changes.set_disabled(workspace, name, by, is_disabled=act == "disable")


def _role(act: str, role: str | None) -> UserRole | None:
    if act not in {"add", "role"}:
        return None
    if role is None:
        raise SettingsError(
            f"'{act}' needs a role.",
            f"One of {', '.join(UserRole)}: what each may do is in the docs, 'Give people "
            "accounts'.",
            f"For example: {_example(act)}",
        )
    return UserRole(role)


def _example(act: str) -> str:
    role = " --role viewer" if act in {"add", "role"} else ""
    return f"leadline user {act} Ben{role}"


def _password(name: str, *, is_piped: bool) -> str:
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise SettingsError(
            "There is no terminal to type a password at.",
            "It is typed unseen, or comes by a pipe.",
            "Say --password-stdin and pipe it in.",
        )
    typed: str = click.prompt(
        f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True
    )
    return typed


def _show(accounts: tuple[Account, ...], *, as_json: bool) -> None:
    if as_json:
        echo_json([_plain(account) for account in accounts])
        return
    if not accounts:
        click.echo(
            "Nobody has an account yet: whoever reaches the pages may do all.\n"
            "'leadline user add NAME --role owner' makes the first."
        )
    for account in accounts:
        click.echo(f"{account.name}  {_state(account)}")


def _state(account: Account) -> str:
    if account.disabled_at is not None:
        return f"{account.role}, disabled since {account.disabled_at:%Y-%m-%d}"
    way = "a password" if account.password else "the provider" if account.subject else "nothing yet"
    return f"{account.role}, logs in by {way}"


def _plain(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role.value,
        "logs_in_by": "password" if account.password else "provider" if account.subject else None,
        "made_at": account.made_at.isoformat(timespec="seconds"),
        "disabled_at": account.disabled_at and account.disabled_at.isoformat(timespec="seconds"),
    }
