"""A release goes into service and back by command, in a server that runs too."""

from __future__ import annotations

import json
import shutil
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call, Start, invoke
from tests.projects import copy_of_released, customers

from leadline.cli.terminal.options import EXIT_ERROR


def listed(call: Call, folder: Path) -> dict[str, Any]:
    answer = call("releases", "-C", folder, "--json")
    assert answer.exit_code == 0, answer.output
    said: dict[str, Any] = json.loads(answer.stdout)
    return said


def in_service(call: Call, folder: Path) -> str:
    (found,) = [
        each["release"]
        for each in listed(call, folder)["releases"]
        if each["state"] == "in service"
    ]
    return str(found)


@pytest.fixture(scope="module")
def two_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A project to copy."""
    folder = tmp_path_factory.mktemp("two") / "released"
    copy_of_released(tmp_path_factory.getbasetemp(), folder)
    first = in_service(invoke, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADLINE_USER", "Ada")
        answer = invoke("run", "release", "-C", folder)
    assert answer.exit_code == 0, answer.output
    second = in_service(invoke, folder)
    assert first != second
    return folder, first, second


@pytest.fixture
def two(two_made: tuple[Path, str, str], tmp_path: Path) -> tuple[Path, str, str]:
    """A project with two releases, the newer one in service; the test's own copy."""
    made, first, second = two_made
    return shutil.copytree(made, tmp_path / "two"), first, second


def test_a_project_of_before_has_no_moves(call: Call, released_folder: Path) -> None:
    said = listed(call, released_folder)
    assert said["moves"] == []
    assert [each["state"] for each in said["releases"]] == ["in service"]
    answer = call("rollback", "--why", "x", "-C", released_folder)
    assert answer.exit_code == EXIT_ERROR
    assert "No release was in service before this one" in answer.stderr


