"""The Ray Serve application, on a real local Ray with a token: two replicas, the same digits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import ray
import yaml
from tests.cli.conftest import Call
from tests.deployment.conftest import PLAN, free_ports
from tests.engines.executors.test_ray import local
from tests.projects import customers

from leadline.deployment.deployment_files import deployment_files, write_files
from leadline.deployment.service_plan import ServicePlan
from leadline.engines.executors.ray import Ray
from leadline.serving.access.bearer_tokens import add_token

with warnings.catch_warnings():
    # its models still use what pydantic means to take away
    warnings.simplefilter("ignore")
    from ray import serve
    from ray.serve.schema import ServeDeploySchema

__all__ = ["local"]


def known(text: str) -> dict[str, Any]:
    """What of a configuration Ray Serve has a place for; it passes over the rest in silence."""
    read = ServeDeploySchema.model_validate(yaml.safe_load(text))
    told: dict[str, Any] = read.model_dump(exclude_unset=True, mode="json")
    return told


def test_ray_knows_every_key(plan: ServicePlan) -> None:
    text = deployment_files("ray-serve", plan)["serve.yaml"]
    assert known(text) == yaml.safe_load(text)
    assert known(text + "replicas: 3\n") != yaml.safe_load(text + "replicas: 3\n")


def test_a_configuration_of_an_odd_name(odd_plan: ServicePlan) -> None:
    text = deployment_files("ray-serve", odd_plan)["serve.yaml"]
    assert known(text) == yaml.safe_load(text)


@pytest.fixture
def place(call: Call, released_folder: Path, tmp_path: Path) -> Path:
    """Where every node finds the application with the package of a release, and the tokens."""
    made = tmp_path / "made"
    made.mkdir()
    plan = replace(PLAN, n_replicas=2, port=free_ports(1), folder=str(made), memory_mib=256)
    write_files(deployment_files("ray-serve", plan), made)
    answer = call("package", "--to", made / "package", "-C", released_folder)
    assert answer.exit_code == 0, answer.output
    with zipfile.ZipFile(made / "application.zip", "w") as archive:
        for path in sorted(made.rglob("*")):
            if path.is_file() and path.suffix != ".zip":
                archive.write(path, path.relative_to(made))
    return made


@pytest.fixture
def serving(local: Ray, place: Path) -> Iterator[str]:
    """Address of the application; it is gone after the test."""
    command = [str(Path(sys.executable).parent / "serve"), "run", "--non-blocking", "--address"]
    address = str(ray.get_runtime_context().gcs_address)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        for _ in range(3):  # Ray gives a proxy a minute to start, which is short on a busy machine
            done = subprocess.run(
                [*command, address, "serve.yaml"],
                cwd=place, env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stderr
        port = yaml.safe_load((place / "serve.yaml").read_text())["http_options"]["port"]
        yield f"http://127.0.0.1:{port}"
    finally:
        serve.shutdown()  # type: ignore[no-untyped-call]


def asked(url: str, token: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = json.dumps({"rows": rows}, default=str).encode()
    request = urllib.request.Request(f"{url}/predict", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        told: list[dict[str, Any]] = json.load(answer)["predictions"]
        return told


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=60) as answer:
            ready: bool = json.load(answer)["ready"]
            return ready
    except urllib.error.URLError:
        return False


@pytest.mark.long
def test_two_replicas_answer_as_score_does_and_only_who_has_a_token(
    serving: str, place: Path, call: Call, released_folder: Path, tmp_path: Path
) -> None:
    token = add_token(place / "tokens", "ann")

    def states() -> dict[str, int]:
        status = serve.status().applications["customers-who-left"]
        assert status.status.name != "DEPLOY_FAILED", status.message
        found = status.deployments.get("Release")
        return {} if found is None else {str(k): n for k, n in found.replica_states.items()}

    deadline = time.monotonic() + 150
    # replicas may run before the proxy listens
    while states() != {"RUNNING": 2} or not is_ready(serving):
        assert time.monotonic() < deadline, (states(), serve.status().proxies)
        time.sleep(0.5)

    rows = customers(40, 3).drop("left")
    rows.write_csv(tmp_path / "new.csv")
    assert call("score", tmp_path / "new.csv", "-C", released_folder).exit_code == 0
    scored = pl.read_csv(tmp_path / "new.scored.csv")
    given = [
        asked(serving, token, [row])[0]
        for row in rows.with_columns(pl.col("joined").dt.strftime("%Y-%m-%d %H:%M")).to_dicts()
    ]
    assert [one["score"] for one in given] == scored["score"].to_list()
    assert [one["flagged"] for one in given] == scored["flagged"].to_list()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        asked(serving, "lead-nobody", [])
    assert is_ready(serving)
