"""Predictions and outcomes over HTTP, watched without a file: real servers, killed in between."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.cli.conftest import Call, Start
from tests.projects import N_BEFORE_STREAM, N_STREAM, customers

from leadline.phases.release import Release
from leadline.serving.logs.dated_lines import dated_files
from leadline.workspace import Workspace

WaitFor = Callable[[Callable[[], bool]], None]
FIRST = datetime(2024, 11, 4)  # noqa: DTZ001 - files hold naive times; a Monday
WEEKS = ("2024-11-04", "2024-11-11")
N_ROWS, N_EACH = 300, 3


class Server:
    """A server of its own process."""

    def __init__(self, start: Start, wait_for: WaitFor, folder: Path, *options: str) -> None:
        self.process = start("serve", "--port", "0", "--json", "-C", folder, *options)
        self.said: dict[str, str] = self._said()
        wait_for(self._is_ready)
        self._wait_for = wait_for

    def _said(self) -> dict[str, str]:
        assert self.process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = self.process.stdout.readline()
            assert line, self.process.communicate()
            text += line
        told: dict[str, str] = json.loads(text)
        return told

    def _is_ready(self) -> bool:
        try:
            return bool(self.get("/health/ready")["ready"])
        except OSError:
            return False

    def get(self, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.said["url"] + path, data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def predict(self, rows: pl.DataFrame) -> tuple[str, list[bool]]:
        """The id of the request, and what was flagged."""
        sent = rows.drop("left").with_columns(pl.col("joined").dt.strftime("%Y-%m-%dT%H:%M"))
        answer = self.get("/predict", {"rows": sent.to_dicts()})
        return answer["request"], [one["flagged"] for one in answer["predictions"]]

    def wait_until_logged(self) -> None:
        self._wait_for(lambda: self.get("/health/ready")["log"]["waiting"] == 0)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def two_weeks() -> pl.DataFrame:
    """Customers of two simulated weeks."""
    rows = customers(N_ROWS, 7, skipped=N_BEFORE_STREAM + N_STREAM)
    days = [FIRST + timedelta(days=14 * row / N_ROWS) for row in range(N_ROWS)]
    return rows.with_columns(joined=pl.Series(days).dt.truncate("1m"))


def predicted(server: Server, rows: pl.DataFrame) -> list[tuple[str, int, bool]]:
    """Id, row and answer of each row, asked by eight clients at once."""
    with ThreadPoolExecutor(8) as pool:
        told = pool.map(server.predict, rows.iter_slices(N_EACH))
        return [(name, row, is_) for name, flags in told for row, is_ in enumerate(flags)]


def outcomes(
    asked: Sequence[tuple[str, int, bool]], labels: Sequence[str]
) -> list[dict[str, object]]:
    pairs = zip(asked, labels, strict=True)
    return [{"request": name, "row": row, "label": label} for (name, row, _), label in pairs]


def seen(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Rows, labels and errors of each block on the record."""
    with Workspace.open(folder) as workspace:
        release = workspace.record.latest_of(Release)
        assert release is not None
        found = workspace.record.observations.of(release.release_id)
        return {o.block: (o.n_rows, o.payload["n_labelled"], o.payload["n_wrong"]) for o in found}


