"""Outcomes over HTTP: kept once, refused with words, and told one by one where it matters."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import Sealed

from leadline.serving.http import outcomes
from leadline.serving.http.application import Limits
from leadline.serving.http.server import create_app
from leadline.serving.logs.dated_lines import DatedLines, dated_files, today, whole_lines
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.logs.outcome_store import OutcomeStore
from leadline.serving.logs.prediction_lines import read_served

ROW = {"size": 0.5, "town": "Ulm", "said": "late again", "at": "2024-05-01T10:00"}
NOTHING = {"kept": 0, "unchanged": 0, "replaced": 0, "unknown": 0, "refused": 0, "items": []}


@pytest.fixture
def place(tmp_path: Path) -> LogPlace:
    return LogPlace(tmp_path / "served", keep_days=30)


@pytest.fixture
def client(release: Sealed, place: LogPlace) -> Iterator[TestClient]:
    app = create_app(release.open(), limits=Limits(2**20, 5_000), log=place)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def predict(client: TestClient, n_rows: int = 1, name: str = "") -> str:
    headers = {"X-Request-ID": name} if name else {}
    answer = client.post("/predict", json={"rows": [ROW] * n_rows}, headers=headers)
    assert answer.status_code == 200, answer.text
    given: str = answer.json()["request"]
    assert answer.headers["x-request-id"] == given
    return given


def send(client: TestClient, *outcomes: Any, **more: Any) -> httpx.Response:
    return client.post("/outcomes", json={"outcomes": outcomes, **more})


def counted(**counts: int) -> dict[str, Any]:
    return NOTHING | counts


def labels(place: LogPlace) -> dict[tuple[str, int], str | float]:
    store = OutcomeStore(place.outcomes)
    store.refresh()
    return store.labels()


def test_a_request_has_the_id_of_the_client_or_one_of_ours(client: TestClient) -> None:
    assert predict(client, name="mine-7") == "mine-7"
    first, second = predict(client), predict(client)
    assert first != second
    refused = client.post("/predict", json={"rows": [ROW]}, headers={"X-Request-ID": "a b"})
    assert refused.status_code == 422
    assert "'a b'" in refused.json()["error"]["found"]


def test_what_was_asked_and_answered_is_logged(
    client: TestClient, release: Sealed, place: LogPlace
) -> None:
    rows = [{**ROW, "town": 7}, dict.fromkeys(ROW), {**ROW, "size": 2.5}]
    answer = client.post("/predict", json={"rows": rows}).json()
    send(client, {"request": answer["request"], "label": "no"})
    read = read_served(place.folder, release.sealed.release_id, release.card.columns)
    logged = [
        json.loads(line)
        for path in dated_files(place.folder)
        for line in whole_lines(path.read_bytes())[0]
    ]
    assert [line["answer"] for line in logged] == answer["predictions"]
    sent = [{**rows[0], "town": "7"}, *rows[1:]]
    assert read.frame["x"].to_list() == sent
    assert read.frame["request"].to_list() == [answer["request"]] * 3


def test_a_refused_request_is_not_logged(client: TestClient, place: LogPlace) -> None:
    assert client.post("/predict", json={"rows": [{**ROW, "at": "soon"}]}).status_code == 422
    known = predict(client)
    send(client, {"request": known, "label": "no"})
    assert client.get("/health/ready").json()["log"] == {"logged": 1, "waiting": 0, "lost": 0}


def test_outcomes_are_kept_once(client: TestClient, place: LogPlace) -> None:
    name = predict(client, 2)
    both = [{"request": name, "row": 0, "label": "yes"}, {"request": name, "row": 1, "label": "no"}]
    assert send(client, *both).json() == counted(kept=2)
    assert send(client, *both).json() == counted(unchanged=2)
    assert labels(place) == {(name, 0): "yes", (name, 1): "no"}


def test_a_changed_outcome_replaces_and_is_said(client: TestClient, place: LogPlace) -> None:
    name = predict(client)
    send(client, {"request": name, "label": "yes"})
    answer = send(client, {"request": name, "label": "no"}).json()
    assert answer["replaced"] == 1
    (item,) = answer["items"]
    assert (item["index"], item["request"], item["row"]) == (0, name, 0)
    assert item["found"] == "The label was 'yes' before."
    assert labels(place) == {(name, 0): "no"}


def test_an_unknown_request_is_told_and_its_label_kept(client: TestClient, place: LogPlace) -> None:
    name = predict(client)
    answer = send(client, {"request": name, "label": "no"}, {"request": "late", "label": "yes"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["kept"], told["unknown"]) == (1, 1)
    (item,) = told["items"]
    assert (item["index"], item["status"]) == (1, "unknown")
    assert "The log holds no request 'late'." in item["found"]
    predict(client, name="late")
    assert send(client, {"request": "late", "label": "yes"}).json() == counted(unchanged=1)
    assert labels(place)["late", 0] == "yes"


def test_another_process_takes_the_outcome(
    client: TestClient, release: Sealed, place: LogPlace
) -> None:
    name = predict(client)
    send(client, {"request": name, "label": "yes"})
    with TestClient(create_app(release.open(), log=place)) as other:
        assert send(other, {"request": name, "label": "yes"}).json() == counted(unchanged=1)
        assert send(other, {"request": name, "label": "no"}).json()["replaced"] == 1
    assert send(client, {"request": name, "label": "no"}).json() == counted(unchanged=1)


@pytest.mark.parametrize(
    ("fault", "found", "needed"),
    [
        ({"label": "maybe"}, 'outcomes[1].label is "maybe"', "One of no, yes is needed."),
        ({"label": 1}, "outcomes[1].label is 1", "One of no, yes is needed."),
        ({"label": None}, "outcomes[1].label is null", "A class or a number is needed."),
        ({"row": 2}, "outcomes[1].row is 2", "had 2 rows, counted from 0."),
        ({"row": -1}, "outcomes[1].row is -1", "greater than or equal to 0"),
        ({"row": "0"}, 'outcomes[1].row is "0"', "valid integer"),
        ({"request": 7}, "outcomes[1].request is 7", "valid string"),
        ({"request": ""}, 'outcomes[1].request is ""', "at least 1 character"),
        ({"lable": "yes"}, "outcomes[1].lable is not a key of an outcome", "not permitted"),
    ],
)
def test_of_a_body_with_a_fault_nothing_is_kept_unless_said(
    client: TestClient, place: LogPlace, fault: dict[str, Any], found: str, needed: str
) -> None:
    name = predict(client, 2)
    good = {"request": name, "row": 0, "label": "yes"}
    bad = {"request": name, "row": 1, "label": "no"} | fault
    answer = send(client, good, bad)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert found in error["found"]
    assert needed in error["needed"]
    assert error["needed"].endswith("Nothing was kept.")
    assert '"keep_good": true' in error["next"]
    assert labels(place) == {}

    told = send(client, bad, good, keep_good=True).json()
    assert (told["kept"], told["refused"]) == (1, 1)
    (item,) = told["items"]
    assert (item["index"], item["status"]) == (0, "refused")
    assert found.replace("[1]", "[0]") in item["found"]
    assert labels(place) == {(name, 0): "yes"}


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        (b"", 400, "not JSON"),
        (b"[]", 422, "The body is []"),
        (b"{}", 422, "outcomes is missing"),
        (b'{"outcomes": []}', 422, "outcomes is []"),
        (b'{"outcomes": [7]}', 422, "outcomes[0] is no object"),
        (b'{"outcomes": [{}]}', 422, "outcomes[0].request is missing"),
        (b'{"outcomes": [{}], "keep": true}', 422, "keep is not a key of the body"),
        (b'{"outcomes": [{}], "keep_good": 1}', 422, "keep_good is 1"),
        (b'{"outcomes": [' + b"{}," * 5_000 + b"{}]}", 422, "The body has 5,001 outcomes"),
        (b'{"outcomes": "' + b"x" * 2**20 + b'"}', 413, "more than 1,048,576 bytes"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(
    client: TestClient, body: bytes, status: int, found: str
) -> None:
    answer = client.post("/outcomes", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    error = answer.json()["error"]
    assert found in error["found"]
    assert error["needed"]
    assert error["next"]


def test_what_is_told_is_in_the_order_of_the_body(client: TestClient) -> None:
    name = predict(client, 2)
    send(client, {"request": name, "label": "yes"})
    told = send(
        client,
        {"request": name, "label": "no"},
        {"request": name, "row": 1, "label": "maybe"},
        {"request": "late", "label": "no"},
        keep_good=True,
    ).json()
    items = [(item["index"], item["status"]) for item in told["items"]]
    assert items == [(0, "replaced"), (1, "refused"), (2, "unknown")]


def test_on_the_next_day_what_was_deleted_is_known_no_more(
    client: TestClient, place: LogPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = predict(client)
    outcome = {"request": name, "label": "yes"}
    assert send(client, outcome).json() == counted(kept=1)
    for path in (*dated_files(place.folder), *dated_files(place.outcomes)):
        path.unlink()
    monkeypatch.setattr(outcomes, "today", lambda: today() + timedelta(days=1))
    assert send(client, outcome).json()["unknown"] == 1
    assert labels(place) == {(name, 0): "yes"}


def test_thousands_come_at_once(client: TestClient, place: LogPlace) -> None:
    name = predict(client, 4_000)
    sent = [{"request": name, "row": row, "label": "no"} for row in range(4_000)]
    assert send(client, *sent).json() == counted(kept=4_000)
    assert len(labels(place)) == 4_000


def test_clients_at_once_lose_nothing(client: TestClient, place: LogPlace, release: Sealed) -> None:
    def ask(number: int) -> str:
        name = predict(client, name=f"n-{number}")
        answer = send(client, {"request": name, "label": "yes" if number % 2 else "no"})
        assert answer.json() == counted(kept=1)
        return name

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(ask, range(80)))
    found = labels(place)
    assert found == {(f"n-{n}", 0): "yes" if n % 2 else "no" for n in range(80)}
    read = read_served(place.folder, release.sealed.release_id, release.card.columns)
    assert sorted(read.frame["request"]) == sorted(names)


def test_a_full_disk_keeps_no_outcome_and_says_so(
    client: TestClient, place: LogPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = predict(client)

    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(DatedLines, "append", full)
        answer = send(client, {"request": name, "label": "no"})
        assert answer.status_code == 503
        assert "No space left on device" in answer.json()["error"]["found"]
        assert client.post("/predict", json={"rows": [ROW]}).status_code == 200
        assert client.get("/health/ready").json()["log"]["lost"] == 1
    assert send(client, {"request": "r", "label": "no"}).json()["unknown"] == 1


def test_the_schema_tells_both_bodies(client: TestClient) -> None:
    schema = client.get("/schema").json()
    assert "rows" in schema["body"]["properties"]
    outcome = schema["outcomes"]["$defs"]["OneOutcome"]
    assert outcome["required"] == ["request", "label"]
    assert outcome["properties"]["label"]["enum"] == ["no", "yes"]
    assert schema["outcomes"]["properties"]["outcomes"]["maxItems"] == 5_000


def test_a_number_is_what_a_number_turned_out_to_be(
    new_release: Callable[..., Sealed], place: LogPlace
) -> None:
    with TestClient(create_app(new_release("regression").open(), log=place)) as client:
        label = client.get("/schema").json()["outcomes"]["$defs"]["OneOutcome"]["properties"][
            "label"
        ]
        assert label["type"] == "number"
        name = predict(client)
        refused = send(client, {"request": name, "label": "many"})
        assert "A finite number is needed." in refused.json()["error"]["needed"]
        assert send(client, {"request": name, "label": 3}).json() == counted(kept=1)
        assert send(client, {"request": name, "label": 3.0}).json() == counted(unchanged=1)
    assert labels(place) == {(name, 0): 3.0}


def test_inference_is_logged_by_the_id_of_its_protocol(
    client: TestClient, release: Sealed, place: LogPlace
) -> None:
    types = {"size": "FP64"}
    inputs = [
        {"name": name, "shape": [1], "datatype": types.get(name, "BYTES"), "data": [value]}
        for name, value in ROW.items()
    ]
    url = "/v2/models/delays/infer"
    own = client.post(url, json={"id": "a1", "inputs": inputs}, headers={"X-Request-ID": "b2"})
    assert (own.json()["id"], own.headers["x-request-id"]) == ("a1", "a1")
    header = client.post(url, json={"inputs": inputs}, headers={"X-Request-ID": "b2"})
    assert (header.json()["id"], header.headers["x-request-id"]) == ("b2", "b2")
    made = client.post(url, json={"inputs": inputs})
    assert made.json()["id"] == made.headers["x-request-id"]
    sent = [{"request": name, "label": "no"} for name in ("a1", "b2", made.json()["id"])]
    assert send(client, *sent).json() == counted(kept=3)


def test_a_day_that_is_no_feature_may_come_along(release: Sealed, tmp_path: Path) -> None:
    place = LogPlace(tmp_path, day="booked")
    with TestClient(create_app(release.open(), log=place)) as client:
        plain = client.post("/predict", json={"rows": [ROW]}).json()["predictions"]
        days = ["2024-05-31", "2024-05-31T14:30:00+02:00", None, ""]
        rows = [{**ROW, "booked": day} for day in days] + [ROW]
        answer = client.post("/predict", json={"rows": rows})
        assert answer.json()["predictions"] == plain * 5
        refused = client.post("/predict", json={"rows": [{**ROW, "booked": "31/05/2024"}]})
        assert refused.status_code == 422
        assert refused.json()["error"]["found"] == 'rows[0].booked is "31/05/2024".'
    read = read_served(place.folder, release.sealed.release_id, release.card.columns)
    assert read.frame["day"].to_list()[1:] == [
        "2024-05-31T00:00:00.000000",
        "2024-05-31T12:30:00.000000",
        None,
        None,
        None,
    ]


def test_a_server_without_a_log_keeps_nothing_and_says_so(release: Sealed, tmp_path: Path) -> None:
    with TestClient(create_app(release.open())) as client:
        predict(client, name="mine-7")
        assert "log" not in client.get("/health/ready").json()
        assert "outcomes" not in client.get("/schema").json()
        refused = client.post("/outcomes", json={"outcomes": [{"request": "r", "label": "no"}]})
        assert refused.status_code == 404
        assert "leadline serve --log" in refused.json()["error"]["next"]
