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
    assert "leadline mcp accept 1" in shown
    assert "1 look used up" in shown
    assert "The test score of entry 11 is 0.813" in shown
    told = json.loads(call(workspace, "list", "--json").stdout)
    assert told["holdout"]["low"] < 0.813 - 1.645 * 0.0135
    assert "accepted" in call(workspace, "accept", "1", "--why", "fine").stdout
    assert "folds = 3" in (workspace.folder / "leadline.toml").read_text()
    assert "Ada has accepted" in call(workspace, "decline", "1").stderr
    assert call(workspace, "revoke", "coder").exit_code == 0
    assert "coder" not in tokens.read_text()
    assert "the allowance is over" in call(workspace, "list").stdout
    assert "has no allowance" in call(workspace, "revoke", "coder").stderr


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
