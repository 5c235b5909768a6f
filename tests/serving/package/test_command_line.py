from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.serving.package.conftest import Packed

from leadline.serving.package.command_line import run

Output = pytest.CaptureFixture[str]


def refused(capsys: Output, folder: Path, *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(folder, arguments)
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_a_good_package_is_checked(packed: Packed, capsys: Output) -> None:
    run(packed.folder, ["check"])
    said = capsys.readouterr().out
    assert f"Release {packed.about.release_id} of delays" in said
    assert "compare its fingerprint" in said
    run(packed.folder, ["check", "--json", "--trust", str(packed.folder / "signer.pub")])
    assert json.loads(capsys.readouterr().out)["is_good"] is True


def test_another_key_is_not_trusted(packed: Packed, tmp_path: Path, capsys: Output) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    path = tmp_path / "other.pub"
    path.write_bytes(key.public_bytes(serialization.Encoding.PEM, form))
    said = refused(capsys, packed.folder, "check", "--trust", str(path))
    assert f"key {packed.about.signer} has signed it" in said


def test_a_stray_is_refused_by_every_verb(copied: Packed, capsys: Output) -> None:
    (copied.folder / "runtime" / "leadline" / "extra.py").write_text("")
    for arguments in (["check"], ["score", "rows.csv"], ["serve", "--port", "0"]):
        assert "extra.py is in the package" in refused(capsys, copied.folder, *arguments)


def test_a_refusal_can_be_read_by_machines(copied: Packed, capsys: Output) -> None:
    (copied.folder / "golden.jsonl").unlink()
    with pytest.raises(SystemExit):
        run(copied.folder, ["check", "--json"])
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["found"] == "golden.jsonl is missing in the package delays."
    assert set(error) == {"found", "needed", "next"}


def test_a_file_is_scored_as_the_release_scores_it(
    packed: Packed, tmp_path: Path, capsys: Output
) -> None:
    rows = packed.release.X.head(30)
    rows.write_csv(tmp_path / "rows.csv")
    run(packed.folder, ["score", str(tmp_path / "rows.csv"), "--json"])
    assert json.loads(capsys.readouterr().out)["rows"] == 30
    scored = pl.read_csv(tmp_path / "rows.scored.csv")
    assert scored["score"].to_list() == packed.release.open().score(rows).tolist()


def test_a_file_that_is_not_there(packed: Packed, tmp_path: Path, capsys: Output) -> None:
    assert "There is no file" in refused(capsys, packed.folder, "score", str(tmp_path / "no.csv"))


def test_the_entry_runs_the_code_of_the_package(copied: Packed, tmp_path: Path) -> None:
    """Neither modules that lie beside it nor compiled code in it are taken."""
    folder = copied.folder
    shutil.copytree(folder, tmp_path / "here")
    ran = check(tmp_path / "here", tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert not list((tmp_path / "here").rglob("__pycache__"))
    (tmp_path / "here" / "hashlib.py").write_text("raise SystemExit('taken')")
    ran = check(tmp_path / "here", tmp_path)
    assert ran.returncode == 1
    assert "hashlib.py is in the package" in ran.stderr


def test_what_is_not_installed_is_said_in_a_sentence(copied: Packed) -> None:
    ran = subprocess.run(
        [sys.executable, "-S", str(copied.folder / "leadline_serve.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: cryptography is not installed")
    assert "requirements.lock" in ran.stderr


def test_a_port_that_is_taken(packed: Packed, capsys: Output) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(capsys, packed.folder, "serve", "--port", port)
    assert f"127.0.0.1 port {port} cannot be listened on" in said


def test_others_may_not_ask_without_a_token(packed: Packed, capsys: Output) -> None:
    said = refused(capsys, packed.folder, "serve", "--host", "0.0.0.0")
    assert "Make one with 'token add NAME --tokens FILE'" in said


def test_a_folder_to_follow_that_is_not_there(packed: Packed, capsys: Output) -> None:
    assert "There is no folder" in refused(capsys, packed.folder, "serve", "--follow", "none")


def test_tokens_are_made_and_revoked(packed: Packed, tmp_path: Path, capsys: Output) -> None:
    file = str(tmp_path / "tokens")
    run(packed.folder, ["token", "add", "billing", "--tokens", file])
    assert capsys.readouterr().out.startswith("lead-")
    run(packed.folder, ["token", "list", "--tokens", file])
    assert capsys.readouterr().out.startswith("billing  since 20")
    run(packed.folder, ["token", "revoke", "billing", "--tokens", file])
    run(packed.folder, ["token", "list", "--tokens", file, "--json"])
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"tokens": []}
    assert "needs the name" in refused(capsys, packed.folder, "token", "add", "--tokens", file)


def test_a_cache_that_is_missing_at_the_root_is_not_made_here(
    copied: Packed, tmp_path: Path
) -> None:
    """As /cache in a new image; Python would make it in the folder that it was started in."""
    cache, here = Path(f"/leadline-{secrets.token_hex(8)}"), tmp_path / "here"
    here.mkdir()
    try:
        subprocess.run(
            [sys.executable, "-S", str(copied.folder / "leadline_serve.py"), "check"],
            capture_output=True,
            check=False,
            cwd=here,
            env={"XDG_CACHE_HOME": str(cache), "PATH": ""},
        )
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    assert not list(here.iterdir())


def check(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "leadline_serve.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_CACHE_HOME": str(cache / "cache"), "PATH": ""},
    )
