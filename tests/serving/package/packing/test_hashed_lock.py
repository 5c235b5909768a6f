from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

import leadline
from leadline.errors import ReleaseError
from leadline.serving.package.packing.hashed_lock import (
    hashed_lock,
    locked_hashes,
    refuse_other_than_locked,
)
from leadline.serving.package.packing.needed_distributions import Needed, needed_distributions

ROOT = Path(leadline.__file__).parents[2]
CFFI = Needed("cffi", "2.0.0", ())


def test_every_needed_version_has_hashes_of_our_own_lock() -> None:
    needed = needed_distributions(["numpy", "cryptography", "uvicorn"])
    lock = hashed_lock(needed)
    assert lock.count("==") == len(needed)
    blocks = lock.replace(" \\\n", " ").splitlines()
    assert [block.split()[0] for block in blocks] == [f"{n.name}=={n.version}" for n in needed]
    assert all(len(block.split()) > 1 for block in blocks)


def test_hashes_are_those_of_wheels() -> None:
    entries = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    (click,) = [one for one in entries if one["name"] == "click"]
    wheels = tuple(sorted(each["hash"] for each in click["wheels"]))
    assert locked_hashes("click", click["version"]) == wheels
    assert locked_hashes("click", "0.0.1") == ()


def test_the_lock_comes_with_an_installed_leadline() -> None:
    """Where there is no repository around it, it lies beside the code: the build puts it there."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    included = build["build"]["targets"]["wheel"]["force-include"]
    assert included == {"uv.lock": "leadline/uv.lock"}


def test_another_version_is_asked_of_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[-1] == "cffi==2.0.0"
        file = '{"archive_info": {"hashes": {"sha256": "ab12"}}}'
        said = f'{{"install": [{{"metadata": {{"name": "CFFI"}}, "download_info": {file}}}]}}'
        return subprocess.CompletedProcess(command, 0, said, "")

    monkeypatch.setattr(subprocess, "run", answer)
    assert hashed_lock([CFFI]) == "cffi==2.0.0 \\\n    --hash=sha256:ab12\n"


def test_hashes_that_nobody_knows_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str], **_: object) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(ReleaseError, match=r"The hashes of cffi==2\.0\.0 are not known"):
        hashed_lock([CFFI])


def test_versions_are_those_of_the_release() -> None:
    refuse_other_than_locked([CFFI], ["cffi==2.0.0", "numpy==1.0"])
    refuse_other_than_locked([CFFI], ["numpy==1.0"])
    with pytest.raises(ReleaseError, match=r"made with cffi 1\.9; here is 2\.0\.0"):
        refuse_other_than_locked([CFFI], ["CFFI==1.9"])
