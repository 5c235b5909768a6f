"""Prompted models: what they ask and trust, what an answer costs, how they are kept."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.engines.language_models.purse import Purse
from tests.model_servers import Body, FakeModel, Reply, chat, fake_model

from leadline.engines.families.prompted import Prompted, PromptedClassifier, PromptedRegressor
from leadline.engines.language_models import Endpoint
from leadline.engines.language_models.connection import Connection
from leadline.errors import EngineError
from leadline.testing import check_family, families

COLUMNS = {"said": "text", "n": "number"}


def connection(model: FakeModel, **more: Any) -> Connection:
    purse = Purse()  # one, as long as the connection lasts
    return Connection(Endpoint(model.url, "a model"), purse=lambda: nullcontext(purse), **more)


def told(body: Body) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(body["messages"][-1]["content"].split("\n")[1])
    return row


def sure(label: str, other: str, confidence: float) -> Reply:
    """An answer of one token, with the probability of the label and of another."""
    listed = [
        {"token": f'"{name}"', "logprob": math.log(p)}
        for name, p in ((label, confidence), (other, 1 - confidence))
    ]
    tokens = [
        {"token": '{"label": ', "logprob": 0.0},
        {**listed[0], "top_logprobs": listed},
        {"token": "}", "logprob": 0.0},
    ]
    return chat(json.dumps({"label": label}), logprobs={"content": tokens})


def reader(body: Body, n_before: int) -> Reply:
    """Spam where it says "win", with .99; of odd n always ham."""
    is_spam = "win" in told(body)["said"] and not told(body)["n"] % 2
    return sure(*(("spam", "ham") if is_spam else ("ham", "spam")), 0.99)


def table(n: int) -> tuple[pl.DataFrame, np.ndarray[Any, Any]]:
    said = [f"{'win' if i % 3 else 'lunch'} {i}" for i in range(n)]
    frame = pl.DataFrame({"said": said, "n": np.arange(n) // 3 * 2})
    return frame, np.array(["spam" if i % 3 else "ham" for i in range(n)])


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with fake_model(reader) as running:
        yield running


def test_examples_are_of_the_rows_learnt_from_and_others_are_checked(model: FakeModel) -> None:
    X, y = table(30)
    asked = PromptedClassifier(connection(model), ["said"], n_examples=4, n_checked=10)
    with fake_model(lambda *_: sure("ham", "spam", 0.9)) as plain:
        asked.set_params(connection=connection(plain)).fit(X[:20], y[:20])
        assert asked.n_asked_a_fit == len(plain.bodies)
        shown = [
            json.loads(turn["content"].split("\n")[1])
            for turn in plain.bodies[0]["messages"][1:-1:2]
        ]
        checked = plain.rows()
    assert len(shown) == 4
    assert len(checked) == 10
    learnt_from = X[:20]["said"].to_list()
    assert all(row["said"] in learnt_from for row in [*shown, *checked])
    assert not {row["said"] for row in shown} & {row["said"] for row in checked}
    assert sorted(set(shown[0])) == ["said"]
    labels = [label for _, label in asked.prompt_.examples]
    assert sorted(labels) == ["ham", "ham", "spam", "spam"]


def test_an_answer_is_trusted_as_far_as_such_answers_were_right() -> None:
    X, y = table(90)
    rows = {f"{kind}": X.filter(pl.col("said").str.starts_with(kind)) for kind in ("win", "lunch")}
    with fake_model(reader) as model:
        good = PromptedClassifier(connection(model), ["said", "n"]).fit(X, y)
        shares = good.predict_proba(X)
        assert list(good.predict(rows["win"])) == ["spam"] * rows["win"].height
    assert list(good.classes_) == ["ham", "spam"]
    # all 40 were right: as sure as the scale goes
    assert shares[1, 1] == shares[:, 1].max() > 0.99
    with fake_model(lambda *_: sure("ham", "spam", 0.99)) as model:
        third = PromptedClassifier(connection(model), ["said", "n"], n_checked=90).fit(X, y)
        shares = third.predict_proba(X)
    # a third of them right, said with .99: worth no more than a guess
    assert shares == pytest.approx(np.full((90, 2), 0.5))


def test_classes_are_told_by_their_names_whatever_is_learnt() -> None:
    X, y = table(30)
    with fake_model(reader) as model:
        named = connection(model, classes={"0": "ham", "1": "spam"})
        asked = PromptedClassifier(named, ["said", "n"], n_examples=2, n_checked=28)
        codes = (y == "spam").astype(int)
        assert list(asked.fit(X, codes).predict(X)) == list(codes)
        schema = model.bodies[0]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["label"]["enum"] == ["ham", "spam"]
    assert sorted(label for _, label in asked.prompt_.examples) == ["ham", "spam"]


def test_without_confidence_the_share_that_was_right_counts() -> None:
    X, y = table(30)
    with fake_model(lambda *_: chat('{"label": "spam"}')) as model:
        asked = PromptedClassifier(connection(model), ["said"], n_checked=30).fit(X, y)
        shares = asked.predict_proba(X[:1])
    assert shares[0, 1] == pytest.approx(20.5 / 31)  # 20 of 30, and half of one


def test_rows_without_an_answer_get_what_is_usual() -> None:
    X, y = table(30)
    with fake_model(lambda *_: chat("I would rather not.")) as model:
        asked = PromptedClassifier(connection(model), ["said"]).fit(X, y)
        assert asked.predict_proba(X[:2]) == pytest.approx(np.array([[1 / 3, 2 / 3]] * 2))
        assert asked.n_unsure_ == 2
        numbers = PromptedRegressor(connection(model), ["said"]).fit(X, np.arange(30.0))
        assert list(numbers.predict(X[:2])) == [14.5, 14.5]
        assert numbers.n_asked_a_fit == 1
        assert PromptedRegressor(connection(model), ["said"], n_checked=0).n_asked_a_fit == 0


def test_an_answer_has_a_price_and_a_time_of_its_own(model: FakeModel) -> None:
    X, y = table(30)
    priced = connection(model, input=2.0, cached_input=1.0, output=10.0)
    asked = PromptedClassifier(priced, ["said", "n"]).fit(X, y)
    # the server counts 100 tokens read and 8 written for each
    assert asked.cost_per_row_ == pytest.approx((100 * 2 + 8 * 10) / 1e6)
    first_s = asked.seconds_per_row_
    assert first_s is not None
    assert first_s > 0
    n_before = len(model.bodies)
    asked.predict_proba(X)  # all of them are kept: nothing new to note
    assert len(model.bodies) == n_before
    assert asked.seconds_per_row_ == first_s


def test_a_stored_model_holds_neither_key_nor_purse(
    model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_KEY", "sk-very-secret-1")
    X, y = table(12)
    endpoint = Endpoint(model.url, "a model", key="MODEL_KEY")
    kept = Connection(endpoint, purse=lambda: nullcontext(Purse()))
    asked = PromptedClassifier(kept, ["said", "n"]).fit(X, y)
    stored = pickle.dumps(asked)
    assert b"sk-very-secret-1" not in stored
    assert b"Purse" not in stored
    restored = pickle.loads(stored)
    assert restored.predict_proba(X) == pytest.approx(asked.predict_proba(X))
    there = Connection(Endpoint("https://models.example", "a model"), purse=kept.purse)
    restored.set_params(connection=pickle.loads(pickle.dumps(there)))
    with pytest.raises(EngineError, match="Nobody grants money"):
        restored.predict(X)


def test_it_keeps_the_contract_of_families(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "_N_ROWS", 12)

    def read(body: Body, n_before: int) -> Reply:
        label = body["response_format"]["json_schema"]["schema"]["properties"]["label"]
        at = len(str(told(body)))
        return chat(json.dumps({"label": label["enum"][at % 2] if "enum" in label else at}))

    with fake_model(read) as model:
        family = Prompted({"here": connection(model)})
        check_family(family)
        assert len(model.bodies) > 100


def test_there_is_no_candidate_without_a_machine_or_for_what_words_cannot_tell() -> None:
    here = Connection(Endpoint("http://127.0.0.1:1", "a model"))
    family = Prompted()
    assert not family.candidates("binary", COLUMNS, 1_000)
    family.connect({"b": here, "a": here})
    assert [dict(each) for each in family.candidates("binary", COLUMNS, 10)] == [
        {"machine": name, "identity": here.identity, "n_examples": n}
        for n in (0, 4)
        for name in "ab"
    ]
    assert not family.candidates("binary", {"photo": "image"}, 1_000)
    assert not family.candidates("binary", {f"n{i}": "number" for i in range(13)}, 1_000)
    assert family.candidates("binary", {**COLUMNS, **{f"n{i}": "number" for i in range(13)}}, 99)
    with pytest.raises(EngineError, match=r"\[machines.NAME\]"):
        family.build({"machine": "c"}, "binary", COLUMNS, 0)
    # what was measured of a machine is not said of what stands under its name now
    tried = family.candidates("binary", COLUMNS, 10)[0]
    family.connect({"a": replace(here, guidelines="Spam is what has a link.")})
    with pytest.raises(EngineError, match="another address, model or guidelines"):
        family.build(tried, "binary", COLUMNS, 0)
