"""``leadline deploy``: by the capacity plan of the release in service, and nothing unasked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cli.conftest import Call
from tests.examples import example_capacity
from tests.projects import customers

from leadline.cli.deploy import _TARGETS
from leadline.deployment.deployment_files import TARGETS
from leadline.processes import release_server
from leadline.workspace import Workspace


@pytest.fixture
def planned_folder(released_folder: Path) -> Path:
    """A project with a release and a capacity plan for it."""
    with Workspace.open(released_folder) as workspace:
        reading = workspace.record.reading("capacity")
        release = workspace.record.latest("release")
        assert release is not None
        reading.of(type(release.verdict))
        workspace.record.append("capacity", example_capacity(), by="Ada", on=reading.seen)
    return released_folder


def deployed(call: Call, folder: Path, *arguments: object) -> dict[str, Any]:
    answer = call("deploy", *arguments, "--memory", 256, "--json", "-C", folder)
    assert answer.exit_code == 0, answer.output
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def test_the_command_knows_every_target() -> None:
    assert _TARGETS == TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_it_lists_what_it_wrote(
    call: Call, planned_folder: Path, tmp_path: Path, target: str
) -> None:
    told = deployed(call, planned_folder, target, tmp_path / "out")
    assert sorted(told["files"]) == sorted(map(str, (tmp_path / "out").iterdir()))
    assert told["target"] == target
    assert told["notes"] == []
    with Workspace.open(planned_folder) as workspace:
        release = workspace.record.latest("release")
    assert release is not None
    assert told["release"] == release.verdict.release_id  # type: ignore[attr-defined]


def test_it_is_the_capacity_plan_that_is_written(
    call: Call, planned_folder: Path, tmp_path: Path
) -> None:
    image = "registry.example/team/churn:7"
    deployed(call, planned_folder, "kubernetes", tmp_path, "--image", image, "--force")
    written = yaml.safe_load((tmp_path / "deployment.yaml").read_text())
    plan = example_capacity()
    assert written["spec"]["replicas"] == plan.n_instances
    (container,) = written["spec"]["template"]["spec"]["containers"]
    assert container["image"] == image
    assert container["resources"]["limits"]["memory"] == "256Mi"
    assert written["metadata"]["name"] == "customers"


def test_the_memory_of_a_replica_is_measured(
    call: Call, planned_folder: Path, tmp_path: Path
) -> None:
    answer = call("deploy", "compose", tmp_path / "out", "-C", planned_folder)
    assert answer.exit_code == 0, answer.output
    limit = yaml.safe_load((tmp_path / "out" / "compose.yaml").read_text())["services"]["replica"]
    memory = int(limit["deploy"]["resources"]["limits"]["memory"].removesuffix("M"))
    assert memory % 64 == 0
    assert 128 <= memory <= 2048
    assert "README.md" in answer.stdout
    assert "podman compose up" in answer.stdout


def test_memory_that_cannot_be_measured_can_be_stated(
    call: Call, planned_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> str:
        answer = call("deploy", "compose", tmp_path / "out", "-C", planned_folder)
        assert answer.exit_code == 1, answer.output
        assert not (tmp_path / "out").exists()
        return " ".join(answer.stderr.split())

    with monkeypatch.context() as patched:
        patched.setattr(release_server, "_READY_S", 0.0)
        late = said()
    with monkeypatch.context() as patched:
        patched.setattr(release_server, "peak_memory", lambda _: 0)
        untold = said()
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    none = said()
    assert "did not become ready" in late
    assert "does not tell how much memory" in untold
    assert "no-python" in none
    assert all("state the memory: --memory MIB" in each for each in (late, untold, none))
    deployed(call, planned_folder, "compose", tmp_path / "out")


def test_a_plan_for_another_release_is_told(
    call: Call, planned_folder: Path, tmp_path: Path
) -> None:
    with Workspace.open(planned_folder) as workspace:
        release = workspace.record.latest("release")
        assert release is not None
        workspace.record.append("release", release.verdict, by="Ada", on=dict(release.on))
    told = deployed(call, planned_folder, "systemd", tmp_path / "out")
    assert told["notes"] == [
        "Capacity was measured with another release. Run 'leadline run capacity', then this."
    ]


def test_what_stands_in_the_way_is_said(
    call: Call, planned_folder: Path, released_folder: Path, tmp_path: Path
) -> None:
    def refused(*arguments: object) -> str:
        answer = call("deploy", *arguments, "--memory", 256, "-C", planned_folder)
        assert answer.exit_code == 1, answer.output
        return " ".join(answer.stderr.split())

    deployed(call, planned_folder, "compose", tmp_path / "out")
    assert "compose.yaml, haproxy.cfg already" in refused("compose", tmp_path / "out")
    deployed(call, planned_folder, "compose", tmp_path / "out", "--force")
    assert "is a file" in refused("kserve", planned_folder / "leadline.toml")
    assert "/proc/nowhere" in refused("kserve", "/proc/nowhere")
    assert "no name of an image" in refused("kserve", tmp_path / "x", "--image", "a b")
    assert "no folder that every system takes" in refused("systemd", tmp_path / "x", "--at", "here")
    assert not (tmp_path / "x").exists()
    unknown = call("deploy", "helm", tmp_path / "x", "-C", planned_folder)
    assert unknown.exit_code == 2
    assert "'compose', 'kubernetes', 'systemd', 'ray-serve', 'kserve'" in unknown.stderr


def test_before_capacity_was_measured(call: Call, released_folder: Path, tmp_path: Path) -> None:
    answer = call("deploy", "compose", tmp_path / "out", "-C", released_folder)
    assert answer.exit_code == 1
    assert "leadline run capacity" in answer.stderr
    assert not (tmp_path / "out").exists()


def test_before_anything_is_released(call: Call, released_folder: Path, tmp_path: Path) -> None:
    customers(80).write_csv(tmp_path / "pool.csv")
    (tmp_path / "leadline.toml").write_text((released_folder / "leadline.toml").read_text())
    answer = call("deploy", "compose", tmp_path / "out", "-C", tmp_path)
    assert answer.exit_code == 1
    assert "leadline run ship" in answer.stderr
