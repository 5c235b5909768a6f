"""Clients of other interfaces: found by name, held to the contract, asked like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests import messages_client
from tests.engines.language_models.purse import Purse
from tests.messages_client import Messages, reply
from tests.model_servers import Body, Reply, chat, fake_model

from leadline.engines.contract import ModelClient
from leadline.engines.language_models import TEMPLATE, Endpoint, Prompt, answers, write_batch
from leadline.engines.language_models.chat_request import chat_request
from leadline.engines.language_models.connection import Connection
from leadline.engines.loading import load, names
from leadline.errors import EngineError
from leadline.testing import check_client

PROMPT = Prompt(TEMPLATE, "Spam is what nobody asked for.", ("ham", "spam"))
SAID = json.dumps({"label": "spam"})


@pytest.mark.parametrize("name", names("clients"))
def test_every_built_in_client_has_the_face_of_one(name: str) -> None:
    client = load("clients", name)()
    assert isinstance(client, ModelClient)
    assert client.name == name


def test_the_built_in_client_and_another_keep_the_contract() -> None:
    check_client(load("clients", "openai")(), json.loads(chat(SAID).content))
    check_client(Messages(), reply(SAID))


def test_rows_are_asked_and_paid_by_another_interface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages_client.install(tmp_path, monkeypatch)
    monkeypatch.setenv("A_KEY", "sk-secret-9")

    def answer(body: Body, n_before: int) -> Reply:
        row = json.loads(body["messages"][-1]["content"].split("\n")[1])
        said = {"no": ("", "refusal"), "long": ('{"lab', "max_tokens")}
        return Reply(content=json.dumps(reply(*said.get(row["text"], (SAID,)))).encode())

    rows = {text: {"text": text} for text in ("buy", "no", "long")}
    with fake_model(answer) as model:
        there = Endpoint(model.url, "a-model", key="A_KEY", client="messages", max_in_flight=1)
        purse = Purse()
        found = {each.row: each for each in answers(there, PROMPT, rows, purse)}
    assert (found["buy"].label, found["buy"].problem) == ("spam", "")
    assert vars(found["buy"].usage) == {
        "input_tokens": 100, "cached_tokens": 60, "output_tokens": 7,
    }  # fmt: skip
    assert [found[row].problem for row in ("no", "long")] == ["refused", "cut off"]
    assert {headers["x-api-key"] for headers in model.headers} == {"sk-secret-9"}
    assert "authorization" not in model.headers[0]
    assert model.bodies[0]["output_config"]["format"]["schema"] == PROMPT.schema
    assert model.bodies[0]["system"].startswith("You judge rows of a table.")
    # what is set aside counts what such a server adds
    plain = chat_request(Endpoint(model.url, "a-model"), PROMPT, rows["buy"])
    its = chat_request(there, PROMPT, rows["buy"])
    assert its.most.input_tokens - plain.most.input_tokens == 1_000 - 256
    assert its.key != plain.key
    assert Connection(there).identity != Connection(Endpoint(model.url, "a-model")).identity
    with pytest.raises(EngineError, match="Batch files are written in the form of OpenAI"):
        write_batch(tmp_path / "x.jsonl", there, PROMPT, rows, Purse())


def test_a_response_that_a_client_cannot_read_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages_client.install(tmp_path, monkeypatch)
    with fake_model(lambda *_: Reply(content=b'{"content": [7]}')) as model:
        there = Endpoint(model.url, "a-model", client="messages")
        (found,) = answers(there, PROMPT, {"r": {"text": "x"}}, Purse())
    assert (found.label, found.is_lost) == (None, True)
    assert found.problem == "no answer: its client 'messages' cannot read the response: TypeError"


def test_a_client_that_fails_is_named_and_what_was_not_sent_is_not_paid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages_client.install(tmp_path, monkeypatch)
    with fake_model(lambda *_: Reply(content=b"{}")) as model:
        there, purse = Endpoint(model.url, "a-model", client="messages"), Purse()
        monkeypatch.setattr(Messages, "response", lambda *_: None)
        (found,) = answers(there, PROMPT, {"r": {"text": "x"}}, purse)
        assert found.is_lost
        assert "cannot read the response: AttributeError" in found.problem
        monkeypatch.setattr(Messages, "body", lambda _, request: request["no such option"])
        fresh = Purse()
        with pytest.raises(EngineError, match="'messages' cannot write a request: KeyError"):
            list(answers(there, PROMPT, {"r": {"text": "x"}}, fresh))
        assert (len(model.bodies), fresh.open.total()) == (1, 0)


def test_no_client_sends_rows_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages_client.install(tmp_path, monkeypatch)
    monkeypatch.setattr(Messages, "address", lambda *_: "http://elsewhere.example/v1")
    with pytest.raises(EngineError, match="would send to http://elsewhere"):
        _ = Endpoint("http://127.0.0.1:9", "m", client="messages").address


def test_a_client_that_is_not_installed_is_named() -> None:
    with pytest.raises(EngineError, match=r"kind 'clients' is called 'messages'.*openai"):
        list(
            answers(
                Endpoint("http://127.0.0.1:9", "m", client="messages"),
                PROMPT,
                {"r": {"text": "x"}},
                Purse(),
            )
        )


def changed(name: str, method: Callable[..., Any]) -> ModelClient:
    client: ModelClient = type("Changed", (Messages,), {name: method})()
    return client


def of_body(change: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    def body(self: Messages, request: Mapping[str, Any]) -> Any:
        return change(dict(Messages.body(self, request)))

    return body


@pytest.mark.parametrize(
    ("name", "method", "words"),
    [
        ("address", lambda *_: "https://elsewhere.example/v1", "where a person said"),
        ("address", lambda _, url: f"{url}?key=1", "No query"),
        ("headers", lambda *_: {"anthropic-version": "1"}, "No header holds the key"),
        ("headers", lambda _, secret: {"x-api-key": secret}, "an empty header"),
        ("body", of_body(lambda body: {**body, "messages": []}), "lacks"),
        ("body", of_body(lambda body: {**body, "model": "b"}), "money is set aside by them"),
        ("body", of_body(lambda body: {**body, "at": object()}), "no JSON"),
        ("body", lambda _, request: request.pop("model"), "was changed"),
        ("response", lambda *_: {}, "'spam' was said"),
        ("response", lambda *_: json.loads(chat(SAID, usage={}).content), "no tokens"),
        ("response", lambda *_: json.loads(chat(SAID).content), "without an answer has one"),
    ],
)
def test_each_breach_is_named(name: str, method: Callable[..., Any], words: str) -> None:
    with pytest.raises(EngineError, match=words):
        check_client(changed(name, method), reply(SAID))
