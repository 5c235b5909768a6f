"""The Containerfile by hadolint, the compose file by a strict reader of its specification."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from compose_spec import PyOptions

from leadline.deployment.deployment_files import deployment_files
from leadline.deployment.service_plan import ServicePlan

HADOLINT = Path(sys.executable).parent / "hadolint"


def linted(text: str) -> list[str]:
    """The rules that a Containerfile breaks."""
    done = subprocess.run(
        [HADOLINT, "--format", "json", "-"], input=text, capture_output=True, text=True, check=False
    )
    return [each["code"] for each in json.loads(done.stdout)]


def read_compose(text: str) -> dict[str, Any]:
    """A compose file with its defaults; one with a key that is not specified is refused."""
    read = PyOptions(apply_merge=True).from_yaml(text)
    read.validate()
    told: dict[str, Any] = json.loads(read.to_json())
    return told


@pytest.mark.parametrize("target", ["compose", "kubernetes", "kserve"])
def test_the_container_file_breaks_no_rule(plan: ServicePlan, target: str) -> None:
    written = deployment_files(target, plan)
    assert linted(written["Containerfile"]) == []
    assert written[".dockerignore"].splitlines()[1:] == ["*", "!package"]


def test_the_container_file_of_an_odd_name(odd_plan: ServicePlan) -> None:
    assert linted(deployment_files("compose", odd_plan)["Containerfile"]) == []


def test_the_linter_finds_what_is_wrong() -> None:
    assert "DL3002" in linted("FROM python:3.11-slim\nUSER root\n")
    assert "DL3006" in linted("FROM python\n")


def test_the_container_runs_without_root(plan: ServicePlan) -> None:
    lines = deployment_files("compose", plan)["Containerfile"].splitlines()
    user = lines.index("USER 10001:10001")
    assert not [line for line in lines[user:] if line.startswith(("RUN", "COPY", "ADD"))]
    (entry,) = [line for line in lines if line.startswith("ENTRYPOINT")]
    # not by a shell: the signal to end must reach the server
    assert json.loads(entry.removeprefix("ENTRYPOINT "))[1:] == ["leadline_serve.py", "serve"]


def test_the_compose_file_is_of_the_specification(plan: ServicePlan) -> None:
    compose = read_compose(deployment_files("compose", plan)["compose.yaml"])
    assert compose["name"] == "customers-who-left"
    replica, balancer = compose["services"]["replica"], compose["services"]["balancer"]
    assert replica["deploy"]["replicas"] == 3
    assert replica["deploy"]["resources"]["limits"]["memory"] in {"384mb", "384m", 384 * 2**20}
    assert "ports" not in replica, "only the balancer is reached from elsewhere"
    assert compose["networks"]["inside"]["internal"] is True
    assert replica["networks"] == ["inside"]
    for service in (replica, balancer):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert list(compose["secrets"]["tokens"]) == ["file"], "named, not written"


def test_the_compose_file_of_an_odd_name(odd_plan: ServicePlan) -> None:
    assert read_compose(deployment_files("compose", odd_plan)["compose.yaml"])["name"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("restart: unless-stopped", "restarts: unless-stopped"),
        ("read_only: true", "read_only: often"),
        ("networks: [inside]", "networks: [nowhere]"),
        ("memory: 256M", "memory: lots"),
    ],
)
def test_the_reader_finds_what_is_wrong(plan: ServicePlan, right: str, wrong: str) -> None:
    text = deployment_files("compose", plan)["compose.yaml"]
    assert right in text
    with pytest.raises(ValueError, match=r".+"):
        read_compose(text.replace(right, wrong, 1))
