"""``leadline mcp``: grants, proposals and the state of the hold-out, in the terminal."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.services.flights import make_workspace

from leadline.cli import main
from leadline.cli import mcp as terminal
from leadline.phases.permissions import UserRole
from leadline.services.agents.agent_allowance import agent_at_work
from leadline.services.agents.agent_proposing import propose_change
from leadline.services.agents.holdout_answers import look_at_holdout
from leadline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path) as opened:
        yield opened


def call(workspace: Workspace, *arguments: str) -> Result:
    given = ["mcp", *arguments, "-C", str(workspace.folder)]
    return CliRunner().invoke(main, given, env={"LEADLINE_USER": "Ada"})


def test_an_agent_is_granted_shown_answered_and_revoked(workspace: Workspace) -> None:
    assert "No agent has an allowance" in call(workspace, "list").stdout
    assert "No agent has an allowance" in call(workspace).stderr
    made = call(workspace, "grant", "coder", "--runs", "3", "--hours", "0.5", "--json")
    granted = json.loads(made.stdout)
    assert (granted["runs_left"], granted["machine_s"], granted["granted_by"]) == (3, 1800.0, "Ada")
    tokens = workspace.folder / ".leadline" / "agent-tokens"
    assert granted["token"].startswith("lead-")
    assert granted["token"] not in tokens.read_text()
    again = call(workspace, "grant", "coder", "--runs", "5")
    assert "5 runs of 5" in again.stdout
    assert "lead-" not in again.stdout  # it has one
    mine = agent_at_work(workspace, "coder")
    look_at_holdout(mine, is_told=True)
    propose_change(mine, "coder", "settings", "faster", {"find.folds": 3}, {})
    shown = call(workspace, "list").stdout
    assert "+folds = 3" in shown
    assert "leadline mcp accept 1 --seen " in shown
    assert "1 look used up" in shown
    assert "The test score of entry 11 is 0.813" in shown
    told = json.loads(call(workspace, "list", "--json").stdout)
    assert told["holdout"]["low"] < 0.813 - 1.645 * 0.0135
    blind = call(workspace, "accept", "1", "--why", "fine")
    assert (blind.exit_code, "Nobody has said that they looked" in blind.stderr) == (1, True)
    mark = told["proposals"][0]["mark"]
    assert f"--seen {mark}" in shown
    assert "accepted" in call(workspace, "accept", "1", "--why", "fine", "--seen", mark).stdout
    assert "folds = 3" in (workspace.folder / "leadline.toml").read_text()
    assert "Ada has accepted" in call(workspace, "decline", "1").stderr
    assert call(workspace, "revoke", "coder").exit_code == 0
    assert "coder" not in tokens.read_text()
    assert "the allowance is over" in call(workspace, "list").stdout
    assert "has no allowance" in call(workspace, "revoke", "coder").stderr


def test_what_is_accepted_is_what_was_shown(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(workspace, "grant", "coder")
    mine = agent_at_work(workspace, "coder")
    propose_change(mine, "coder", "settings", "faster", {"find.folds": 3}, {})
    settings = workspace.folder / "leadline.toml"
    before = settings.read_text()
    mark = json.loads(call(workspace, "list", "--json").stdout)["proposals"][0]["mark"]
    settings.write_text(f"{before}\n[labels]\nvotes = 3\n")
    late = call(workspace, "accept", "1", "--seen", mark)
    assert (late.exit_code, "was changed meanwhile" in late.stderr) == (1, True)
    monkeypatch.setattr(terminal, "_is_at_terminal", lambda: True)
    given = ["mcp", "accept", "1", "-C", str(workspace.folder)]
    for said, code in (("n\n", 130), ("y\n", 0)):
        asked = CliRunner().invoke(main, given, input=said, env={"LEADLINE_USER": "Ada"})
        assert "+folds = 3" in asked.stderr
        assert (asked.exit_code, "folds = 3" in settings.read_text()) == (code, said == "y\n")


def test_only_who_may_let_agents_work(workspace: Workspace) -> None:
    for name, role in (("Ada", UserRole.OWNER), ("Vera", UserRole.VIEWER)):
        workspace.record.accounts.add(name, role)
    for act in (("list",), ("grant", "coder"), ("renew", "--why", "x"), ("accept", "1")):
        said = call(workspace, *act, "--by", "Vera")
        assert "Vera (viewer) may not let agents work" in said.stderr, act
    assert call(workspace, "grant", "coder").exit_code == 0


def test_what_is_typed_wrongly_is_refused_with_the_next_step(workspace: Workspace) -> None:
    for arguments, said in (
        (("grant",), "needs a name"),
        (("grant", "a b"), "cannot be the name of an agent"),
        (("accept", "x"), "no number of a proposal"),
        (("accept", "7"), "no proposal 7"),
        (("renew",), "No reason is given"),
        (("renew", "--why", "new"), "Nobody has looked yet"),
        (("--http", "nowhere"), "HOST:PORT is needed"),
        (("--http", "127.0.0.1:0"), "The file of tokens"),
    ):
        refused = call(workspace, *arguments)
        assert (refused.exit_code, said in refused.stderr) == (1, True), arguments
    for name in ("coder", "other"):
        call(workspace, "grant", name)
    assert "Say --agent NAME" in call(workspace).stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "cannot be used" in call(workspace, "--http", f"127.0.0.1:{port}").stderr
