from __future__ import annotations

import asyncio
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

from leadline.errors import DataError
from leadline.serving.http.request_queue import RequestQueue
from leadline.serving.http.server import create_app
from leadline.serving.releases.bundle import open_bundle, seal

ROW = {"size": 0.5, "town": "Ulm", "said": "late again", "at": "2024-05-01T10:00"}


@pytest.fixture(scope="module")
def client(release: Sealed) -> Iterator[TestClient]:
    app = create_app(release.open(), max_body_bytes=20_000, max_rows=50)
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


def test_a_row_without_an_answer_says_so(
    tmp_path: Path, new_release: Callable[..., Sealed]
) -> None:
    release = new_release("multiclass")
    card = replace(release.card, confidence=0.999)
    golden, key = release.X[:5], release.key
    sealed = seal(tmp_path, model=release.model, card=card, golden_X=golden, key=key)
    bundle = open_bundle(tmp_path / sealed.digest, trusted=[key.public_key()])
    with TestClient(create_app(bundle, max_body_bytes=20_000, max_rows=50)) as client:
        assert client.get("/schema").json()["confidence"] == 0.999
        body = client.post("/predict", json={"rows": rows_of(release, 5)}).json()
        silent = [one for one in body["predictions"] if one["abstains"]]
        assert silent
        assert all(one["label"] is None and one["score"] < 0.999 for one in silent)
        name = bundle.manifest.project
        outputs = client.get(f"/v2/models/{name}").json()["outputs"]
        assert [one["name"] for one in outputs] == ["score", "label", "abstains"]


def test_what_is_not_known_is_null(client: TestClient) -> None:
    answer = client.post("/predict", json={"rows": [dict.fromkeys(ROW)]})
    assert answer.status_code == 200


def test_a_category_may_come_as_a_number(client: TestClient) -> None:
    bodies = [
        client.post("/predict", json={"rows": [{**ROW, "town": town}]}).json()
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
    answer = client.post("/predict", content=body)
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
    assert client.post("/predict", content=body).status_code == 422


def test_too_many_rows_are_refused(client: TestClient) -> None:
    answer = client.post("/predict", json={"rows": [dict.fromkeys(ROW)] * 51})
    assert answer.status_code == 422
    assert "50" in answer.json()["error"]["needed"]


def test_a_body_of_unknown_length_is_cut_off(client: TestClient) -> None:
    answer = client.post("/predict", content=(b"x" * 1_000 for _ in range(100)))
    assert answer.status_code == 413


def test_a_body_as_large_as_is_allowed_is_read(release: Sealed) -> None:
    body = json.dumps({"rows": [ROW]}).encode()
    for room, status in ((0, 200), (-1, 413)):
        app = create_app(release.open(), max_body_bytes=len(body) + room)
        assert TestClient(app).post("/predict", content=body).status_code == status


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

    monkeypatch.setattr(bundle, "predict", fail)
    client = TestClient(create_app(bundle), raise_server_exceptions=False)
    answer = client.post("/predict", json={"rows": [ROW]})
    assert answer.status_code == 500
    assert "secret" not in answer.text


# ------------------------------------------------------------------------ Open Inference Protocol


def tensors(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    types = {"size": "FP64"}
    return [
        {
            "name": name,
            "shape": [len(rows)],
            "datatype": types.get(name, "BYTES"),
            "data": [row[name] for row in rows],
        }
        for name in rows[0]
    ]


def test_inference_gives_the_same_scores(client: TestClient, release: Sealed) -> None:
    rows = rows_of(release, 4)
    simple = client.post("/predict", json={"rows": rows}).json()["predictions"]
    answer = client.post(
        "/v2/models/delays/infer", json={"id": "a1", "inputs": tensors(rows)}
    ).json()
    assert answer["id"] == "a1"
    assert answer["model_name"] == "delays"
    score, flagged = answer["outputs"]
    assert (score["name"], score["datatype"], score["shape"]) == ("score", "FP64", [4])
    assert score["data"] == [one["score"] for one in simple]
    assert (flagged["datatype"], flagged["data"]) == ("BOOL", [one["flagged"] for one in simple])


def test_shapes_count_rows_and_an_id_is_given_back_if_there_was_one(
    client: TestClient, release: Sealed
) -> None:
    inputs = tensors(rows_of(release, 3))
    plain = client.post("/v2/models/delays/infer", json={"inputs": inputs}).json()
    assert "id" not in plain
    assert [one["shape"] for one in plain["outputs"]] == [[3], [3]]
    columns = [{**one, "shape": [3, 1]} for one in inputs]
    assert client.post("/v2/models/delays/infer", json={"inputs": columns}).json() == plain
    wide = [{**one, "shape": [1, 3]} for one in inputs]
    assert client.post("/v2/models/delays/infer", json={"inputs": wide}).status_code == 422


def test_the_protocol_describes_the_model(client: TestClient, release: Sealed) -> None:
    about = client.get("/v2/models/delays").json()
    assert about["versions"] == [release.sealed.release_id]
    assert [one["datatype"] for one in about["inputs"]] == ["FP64", "BYTES", "BYTES", "BYTES"]
    assert client.get("/v2/health/ready").status_code == 200
    assert client.get("/v2/models/delays/ready").json()["ready"] is True


def test_another_model_is_404(client: TestClient) -> None:
    answer = client.get("/v2/models/other")
    assert answer.status_code == 404
    assert "'delays'" in answer.json()["error"]["needed"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda inputs: inputs[:-1], 422),
        (lambda inputs: [{**inputs[0], "shape": [9]}, *inputs[1:]], 422),
        (lambda inputs: [{**inputs[0], "datatype": "COMPLEX"}, *inputs[1:]], 422),
        (lambda inputs: [{**inputs[0], "shape": [1], "data": [1.0]}, *inputs[1:]], 422),
        (lambda inputs: [{**inputs[0], "data": ["x", "y"]}, *inputs[1:]], 422),
        (lambda inputs: inputs[:0], 422),
    ],
)
def test_inference_refuses_what_does_not_fit(
    client: TestClient, change: Callable[[Any], Any], status: int
) -> None:
    inputs = change(tensors([ROW, ROW]))
    answer = client.post("/v2/models/delays/infer", json={"inputs": inputs})
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"found", "needed", "next"}


