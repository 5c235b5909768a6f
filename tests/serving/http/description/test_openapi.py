"""The description holds: of what is sent at random, of what is answered, and for a made client."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient
from tests.serving.conftest import Sealed

from leadline.serving.http.application import Limits
from leadline.serving.http.requests.access_rules import AccessRules
from leadline.serving.http.server import create_app
from leadline.serving.logs.log_place import LogPlace

N_EXAMPLES = 15
# of what a schema cannot say, such as one value a row, more may be refused
BEYOND_SCHEMA = [positive_data_acceptance]


@pytest.fixture(scope="module")
def described(release: Sealed, tmp_path_factory: pytest.TempPathFactory) -> Any:
    place = LogPlace(tmp_path_factory.mktemp("served"))
    app = create_app(release.open(), limits=Limits(max_rows=100), log=place)
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_is_answered_as_described(described: Any, mode: GenerationMode) -> None:
    names = set()
    for operation in (result.ok() for result in described.get_all_operations()):
        few = settings(
            max_examples=N_EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )

        @few
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            case.call_and_validate(excluded_checks=BEYOND_SCHEMA)

        # nothing can be wrong with a request that says nothing
        with suppress(Unsatisfiable):
            check()
            names.add(operation.label)
    assert {"POST /predict", "POST /outcomes", "POST /v2/models/{name}/infer"} < names


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_examples_are_answered(new_release: Callable[..., Sealed], task: str) -> None:
    with TestClient(create_app(new_release(task).open())) as client:
        paths = client.get("/openapi.json").json()["paths"]
        for path in ("/predict", "/v2/models/{name}/infer"):
            told = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
            answer = client.post(path.replace("{name}", "delays"), json=told)
            assert answer.status_code == 200, answer.text


def test_a_token_is_described_where_one_is_needed(release: Sealed) -> None:
    client = TestClient(create_app(release.open()))
    assert "401" not in str(client.get("/openapi.json").json()["paths"]["/predict"])
    app = create_app(release.open(), access=AccessRules(tokens=AnyToken()))  # type: ignore[arg-type]
    document = TestClient(app).get("/openapi.json", headers={"Authorization": "Bearer x"}).json()
    assert document["paths"]["/predict"]["post"]["security"] == [{"token": []}]
    assert "security" not in document["paths"]["/health/live"]["get"]


class AnyToken:
    """Lets everybody in."""

    def name_of(self, token: str) -> str:
        return token


def test_a_client_that_is_made_of_it_works(
    release: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(release.open())
    document = tmp_path / "openapi.json"
    document.write_bytes(TestClient(app).get("/openapi.json").content)
    config = tmp_path / "config.yaml"
    config.write_text("post_hooks: []\n")
    words = ["generate", "--meta", "none", "--fail-on-warning", "--path", str(document)]
    where = ["--output-path", str(tmp_path / "made_client"), "--config", str(config)]
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", *words, *where],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    models = importlib.import_module("made_client.models")
    client = importlib.import_module("made_client").Client(
        "http://made", raise_on_unexpected_status=True
    )
    client.set_async_httpx_client(
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://made")
    )
    row = {"size": 0.5, "town": "Ulm", "said": "late again", "at": "2024-05-01T10:00"}

    def ask(path: str, **arguments: Any) -> Any:
        module = importlib.import_module(f"made_client.api.default.{path}")
        return asyncio.run(module.asyncio(client=client, **arguments))

    body = models.PredictRequest.from_dict({"rows": [row]})
    told = ask("predict", body=body)
    assert told.release == release.sealed.release_id
    assert told.predictions[0].score == pytest.approx(
        float(release.open().answer_rows([tuple(row.values())]).columns["score"][0])
    )
    assert ask("predict", body=models.PredictRequest(rows=[])).error.found == "rows is []."
    assert ask("model", name=models.ModelName.DELAYS).versions == [release.sealed.release_id]
