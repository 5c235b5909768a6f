"""A package of a small release, and copies of it that a test may change."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.serving.conftest import Sealed

from leadline.serving.package.about import About
from leadline.serving.package.packing.package_writer import Contents, pack

USE = {"What it decides": "For each train: whether 'late' is 'yes'."}
CONTENTS = Contents(documents={"model.md": "# Model\n"}, use=USE, commits={"Project": "0f3a"})


@dataclass(frozen=True)
class Packed:
    """A package on disk, and the release in it."""

    folder: Path
    about: About
    release: Sealed


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory, release: Sealed) -> Packed:
    """A package with the model and its libraries, that no test may change."""
    folder = tmp_path_factory.mktemp("packages") / "delays"
    about = pack(release.path, folder, key=release.key, contents=CONTENTS, is_full=True)
    return Packed(folder, about, release)


@pytest.fixture
def copied(packed: Packed, tmp_path: Path) -> Packed:
    """The same, for a test to change."""
    folder = tmp_path / "delays"
    shutil.copytree(packed.folder, folder)
    return Packed(folder, packed.about, packed.release)
