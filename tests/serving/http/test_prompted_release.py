"""A release that asks a language model: sealed, served, scored, and without its model."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient
from tests.model_servers import LOCAL_MODEL, Body, FakeModel, Reply, chat, fake_model

from leadline.engines.contract import Scalar
from leadline.engines.families.prompted import Prompted
from leadline.engines.language_models import Endpoint
from leadline.engines.language_models.connection import Connection
from leadline.errors import DataError, EngineError, ReleaseError
from leadline.serving.batch.score_file import score_file
from leadline.serving.http.server import create_app
from leadline.serving.package.packing.package_writer import Contents, pack
from leadline.serving.package.packing.runtime_code import RuntimeCode
from leadline.serving.releases.bundle import Card, ReleaseBundle, open_bundle, seal

COLUMNS = {"said": "text"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRET = "sk-served-77"


def frame(n: int = 24) -> pl.DataFrame:
    return pl.DataFrame({"said": [f"{'win money' if i % 3 else 'lunch'} {i}" for i in range(n)]})


def sealed(folder: Path, endpoint: Endpoint, *, n_golden: int = 4, n_examples: int = 2) -> Path:
    """A release on disk; it was fitted by asking that endpoint."""
    X = frame()
    y = np.array([1 if i % 3 else 0 for i in range(X.height)])
    family = Prompted({"here": Connection(endpoint, classes={"0": "ham", "1": "spam"})})
    params: dict[str, Scalar] = {"machine": "here", "n_examples": n_examples}
    model = family.build(params, "binary", COLUMNS, 0).set_params(n_checked=4).fit(X, y)
    card = Card(
        project="mails",
        label="kind",
        task="binary",
        columns=COLUMNS,
        positive="spam",
        classes=("ham", "spam"),
        threshold=0.5,
        family="prompted",
        metrics={"roc_auc": 0.9},
    )
    done = seal(folder, model=model, card=card, golden_X=X.head(n_golden), key=KEY)
    return folder / done.digest


def opened(path: Path) -> ReleaseBundle:
    return open_bundle(path, trusted=[KEY.public_key()])


@contextmanager
def asked(path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(opened(path)), raise_server_exceptions=False) as client:
        yield client


def predict(client: TestClient, *said: str) -> Any:
    return client.post("/predict", json={"rows": [{"said": each} for each in said]})


class Vendor:
    """A model that reads rightly, until it is told otherwise; it wants a key."""

    def __init__(self) -> None:
        self.refuses: Reply | None = None
        self.sleeps_s = 0.0

    def __call__(self, body: Body, n_before: int) -> Reply:
        time.sleep(self.sleeps_s)
        if self.refuses is not None:
            return self.refuses
        said = body["messages"][-1]["content"]
        return chat(json.dumps({"label": "spam" if "win" in said else "ham"}))


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def model(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModel]:
    monkeypatch.setenv("SERVED_KEY", SECRET)
    with fake_model(vendor) as running:
        yield running


def test_rows_are_answered_with_the_key_of_the_server(model: FakeModel, tmp_path: Path) -> None:
    path = sealed(tmp_path, Endpoint(model.url, "m", key="SERVED_KEY"))
    stored = b"".join(file.read_bytes() for file in path.iterdir())
    assert SECRET.encode() not in stored
    with asked(path) as client:
        said = predict(client, "win a car", "lunch at noon")
    assert said.status_code == 200
    first, second = said.json()["predictions"]
    assert (first["flagged"], second["flagged"]) == (True, False)
    assert {headers["authorization"] for headers in model.headers} == {f"Bearer {SECRET}"}
    # examples of the rows learnt from go along
    assert len(model.bodies[-1]["messages"]) == 2 + 2 * 2


def test_without_its_key_or_its_model_nothing_is_opened(
    model: FakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sealed(tmp_path, Endpoint(model.url, "m", key="SERVED_KEY", pause_s=0.01))
    monkeypatch.delenv("SERVED_KEY")
    with pytest.raises(EngineError, match="SERVED_KEY is not set"):
        opened(path)
    monkeypatch.setenv("SERVED_KEY", SECRET)
    gone = sealed(tmp_path, Endpoint(model.url, "m", pause_s=0.01))
    manifest = opened(gone).manifest
    assert manifest.not_compiled
    model.answer = lambda *_: chat('{"label": "ham"}')  # another model under the same name
    with pytest.raises(ReleaseError, match=r"golden rows of release .* are answered otherwise"):
        opened(gone)


@pytest.mark.parametrize(
    ("task", "other"), [("multiclass", '{"label": "ham"}'), ("regression", '{"label": 0.02}')]
)
def test_another_model_is_refused_by_its_classes_and_by_small_numbers_too(
    model: FakeModel, tmp_path: Path, task: str, other: str
) -> None:
    """A server that tells no probabilities makes all classes as sure."""
    kinds = ["ham", "spam", "news"]

    def reads(body: Body, _: int) -> Reply:
        said = body["messages"][-1]["content"]
        place = next(at for at, kind in enumerate(kinds) if kind in said)
        label = kinds[place] if task == "multiclass" else place / 100
        return chat(json.dumps({"label": label}))

    model.answer = reads
    X = pl.DataFrame({"said": [f"{kinds[i % 3]} {i}" for i in range(24)]})
    labels = [kinds[i % 3] if task == "multiclass" else i % 3 / 100 for i in range(24)]
    family = Prompted({"here": Connection(Endpoint(model.url, "m"))})
    asks = family.build({"machine": "here", "n_examples": 0}, task, COLUMNS, 0)
    classes = tuple(kinds) if task == "multiclass" else ()
    card = Card(
        project="mails",
        label="kind",
        task=task,
        columns=COLUMNS,
        classes=classes,
        family="prompted",
    )
    fitted = asks.set_params(n_checked=4).fit(X, np.array(labels))
    path = tmp_path / seal(tmp_path, model=fitted, card=card, golden_X=X, key=KEY).digest
    assert opened(path).manifest.task == task
    model.answer = lambda *_: chat(other)
    with pytest.raises(ReleaseError, match=r"Of 24 golden rows .* 16 are answered otherwise"):
        opened(path)


@pytest.mark.parametrize(
    "refuses",
    [
        Reply(status=503, headers={"Retry-After": "9"}),
        Reply(status=500),
        Reply(status=401, content=b'{"error": "bad key sk-served-77"}'),
        Reply(hangs_up=True),
    ],
)
def test_while_the_model_does_not_answer_the_client_is_to_come_again(
    model: FakeModel, vendor: Vendor, tmp_path: Path, refuses: Reply
) -> None:
    path = sealed(tmp_path, Endpoint(model.url, "m", key="SERVED_KEY"))
    with asked(path) as client:
        vendor.refuses = refuses
        began = time.monotonic()
        said = predict(client, "win a car")
        assert time.monotonic() - began < 2.0, "nobody waits for further tries"
        assert (said.status_code, said.headers["retry-after"]) == (503, "5")
        assert "does not answer" in said.json()["error"]["found"]
        assert SECRET not in said.text
        assert model.url not in said.text
        assert client.get("/health/live").status_code == 200
        assert 'cause="model"' in client.get("/metrics").text
        vendor.refuses = None
        assert predict(client, "win a car").status_code == 200


def test_a_row_that_its_server_does_not_take_holds_up_nobody_else(
    model: FakeModel, vendor: Vendor, tmp_path: Path
) -> None:
    path = sealed(tmp_path, Endpoint(model.url, "m"))

    def has_a_limit(body: Body, n_before: int) -> Reply:
        is_long = "too long" in body["messages"][-1]["content"]
        return Reply(status=400, content=b'{"error": "context"}') if is_long else vendor(body, 0)

    model.answer = has_a_limit
    with asked(path) as client:
        found: list[tuple[str, int]] = []

        def ask(said: str) -> None:
            found.append((said, predict(client, said).status_code))

        vendor.sleeps_s = 0.2
        rows = ("win first", "too long", "win a car", "lunch")
        threads = [threading.Thread(target=ask, args=(said,)) for said in rows]
        for thread in threads:
            thread.start()
            time.sleep(0.03)  # the first is under way, the others are asked together next
        for thread in threads:
            thread.join()
        assert sorted(found) == sorted((said, 422 if "long" in said else 200) for said in rows)
        told = predict(client, "too long").json()["error"]["found"]
    assert "does not take 1 of 1 rows" in told
    assert "context" not in told
    with pytest.raises(DataError, match="does not take 1 of 2 rows"):
        opened(path).score(pl.DataFrame({"said": ["win", "too long"]}))


def test_health_answers_while_rows_wait_and_what_came_is_asked_together(
    model: FakeModel, vendor: Vendor, tmp_path: Path
) -> None:
    path = sealed(tmp_path, Endpoint(model.url, "m", max_in_flight=4))
    with asked(path) as client:
        n_before = len(model.bodies)
        vendor.sleeps_s = 0.4
        found: list[int] = []

        def ask(n: int) -> None:
            found.append(predict(client, f"win {n}").status_code)

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
            time.sleep(0.02)
        began = time.monotonic()
        assert client.get("/health/live").status_code == 200
        assert time.monotonic() - began < 0.3
        for thread in threads:
            thread.join()
        assert found == [200] * 5
        assert len(model.bodies) == n_before + 5
        # the first alone, the four others at once
        assert time.monotonic() - began < 5 * 0.4


def test_a_row_that_times_out_is_no_answer(
    model: FakeModel, vendor: Vendor, tmp_path: Path
) -> None:
    path = sealed(tmp_path, Endpoint(model.url, "m", timeout_s=0.3))
    bundle = opened(path)
    vendor.sleeps_s = 0.6
    with pytest.raises(EngineError, match="gave no answer to 2 of 2 rows"):
        bundle.score(frame(2))


def test_a_file_is_scored_in_pieces_that_are_kept(
    model: FakeModel, vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadline.serving.batch.score_file.ROWS_AT_ONCE", 10)
    path = sealed(tmp_path, Endpoint(model.url, "m", pause_s=0.01, max_in_flight=1))
    bundle = opened(path)
    source, target = tmp_path / "new.csv", tmp_path / "scored.csv"
    frame(40).write_csv(source)
    n_before = len(model.bodies)

    def stops_after_25(body: Body, n: int) -> Reply:
        return vendor(body, n) if len(model.bodies) - n_before <= 25 else Reply(status=503)

    model.answer = stops_after_25
    with pytest.raises(EngineError, match=r"did not answer|gave no answer"):
        score_file(bundle, source, target)
    assert not target.exists()
    model.answer = vendor
    n_then = len(model.bodies)
    done = score_file(bundle, source, target)
    assert done.n_rows == 40
    assert done.n_kept >= 1, "pieces that were answered are not asked about again"
    assert len(model.bodies) - n_then <= 30
    scored = pl.read_csv(target)
    assert scored["flagged"].to_list() == [bool(i % 3) for i in range(40)]


def test_a_package_brings_what_asks() -> None:
    code = RuntimeCode.of_model("prompted")
    assert "leadline.engines.clients.chat_completions" in code.closure.modules
    assert "leadline.engines.language_models.endpoint" in code.closure.modules
    assert {point.name for point in code.points} >= {"openai", "prompted", "http"}


def test_a_real_model_is_sealed_packaged_served_and_scores(
    tmp_path: Path, local_model: str
) -> None:
    endpoint = Endpoint(local_model, LOCAL_MODEL, max_in_flight=2)
    path = sealed(tmp_path / "releases", endpoint, n_golden=3, n_examples=0)
    pack(
        path,
        tmp_path / "package",
        key=KEY,
        contents=Contents(documents={}, use={}, commits={}),
        is_full=True,
    )
    rows = [f"win a car {n}" for n in range(3)]
    with asked(path) as client:
        assert client.get("/health/ready").status_code == 200
        one_by_one = [predict(client, row).json()["predictions"][0] for row in rows]
        together = predict(client, *rows).json()["predictions"]
    assert all(0 <= each["score"] <= 1 for each in together)
    assert [each["score"] for each in together] == pytest.approx(
        [each["score"] for each in one_by_one], abs=0.05
    )
    pl.DataFrame({"said": rows}).write_parquet(tmp_path / "new.parquet")
    done = score_file(opened(path), tmp_path / "new.parquet", tmp_path / "scored.parquet")
    assert done.n_rows == 3
    scored = pl.read_parquet(tmp_path / "scored.parquet")["score"]
    assert scored.to_list() == pytest.approx([each["score"] for each in together], abs=0.05)
