"""The page of agents: a proposal is read as text, and answered by who may."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient
from tests.services.test_commands import DEFINE
from tests.web.test_pages import csrf_token

from leadline.services.agents.agent_allowance import agent_at_work, grant_agent
from leadline.services.agents.agent_proposing import proposals, propose_change
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]


def test_a_proposal_is_shown_as_text_and_answered(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    client = visit(workspace)
    assert "No agent has an allowance" in client.get("/agents").text
    grant_agent(workspace, "coder", runs=2, hours=1.0, most_money=5.0, days=1.0, by="Ada")
    mine = agent_at_work(workspace, "coder")
    hostile = "<script>alert(1)</script>"
    for folds in (3, 4):
        propose_change(mine, "coder", "settings", hostile, {"find.folds": folds}, {})
    page = client.get("/agents").text
    assert "<ins>+folds = 3</ins>" in page
    assert "&lt;script&gt;" in page
    assert hostile not in page
    assert "2 runs of 2" in page
    form = {"who": "Ada", "csrf": csrf_token(client), "why": "fine"}
    assert f'name="seen" value="{proposals(workspace)[0].digest}"' in page
    other = client.post("/agents/proposals/1", data=form | {"answer": "accept", "seen": "other"})
    assert other.status_code == 409
    accepted = client.post("/agents/proposals/1", data=form | {"answer": "accept"})
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/agents")
    declined = client.post("/agents/proposals/2", data=form | {"answer": "decline"})
    assert declined.status_code == 303
    assert "folds = 3" in (workspace.folder / "leadline.toml").read_text()
    page = client.get("/agents").text
    assert "accepted by Ada: <em>fine</em>" in page
    assert "declined by Ada" in page
    assert client.post("/agents/proposals/2", data=form | {"answer": "accept"}).status_code >= 400
    assert client.post("/agents/proposals/1", data={"who": "Ada", "answer": "x"}).status_code == 403
