"""Requests are refused up front and counted; what was not answered has a line in the log."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from tests.serving.conftest import Sealed
from tests.serving.http.test_server import JSON, LIMITS, ROW

from leadline.serving.access.bearer_tokens import TokenCheck, add_token
from leadline.serving.http.application import Application
from leadline.serving.http.requests.access_rules import AccessRules
from leadline.serving.http.requests.body import BodyReader
from leadline.serving.http.requests.http_messages import Request
from leadline.serving.http.requests.refusals import BusyError, GoneError
from leadline.serving.http.server import create_app
from leadline.serving.http.telemetry.json_lines import JsonLines

BODY = json.dumps({"rows": [ROW]}).encode()


@pytest.fixture
def app(release: Sealed) -> Application:
    return create_app(release.open(), limits=LIMITS)


@pytest.fixture
def client(app: Application) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def value(client: TestClient, name: str, **labels: str) -> float:
    text = client.get("/metrics").text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    return 0.0


@pytest.mark.parametrize(
    ("headers", "status", "found"),
    [
        ({}, 415, "not named"),
        ({"Content-Type": "text/plain"}, 415, "text/plain"),
        ({"Content-Type": "application/json; charset=latin-1"}, 415, "latin-1"),
        ({**JSON, "Content-Encoding": "gzip"}, 415, "packed as gzip"),
        ({"Content-Type": "Application/JSON; charset=UTF-8"}, 200, ""),
        ({**JSON, "Content-Encoding": "identity"}, 200, ""),
        ({**JSON, "Content-Length": "20001"}, 413, "more than 20,000 bytes"),
        ({**JSON, "Content-Length": "9" * 400}, 413, "more than 20,000 bytes"),
        ({**JSON, "X-Long": "x" * 40_000}, 431, "4 headers"),
        ({**JSON, **{f"X-{number}": "" for number in range(120)}}, 431, "123 headers"),
    ],
)
def test_headers_are_looked_at_before_the_body(
    client: TestClient, headers: dict[str, str], status: int, found: str
) -> None:
    client.headers.clear()
    answer = client.post("/predict", content=BODY, headers=headers)
    assert answer.status_code == status
    if found:
        assert found in answer.json()["error"]["found"]


def test_an_answer_has_the_id_of_its_request(client: TestClient) -> None:
    given = client.post("/predict", json={"rows": [ROW]}, headers={"X-Request-ID": "a7"})
    assert given.json()["request"] == given.headers["x-request-id"] == "a7"
    made = client.post("/predict", json={"rows": [ROW]})
    assert made.json()["request"] == made.headers["x-request-id"] != "a7"
    refused = client.get("/nothing", headers={"X-Request-ID": "a8"})
    assert (refused.status_code, refused.headers["x-request-id"]) == (404, "a8")


def test_a_method_that_is_not_taken_names_those_that_are(client: TestClient) -> None:
    for path, allowed in (("/predict", "POST"), ("/health/live", "GET"), ("/v2", "GET")):
        answer = client.delete(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_only_the_names_of_the_server_are_answered(release: Sealed) -> None:
    app = create_app(release.open(), access=AccessRules(hosts=("model.example.org", "::1")))
    client = TestClient(app)
    for host, status in (
        ("model.example.org", 200),
        ("MODEL.example.org:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example.org", 400),
        ("", 400),
    ):
        assert client.get("/health/live", headers={"Host": host}).status_code == status


def test_pages_of_allowed_origins_alone_may_read(release: Sealed) -> None:
    origin = "https://example.org"
    client = TestClient(create_app(release.open(), access=AccessRules(origins=(origin,))))
    ask = {"Access-Control-Request-Method": "POST"}
    asked = client.options("/predict", headers={"Origin": origin, **ask})
    assert asked.status_code == 204
    assert "content-type" in asked.headers["access-control-allow-headers"]
    for sent, name in ((origin, "access-control-allow-origin"), ("https://evil.org", None)):
        answer = client.post("/predict", json={"rows": [ROW]}, headers={"Origin": sent})
        assert answer.status_code == 200
        assert answer.headers.get("access-control-allow-origin") == (sent if name else None)
    assert (
        client.options("/predict", headers={"Origin": "https://evil.org", **ask}).status_code == 405
    )
    assert client.options("/predict", headers={"Origin": origin}).status_code == 405


def test_a_token_is_needed_for_all_but_health(release: Sealed, tmp_path: Any) -> None:
    token = add_token(tmp_path / "tokens", "billing")
    access = AccessRules(tokens=TokenCheck(tmp_path / "tokens"))
    client = TestClient(create_app(release.open(), access=access))
    for given in ("", "Bearer", "Bearer x", f"Basic {token}", token):
        refused = client.post("/predict", json={"rows": [ROW]}, headers={"Authorization": given})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Bearer realm="leadline"'
    good = {"Authorization": f"bearer {token}"}
    assert client.post("/predict", json={"rows": [ROW]}, headers=good).status_code == 200
    assert client.get("/nothing").status_code == 401
    assert client.get("/nothing", headers=good).status_code == 404
    assert client.get("/v2/health/ready").status_code == 200


def test_requests_are_counted(client: TestClient, release: Sealed) -> None:
    client.post("/predict", json={"rows": [ROW] * 3})
    client.post("/predict", json={"rows": []})
    client.get("/nothing")
    assert value(client, "leadline_requests_total", route="/predict", status="200") == 1
    assert value(client, "leadline_requests_total", route="other", status="404") == 1
    assert value(client, "leadline_errors_total", cause="schema") == 1
    assert value(client, "leadline_rows_total") == 3
    assert value(client, "leadline_batch_rows_sum") == 3
    assert value(client, "leadline_request_seconds_count", route="/predict") == 2
    assert value(client, "leadline_requests_in_flight") == 1  # the one that asks
    assert value(client, "leadline_queue_rows") == value(client, "leadline_queue_seconds") == 0
    names = {"release": release.sealed.release_id, "model_digest": release.sealed.model_digest}
    assert value(client, "leadline_release_info", **names) == 1
    assert value(client, "leadline_start_time_seconds") > 1.7e9


def test_once_it_is_to_end_it_is_not_ready_and_closes_connections(
    app: Application, client: TestClient
) -> None:
    assert "connection" not in client.get("/health/ready").headers
    app.drain()
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert client.get("/v2/models/delays/ready").status_code == 503
    answer = client.post("/predict", json={"rows": [ROW]})
    assert (answer.status_code, answer.headers["connection"]) == (200, "close")
    assert client.get("/health/live").status_code == 200


def test_what_was_not_answered_has_a_line_and_nothing_of_its_rows(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.post("/predict", json={"rows": [ROW]})
        client.post(
            "/predict",
            json={"rows": [{**ROW, "town": {"secret": "\\n"}}]},
            headers={"traceparent": "00-ab-cd-01", "X-Request-ID": "a7"},
        )
    lines = [
        JsonLines().format(record) for record in caplog.records if record.name == "leadline.serve"
    ]
    assert len(lines) == 1
    line = json.loads(lines[0])
    assert (line["status"], line["cause"], line["request"]) == (422, "schema", "a7")
    assert (line["route"], line["traceparent"]) == ("/predict", "00-ab-cd-01")
    assert "secret" not in lines[0]


def test_each_request_has_a_line_where_that_is_asked_for(
    release: Sealed, caplog: pytest.LogCaptureFixture
) -> None:
    client = TestClient(create_app(release.open(), log_requests=True))
    with caplog.at_level(logging.INFO):
        client.post("/predict", json={"rows": [ROW]})
    (record,) = (record for record in caplog.records if record.name == "leadline.serve")
    assert json.loads(JsonLines().format(record))["message"] == "answered"


def test_a_line_is_one_line_whatever_it_holds() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record = logging.LogRecord("a", 40, "p", 1, "x\n%s", ("y\r\n",), (ValueError, error, None))
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "x\ny\r\n"


def request_of(*parts: bytes, is_cut: bool = False) -> Request:
    """A request whose body comes in parts."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": part, "more_body": True} for part in parts
    ]
    messages.append({"type": "http.disconnect"} if is_cut else {"type": "http.request"})

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return Request({"headers": []}, receive, {b"content-type": b"application/json"})


