"""Another team's way with a release, by the README of its package: check, install, run, go back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.cli.conftest import Call, call
from tests.conftest import free_port
from tests.projects import customers, released_folder

__all__ = ["call", "released_folder"]

Wait = Callable[[Callable[[], bool]], None]
HEAVY = {"alembic", "altair", "optuna", "polars", "scipy", "sklearn", "sqlalchemy", "vl_convert"}


def blocks(readme: str) -> list[list[str]]:
    """Commands of a README, block by block."""
    found = re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    return [block.strip().splitlines() for block in found]


def sh(folder: Path, *lines: str, **variables: str) -> str:
    """Run commands as they stand, in the folder of the package."""
    ran = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(lines)],
        cwd=folder,
        env={**clean(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{lines}: {ran.stdout}{ran.stderr}"
    return ran.stdout


def clean() -> dict[str, str]:
    """The environment of somebody who has never heard of Leadline."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LEADLINE", "PYTHON", "VIRTUAL_ENV", "COV"))
    }


def get(url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    return json.loads(text) if answer.headers["Content-Type"].startswith("app") else text


@contextmanager
def serving(command: str, folder: Path, wait_for: Wait) -> Iterator[str]:
    """A server, started by the command of the README with a port of ours."""
    port = free_port()
    line = f"exec {command.partition(' --port')[0]} --port {port}"
    server = subprocess.Popen(["/bin/sh", "-c", line], cwd=folder, env=clean())
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        assert server.poll() is None, "the server has ended"
        try:
            return bool(get(f"{url}/health/ready")["ready"])
        except OSError:
            return False

    try:
        wait_for(is_ready)
        yield url
    finally:
        server.terminate()
        assert server.wait(30) == 0


@pytest.fixture
def elsewhere(call: Call, released_folder: Path, tmp_path: Path) -> Path:
    """Where the other team is, with the packages of two releases; the workspace stays behind."""
    place = tmp_path / "elsewhere"
    for name in ("first", "second"):
        answer = call("package", "-C", released_folder, "--to", tmp_path / name)
        assert answer.exit_code == 0, answer.output
        if name == "first":
            assert call("run", "release", "-C", released_folder).exit_code == 0
        shutil.copytree(tmp_path / name, place / name)
        shutil.rmtree(tmp_path / name)
    return place


@pytest.mark.long
@pytest.mark.timeout(900)
def test_by_the_readme_alone(
    call: Call, released_folder: Path, elsewhere: Path, wait_for: Wait
) -> None:
    package = elsewhere / "first"
    readme = (package / "README.md").read_text()
    check, install, run, ask, follow = blocks(readme)
    version = re.search(r"python(3\.\d+) -m venv", install[0])
    assert version is not None
    pythons = elsewhere / "bin"
    pythons.mkdir()
    (pythons / f"python{version[1]}").symlink_to(Path(sys.base_prefix, "bin", "python3"))

    sh(package, check[-1])
    sh(package, *install, PATH=f"{pythons}:{os.environ['PATH']}")
    site = next((elsewhere / "first-env").glob("lib/*/site-packages"))
    assert not HEAVY & {path.name for path in site.iterdir()}
    assert "answered as they were" in sh(package, run[0])

    golden = [json.loads(line) for line in (package / "golden.jsonl").read_text().splitlines()]
    with serving(run[1], package, wait_for) as url:
        body = re.search(r"--json '(.*)' http", ask[1])
        assert body is not None
        one = get(f"{url}/predict", json.loads(body[1]))
        assert one["predictions"] == [golden[0]["answer"]]
        assert json.dumps(golden[0]["answer"]) in readme
        rows = [each["row"] for each in golden]
        many = get(f"{url}/predict", {"rows": rows})
        assert many["predictions"] == [each["answer"] for each in golden]
        assert "leadline_requests_total" in get(f"{url}/metrics")

    customers(30, 7, skipped=2_000).drop("left").write_csv(elsewhere / "new.csv")
    sh(package, ask[-1])
    answer = call("rollback", "--why", "to compare", "-C", released_folder)
    assert answer.exit_code == 0, answer.output
    assert call("score", elsewhere / "new.csv", "-C", released_folder).exit_code == 0
    ours, theirs = (pl.read_csv(elsewhere / name) for name in ("new.scored.csv", "scored.csv"))
    assert theirs["score"].to_list() == ours["score"].to_list()

    change_over(call, released_folder, elsewhere, follow, wait_for)


def change_over(
    call: Call, folder: Path, elsewhere: Path, follow: list[str], wait_for: Wait
) -> None:
    """The server follows the sender's pointer, forth and back, and takes no older one."""
    pointer = folder / ".leadline" / "releases" / "in-service.json"
    shutil.copy(pointer, elsewhere)
    ids = [
        json.loads((elsewhere / name / "package.json").read_text())["release_id"]
        for name in ("first", "second")
    ]
    *make, command = (line.replace("NEXT-PACKAGE", "second") for line in follow)
    sh(elsewhere / "first", *make)
    place = elsewhere / "releases" / "in-service.json"

    def hand_over(said: bytes) -> None:
        (elsewhere / "new.json").write_bytes(said)
        (elsewhere / "new.json").rename(place)

    with serving(command, elsewhere / "first", wait_for) as url:
        assert get(f"{url}/health/ready")["release"] == ids[0]
        older = place.read_bytes()
        answer = call("rollback", ids[1], "--why", "it was the data", "-C", folder)
        assert answer.exit_code == 0, answer.output
        hand_over(pointer.read_bytes())
        wait_for(lambda: get(f"{url}/health/ready")["release"] == ids[1])
        hand_over(older)
        wait_for(lambda: "an older file" in get(f"{url}/health/ready").get("refused", ""))
        assert get(f"{url}/health/ready")["release"] == ids[1]
