"""Proposals of agents: nothing is written before a person accepts, and some keys are closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.services.flights import make_workspace

from leadline.errors import NotAllowedError, OutdatedAnswerError, RecordError, SettingsError
from leadline.phases.permissions import UserRole
from leadline.record import ChangeKind
from leadline.record.agents.agent_proposals import AgentProposals, Proposed
from leadline.services.agents.agent_allowance import agent_at_work, grant_agent
from leadline.services.agents.agent_proposing import (
    ProposalView,
    answer_proposal,
    proposals,
    propose_change,
)
from leadline.settings import load_settings
from leadline.workspace import Workspace

FAMILIES = ["linear", "agent_models:forest"]
CODE = "from sklearn.ensemble import ExtraTreesClassifier\n\nforest = ExtraTreesClassifier()\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path, ()) as opened:
        grant_agent(opened, "coder", runs=1, hours=1.0, most_money=1.0, days=1.0, by="Ada")
        yield opened


def propose(
    workspace: Workspace,
    changes: Mapping[str, Proposed],
    files: Mapping[str, str] | None = None,
    kind: str = "candidate",
    why: str = "a forest may do better",
) -> ProposalView:
    mine = agent_at_work(workspace, "coder")
    return propose_change(mine, "coder", kind, why, changes, files or {})


def toml(workspace: Workspace) -> Path:
    return workspace.folder / "leadline.toml"


def test_a_proposal_is_written_when_a_person_accepts_it(workspace: Workspace) -> None:
    before = toml(workspace).read_text()
    one = propose(workspace, {"find.families": FAMILIES}, {"agent_models.py": CODE})
    assert propose(workspace, {"find.families": FAMILIES}, {"agent_models.py": CODE}) == one
    assert '+families = ["linear", "agent_models:forest"]' in one.diff
    assert "+forest = ExtraTreesClassifier()" in one.diff
    assert (toml(workspace).read_text(), one.state) == (before, "open")
    assert not (workspace.folder / "agent_models.py").exists()
    said = answer_proposal(workspace, one.number, is_accepted=True, why="try it", by="Ada")
    assert (said.state, said.answered_by, said.reason) == ("accepted", "Ada", "try it")
    assert load_settings(toml(workspace)).find.families == tuple(FAMILIES)
    assert (workspace.folder / "agent_models.py").read_text() == CODE
    (note,) = workspace.record.change_notes.newest(ChangeKind.SETTINGS)
    assert (note.by, "Proposal 1 of agent coder" in note.body) == ("Ada", True)
    # the agent may replace its own file, and sees what became of its proposals
    propose(workspace, {}, {"agent_models.py": CODE + "# more\n"})
    assert [view.state for view in proposals(workspace, "coder")] == ["open", "accepted"]
    assert proposals(workspace, "other") == ()


def test_a_declined_proposal_changes_nothing(workspace: Workspace) -> None:
    before = toml(workspace).read_text()
    one = propose(workspace, {"find.folds": 3}, {"notes.md": "x"})
    said = answer_proposal(workspace, one.number, is_accepted=False, why="no", by="Ada")
    assert (said.state, toml(workspace).read_text()) == ("declined", before)
    assert not (workspace.folder / "notes.md").exists()
    with pytest.raises(RecordError, match="Ada has declined"):
        answer_proposal(workspace, one.number, is_accepted=True, by="Ben")


def test_keys_that_are_peoples_are_closed(workspace: Workspace) -> None:
    for key in (
        *("problem.owner", "problem.budget", "data.seed", "data.test_share", "data.split"),
        *("data.files", "data.stream", "ethics.answered_by", "access.oidc", "store.url"),
        *("notify.email", "prices.machine_per_hour", "machines.x", "project.name"),
        *("find", "find.", "", ".", "problem.'unit'", "find.folds = 4\n[prices]\npeople"),
        # read otherwise, rows change sides; and money
        *("data.missing", "data.skip_lines", "data.columns", "find.money_limit"),
    ):
        with pytest.raises(NotAllowedError, match="not an agent's to propose"):
            propose(workspace, {key: "x"})
    assert proposals(workspace) == ()


def test_files_that_are_not_an_agents_are_refused(workspace: Workspace) -> None:
    for name in ("../x.py", "x.sh", "leadline.toml", "json.py", "X.py", ".env", "a/b.py",
                 "polars.py", "leadline.py"):  # fmt: skip
        with pytest.raises(NotAllowedError, match="not a file that an agent may propose"):
            propose(workspace, {}, {name: "x"})
    for path in ("../secret.md", "/etc/passwd", ".leadline/agent-tokens"):
        with pytest.raises(NotAllowedError, match="not a file that an agent may name"):
            propose(workspace, {"labels.guidelines": path})


def test_what_a_person_cannot_see_is_refused(workspace: Workspace) -> None:
    """A terminal hides a line after a carriage return, and turns round what a mark says."""
    for hidden in ("\r", "\x1b[2K", "\u202e", "\ud800", "\u2028", "\0"):
        for given in ({"files": {"a.py": f"x{hidden}"}}, {"why": f"w{hidden}"}):
            with pytest.raises(SettingsError, match="cannot be seen"):
                propose(workspace, {"find.folds": 3}, **given)
        with pytest.raises(SettingsError, match="cannot be seen"):
            propose(workspace, {"find.families": [f"linear{hidden}"]})
    propose(workspace, {}, {"a.md": "ü\t\U0001f9d1\u200d\U0001f52c\n"})


def test_an_agent_sees_its_own_lines_only(workspace: Workspace) -> None:
    """The line beside may be one with a password."""
    toml(workspace).write_text(toml(workspace).read_text().rstrip() + "\nexclude = ['secret']")
    asked = {"find.folds": 3}
    assert "secret" not in propose(workspace, asked).diff
    (mine,) = proposals(agent_at_work(workspace, "coder"), "coder")
    assert "secret" not in mine.diff
    (shown,) = proposals(workspace)
    assert "secret" in shown.diff


def test_settings_that_change_at_the_same_moment_stay(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = propose(workspace, {"find.folds": 3})
    given = AgentProposals.answer

    def late(self: AgentProposals, number: int, **said: Any) -> None:
        toml(workspace).write_text(toml(workspace).read_text() + "# by hand\n")
        given(self, number, **said)

    monkeypatch.setattr(AgentProposals, "answer", late)
    with pytest.raises(OutdatedAnswerError, match="changed meanwhile"):
        answer_proposal(workspace, one.number, is_accepted=True, by="Ada")
    assert toml(workspace).read_text().endswith("# by hand\n")
    assert proposals(workspace)[0].state == "open"


def test_only_what_was_looked_at_is_accepted(workspace: Workspace) -> None:
    number = propose(workspace, {"find.folds": 3}).number
    (shown,) = proposals(workspace)
    toml(workspace).write_text(toml(workspace).read_text() + "\n[find]\nfolds = 7\n")
    with pytest.raises(OutdatedAnswerError, match="changed meanwhile"):
        answer_proposal(workspace, number, is_accepted=True, by="Ada", seen=shown.digest)
    (now,) = proposals(workspace)
    said = answer_proposal(workspace, number, is_accepted=True, by="Ada", seen=now.digest)
    assert said.state == "accepted"


def test_a_file_of_a_person_stays(workspace: Workspace) -> None:
    (workspace.folder / "mine.py").write_text("x = 1\n")
    with pytest.raises(NotAllowedError, match="no agent wrote it"):
        propose(workspace, {}, {"mine.py": "x = 2\n"})
    # nor is one overwritten that came after the proposal
    one = propose(workspace, {}, {"later.py": "x = 2\n"})
    (workspace.folder / "later.py").write_text("x = 1\n")
    with pytest.raises(NotAllowedError, match="no agent wrote it"):
        answer_proposal(workspace, one.number, is_accepted=True, by="Ada")
    assert (workspace.folder / "later.py").read_text() == "x = 1\n"
    assert proposals(workspace)[0].state == "open"


def test_what_cannot_be_is_refused(workspace: Workspace) -> None:
    refused: list[tuple[dict[str, Proposed], dict[str, str], str, str, str]] = [
        ({"find.folds": 1}, {}, "settings", "w", "folds"),
        ({"find.no_such": 1}, {}, "settings", "w", "no_such"),
        ({}, {}, "settings", "w", "Nothing would change"),
        ({"find.folds": 3}, {}, "whim", "w", "no kind"),
        ({"find.folds": 3}, {}, "settings", " ", "reason"),
        ({}, {"a.txt": "x" * 100_001}, "prompt", "w", "too much"),
    ]
    for changes, files, kind, why, found in refused:
        with pytest.raises(SettingsError, match=found):
            propose(workspace, changes, files, kind, why)
    assert proposals(workspace) == ()


def test_a_scientist_does_not_accept_what_managers_own(workspace: Workspace) -> None:
    for name, role in (("Ada", UserRole.OWNER), ("Sue", UserRole.SCIENTIST)):
        workspace.record.accounts.add(name, role)
    target = propose(workspace, {"problem.target_score": 0.7}, kind="settings")
    folds = propose(workspace, {"find.folds": 3}, kind="settings")
    with pytest.raises(NotAllowedError, match="settings that managers own"):
        answer_proposal(workspace, target.number, is_accepted=True, by="Sue")
    assert answer_proposal(workspace, folds.number, is_accepted=True, by="Sue").state == "accepted"
    assert answer_proposal(workspace, target.number, is_accepted=True, by="Ada").state == "accepted"
    settings = load_settings(toml(workspace))
    assert (settings.problem.target_score, settings.find.folds) == (0.7, 3)
