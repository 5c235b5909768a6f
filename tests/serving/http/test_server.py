from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives import serialization
from starlette.testclient import TestClient
from tests.serving.conftest import Sealed

from leadline.serving.http.application import Limits
from leadline.serving.http.server import create_app
from leadline.serving.releases.bundle import open_bundle, seal

LIMITS = Limits(max_body_bytes=20_000, max_rows=50)
JSON = {"Content-Type": "application/json"}
ROW = {"size": 0.5, "town": "Ulm", "said": "late again", "at": "2024-05-01T10:00"}


@pytest.fixture(scope="module")
def client(release: Sealed) -> Iterator[TestClient]:
    app = create_app(release.open(), limits=LIMITS)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def rows_of(release: Sealed, n_rows: int) -> list[dict[str, Any]]:
    return [{**row, "at": str(row["at"])} for row in release.X[:n_rows].to_dicts()]


def test_predictions_are_those_of_the_model(client: TestClient, release: Sealed) -> None:
    answer = client.post("/predict", json={"rows": rows_of(release, 5)})
    assert answer.status_code == 200
    body = answer.json()
    assert body["release"] == release.sealed.release_id
    expected = release.open().score(release.X[:5]).tolist()
    assert [one["score"] for one in body["predictions"]] == pytest.approx(expected)
    assert [one["flagged"] for one in body["predictions"]] == [score >= 0.4 for score in expected]


def abstaining(folder: Path, release: Sealed) -> TestClient:
    """A client of a release of several classes that leaves most rows without an answer."""
    card = replace(release.card, confidence=0.999)
    golden, key = release.X[:5], release.key
    sealed = seal(folder, model=release.model, card=card, golden_X=golden, key=key)
    bundle = open_bundle(folder / sealed.digest, trusted=[key.public_key()])
    return TestClient(create_app(bundle, limits=LIMITS))


def test_a_row_without_an_answer_says_so(
    tmp_path: Path, new_release: Callable[..., Sealed]
) -> None:
    release = new_release("multiclass")
    client = abstaining(tmp_path, release)
    assert client.get("/schema").json()["confidence"] == 0.999
    body = client.post("/predict", json={"rows": rows_of(release, 5)}).json()
    silent = [one for one in body["predictions"] if one["abstains"]]
    assert silent
    assert all(one["label"] is None and one["score"] < 0.999 for one in silent)
    outputs = client.get("/v2/models/delays").json()["outputs"]
    assert [one["name"] for one in outputs] == ["score", "label", "abstains"]


def test_what_is_not_known_is_null(client: TestClient) -> None:
    answer = client.post("/predict", json={"rows": [dict.fromkeys(ROW)]})
    assert answer.status_code == 200


def test_a_category_may_come_as_a_number(client: TestClient) -> None:
    bodies = [
        client.post("/predict", json={"rows": [{**ROW, "town": town}]}).json()["predictions"]
        for town in ("7", 7, 7.0, "Oslo")
    ]
    assert bodies[0] == bodies[1] == bodies[2] != bodies[3]


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        (b"not json", 400, "not JSON"),
        (b"", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[]", 422, "The body is []"),
        (b"{}", 422, "rows is missing"),
        (b'{"rows": []}', 422, "rows is []"),
        (b'{"rows": [{}]}', 422, "rows[0].size is missing"),
        (b'{"rows": [1]}', 422, "rows[0] is 1"),
        (b"x" * 30_000, 413, "more than 20,000 bytes"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(
    client: TestClient, body: bytes, status: int, found: str
) -> None:
    answer = client.post("/predict", content=body, headers=JSON)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert found in error["found"]
    assert error["needed"]
    assert error["next"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"size": "big"}, 'rows[0].size is "big"'),
        ({"size": True}, "rows[0].size is true"),
        ({"town": ["Ulm"]}, 'rows[0].town is ["Ulm"]'),
        ({"said": 3}, "rows[0].said is 3"),
        ({"colour": "red"}, "rows[0].colour is not a column"),
        ({"at": "soon"}, "rows[0]: 'at' is \"soon\""),
    ],
)
def test_a_value_that_does_not_fit_is_named(
    client: TestClient, change: dict[str, Any], found: str
) -> None:
    answer = client.post("/predict", json={"rows": [{**ROW, **change}]})
    assert answer.status_code == 422
    assert found in answer.json()["error"]["found"]


def test_infinite_numbers_are_refused(client: TestClient) -> None:
    body = b'{"rows": [{"size": 1e999, "town": null, "said": null, "at": null}]}'
    assert client.post("/predict", content=body, headers=JSON).status_code == 422


def test_too_many_rows_are_refused(client: TestClient) -> None:
    answer = client.post("/predict", json={"rows": [dict.fromkeys(ROW)] * 51})
    assert answer.status_code == 422
    assert "50" in answer.json()["error"]["needed"]


def test_a_body_of_unknown_length_is_cut_off(client: TestClient) -> None:
    answer = client.post("/predict", content=(b"x" * 1_000 for _ in range(100)), headers=JSON)
    assert answer.status_code == 413


def test_a_body_as_large_as_is_allowed_is_read(release: Sealed) -> None:
    body = json.dumps({"rows": [ROW]}).encode()
    for room, status in ((0, 200), (-1, 413)):
        app = create_app(release.open(), limits=Limits(len(body) + room))
        assert TestClient(app).post("/predict", content=body, headers=JSON).status_code == status


def test_health_and_schema(client: TestClient, release: Sealed) -> None:
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").json()["release"] == release.sealed.release_id
    schema = client.get("/schema").json()
    assert schema["columns"] == release.card.columns
    assert schema["threshold"] == 0.4
    row = schema["body"]["$defs"]["Row"]
    assert list(row["properties"]) == row["required"] == list(release.card.columns)


def test_what_is_not_there_is_404(client: TestClient) -> None:
    assert client.get("/nothing").status_code == 404
    assert client.get("/predict").status_code == 405


def test_a_fault_of_ours_says_nothing_of_the_inside(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = release.open()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret path")

    client = TestClient(create_app(bundle), raise_server_exceptions=False)
    monkeypatch.setattr(bundle, "answer_rows", fail)
    answer = client.post("/predict", json={"rows": [ROW]})
    assert answer.status_code == 500
    assert "secret" not in answer.text


# ------------------------------------------------------------------------ a real process

SERVE = """
import sys
from pathlib import Path
from leadline.serving.releases.keys import public_keys
from leadline.engines.loading import load
folder, port, key, pointer, move = sys.argv[1:]
load("servers", "http")(
    Path(folder),
    port=int(port),
    trusted=public_keys(Path(key)),
    pointer=(Path(pointer), int(move)) if pointer else None,
)
"""


def wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not become ready")


@contextmanager
def serving_process(
    folder: Path, release: Sealed, *, pointer: Path | str = "", move: int = 0
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A process that serves a release, ready; killed at the end if it still runs."""
    key = folder / "signer.pub"
    key.write_bytes(
        release.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [str(each) for each in (release.path, port, key, pointer, move)]
    command = [sys.executable, "-W", "error", "-c", SERVE, *words]
    server = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        wait_until_ready(port, server)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.communicate()


def test_a_real_process_serves_and_ends_cleanly(tmp_path: Path, release: Sealed) -> None:
    with serving_process(tmp_path, release) as (url, server):
        answer = httpx.post(f"{url}/predict", json={"rows": [ROW]})
        assert answer.json()["release"] == release.sealed.release_id
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=30)
        assert b"Traceback" not in errors
        assert server.returncode in {0, -signal.SIGTERM}
