"""A release that is whole passes; one turned bit, anywhere in it, does not."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.examples import example_decay
from tests.projects import released_folder

from leadline.errors import EngineError
from leadline.monitoring.maintenance import rot_check
from leadline.monitoring.maintenance.retrain_due import retrain_period
from leadline.monitoring.maintenance.rot_check import Outcome, check_release
from leadline.monitoring.release_in_service import in_service
from leadline.phases.release import Release
from leadline.record import Entry
from leadline.serving.releases.keys import load_or_make_key
from leadline.workspace import Workspace

__all__ = ["released_folder"]

FILES = [
    "compiled.zip",
    "golden.parquet",
    "manifest.json",
    "model.skops",
    "rows",
    "signature",
    "usual.json",
]


@pytest.fixture
def workspace(released_folder: Path) -> Iterator[Workspace]:
    with Workspace.open(released_folder) as workspace:
        yield workspace


def entry_of(workspace: Workspace) -> Entry:
    entry = in_service(workspace.record)
    assert entry is not None
    return entry


def bundle_of(workspace: Workspace) -> Path:
    return workspace.releases_folder / entry_of(workspace).verdict_as(Release).bundle


def outcomes(workspace: Workspace) -> dict[str, str]:
    checks = check_release(workspace, entry_of(workspace))
    assert all(each.words for each in checks)
    return {each.name: each.outcome.value for each in checks}


def words(workspace: Workspace, name: str) -> str:
    (found,) = [each for each in check_release(workspace, entry_of(workspace)) if each.name == name]
    return f"{found.words} {found.next}"


def test_a_sound_release_passes(workspace: Workspace) -> None:
    assert outcomes(workspace) == {
        "signature": "pass",
        "files": "pass",
        "reload": "pass",
        "golden rows": "pass",
        "packages": "pass",
        "model document": "not known",
    }


def test_one_turned_bit_of_any_file_is_seen(workspace: Workspace) -> None:
    folder = bundle_of(workspace)
    assert sorted(path.name for path in folder.iterdir()) == FILES
    for name in FILES:
        file = folder / name
        whole = file.read_bytes()
        for place in (0, len(whole) // 3, len(whole) - 1):
            for bit in range(8):
                turned = bytearray(whole)
                turned[place] ^= 1 << bit
                file.write_bytes(turned)
                found = outcomes(workspace)
                assert "fail" in found.values(), f"{name} byte {place} bit {bit}"
                assert found["reload"] == "not known"
        file.write_bytes(whole)
    assert "fail" not in outcomes(workspace).values()


def test_a_file_that_is_missing_or_added_is_seen(workspace: Workspace) -> None:
    folder = bundle_of(workspace)
    (folder / "notes.txt").write_text("x")
    assert "Nobody has signed notes.txt" in words(workspace, "files")
    (folder / "notes.txt").unlink()
    (folder / "rows").unlink()
    assert "has no rows that can be read" in words(workspace, "files")


def test_golden_rows_that_score_otherwise_are_seen(workspace: Workspace) -> None:
    """What was sealed elsewhere, by a model that answers differently here."""
    folder, entry = bundle_of(workspace), entry_of(workspace)
    golden = folder / "golden.parquet"
    pl.read_parquet(golden).with_columns(pl.col("score") * 0.9).write_parquet(golden)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["golden_digest"] = hashlib.sha256(golden.read_bytes()).hexdigest()
    written = json.dumps(manifest, indent=1).encode()
    (folder / "manifest.json").write_bytes(written)
    key = load_or_make_key(workspace.key_path)
    (folder / "signature").write_bytes(key.sign(written).hex().encode())
    digest = hashlib.sha256(written).hexdigest()
    folder.rename(folder.with_name(digest))
    other = replace(entry.verdict_as(Release), bundle=digest, release_id=digest[:12])
    workspace.record.append("release", other, by="Ada", on=entry.on)
    found = outcomes(workspace)
    assert (found["signature"], found["files"], found["reload"]) == ("pass", "pass", "pass")
    assert found["golden rows"] == "fail"


def test_a_model_that_does_not_open_is_seen(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rot_check, "_REOPEN_S", 0.01)
    found = outcomes(workspace)
    assert (found["reload"], found["golden rows"]) == ("fail", "not known")


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The release opens; no process is begun for it."""
    monkeypatch.setattr(rot_check, "run_with_limit", lambda *_, **__: ("", "", "", "200 rows"))


def test_packages_that_differ_are_named(
    workspace: Workspace, opens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    differing = [f"package-{n} 1.0, here 2.0" for n in range(5)]
    monkeypatch.setattr(rot_check, "lock_differences", lambda _: differing)
    said = words(workspace, "packages")
    assert said.startswith("5 of ")
    assert "package-2 1.0, here 2.0 and 2 more." in said
    assert outcomes(workspace)["packages"] == "fail"


def test_the_model_document_must_be_younger_than_the_period(
    workspace: Workspace, opens: None
) -> None:
    assert "There is none of release" in words(workspace, "model document")
    document = workspace.folder / "model.html"
    name = bundle_of(workspace).name[:12]
    document.write_text(f"<h1>Model document: left, release 0badc0ffee12</h1> It replaces {name}.")
    assert "There is none of release" in words(workspace, "model document")
    document.write_text(f"<h1>Model document: left, release {name}</h1>")
    decay = replace(example_decay(), block="week", retrain_every=None)
    workspace.record.append("decay", decay, by="Ada")
    assert retrain_period(workspace.record) is None
    assert "no period of retraining is known" in words(workspace, "model document")
    workspace.record.append("decay", replace(decay, retrain_every=3), by="Ada")
    assert outcomes(workspace)["model document"] == Outcome.PASS
    old = time.time() - 22 * 86_400
    os.utime(document, (old, old))
    assert outcomes(workspace)["model document"] == Outcome.FAIL
    assert "22 days old; a model is kept 21 days" in words(workspace, "model document")


def test_a_key_that_is_gone_is_told(workspace: Workspace) -> None:
    workspace.key_path.unlink()
    found = outcomes(workspace)
    assert found["signature"] == "fail"
    assert found["files"] == found["packages"] == "not known"


def test_a_language_model_that_is_not_there_is_no_rot(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known of its golden rows then; the release itself may be as it was."""

    def no_server(*_: object) -> None:
        raise EngineError("It was not reached.", "A server is needed.", "Start it.")

    def here(_: str, *told: str, limit_s: float) -> object:
        del limit_s
        return rot_check.reopen(*told)

    monkeypatch.setattr("leadline.serving.releases.bundle.ReleaseBundle.replay", no_server)
    monkeypatch.setattr(rot_check, "run_with_limit", here)
    found = {each.name: each for each in check_release(workspace, entry_of(workspace))}
    assert found["reload"].outcome is Outcome.PASS
    assert found["golden rows"].outcome is Outcome.UNKNOWN
    assert "not reached" in found["golden rows"].words