def test_bodies_have_a_bound_together(app: Application) -> None:
    reader = BodyReader(most_bytes=10, most_together=15)

    async def read() -> None:
        first = await reader.read(request_of(b"12345", b"6789"))
        assert (first, reader.n_bytes) == (b"123456789", 9)
        with pytest.raises(BusyError):
            await reader.read(request_of(b"1234567"))
        with pytest.raises(GoneError):
            await reader.read(request_of(b"123", is_cut=True))
        assert reader.n_bytes == 9
        reader.release(first)
        assert reader.n_bytes == 0

    asyncio.run(read())


def test_categories_that_training_never_saw_are_told_and_counted(client: TestClient) -> None:
    rows = [{**ROW, "town": town} for town in ("Ulm", "", "Oslo", None, "Oslo")]
    told = client.post("/predict", json={"rows": rows}).json()
    assert told["unseen_categories"] == {"town": {"rows": 2, "most": {"Oslo": 2}}}
    assert "unseen_categories" not in client.post("/predict", json={"rows": rows[:1]}).json()
    inputs = [
        {"name": name, "datatype": kind, "shape": [1], "data": [rows[2][name]]}
        for name, kind in (("size", "FP64"), ("town", "BYTES"), ("said", "BYTES"), ("at", "BYTES"))
    ]
    infer = client.post("/v2/models/delays/infer", json={"inputs": inputs}).json()
    words = "Never seen in training: 'town' in 1 of 1 row ('Oslo')."
    assert infer["parameters"] == {"unseen_categories": words}
    assert value(client, "leadline_unseen_category_rows_total", column="town") == 3
