"""A watch that goes on takes in what comes, and outlives what goes wrong."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from tests.monitoring.test_served_intake import WEEKS, Server, two_weeks
from tests.projects import customers, released_folder

from leadline.errors import SettingsError
from leadline.reading.file_forms.raw import BY_COMMAND
from leadline.worker.watching import Round, parse_period, rounds

__all__ = ["released_folder"]


@pytest.mark.parametrize("text", ["", "soon", "0", "0s", "-1", "1y", "day week", "1e9"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="The period is") as caught:
        parse_period(text)
    assert "--every day" in caught.value.next


def come_in(folder: Path, name: str, first: int, n_rows: int = 60, **how: Any) -> None:
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    customers(n_rows, first, skipped=first, **how).write_csv(inbox / name)
    then = time.time() - 60
    os.utime(inbox / name, (then, then))


def going_on(folder: Path) -> Iterator[Round]:
    return rounds(
        folder,
        [str(folder / "inbox")],
        every_s=3600.0,
        by="Ada",
        trim=BY_COMMAND,
        sleep=lambda _: None,
    )


def test_each_round_takes_in_what_is_new(released_folder: Path) -> None:
    command = ["sh", "-c", "cat >> told; echo >> told"]
    settings = released_folder / "leadline.toml"
    told = f"[notify]\ncommand = {json.dumps(command)}"
    settings.write_text(settings.read_text().replace("[notify]", told))
    watch = going_on(released_folder)
    empty = next(watch)
    assert (empty.files, empty.entries, empty.faults) == ([], [], [])

    come_in(released_folder, "week-1.csv", 900)
    first = next(watch)
    assert [path.name for path in first.files] == ["week-1.csv"]
    assert [entry.row for entry in first.entries] == ["monitor"]
    assert first.faults == []

    # one that cannot be read keeps no other waiting, and is tried again
    come_in(released_folder, "bad.csv", 960)
    (released_folder / "inbox" / "bad.csv").write_text("no,such\ncolumns,here\n")
    os.utime(released_folder / "inbox" / "bad.csv", (1, 1))
    come_in(released_folder, "week-2.csv", 1020)
    second, third = islice(watch, 2)
    assert [path.name for path in second.files] == ["week-2.csv"]
    assert [fault.partition(":")[0] for fault in second.faults] == ["bad.csv"]
    assert third.files == []
    assert third.faults == second.faults
    come_in(released_folder, "bad.csv", 1080)
    fourth = next(watch)
    assert [path.name for path in fourth.files] == ["bad.csv"]
    said = [json.loads(line) for line in (released_folder / "told").read_text().splitlines()]
    titles = [each["title"] for each in said if each["kind"] == "run"]
    assert titles == ["Watching failed: bad.csv"], "once a day, not every round"


def test_settings_that_are_broken_for_a_while_do_not_end_it(released_folder: Path) -> None:
    watch = going_on(released_folder)
    settings = released_folder / "leadline.toml"
    whole = settings.read_text()
    settings.write_text("[nonsense]\n")
    assert "[nonsense]" in next(watch).faults[0]
    settings.write_text(whole)
    come_in(released_folder, "week-1.csv", 900)
    assert len(next(watch).files) == 1


def test_what_was_served_is_taken_in_each_round(released_folder: Path) -> None:
    watch = rounds(
        released_folder,
        [],
        every_s=3600.0,
        by="Ada",
        trim=BY_COMMAND,
        is_served=True,
        sleep=lambda _: None,
    )
    empty = next(watch)
    assert (empty.served, empty.entries, empty.faults) == ([], [], [])
    server, rows = Server(released_folder), two_weeks()
    server.answer(rows)
    first, second = islice(watch, 2)
    assert first.served == WEEKS
    assert [entry.row for entry in first.entries] == ["monitor"]
    assert (second.served, second.entries) == ([], [])
    server.take(rows["left"])
    assert next(watch).served == WEEKS, "labels that came later"