def test_inference_refuses_what_is_not_json(client: TestClient) -> None:
    assert client.post("/v2/models/delays/infer", content=b"{").status_code == 400


# ------------------------------------------------------------------------ asked at once


def asked_of(n_rows: int, first: int = 0) -> list[tuple[Any, ...]]:
    """Rows that differ in their size, and so in their score."""
    return [tuple({**ROW, "size": (first + row) / 10}.values()) for row in range(n_rows)]


def gathered(queue: RequestQueue, asked: list[list[tuple[Any, ...]]]) -> list[Any]:
    """What each of some requests is answered that are made at once."""

    async def ask() -> list[Any]:
        answers = (queue.answer(rows) for rows in asked)
        both = asyncio.gather(*answers, return_exceptions=True)
        return list(await asyncio.wait_for(both, timeout=60))

    return asyncio.run(ask())


def test_requests_that_wait_are_scored_together_and_each_has_its_own_answer(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, sizes = release.open(), list[int]()
    asked = [asked_of(1), asked_of(2, first=1), asked_of(3, first=3)]
    alone = [gathered(RequestQueue(bundle), [rows])[0] for rows in asked]
    assert len({score for answer in alone for score in answer.columns["score"]}) == 6
    real = bundle.answer_rows

    def counted(rows: Any) -> Any:
        sizes.append(len(rows))
        return real(rows)

    monkeypatch.setattr(bundle, "answer_rows", counted)
    answers = gathered(RequestQueue(bundle), asked)
    assert sizes == [6]
    assert answers == alone


def test_one_bad_request_leaves_the_others_alone(release: Sealed) -> None:
    bad = [tuple({**ROW, "at": "soon"}.values())]
    first, second, third = gathered(
        RequestQueue(release.open()), [asked_of(1), bad, asked_of(2, first=5)]
    )
    assert first != third[:1]
    assert third == gathered(RequestQueue(release.open()), [asked_of(2, first=5)])[0]
    assert isinstance(second, DataError)


def test_a_queue_answers_again_after_it_has_answered(release: Sealed) -> None:
    queue = RequestQueue(release.open())

    async def ask() -> list[Any]:
        return [await queue.answer(asked_of(1)) for _ in range(2)]

    first, second = asyncio.run(ask())
    assert first == second


@pytest.mark.parametrize("is_one_bad", [False, True])
def test_a_request_that_was_given_up_keeps_nobody_waiting(
    release: Sealed, is_one_bad: bool
) -> None:
    queue, faults = RequestQueue(release.open()), list[dict[str, Any]]()
    bad = [tuple({**ROW, "at": "soon"}.values())]

    async def ask() -> list[Any]:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, fault: faults.append(fault))
        asked = [asked_of(2), asked_of(1, first=2), bad if is_one_bad else asked_of(1)]
        tasks = [loop.create_task(queue.answer(rows)) for rows in asked]
        await asyncio.sleep(0)  # all wait now, and nothing is scored yet
        tasks[0].cancel()
        both = asyncio.gather(*tasks, return_exceptions=True)
        return list(await asyncio.wait_for(both, timeout=60))

    given_up, second, third = asyncio.run(ask())
    assert isinstance(given_up, asyncio.CancelledError)
    assert second == gathered(queue, [asked_of(1, first=2)])[0]
    assert isinstance(third, DataError) if is_one_bad else len(third) == 1
    assert faults == []


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
