"""pip itself is asked whether packages can still be got, here from a folder of wheels."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from leadline.monitoring.maintenance.lock_resolution import Resolution, resolve_lock


def wheel(folder: Path, name: str, version: str) -> None:
    """The smallest wheel that pip takes."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"
        )
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        file.writestr(f"{info}/RECORD", "")


def resolved(folder: Path, *lock: str) -> Resolution:
    options = ("--no-index", "--find-links", str(folder))
    return resolve_lock(lock, python=sys.executable, options=options)


def test_pip_says_what_can_be_got(tmp_path: Path) -> None:
    wheel(tmp_path, "lead", "1.0")
    found = resolved(tmp_path, "lead==1.0")
    assert found == Resolution(True, "pip can get all 1 packages of the lock.")
    gone = resolved(tmp_path, "lead==1.1")
    assert gone.is_resolved is False
    assert "lead==1.1" in gone.words


def test_what_is_installed_from_a_folder_is_on_no_index(tmp_path: Path) -> None:
    wheel(tmp_path, "lead", "1.0")
    assert resolved(tmp_path, "lead==1.0", "leadline==0.1.0").is_resolved


def test_an_index_that_does_not_answer_is_not_a_package_that_is_gone() -> None:
    options = ("--index-url", "http://127.0.0.1:1/simple", "--retries", "1", "--timeout", "1")
    found = resolve_lock(("lead==1.0",), python=sys.executable, options=options)
    assert found == Resolution(None, "The package index cannot be reached.")


def test_pip_may_be_missing_or_slow(tmp_path: Path) -> None:
    stand_in = tmp_path / "python"
    stand_in.write_text("#!/bin/sh\necho 'python: No module named pip' >&2\nexit 1\n")
    stand_in.chmod(0o755)
    assert resolve_lock(("a==1",), python=str(stand_in)).words == "There is no pip here to ask."
    stand_in.write_text("#!/bin/sh\nexec sleep 20\n")
    assert resolve_lock(("a==1",), python=str(stand_in), limit_s=0.2).is_resolved is None
