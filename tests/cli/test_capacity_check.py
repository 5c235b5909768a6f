"""A plan is shown, and held against a real server, against others, and against nobody."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call
from tests.examples import example_capacity
from tests.phases.again import again
from tests.processes.answering import OK, answering

from leadline.cli.terminal.options import EXIT_ERROR, EXIT_NO
from leadline.phases.capacity import Capacity
from leadline.phases.release import Release
from leadline.processes.release_server import served
from leadline.worker import capacity_check
from leadline.workspace import Workspace

QUICK = ("--rate", "40", "--seconds", "3", "--instances", "1", "--yes", "--json")


def plan_of(folder: Path, **changes: Any) -> tuple[Path, Path]:
    """Put a plan on the record; the release, and the key."""
    with Workspace.open(folder) as workspace:
        reading = workspace.record.reading("capacity")
        release = reading.of(Release)
        verdict = again(example_capacity(), verifications=(), **changes)
        workspace.record.append("capacity", verdict, by="Bo", on=reading.seen)
        return workspace.releases_folder / release.bundle, workspace.key_path


def newest(folder: Path) -> tuple[Capacity, str]:
    with Workspace.open(folder) as workspace:
        entry = workspace.record.latest("capacity")
        assert entry is not None
        return entry.verdict_as(Capacity), entry.by


@pytest.fixture(autouse=True)
def _in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, it counts as in time."""
    monkeypatch.setattr(capacity_check, "_LATE", 1e9)


def test_a_plan_is_held_against_a_real_server(call: Call, released_folder: Path) -> None:
    bundle, key = plan_of(released_folder, promised_s=20.0)
    with served(bundle, key=key) as port:
        url = f"http://127.0.0.1:{port}"
        answer = call("capacity", "--verify", url, *QUICK, "-C", released_folder)
        assert answer.exit_code == 0, answer.output
        asked = call("capacity", "--verify", url, *QUICK[:-2], "-C", released_folder, typed="n\n")
    said = json.loads(answer.stdout)
    plan, by = newest(released_folder)
    assert by == "Ada"
    (one,) = plan.verifications
    assert (one.by, one.url, one.n_instances) == ("Ada", f"127.0.0.1:{port}/predict", 1)
    assert (one.step.n_requests, one.step.n_failed) == (120, 0)
    assert one.holds
    assert said["verdict"]["verifications"][0]["step"]["n_requests"] == 120
    # asked, and not wanted: nothing more on the record
    assert asked.exit_code == 130
    assert f"120 requests will be sent to 127.0.0.1:{port}/predict within 3 s" in asked.stderr
    with Workspace.open(released_folder) as workspace:
        assert len(workspace.record.entries("capacity")) == 2


def test_a_decision_outlives_the_verification(call: Call, released_folder: Path) -> None:
    bundle, key = plan_of(released_folder, promised_s=20.0)
    assert call("decide", "ship", "go", "--why", "well", "-C", released_folder).exit_code == 0
    with served(bundle, key=key) as port:
        url = f"http://127.0.0.1:{port}"
        assert call("capacity", "--verify", url, *QUICK, "-C", released_folder).exit_code == 0
    with Workspace.open(released_folder) as workspace:
        assert workspace.record.standing()["decision.ship"].state.value == "current"


def test_a_broken_promise_ends_with_a_no(call: Call, released_folder: Path) -> None:
    bundle, key = plan_of(released_folder, promised_s=0.00001, planned=None, repeats=())
    with served(bundle, key=key) as port:
        url = f"http://127.0.0.1:{port}"
        words = [*QUICK[:-1], "-C", released_folder]
        answer = call("capacity", "--verify", url, *words)
    assert answer.exit_code == EXIT_NO
    assert "At 40 requests a second" in answer.stdout
    assert not newest(released_folder)[0].verifications[0].holds


