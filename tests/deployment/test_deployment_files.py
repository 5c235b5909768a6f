from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.deployment.conftest import PLAN

from leadline.deployment.deployment_files import (
    TARGETS,
    DeploymentError,
    deployment_files,
    write_files,
)
from leadline.deployment.service_plan import ServicePlan

IN_CONTAINERS = ("compose", "kubernetes", "kserve")


@pytest.mark.parametrize("target", TARGETS)
def test_the_readme_names_every_file(plan: ServicePlan, target: str) -> None:
    written = deployment_files(target, plan)
    readme, *names = written
    assert readme == "README.md"
    assert not [name for name in names if f"`{name}`" not in written[readme]]


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_person_must_know_is_there(plan: ServicePlan, target: str) -> None:
    for name, text in deployment_files(target, plan).items():
        if name != ".dockerignore":
            assert plan.release_id in text, name
            assert "219 EUR a month (price of 2026-11-01)" in text, name
        assert not re.search(r"\{[{%]|[%}]\}(?![}\]])", text.replace("}}", "")), name
        assert text.endswith("\n"), name
    readme = deployment_files(target, plan)["README.md"]
    for words in ("leadline package 0086feae0542 --to package", "leadline token", "3 replicas"):
        assert words in readme


@pytest.mark.parametrize("target", TARGETS)
def test_an_odd_name_stays_in_its_place(odd_plan: ServicePlan, target: str) -> None:
    for name, text in deployment_files(target, odd_plan).items():
        assert "\nUSER root" not in text, name


def test_an_unknown_target(plan: ServicePlan) -> None:
    with pytest.raises(DeploymentError, match=r"no target 'helm'.*compose, kubernetes"):
        deployment_files("helm", plan)


def test_files_are_written_and_nothing_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deploy"
    contents = deployment_files("compose", PLAN)
    written = write_files(contents, folder)
    assert sorted(written) == sorted(folder.iterdir())
    assert {path.name: path.read_text() for path in written} == contents


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    (tmp_path / "other").write_text("mine too")
    with pytest.raises(DeploymentError, match=r"holds b already.*--force"):
        write_files({"a": "1", "b": "2"}, tmp_path)
    assert not (tmp_path / "a").exists()
    write_files({"a": "1", "b": "2"}, tmp_path, force=True)
    assert (tmp_path / "b").read_text() == "2"
    assert (tmp_path / "other").read_text() == "mine too"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "deploy").touch()
    with pytest.raises(DeploymentError, match="is a file"):
        write_files({"a": "1"}, tmp_path / "deploy")


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *_: object, **__: object) -> int:
        if path.name == ".b.part":
            path.touch()
            raise OSError(28, os.strerror(28), str(path))
        return path.write_bytes(b"1")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_files({"a": "1", "b": "2"}, tmp_path)
    assert not list(tmp_path.iterdir())
