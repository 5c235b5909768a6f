"""Verbs as processes: servers, signals, closed pipes, terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Call, Start
from tests.projects import BY, customers, project

from leadline.cli.terminal.options import EXIT_STOPPED
from leadline.record import JobState

WaitFor = Callable[[Callable[[], bool]], None]


def said(process: subprocess.Popen[str]) -> dict[str, str]:
    """The JSON that a server prints when it is about to answer."""
    assert process.stdout is not None
    text = ""
    while not text.rstrip().endswith("}"):
        line = process.stdout.readline()
        assert line, process.communicate()
        text += line
    answer: dict[str, str] = json.loads(text)
    return answer


def get(url: str, body: object = None) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(url, data=data, headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return answer.status, answer.read().decode()


def answers(url: str) -> bool:
    try:
        return get(url)[0] == 200
    except OSError:
        return False


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


def test_serve_answers_and_stops(
    start: Start, call: Call, released_folder: Path, wait_for: WaitFor
) -> None:
    server = start("serve", "--port", "0", "--json", "-C", released_folder)
    url = said(server)["url"]
    wait_for(lambda: answers(f"{url}/health/ready"))
    (row,) = customers(1).drop("left").to_dicts()
    status, body = get(f"{url}/predict", {"rows": [{**row, "joined": str(row["joined"])}]})
    assert status == 200
    (prediction,) = json.loads(body)["predictions"]
    threshold = json.loads(get(f"{url}/schema")[1])["threshold"]
    assert prediction["flagged"] == (prediction["score"] >= threshold)
    taken = call("serve", "--port", url.rpartition(":")[2], "-C", released_folder)
    assert taken.exit_code == 1
    assert "cannot be used: Address already in use" in taken.stderr
    code, errors = stop(server)
    assert code == 0
    assert "Traceback" not in errors


def test_pages_are_served_and_stop(start: Start, call: Call, flights: Path) -> None:
    server = start("web", "--port", "0", "--json", "-C", flights)
    url = said(server)["url"]
    status, page = get(url)
    assert status == 200
    assert "Late flights" in page
    for verb in ("web", "up"):
        taken = call(verb, "--port", url.rpartition(":")[2], "-C", flights)
        assert taken.exit_code == 1
        assert "Choose another: --port NUMBER." in taken.stderr
    code, errors = stop(server)
    assert code == EXIT_STOPPED
    assert errors.strip() == "Stopped. What was finished is on the record."


@pytest.mark.parametrize("verb", ["web", "up"])
@pytest.mark.parametrize("token", [None, "short"])
def test_others_need_a_token(call: Call, flights: Path, verb: str, token: str | None) -> None:
    given = () if token is None else ("--token", token)
    answer = call(verb, "--host", "0.0.0.0", "--port", "0", *given, "-C", flights)
    assert answer.exit_code == 1
    assert "A token of at least 16 characters is needed" in answer.stderr


def test_a_token_lets_others_in(start: Start, flights: Path) -> None:
    secret = "0123456789abcdef"
    server = start(
        "web", "--host", "0.0.0.0", "--port", "0", "--json", "-C", flights, LEADLINE_TOKEN=secret
    )
    port = said(server)["url"].rpartition(":")[2]
    status, page = get(f"http://127.0.0.1:{port}/")
    assert status == 200
    assert "Late flights" not in page, "only the door is shown"


def children(process: subprocess.Popen[str]) -> list[int]:
    tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(each) for each in tasks.read_text().split()]


def lives(process: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_worker_dies_with_the_pages(
    start: Start, flights: Path, wait_for: WaitFor, how: signal.Signals
) -> None:
    both = start("up", "--port", "0", "--json", "-C", flights)
    assert answers(said(both)["url"])
    (worker,) = children(both)
    both.send_signal(how)
    both.communicate(timeout=60)
    wait_for(lambda: not lives(worker))


def test_a_worker_takes_what_waits(call: Call, tmp_path: Path) -> None:
    with project(tmp_path, customers(120)) as workspace:
        call("run", "problem", "-C", tmp_path)
        workspace.record.jobs.put("data", by=BY)
        answer = call("worker", "--once", "--json", "-C", tmp_path)
        assert answer.exit_code == 0
        assert json.loads(answer.stdout)[0] == {"job": 1, "row": "data", "state": "done"}
        assert workspace.record.latest("data") is not None
        workspace.record.jobs.put("data", by=BY)
        assert "data" in call("worker", "--once", "-C", tmp_path).stdout
        (tmp_path / "pool.csv").write_text("calls,left\n1,yes\n2\n")
        workspace.record.jobs.put("data", by=BY)
        assert "No verdict: pool.csv" in call("worker", "--once", "-C", tmp_path).stdout


def test_stopping_a_run_leaves_everything_whole(
    start: Start, tmp_path: Path, wait_for: WaitFor
) -> None:
    with project(tmp_path, customers(300)) as workspace:
        run = start("run", "define", "-C", tmp_path)
        wait_for(
            lambda: any(job.state is JobState.RUNNING for job in workspace.record.jobs.newest())
        )
        code, errors = stop(run)
        assert code == EXIT_STOPPED, errors
        assert "Stopped. What was finished is on the record." in errors
        assert "Traceback" not in errors
        job = workspace.record.jobs.newest()[0]
        assert (job.state, job.message) == (JobState.FAILED, "stopped by hand")
        assert [mark.row for mark in workspace.record.marks()] == ["problem"]
    again = start("run", "data", "-C", tmp_path)
    output, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert "300 labelled rows" in output


@pytest.mark.parametrize("arguments", [("status",), ("status", "--json"), ("report",)])
def test_a_reader_that_leaves_is_no_trouble(flights: Path, arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "leadline.cli", *arguments, "-C", str(flights)]
    try:
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=True)
    finally:
        os.close(writer)
    assert done.stderr == ""


def on_a_terminal(flights: Path, **environment: str) -> str:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "leadline.cli", "status", "-C", str(flights)]
    environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    subprocess.run(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        check=True,
        env={**environ, "TERM": "xterm-256color", "COLUMNS": "60", **environment},
    )
    os.close(theirs)
    output = b""
    while True:
        try:
            output += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    return output.decode()


def test_colours_are_for_terminals_that_want_them(call: Call, flights: Path) -> None:
    assert "\x1b[32mgo\x1b[0m" in on_a_terminal(flights)
    assert "\x1b[3" not in on_a_terminal(flights, NO_COLOR="1")
    assert "\x1b" not in call("status", "-C", flights).stdout


def test_a_port_is_taken_while_somebody_listens() -> None:
    from leadline.cli.web import listening
    from leadline.errors import SettingsError

    with listening("127.0.0.1", 0) as (listener, url):
        assert listener.proto == socket.IPPROTO_TCP, "or answers wait for acknowledgements"
        assert url == f"http://127.0.0.1:{listener.getsockname()[1]}"
        socket.create_connection(listener.getsockname()).close()
        with (
            pytest.raises(SettingsError, match="Address already in use"),
            listening("127.0.0.1", listener.getsockname()[1]),
        ):
            pass
    with pytest.raises(SettingsError, match="Choose another"), listening("no.such.host.invalid", 0):
        pass
