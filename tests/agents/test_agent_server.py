"""The server of agents: the protocol spoken for real, nothing hidden comes out, nobody decides."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from starlette.testclient import TestClient
from tests.agents.marked import AGENT, HIDDEN, NUMBER, WORD, marked_workspace

from leadline.agents import agent_tools
from leadline.agents.agent_server import agent_app, agent_server
from leadline.errors import DataError
from leadline.phases.lifecycle import ROWS, Stage, is_decision
from leadline.phases.permissions import Action
from leadline.services.agents.agent_runs import MAY_START
from leadline.serving.access.bearer_tokens import add_token, revoke_token
from leadline.workspace import Workspace

TOOLS = {
    "allowance", "standing", "evidence", "brief", "history", "costs", "look", "propose",
    "my_proposals", "start", "run",
}  # fmt: skip
EVERY_CALL: list[tuple[str, dict[str, Any]]] = [
    ("allowance", {}),
    ("standing", {}),
    ("costs", {}),
    ("history", {}),
    ("history", {"limit": 1_000}),
    *(("evidence", {"row": row}) for row in (*ROWS, "no such row", "../artifacts")),
    *(("brief", {"stage": stage}) for stage in (*(each.value for each in Stage), "all")),
    ("look", {}),
    ("look", {"told": True}),
    ("propose", {"kind": "settings", "why": "w", "changes": {"find.folds": 3}}),
    ("propose", {"kind": "settings", "why": "w", "changes": {"data.files": ["x.csv"]}}),
    ("propose", {"kind": "features", "why": "w", "files": {"flights.csv": ""}}),
    ("propose", {"kind": "settings", "why": "w", "changes": {"find.folds": "many"}}),
    ("my_proposals", {}),
    *(("start", {"row": row}) for row in (*ROWS, "all")),
    *(("run", {"job": number}) for number in (1, 2, 99)),
    ("look", {"told": "x"}),
    ("evidence", {}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("marked")
    with marked_workspace(place):
        yield place


def spoken(client: Client, do: Callable[[Client], Awaitable[Any]]) -> Any:
    async def talk() -> Any:
        async with client:
            return await do(client)

    return asyncio.run(talk())


def answers(folder: Path, calls: list[tuple[str, dict[str, Any]]]) -> list[tuple[bool, str]]:
    """Whether each call was refused, and all that came back."""

    async def ask(client: Client) -> list[tuple[bool, str]]:
        found = [await client.call_tool(tool, given) for tool, given in calls]
        return [(bool(one.is_error), one.model_dump_json()) for one in found]

    made: list[tuple[bool, str]] = spoken(Client(agent_server(folder, AGENT)), ask)
    return made


def test_every_tool_is_known_and_none_decides(folder: Path) -> None:
    async def listed(client: Client) -> tuple[set[str], int]:
        tools = await client.list_tools()
        others = len((await client.list_resources()).resources)
        others += len((await client.list_resource_templates()).resource_templates)
        others += len((await client.list_prompts()).prompts)
        assert all(tool.description for tool in tools.tools)
        return {tool.name for tool in tools.tools}, others

    names, n_others = spoken(Client(agent_server(folder, AGENT)), listed)
    assert names == TOOLS == {tool for tool, _ in EVERY_CALL}
    assert n_others == 0
    decides = ("decide", "sign", "promote", "label", "judge", "forget", "vote", "accept", "grant")
    assert not [name for name in names if any(word in name for word in decides)]


def test_nothing_hidden_comes_out(folder: Path) -> None:
    """Verdicts of hidden rows, cells, messages of failures, comments and findings are marked."""
    said = answers(folder, EVERY_CALL)
    text = " ".join(text for _, text in said)
    assert WORD not in text
    assert f"{NUMBER:.4f}"[1:] not in text
    assert "dep_delay" in text  # names of columns do
    refused = dict(zip(map(str, EVERY_CALL), [is_refused for is_refused, _ in said], strict=True))
    for row in ROWS:
        assert refused[str(("evidence", {"row": row}))] == (row in HIDDEN or is_decision(row))
        if row not in MAY_START:
            assert refused[str(("start", {"row": row}))]
    assert not refused[str(("look", {"told": True}))]


def test_the_marks_are_where_a_careless_server_would_find_them(folder: Path) -> None:
    """Else the test above could not fail."""
    with Workspace.open(folder) as workspace:
        for row in ("data", "search", "forecast", "tuning", "review", "release", "monitor"):
            entry = workspace.record.latest(row)
            assert entry is not None
            assert WORD in repr(entry.verdict), row
        tuning = workspace.record.latest("tuning")
        assert str(NUMBER) in repr(tuning)
    assert WORD in (folder / "flights.csv").read_text()


@pytest.mark.parametrize(
    "error", [DataError(f"line 3 says {WORD}"), ValueError(WORD), KeyError(WORD)]
)
def test_an_error_quotes_nothing(
    folder: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(agent_tools, "agent_costs", fails)
    ((is_refused, text),) = answers(folder, [("costs", {})])
    assert is_refused
    assert WORD not in text


def test_every_call_is_on_the_record_with_its_agent(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        before = len(workspace.record.agents.calls.newest(limit=1_000))
        answers(folder, [("standing", {}), ("evidence", {"row": "tuning"})])
        calls = workspace.record.agents.calls.newest(limit=1_000)
    assert len(calls) == before + 2
    assert [(call.agent, call.tool) for call in calls[:2]] == [
        (AGENT, "evidence"),
        (AGENT, "standing"),
    ]
    assert json.loads(calls[0].arguments) == {"row": "tuning"}
    assert "hidden rows" in calls[0].refusal
    assert calls[1].refusal == ""


def test_a_stranger_is_refused(folder: Path) -> None:
    async def ask(client: Client) -> Any:
        return await client.call_tool("standing", {})

    said = spoken(Client(agent_server(folder, "stranger")), ask)
    assert said.is_error
    assert "No agent 'stranger' is known" in said.content[0].text


def test_looks_through_the_protocol_are_those_of_the_mechanism(folder: Path) -> None:
    """The attack of the benchmark in small: a few tries, the same object, the same budget."""
    (first, again) = answers(folder, [("look", {"told": True}), ("look", {"told": True})])
    assert first == again  # the same question is not paid twice
    with Workspace.open(folder) as workspace:
        looks = workspace.record.agents.looks.all()
        told = [look for look in looks if look.is_told]
    assert len(told) == 1
    assert looks[-1].n_looks == len(looks)
    answer = json.loads(first[1])["structured_content"]
    assert (answer["score"], answer["low"]) == (told[0].score, told[0].low)
    assert answer["low"] < NUMBER + 0.08 < answer["high"]


def test_it_speaks_over_standard_input_and_output(folder: Path) -> None:
    source = Path(agent_tools.__file__).parents[2]
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "leadline.cli", "mcp", "-C", str(folder)],
        env={"PYTHONPATH": str(source)},
    )

    async def ask(client: Client) -> Any:
        names = {tool.name for tool in (await client.list_tools()).tools}
        return names, await client.call_tool("allowance", {})

    names, said = spoken(Client(stdio_client(server)), ask)
    assert names == TOOLS
    assert said.structured_content["agent"] == AGENT  # the only one that has an allowance


def test_over_http_only_a_token_lets_in_and_names_the_agent(folder: Path) -> None:
    tokens = folder / "tokens"
    token, spare = add_token(tokens, AGENT), add_token(tokens, "stranger")
    body = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "allowance", "arguments": {}},
    }  # fmt: skip
    accept = {"Accept": "application/json, text/event-stream"}
    app = agent_app(folder, tokens, hosts=("127.0.0.1",), port=8770)

    def asked(given: str = "", host: str = "127.0.0.1:8770", origin: str = "") -> tuple[int, str]:
        headers = {**accept, "Host": host} | ({"Authorization": given} if given else {})
        headers |= {"Origin": origin} if origin else {}
        found = client.post("/mcp", json=body, headers=headers)
        return found.status_code, found.text

    with TestClient(app) as client:
        for wrong in ("", "Bearer ", "Bearer x", f"Basic {token}", token):
            status, text = asked(wrong)
            assert (status, "allowance" in text) == (401, False)
        status, text = asked(f"Bearer {token}")
        assert status == 200
        assert json.loads(text)["result"]["structuredContent"]["agent"] == AGENT
        assert "No agent 'stranger'" in asked(f"Bearer {spare}")[1]
        assert asked(f"Bearer {token}", host="evil.example")[0] == 421
        assert asked(f"Bearer {token}", origin="https://evil.example")[0] == 403
    revoke_token(tokens, AGENT)
    with TestClient(agent_app(folder, tokens, hosts=("127.0.0.1",), port=8770)) as client:
        assert asked(f"Bearer {token}")[0] == 401


def test_an_agent_has_nothing_that_only_people_have() -> None:
    from leadline.services.agents.agent_allowance import actor_of

    assert actor_of("x").may == {Action.VIEW, Action.RUN}
