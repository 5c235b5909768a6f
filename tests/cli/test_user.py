"""Accounts in the terminal, and every verb by every role."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.services.flights import make_workspace

from leadline.cli.group import VERBS, main
from leadline.cli.terminal.options import Verb
from leadline.phases.permissions import UserRole, actions_of
from leadline.workspace import Workspace

PASSWORD = "four words that differ\n"

# roles by their first letters; "-": whoever is at the terminal, as where a machine starts it
WHO_MAY = """
init -        status osmev   data osmev     run osme        importance osmev  plan osmev
decide om     label osar     invite osm     user osmarev    votes os          crowd os
review osmr   releases osmev candidate oe   promote oe      rollback oe       check osmev
package oe    serve -        capacity osme  token oe        deploy oe         score ose
watch ose     forget o       alarm osmev    notify osmev    work osmev        portfolio osme
report osmev  web -          worker -       up -            demo -            doctor -
export ose    cancel osme    costs osmev     timeline osmev     brief osmev      compare osmev
comment osmev   mcp -         machine osmev
"""


@pytest.fixture
def workspace(tmp_path: Path):  # type: ignore[no-untyped-def]
    with make_workspace(tmp_path, ()) as opened:
        yield opened


def call(workspace: Workspace, *arguments: str, by: str = "Ada", typed: str = "") -> Result:
    given = [*arguments, "-C", str(workspace.folder)]
    return CliRunner().invoke(main, given, env={"LEADLINE_USER": by}, input=typed)


def add(workspace: Workspace, name: str, role: str, *more: str, by: str = "Ada") -> Result:
    return call(workspace, "user", "add", name, "--role", role, *(more or ["--no-password"]), by=by)


def test_an_owner_is_first_and_gives_the_others_their_accounts(workspace: Workspace) -> None:
    assert "Nobody has an account yet" in call(workspace, "user", "list").stdout
    assert "owner is needed first" in add(workspace, "Vera", "viewer").stderr
    made = call(
        workspace, "user", "add", "Ada", "--role", "owner", "--password-stdin", typed=PASSWORD
    )
    assert made.stdout == "Ada: owner, logs in by a password.\n"
    assert add(workspace, "Vera", "viewer").exit_code == 0
    assert "(viewer) may not give accounts" in add(workspace, "X", "owner", by="Vera").stderr
    assert "Nobody has an account as 'root'" in call(workspace, "status", by="root").stderr
    changed = call(workspace, "user", "role", "vera", "--role", "manager")
    assert changed.stdout == "Vera: manager, logs in by nothing yet.\n"
    assert (
        call(
            workspace, "user", "password", "Vera", "--password-stdin", by="Vera", typed="short"
        ).exit_code
        == 1
    )
    mine = call(
        workspace, "user", "password", "Vera", "--password-stdin", by="Vera", typed=PASSWORD
    )
    assert mine.exit_code == 0
    others = call(
        workspace, "user", "password", "Ada", "--password-stdin", by="Vera", typed=PASSWORD
    )
    assert "That is for: owner" in others.stderr
    assert call(workspace, "user", "disable", "Vera").exit_code == 0
    assert "is disabled" in call(workspace, "status", by="Vera").stderr
    assert call(workspace, "user", "enable", "Vera").exit_code == 0
    assert "last owner" in call(workspace, "user", "disable", "Ada").stderr
    listed = json.loads(call(workspace, "user", "list", "--json").stdout)
    assert [(one["name"], one["role"], one["logs_in_by"]) for one in listed] == [
        ("Ada", "owner", "password"),
        ("Vera", "manager", "password"),
    ]
    assert "argon2" not in json.dumps(listed)


def test_a_password_is_never_asked_for_without_a_terminal(workspace: Workspace) -> None:
    refused = call(workspace, "user", "add", "Ada", "--role", "owner")
    assert refused.exit_code == 1
    assert "--password-stdin" in refused.stderr
    assert call(workspace, "user", "add").exit_code == 1
    assert "needs a role" in call(workspace, "user", "add", "Ada").stderr


def test_every_verb_is_for_the_roles_that_were_agreed_on() -> None:
    words = WHO_MAY.split()
    agreed = dict(zip(words[::2], words[1::2], strict=True))
    assert set(agreed) == set(VERBS)
    for verb, letters in agreed.items():
        command = import_module(f"leadline.cli.{verb}").command
        may = command.may if isinstance(command, Verb) else frozenset()
        roles = {role for role in UserRole if actions_of(role) & may}
        said = {role for role in UserRole if role[0] in letters}
        assert roles == said, verb


@pytest.mark.parametrize("role", UserRole)
def test_a_role_is_let_run_its_verbs_and_no_others(workspace: Workspace, role: UserRole) -> None:
    workspace.record.accounts.add("Ada", UserRole.OWNER)
    workspace.record.accounts.add("Somebody", role)
    for verb, letters in (("status", "osmev"), ("label", "osar"), ("token list", "oe")):
        found = call(workspace, *verb.split(), by="somebody")
        is_refused = "That is for: " in found.stderr
        assert is_refused == (role[0] not in letters), (verb, found.output)
        assert found.exit_code == 1 or not is_refused


def test_a_name_given_by_hand_must_be_an_account(workspace: Workspace) -> None:
    workspace.record.accounts.add("Ada", UserRole.OWNER)
    refused = call(workspace, "run", "problem", "--by", "Eve")
    assert "Nobody has an account as 'Eve'" in refused.stderr
    ran = call(workspace, "run", "problem", by="ada")
    assert ran.exit_code == 0, ran.output
    entry = workspace.record.entries()[-1]
    account = workspace.record.accounts.named("Ada")
    assert account is not None
    assert (entry.by, entry.user_id) == ("Ada", account.id)


def test_a_verdict_that_is_computed_bears_the_account_of_who_asked(workspace: Workspace) -> None:
    ada = workspace.record.accounts.add("Ada", UserRole.OWNER)
    assert call(workspace, "run", "problem", "data", by="ada").exit_code == 0
    entry = workspace.record.latest("data")
    assert entry is not None
    assert (entry.by, entry.user_id) == ("Ada", ada.id)
