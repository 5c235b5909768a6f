"""The Open Inference Protocol: exact types, the outputs that were asked for, and no null."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import Sealed
from tests.serving.http.test_server import JSON, LIMITS, ROW, abstaining, rows_of

from leadline.serving.http.inference import outputs_of
from leadline.serving.http.server import create_app
from leadline.serving.releases.prediction_table import prediction_columns


@pytest.fixture(scope="module")
def client(release: Sealed) -> Iterator[TestClient]:
    app = create_app(release.open(), limits=LIMITS)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


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


def test_shapes_count_rows_and_an_id_is_made_if_there_was_none(
    client: TestClient, release: Sealed
) -> None:
    inputs = tensors(rows_of(release, 3))
    plain = client.post("/v2/models/delays/infer", json={"inputs": inputs}).json()
    assert plain["id"]
    assert [one["shape"] for one in plain["outputs"]] == [[3], [3]]
    flat = [{**one, "shape": [3, 1]} for one in inputs]
    nested = [{**one, "data": [[value] for value in one["data"]]} for one in flat]
    for columns in (flat, nested):
        answer = client.post("/v2/models/delays/infer", json={"inputs": columns}).json()
        assert answer["outputs"] == plain["outputs"]
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
    assert "'delays'" in answer.json()["error"]


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
    assert isinstance(answer.json()["error"], str)


def test_inference_refuses_what_is_not_json(client: TestClient) -> None:
    assert client.post("/v2/models/delays/infer", content=b"{", headers=JSON).status_code == 400


def infer(client: TestClient, **body: Any) -> Any:
    answer = client.post("/v2/models/delays/infer", json={"inputs": tensors([ROW]), **body})
    return answer.status_code, answer.json()


def test_only_the_outputs_that_are_asked_for_come_in_their_order(client: TestClient) -> None:
    status, body = infer(client, outputs=[{"name": "flagged"}])
    assert (status, [one["name"] for one in body["outputs"]]) == (200, ["flagged"])
    _, body = infer(client, outputs=[{"name": "flagged"}, {"name": "score"}])
    assert [one["name"] for one in body["outputs"]] == ["flagged", "score"]


@pytest.mark.parametrize("names", [["colour"], ["score", "score"]])
def test_outputs_that_are_not_there_or_come_twice_are_refused(
    client: TestClient, names: list[str]
) -> None:
    status, body = infer(client, outputs=[{"name": name} for name in names])
    assert status == 422
    assert "score, flagged" in body["error"]


def test_an_input_comes_once(client: TestClient) -> None:
    inputs = tensors([ROW])
    status, body = infer(client, inputs=[*inputs, inputs[0]])
    assert (status, "'size' comes twice" in body["error"]) == (422, True)


@pytest.mark.parametrize(
    ("datatype", "value", "status"),
    [
        ("FP64", 1, 200),
        ("FP64", None, 200),
        ("FP64", True, 422),
        ("FP64", "1", 422),
        ("FP32", 1e39, 422),
        ("FP16", 70_000, 422),
        ("INT8", 127, 200),
        ("INT8", 128, 422),
        ("INT8", -129, 422),
        ("UINT8", -1, 422),
        ("INT64", 1.0, 422),
        ("INT64", True, 422),
        ("BOOL", 1, 422),
        ("BYTES", "1", 422),
    ],
)
def test_values_are_of_the_datatype_that_is_said(
    client: TestClient, datatype: str, value: object, status: int
) -> None:
    size, *others = tensors([ROW])
    size |= {"datatype": datatype, "data": [value]}
    assert infer(client, inputs=[size, *others])[0] == status


def test_a_version_is_the_release(client: TestClient, release: Sealed) -> None:
    version = f"/v2/models/delays/versions/{release.sealed.release_id}"
    assert client.get(version).json() == client.get("/v2/models/delays").json()
    assert client.get(f"{version}/ready").json() == {"name": "delays", "ready": True}
    answer = client.post(f"{version}/infer", json={"inputs": tensors([ROW])}).json()
    assert answer["model_version"] == release.sealed.release_id
    for tail, method in (("", "GET"), ("/ready", "GET"), ("/infer", "POST")):
        other = client.request(method, f"/v2/models/delays/versions/7{tail}")
        assert (other.status_code, "'7'" in other.json()["error"]) == (404, True)


def test_the_server_says_what_it_is(client: TestClient) -> None:
    about = client.get("/v2").json()
    assert about["name"] == "leadline"
    assert about["extensions"] == []


def test_a_row_that_abstains_has_an_empty_label(
    tmp_path: Path, new_release: Callable[..., Sealed]
) -> None:
    client = abstaining(tmp_path, new_release("multiclass"))
    rows = rows_of(new_release("multiclass"), 5)
    answer = client.post("/v2/models/delays/infer", json={"inputs": tensors(rows)}).json()
    told = {one["name"]: one["data"] for one in answer["outputs"]}
    assert True in told["abstains"]
    assert [not label for label in told["label"]] == told["abstains"]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_outputs_are_the_columns_of_an_answer(
    new_release: Callable[..., Sealed], task: str
) -> None:
    card = new_release(task).card
    assert list(outputs_of(card)) == list(prediction_columns(task))


def test_a_deeply_nested_body_is_refused(client: TestClient) -> None:
    body = b'{"parameters": {"a": ' + b"[" * 10_000
    answer = client.post("/v2/models/delays/infer", content=body, headers=JSON)
    assert answer.status_code == 400
