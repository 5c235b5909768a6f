"""``leadline watch --every`` as a process of its own."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from tests.cli.conftest import Call, Start
from tests.projects import customers

from leadline.cli.terminal.options import EXIT_ERROR


def test_it_goes_on_until_it_is_asked_to_end(start: Start, released_folder: Path) -> None:
    inbox = released_folder / "inbox"
    inbox.mkdir()
    watch = start("watch", "--every", "2s", inbox, "-C", released_folder, "--json")
    assert watch.stdout is not None
    rounds = (json.loads(line) for line in watch.stdout)
    assert next(rounds)["files"] == []
    for number in (1, 2):
        name = f"week-{number}.csv"
        rows = customers(60, number, skipped=800 + 100 * number)
        rows.write_csv(released_folder / name)
        (released_folder / name).rename(inbox / name)
        found = next(each for each in rounds if each["files"])
        assert [Path(path).name for path in found["files"]] == [name]
        assert [entry["row"] for entry in found["entries"]] == ["monitor"]
    watch.send_signal(signal.SIGTERM)
    _, errors = watch.communicate(timeout=60)
    assert watch.returncode == 0, errors
    assert "Stopped. What was taken in is on the record." in errors
    assert "Traceback" not in errors


def test_a_period_that_is_none_and_a_folder_that_is_none(call: Call, tmp_path: Path) -> None:
    answer = call("watch", tmp_path, "--every", "soon", "-C", tmp_path)
    assert answer.exit_code == EXIT_ERROR
    assert "The period is 'soon'" in answer.stderr
    answer = call("watch", tmp_path, "--every", "day", "-C", tmp_path)
    assert answer.exit_code == EXIT_ERROR
    assert "holds no leadline.toml" in answer.stderr