def test_back_in_one_command_and_forth_by_name(call: Call, two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    answer = call("rollback", "--why", "flags every second customer", "-C", folder)
    assert answer.exit_code == 0, answer.output
    assert f"Release {first} is in service, in the place of {second} (move 2)." in answer.stdout
    newest = listed(call, folder)["moves"][0]
    assert (newest["release"], newest["by"]) == (first, "Ada")
    assert newest["why"] == "flags every second customer"
    customers(20, 2).drop("left").write_csv(folder / "new.csv")
    scored = call("score", folder / "new.csv", "-C", folder, "--json")
    assert json.loads(scored.stdout)["release"] == first
    # what is watched is what answers
    customers(120, 4, skipped=900).write_csv(folder / "later.csv")
    watched = call("watch", folder / "later.csv", "-C", folder, "--json")
    entries = json.loads(watched.stdout)["entries"]
    assert entries[-1]["verdict"]["release_id"] == first

    answer = call("rollback", second[:6], "--why", "it was the data", "-C", folder, "--json")
    assert json.loads(answer.stdout)["release"] == second
    text = call("releases", "-C", folder).stdout
    first_line = text.splitlines()[0]
    assert first_line.startswith("in service ")
    assert f"Release {second}: " in first_line
    assert "it was the data (move 3)" in text
    again = call("rollback", second, "--why", "x", "-C", folder)
    assert again.exit_code == EXIT_ERROR
    assert "in service already" in again.stderr


def test_who_promotes_by_hand_is_told_how(call: Call, two: tuple[Path, str, str]) -> None:
    folder, _, second = two
    settings = folder / "leadline.toml"
    settings.write_text(settings.read_text().replace("# promote = true", "promote = false"))
    assert call("run", "release", "-C", folder).exit_code == 0
    assert in_service(call, folder) == second
    told = call("releases", "-C", folder).stdout
    words = told.partition("Not in service yet: leadline ")[2].splitlines()[0].split()
    assert call(*words, "-C", folder).exit_code == 0
    assert in_service(call, folder) != second
    assert "Not in service yet" not in call("releases", "-C", folder).stdout


def test_a_damaged_release_does_not_come_back(call: Call, two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    (bundle,) = (folder / ".leadline" / "releases").glob(f"{first}*")
    model = bundle / "model.skops"
    model.write_bytes(model.read_bytes()[:-1])
    answer = call("rollback", "--why", "x", "-C", folder)
    assert answer.exit_code == EXIT_ERROR
    assert "model.skops" in answer.stderr
    assert in_service(call, folder) == second


def test_a_pointer_that_was_changed_is_told(call: Call, two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    pointer = folder / ".leadline" / "releases" / "in-service.json"
    pointer.write_text(pointer.read_text().replace(second, first))
    customers(20, 2).drop("left").write_csv(folder / "new.csv")
    for verb in (("serve",), ("score", folder / "new.csv")):
        answer = call(*verb, "-C", folder)
        assert answer.exit_code == EXIT_ERROR
        assert "changed after it was signed" in answer.stderr
    assert "changed after it was signed" in call("releases", "-C", folder).stdout
    assert call("rollback", second, "--why", "mended", "-C", folder).exit_code == 0
    assert call("score", folder / "new.csv", "-C", folder).exit_code == 0


def eventually(holds: Callable[[], object], within_s: float = 60.0) -> None:
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)


def test_a_server_that_runs_goes_back_and_loses_no_request(
    call: Call, start: Start, two: tuple[Path, str, str]
) -> None:
    folder, first, second = two
    server = start("serve", "--port", 0, "-C", folder, "--json")
    assert server.stdout is not None
    told = "".join(iter(server.stdout.readline, "}\n")) + "}"
    url = json.loads(told)["url"]
    answers: list[str] = []
    faults: list[str] = []
    is_over = threading.Event()

    def get(path: str, data: bytes | None = None) -> dict[str, Any]:
        asked = urllib.request.Request(url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            said: dict[str, Any] = json.load(answer)
            return said

    def is_ready() -> bool:
        try:
            return bool(get("/health/ready")["ready"])
        except OSError:
            return False

    def ask() -> None:
        while not is_over.is_set():
            try:
                answers.append(get("/predict", body)["release"])
            except Exception as error:
                faults.append(repr(error))

    eventually(is_ready)
    row = customers(1, 3).to_dicts()[0]
    asked = {name: row[name] for name in get("/schema")["columns"]}
    body = json.dumps({"rows": [asked]}, default=str).encode()
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        eventually(lambda: answers or faults)
        assert call("rollback", "--why", "worse", "-C", folder).exit_code == 0
        eventually(lambda: answers[-1] == first)
        assert call("rollback", second, "--why", "not so", "-C", folder).exit_code == 0
        eventually(lambda: answers[-1] == second)
    finally:
        is_over.set()
        asking.join()
    assert faults == []
    assert set(answers) == {first, second}


def test_a_candidate_is_tried_promoted_and_withdrawn_by_command(
    call: Call, two: tuple[Path, str, str]
) -> None:
    folder, first, second = two
    assert "No release is a candidate" in call("candidate", "-C", folder).stdout
    why = ("--why", "a look first", "-C", folder)
    answer = call("candidate", first[:6], "--shadow", *why)
    assert answer.exit_code == 0, answer.output
    assert f"Release {first} is the candidate: a shadow" in answer.stdout
    said = listed(call, folder)
    assert said["candidate"]["release"] == first
    assert {each["release"]: each["state"] for each in said["releases"]} == {
        first: "candidate",
        second: "in service",
    }
    assert f"Candidate: release {first}, a shadow" in call("releases", "-C", folder).stdout
    answer = call("candidate", first, "--canary", "12.5%", *why, "--json")
    assert json.loads(answer.stdout)["candidate"]["share"] == 0.125
    answer = call("candidate", "--none", "--why", "slow", "-C", folder)
    assert "withdrawn" in answer.stdout
    answer = call("promote", "--why", "x", "-C", folder)
    assert answer.exit_code == EXIT_ERROR
    assert "No release is a candidate" in answer.stderr
    assert call("candidate", first, "--canary", "0.1", *why).exit_code == 0
    answer = call("promote", "--why", "no complaint", "-C", folder)
    assert f"Release {first} is in service, in the place of {second}" in answer.stdout
    assert in_service(call, folder) == first
    assert listed(call, folder)["candidate"] is None
    assert call("candidate", second, "--shadow", *why).exit_code == 0
    answer = call("rollback", second, "--why", "no, worse", "-C", folder)
    assert answer.exit_code == 0, answer.output
    assert listed(call, folder)["candidate"] is None


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("{first}",), "either --shadow or --canary"),
        (("{first}", "--shadow", "--canary", "10%"), "either --shadow or --canary"),
        (("{first}", "--canary", "ten"), "a share of the requests between 0 and 1"),
        (("{first}", "--canary", "100%"), "a share of the requests between 0 and 1"),
        (("{first}", "--none"), "--none withdraws"),
        (("--shadow",), "Name the release"),
        (("{first}", "--shadow"), "has no reason"),
        (("{second}", "--shadow", "--why", "x"), "in service already"),
        (("nosuch", "--shadow", "--why", "x"), "begins with 'nosuch'"),
        (("--none", "--why", "x"), "No release is a candidate"),
    ],
)
def test_a_candidate_that_cannot_be_is_refused(
    call: Call, two: tuple[Path, str, str], arguments: tuple[str, ...], found: str
) -> None:
    folder, first, second = two
    given = [each.format(first=first, second=second) for each in arguments]
    answer = call("candidate", *given, "-C", folder)
    assert answer.exit_code != 0
    assert found in answer.stderr
    assert listed(call, folder)["candidate"] is None


def test_a_damaged_candidate_is_refused_by_command(call: Call, two: tuple[Path, str, str]) -> None:
    folder, first, _ = two
    (bundle,) = (folder / ".leadline" / "releases").glob(f"{first}*")
    model = bundle / "model.skops"
    model.write_bytes(model.read_bytes()[:-1])
    answer = call("candidate", first, "--shadow", "--why", "x", "-C", folder)
    assert answer.exit_code == EXIT_ERROR
    assert "model.skops" in answer.stderr
