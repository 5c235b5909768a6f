"""Asking a model: order, money, faults of the server, and rows that try to be more than rows."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.engines.language_models.hostile_rows import HOSTILE
from tests.engines.language_models.purse import Purse
from tests.model_servers import LOCAL_MODEL, Body, FakeModel, Reply, chat, fake_model

from leadline.engines.language_models import (
    TEMPLATE,
    BudgetSpent,
    Endpoint,
    ModelAnswer,
    Prompt,
    Unmetered,
    Usage,
    answers,
)
from leadline.engines.language_models.row_data import Row
from leadline.errors import EngineError

PROMPT = Prompt(TEMPLATE, "Spam is what nobody asked for.", ("ham", "spam"))
ROWS = {f"row {i}": {"text": f"message {i}"} for i in range(6)}
HAM = '{"label": "ham"}'


def endpoint(model: FakeModel, **more: object) -> Endpoint:
    settings = {"timeout_s": 5.0, "max_in_flight": 3, "pause_s": 0.01, **more}
    return Endpoint(model.url, "a model", **settings)  # type: ignore[arg-type]


@pytest.fixture
def ham() -> Iterator[FakeModel]:
    with fake_model(lambda _, __: chat(HAM)) as model:
        yield model


def failing(first: Reply, then: Reply | None = None, n: int = 1) -> Iterator[FakeModel]:
    """A server that fails the first n times it is asked the same."""
    with fake_model(lambda _, before: first if before < n else then or chat(HAM)) as model:
        yield model


def test_an_error_with_status_200_is_no_answer_that_is_kept() -> None:
    purse, row = Purse(), {"row 0": ROWS["row 0"]}
    for model in failing(Reply(200, b'{"error": {"message": "busy"}}')):
        (lost,) = answers(endpoint(model), PROMPT, row, purse)
        assert "busy" in lost.problem
        assert (purse.kept, purse.spent, len(purse.open)) == ({}, 0, 1)
        (found,) = answers(endpoint(model), PROMPT, row, purse)
        assert found.label == "ham"


def test_rows_of_one_lost_request_are_not_the_end_of_the_server() -> None:
    rows: dict[str, Row] = {f"row {i}": {"text": "too long"} for i in range(6)}
    rows["last"] = {"text": "short"}

    def reader(body: Body, n_before: int) -> Reply:
        return Reply(400) if "too long" in body["messages"][-1]["content"] else chat(HAM)

    with fake_model(reader) as model:
        found = list(answers(endpoint(model), PROMPT, rows, Unmetered()))
    assert [answer.label for answer in found] == [None] * 6 + ["ham"]


def test_every_row_is_answered_in_the_order_of_the_rows() -> None:
    def late_first(body: Body, n_before: int) -> Reply:
        if "message 0" in body["messages"][-1]["content"]:
            time.sleep(0.1)
        return chat(HAM)

    with fake_model(late_first) as model:
        found = list(answers(endpoint(model), PROMPT, ROWS, Unmetered()))
    assert [answer.row for answer in found] == list(ROWS)
    assert {(answer.label, answer.problem) for answer in found} == {("ham", "")}
    assert found[0].usage == Usage(100, 0, 8)
    assert 1 < model.most_at_once <= 3


def test_equal_rows_are_asked_and_paid_once(ham: FakeModel) -> None:
    rows = {name: {"text": "the same"} for name in "abc"}
    found = list(answers(endpoint(ham), PROMPT, rows, Unmetered()))
    assert [answer.row for answer in found] == ["a", "b", "c"]
    assert len(ham.bodies) == 1
    assert [answer.usage.output_tokens for answer in found] == [8, 0, 0]


def test_what_was_paid_is_not_asked_again(ham: FakeModel) -> None:
    purse = Purse()
    first = list(answers(endpoint(ham), PROMPT, ROWS, purse))
    again = list(answers(endpoint(ham), PROMPT, {**ROWS, "new": {"text": "new"}}, purse))
    assert again[:-1] == first
    assert len(ham.bodies) == len(ROWS) + 1
    # another model, prompt or way of asking is another question
    other = Prompt(TEMPLATE, "Spam is what has a link.", ("ham", "spam"))
    list(answers(endpoint(ham), other, {"row 0": ROWS["row 0"]}, purse))
    list(answers(endpoint(ham), PROMPT, {"row 0": ROWS["row 0"]}, purse, n_repeats=3))
    assert len(ham.bodies) == len(ROWS) + 3


def test_the_budget_stops_before_a_request_that_could_pass_it(ham: FakeModel) -> None:
    (one,) = answers(endpoint(ham), PROMPT, {"row 0": ROWS["row 0"]}, tried := Purse())
    assert tried.spent == one.usage.output_tokens == 8
    most = ham.bodies[0]["max_tokens"]
    # room for one request at its dearest, and for three as they are: the three are asked for,
    # as what is set aside comes back
    purse = Purse(budget=most + 2 * 8)
    found: list[ModelAnswer] = []
    with pytest.raises(BudgetSpent):
        found.extend(answers(endpoint(ham), PROMPT, ROWS, purse))  # extend keeps what came
    assert len(ham.bodies) == 1 + 3
    assert len(purse.kept) == 3
    assert not purse.open
    assert purse.spent == 3 * 8 <= purse.budget


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refusal_for_a_while_is_tried_again_under_one_reservation(status: int) -> None:
    for model in failing(Reply(status, headers={"Retry-After": "0"}), n=2):
        purse = Purse()
        found = list(answers(endpoint(model), PROMPT, ROWS, purse))
        assert {answer.label for answer in found} == {"ham"}
        assert len(model.bodies) == 3 * len(ROWS)
        assert purse.spent == 8 * len(ROWS)
        assert not purse.open


def test_the_wait_that_a_server_asks_for_is_kept() -> None:
    for model in failing(Reply(429, headers={"Retry-After": "1"})):
        began = time.monotonic()
        list(answers(endpoint(model), PROMPT, {"row 0": ROWS["row 0"]}, Unmetered()))
        assert time.monotonic() - began >= 1  # the clock can only add to it
    for model in failing(Reply(429, headers={"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"})):
        with pytest.raises(EngineError, match="left alone for"):
            list(answers(endpoint(model), PROMPT, ROWS, purse := Purse()))
        assert not purse.open


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(hangs_up=True), "hung up"),
        (Reply(502), "status 502"),
        (Reply(504), "status 504"),
        (Reply(content=b"[1, 2"), "no JSON"),
        (Reply(content=b"[" * 100_000), "no JSON"),
        (Reply(content=b"{}", headers={"Content-Length": "9"}), "hung up"),
    ],
)
def test_what_may_be_paid_is_not_sent_twice(reply: Reply, said: str) -> None:
    for model in failing(reply):
        purse = Purse()
        rows = {"row 0": ROWS["row 0"]}
        (lost,) = answers(endpoint(model), PROMPT, rows, purse)
        assert (lost.label, lost.usage) == (None, Usage(0, 0, 0))
        assert lost.is_lost
        assert lost.problem.startswith("no answer")
        assert said in lost.problem
        assert len(model.bodies) == 1
        assert purse.open.total() > 0  # it stays set aside until somebody knows
        (again,) = answers(endpoint(model), PROMPT, rows, purse)
        assert again.label == "ham"
        assert not purse.open


def test_an_answer_that_is_late_may_be_paid() -> None:
    def slow(body: Body, n_before: int) -> Reply:
        time.sleep(0.4)
        return chat(HAM)

    with fake_model(slow) as model:
        purse = Purse()
        rows = {"row 0": ROWS["row 0"]}
        (lost,) = answers(endpoint(model, timeout_s=0.1), PROMPT, rows, purse)
        assert "no answer in time" in lost.problem
        assert purse.open.total() > 0


def test_a_row_that_the_server_cannot_take_costs_the_others_nothing() -> None:
    def picky(body: Body, n_before: int) -> Reply:
        if "message 2" in body["messages"][-1]["content"]:
            return Reply(400, b'{"error": {"message": "too many tokens"}}')
        return chat(HAM)

    with fake_model(picky) as model:
        found = list(answers(endpoint(model), PROMPT, ROWS, purse := Purse()))
    assert [answer.label for answer in found] == ["ham", "ham", None, "ham", "ham", "ham"]
    assert "too many tokens" in found[2].problem
    assert not purse.open


def test_a_server_that_is_gone_is_told_at_once(ham: FakeModel) -> None:
    for model in failing(Reply(400, b"no such option"), n=99):
        with pytest.raises(EngineError, match=r"5 requests .* no such option"):
            list(answers(endpoint(model), PROMPT, ROWS, purse := Purse()))
        assert not purse.open
    nobody = Endpoint("http://127.0.0.1:9", "a model", pause_s=0.001)
    with pytest.raises(EngineError, match="not reached"):
        list(answers(nobody, PROMPT, {"row 0": ROWS["row 0"]}, purse := Purse()))
    assert not purse.open


def test_an_option_that_a_model_does_not_know_is_left_out_for_all() -> None:
    def reasoning(body: Body, n_before: int) -> Reply:
        for option in ("max_tokens", "temperature", "logprobs"):
            if option in body:
                told = {"error": {"message": "Unsupported parameter.", "param": option}}
                return Reply(400, json.dumps(told).encode())
        return chat(HAM)

    with fake_model(reasoning) as model:
        found = list(answers(endpoint(model), PROMPT, ROWS, Unmetered()))
    assert {(answer.label, answer.confidence) for answer in found} == {("ham", None)}
    assert model.bodies[-1]["max_completion_tokens"] == model.bodies[0]["max_tokens"]
    assert "top_logprobs" not in model.bodies[-1]
    for reply in failing(Reply(400, b'{"error": {"param": "temperature"}}'), n=99):
        (lost,) = answers(endpoint(reply), PROMPT, {"row 0": ROWS["row 0"]}, Unmetered())
        assert "status 400" in lost.problem
        assert len(reply.bodies) == 2


@pytest.mark.parametrize("status", [301, 307, 308])
def test_nobody_is_followed_elsewhere(status: int, ham: FakeModel) -> None:
    elsewhere = {"Location": f"{ham.url}/v1/chat/completions"}
    for model in failing(Reply(status, headers=elsewhere), n=99):
        with pytest.raises(EngineError, match="redirects"):
            list(answers(endpoint(model), PROMPT, ROWS, Unmetered()))
    assert not ham.bodies


def test_the_key_goes_to_the_server_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, ham: FakeModel
) -> None:
    secret = "sk-very-secret-1"
    monkeypatch.delenv("MODEL_KEY", raising=False)
    asked = endpoint(ham, key="MODEL_KEY")
    with pytest.raises(EngineError, match="MODEL_KEY is not set"):
        answers(asked, PROMPT, ROWS, Unmetered())
    monkeypatch.setenv("MODEL_KEY", secret)
    list(answers(asked, PROMPT, ROWS, Unmetered()))
    assert {told["authorization"] for told in ham.headers} == {f"Bearer {secret}"}
    assert secret not in repr(asked) + json.dumps(ham.bodies)
    echo = f'{{"error": "wrong key {secret}"}}'.encode()
    for model in failing(Reply(401, echo), n=99):
        with pytest.raises(EngineError, match=r"wrong key \(key\)") as refused:
            list(answers(endpoint(model, key="MODEL_KEY"), PROMPT, ROWS, Unmetered()))
        assert refused.value.__suppress_context__
    for model in failing(Reply(400, echo)):
        (lost,) = answers(
            endpoint(model, key="MODEL_KEY"), PROMPT, {"row 0": ROWS["row 0"]}, Unmetered()
        )
        assert lost.problem.endswith('wrong key (key)"}')
    # where the message is cut no part of the key is left
    for model in failing(Reply(401, f"{'x' * 290} {secret}".encode()), n=99):
        with pytest.raises(EngineError) as refused:
            list(answers(endpoint(model, key="MODEL_KEY"), PROMPT, ROWS, Unmetered()))
        assert secret[:5] not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("models.example", ""),
        ("file:///etc/passwd", ""),
        ("http://[::1", ""),
        ("https://me:word@models.example", ""),
        ("https://models.example/v1?key=word", ""),
        ("http://models.example/v1", "MODEL_KEY"),
    ],
)
def test_an_address_that_is_none_or_tells_a_secret_is_refused(url: str, key: str) -> None:
    with pytest.raises(EngineError) as refused:
        Endpoint(url, "a model", key)
    assert "word" not in str(refused.value).replace("password", "")


def test_an_address_is_completed_and_known_to_be_here() -> None:
    here = Endpoint("http://localhost:8080", "a model", "MODEL_KEY")
    assert here.address == "http://localhost:8080/v1/chat/completions"
    assert here.is_here
    there = Endpoint("https://models.example/openai/v1/", "a model")
    assert there.address == "https://models.example/openai/v1/chat/completions"
    assert not there.is_here


def test_hostile_rows_change_nothing_but_their_own_request() -> None:
    plain: dict[str, Row] = {f"plain {i}": {"text": f"message {i}", "stars": i} for i in range(3)}
    hostile: dict[str, Row] = {
        f"hostile {i}": {"text": text, "stars": 1} for i, text in enumerate(HOSTILE)
    }
    mixed: dict[str, Row] = {**plain, **hostile, "last": {"text": "the last", "stars": 5}}

    def echo(body: Body, n_before: int) -> Reply:
        return chat(json.dumps({"label": body["messages"][-1]["content"]}))

    with fake_model(echo) as alone, fake_model(echo) as together:
        list(answers(endpoint(alone), PROMPT, plain, Unmetered()))
        found = list(answers(endpoint(together), PROMPT, mixed, Unmetered()))
    assert [answer.row for answer in found] == list(mixed)
    assert {answer.problem for answer in found} == {"none of the classes"}
    for body in alone.bodies:
        assert body in together.bodies
    # each stays inside its fence, whole or cut, and the rest of the request is the same
    bare = [{**body, "messages": body["messages"][:-1]} for body in together.bodies]
    assert all(body == bare[0] for body in bare)
    told = [body["messages"][-1]["content"] for body in together.bodies]
    assert all(each.startswith("<row>\n") and each.count("</row>") == 1 for each in told)
    assert all("<|" not in each and "[INST]" not in each for each in told)
    assert max(map(len, told)) < 60_000
    sent = Counter(row["text"] for row in together.rows())
    for text in HOSTILE:
        shown = text.encode("utf-8", "replace").decode()
        assert any(shown.startswith(each) and len(each) >= min(len(shown), 8_000) for each in sent)


def test_a_real_model_gives_allowed_labels_whatever_the_row_says(local_model: str) -> None:
    prompt = Prompt(TEMPLATE, "Spam is advertising.", ("ham", "spam"), most_characters=40)
    rows = {f"row {i}": {"text": text} for i, text in enumerate(HOSTILE[::2])}
    asked = Endpoint(local_model, LOCAL_MODEL, max_in_flight=2)
    found = list(answers(asked, prompt, rows, Unmetered()))
    assert [answer.row for answer in found] == list(rows)
    assert {answer.label for answer in found} <= {"ham", "spam"}
    assert all(answer.usage.input_tokens > 50 for answer in found if answer.usage.output_tokens)


def test_a_real_model_tells_how_sure_it_is_and_what_it_read_before(local_model: str) -> None:
    asked = Endpoint(local_model, LOCAL_MODEL, max_in_flight=1)
    rows = {"a": {"text": "Buy cheap watches now"}, "b": {"text": "Lunch at noon?"}}
    first = list(answers(asked, PROMPT, rows, Unmetered()))
    again = list(answers(asked, PROMPT, rows, Unmetered()))
    assert [answer.label for answer in again] == [answer.label for answer in first]
    assert all(answer.confidence is not None for answer in first)
    assert all(0.01 < answer.confidence < 1 for answer in first if answer.confidence)
    assert again[1].usage.cached_tokens > again[1].usage.input_tokens / 2
    (number,) = answers(asked, Prompt(TEMPLATE, "How many?", ()), {"a": {"n": 3}}, Unmetered())
    assert number.label is None or float(number.label) == float(number.label)
