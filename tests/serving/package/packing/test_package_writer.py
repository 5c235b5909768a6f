from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.serving.conftest import Sealed
from tests.serving.package.conftest import CONTENTS, USE, Packed

from leadline.errors import ReleaseError
from leadline.serving.package.about import About, folder_name
from leadline.serving.package.packing import needed_distributions, package_writer
from leadline.serving.package.packing.package_writer import pack
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import fingerprint

Maker = Callable[..., Sealed]


def test_a_package_holds_all_that_is_needed(packed: Packed) -> None:
    folder, about = packed.folder, packed.about
    names = {path.name for path in folder.iterdir()}
    assert {"README.md", "licences", "model.md", "runtime", "sbom.cdx.json", "signer.pub"} <= names
    assert About.read(folder) == about
    assert about.bundle == packed.release.sealed.digest
    assert about.signer == fingerprint(packed.release.key.public_key())
    assert about.use == USE
    key = [packed.release.key.public_key()]
    open_bundle(folder / "release" / about.bundle, trusted=key, digest=about.bundle)


def test_its_lock_names_what_it_imports_and_nothing_of_the_rest(packed: Packed) -> None:
    lock = (packed.folder / "requirements.lock").read_text()
    assert f"scikit-learn=={version('scikit-learn')} \\\n    --hash=sha256:" in lock
    for name in ("sqlalchemy", "altair", "vl-convert", "optuna", "alembic", "rich", "jinja2"):
        assert f"\n{name}" not in lock


def test_its_licences_have_texts(packed: Packed) -> None:
    folder = packed.folder / "licences"
    listed = (folder / "README.md").read_text()
    assert "none comes with it" not in listed
    assert (folder / f"leadline-{version('leadline')}" / "LICENSE").is_file()
    assert len(list(folder.iterdir())) - 1 == listed.count("\n") - 2


def test_its_readme_has_commands_that_fit(packed: Packed) -> None:
    readme = (packed.folder / "README.md").read_text()
    row = json.loads((packed.folder / "golden.jsonl").read_text().splitlines()[0])
    assert json.dumps({"rows": [row["row"]]}) in readme
    assert json.dumps(row["answer"]) in readme
    assert "../delays-env/bin/python leadline_serve.py check" in readme
    assert "{" not in readme.replace(json.dumps({"rows": [row["row"]]}), "").replace(
        json.dumps(row["answer"]), ""
    )


def test_its_readme_puts_nothing_into_the_folder(packed: Packed) -> None:
    readme = (packed.folder / "README.md").read_text()
    made = re.findall(r"(?:-m venv|--to|mkdir) (\S+)", readme)
    assert len(made) == 3
    assert all(path.startswith("../") for path in made)


def test_what_is_there_already_is_not_touched(packed: Packed, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    release = packed.release
    with pytest.raises(ReleaseError, match="is there already"):
        pack(release.path, tmp_path / "there", key=release.key, contents=CONTENTS)
    assert (tmp_path / "there").read_text() == "mine"


def test_a_release_of_another_key_is_not_packaged(packed: Packed, tmp_path: Path) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(ReleaseError, match="No trusted key"):
        pack(packed.release.path, tmp_path / "new", key=other, contents=CONTENTS)
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_does_not_run_is_not_written(
    packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lock lacks a library, the package is refused, and nothing is left behind."""
    complete = needed_distributions.needed_distributions

    def without_polars(packages: frozenset[str]) -> tuple[object, ...]:
        return tuple(one for one in complete(packages) if not one.name.startswith("polars"))

    monkeypatch.setattr(package_writer, "needed_distributions", without_polars)
    release = packed.release
    with pytest.raises(ReleaseError, match=r"does not run with what its lock names.*polars"):
        pack(release.path, tmp_path / "new", key=release.key, contents=CONTENTS, is_full=True)
    assert list(tmp_path.iterdir()) == []


_PACK = """
import sys, json
from pathlib import Path
from tests.serving.package.conftest import CONTENTS
from leadline.serving.package.packing.package_writer import pack
from leadline.serving.releases.keys import load_or_make_key
bundle, target, key = map(Path, sys.argv[1:])
try:
    pack(bundle, target, key=load_or_make_key(key), contents=CONTENTS, is_full=True)
except OSError as error:
    print(error.strerror)
"""


def small_files() -> None:
    """As on a disk that takes no more: no file may be longer than 20 kB."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_full_disk_leaves_nothing_half_made(packed: Packed, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    key = tmp_path / "key"
    key.write_bytes(
        packed.release.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    key.chmod(0o600)
    (tmp_path / "out").mkdir()
    arguments = [packed.release.path, tmp_path / "out" / "delays", key]
    ran = subprocess.run(
        [sys.executable, "-B", "-c", _PACK, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=small_files,
    )
    assert ran.stdout == "File too large\n", ran.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("project", "name"),
    [("late/../trains", "late-..-trains-ab"), ("...", "release-ab"), ("Ärger", "rger-ab")],
)
def test_any_project_gives_a_plain_folder(project: str, name: str) -> None:
    assert folder_name(project, "ab") == name