@pytest.mark.long
def test_outcomes_over_http_give_the_true_error(
    start: Start, call: Call, released_folder: Path, wait_for: WaitFor
) -> None:
    rows, half = two_weeks(), N_ROWS // 2
    server = Server(start, wait_for, released_folder, "--log")
    assert server.said["log"] == str(released_folder / ".leadline" / "served")
    asked = predicted(server, rows[:half])
    server.wait_until_logged()
    server.kill()

    server = Server(start, wait_for, released_folder, "--log")
    asked += predicted(server, rows[half:])
    sent = outcomes(asked, rows["left"].to_list())
    first, second = sent[::2], sent[1::2]
    told = server.get("/outcomes", {"outcomes": first})
    assert (told["kept"], told["unknown"]) == (len(first), 0), "those of the killed one are known"
    wrong = {"request": asked[0][0], "row": 0, "label": "perhaps"}
    with pytest.raises(urllib.error.HTTPError, match="422"):
        server.get("/outcomes", {"outcomes": [*second, wrong]})

    answer = call("watch", "--served", "-C", released_folder, "--json")
    assert answer.exit_code == 0, answer.output
    notes = json.loads(answer.stdout)["notes"]
    assert notes[0] == f"Served by this release: {N_ROWS} rows, {len(first)} with an outcome."
    is_wrong = [
        is_flagged != (label == "yes")
        for (_, _, is_flagged), label in zip(asked, rows["left"], strict=True)
    ]
    assert seen(released_folder) == {
        WEEKS[0]: (half, half // 2, sum(is_wrong[:half:2])),
        WEEKS[1]: (half, half // 2, sum(is_wrong[half::2])),
    }

    # a line that a killed server left behind takes nothing with it
    with max(dated_files(Path(server.said["log"]))).open("ab") as file:
        file.write(b'{"request":"cut')
    other = Server(start, wait_for, released_folder, "--log")
    assert other.get("/outcomes", {"outcomes": second})["kept"] == len(second)
    assert other.get("/outcomes", {"outcomes": first})["unchanged"] == len(first)
    answer = call("watch", "--served", "-C", released_folder, "--json")
    told_again = json.loads(answer.stdout)
    assert "1 line of the log not whole, and left out." in told_again["notes"]
    assert [entry["row"] for entry in told_again["entries"]] == ["monitor"]
    assert seen(released_folder) == {
        WEEKS[0]: (half, half, sum(is_wrong[:half])),
        WEEKS[1]: (half, half, sum(is_wrong[half:])),
    }
    answer = call("watch", "--served", "-C", released_folder)
    assert "Nothing has come in since the last time." in answer.stdout


def test_what_was_answered_is_logged_when_a_server_ends(
    start: Start, released_folder: Path, wait_for: WaitFor
) -> None:
    server = Server(start, wait_for, released_folder, "--log")
    asked = predicted(server, two_weeks()[:30])
    server.process.terminate()
    _, errors = server.process.communicate(timeout=60)
    assert "Traceback" not in errors
    lines = [line for path in dated_files(Path(server.said["log"])) for line in _lines(path)]
    assert {(one["request"], one["row"]) for one in lines} == {(n, row) for n, row, _ in asked}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_log_is_kept_only_where_somebody_said_so(
    start: Start, call: Call, released_folder: Path, wait_for: WaitFor
) -> None:
    server = Server(start, wait_for, released_folder)
    assert "log" not in server.said
    told = server.get("/predict", {"rows": [_sent()]})
    assert set(told) == {"release", "predictions", "request"}
    server.kill()
    assert not (released_folder / ".leadline" / "served").exists()
    answer = call("watch", "--served", "-C", released_folder)
    assert answer.exit_code == 1
    assert "leadline serve --log" in answer.stderr

    settings = released_folder / "leadline.toml"
    settings.write_text(settings.read_text().replace("# log = false", "log = true"))
    assert "log" in Server(start, wait_for, released_folder).said
    old = released_folder / ".leadline" / "served" / "2020-01-01.0a.jsonl"
    old.write_text("{}")
    assert "log" not in Server(start, wait_for, released_folder, "--no-log").said
    assert not old.exists(), "what was logged before is no longer kept, log or no log"


def _sent() -> dict[str, Any]:
    (row,) = two_weeks()[:1].drop("left").to_dicts()
    return {**row, "joined": row["joined"].isoformat()}


def test_a_log_that_cannot_be_kept_is_refused_at_the_start(
    call: Call, released_folder: Path
) -> None:
    (released_folder / ".leadline" / "served").write_text("in the way")
    answer = call("serve", "--log", "--port", "0", "-C", released_folder)
    assert answer.exit_code == 1
    assert "served" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name FILES of new rows, say --served"),
        (("--served", "august.csv"), "Name FILES, or say --served and name none"),
        (("--served", "--footer-rows", "1"), "say --served alone"),
    ],
)
def test_a_file_or_what_was_served(call: Call, arguments: tuple[str, ...], said: str) -> None:
    answer = call("watch", *arguments)
    assert answer.exit_code == 2
    assert said in answer.stderr