def test_a_token_goes_along_and_is_not_kept(
    call: Call, released_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan_of(released_folder, promised_s=20.0)
    monkeypatch.setenv("MODEL_TOKEN", "s3cret")
    (tmp_path / "token").write_text("s3cret\n")
    for option in (("--token-env", "MODEL_TOKEN"), ("--token-file", tmp_path / "token")):
        with answering(lambda _: OK) as (port, seen):
            url = f"http://127.0.0.1:{port}/churn"
            answer = call("capacity", "--verify", url, *option, *QUICK, "-C", released_folder)
        assert answer.exit_code == 0, answer.output
        assert seen[0].startswith(b"GET /churn/health/ready")
        assert all(b"Authorization: Bearer s3cret\r\n" in each for each in seen)
        assert "s3cret" not in answer.output


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"release": "other"}', "release other"),
        (b"HTTP/1.1 401 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", "--token-env"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", "with 404: no"),
    ],
)
def test_an_address_that_is_not_the_release_is_refused(
    call: Call, released_folder: Path, said: bytes, words: str
) -> None:
    plan_of(released_folder)
    body = said.replace(b"length: 19", b"length: 20").replace(b"Length: 19", b"Length: 20")
    with answering(lambda _: body) as (port, seen):
        url = f"http://127.0.0.1:{port}"
        answer = call("capacity", "--verify", url, *QUICK[:-1], "-C", released_folder)
    assert answer.exit_code == EXIT_ERROR
    assert words in answer.stderr
    assert len(seen) <= 2
    assert newest(released_folder)[1] == "Bo"


def test_a_machine_that_is_late_itself_judges_nothing(
    call: Call, released_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_of(released_folder)
    monkeypatch.setattr(capacity_check, "_LATE", 0.0)
    with answering(lambda _: OK) as (port, _):
        url = f"http://127.0.0.1:{port}"
        answer = call("capacity", "--verify", url, *QUICK[:-1], "-C", released_folder)
    assert answer.exit_code == EXIT_ERROR
    assert "This machine sent requests up to" in answer.stderr
    assert newest(released_folder)[1] == "Bo"


def test_nobody_at_the_address(call: Call, released_folder: Path) -> None:
    plan_of(released_folder)
    with answering(lambda _: OK) as (port, _):
        pass
    answer = call(
        "capacity", "--verify", f"http://127.0.0.1:{port}", "--yes", "-C", released_folder
    )
    assert answer.exit_code == EXIT_ERROR
    assert f"127.0.0.1:{port} does not answer" in answer.stderr


def test_the_plan_is_shown(call: Call, flights: Path) -> None:
    answer = call("capacity", "-C", flights)
    assert answer.exit_code == 0, answer.output
    assert "One instance held 422 requests a second at p99 19 ms" in answer.stdout
    assert "Check: the formula" in answer.stdout
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert ["634", "19", "ms", "71", "ms", "93", "ms", "not", "held"] in lines
    shown = json.loads(call("capacity", "--json", "-C", flights).stdout)
    assert shown["verdict"]["n_instances"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rate", "10"), "Say which address"),
        (("--verify", "http://m", "--json"), "add --yes"),
        (("--verify", "model.example.org", "--yes"), "http://"),
        (("--verify", "http://m", "--rate", "9000", "--seconds", "60"), "At most 200,000 are sent"),
        (("--verify", "http://m", "--token-env", "NO_SUCH"), "NO_SUCH is not set"),
        (("--verify", "http://m", "--rate", "0"), "0"),
        (("--verify", "http://m", "--seconds", "601"), "601"),
        (("--verify", "http://m", "--token-file", "absent"), "absent"),
    ],
)
def test_what_cannot_be_is_refused(
    call: Call, flights: Path, words: tuple[str, ...], told: str
) -> None:
    answer = call("capacity", *words, "-C", flights)
    assert answer.exit_code in {EXIT_ERROR, 2}
    assert told in answer.output + answer.stderr


def test_without_a_plan_there_is_nothing_to_verify(call: Call, released_folder: Path) -> None:
    assert os.environ.get("LEADLINE_USER") == "Ada"
    answer = call("capacity", "--verify", "http://m", "-C", released_folder)
    assert answer.exit_code == EXIT_ERROR
    assert "Run 'leadline run capacity' first." in answer.stderr
