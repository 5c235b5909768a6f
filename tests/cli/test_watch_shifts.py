"""``leadline watch`` names what changed in the newest block of a file."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from tests.cli.conftest import Call
from tests.projects import N_BEFORE_STREAM, N_STREAM, customers

LATER = N_BEFORE_STREAM + N_STREAM
INFORMATION = "That is information, never an alarm: labels alone say whether answers are worse."


def test_a_unit_and_a_category_are_named(call: Call, released_folder: Path, tmp_path: Path) -> None:
    changed = customers(56, 6, skipped=LATER).with_columns(
        pl.col("spend") * 100, plan=pl.lit("gold")
    )
    changed.write_csv(tmp_path / "changed.csv")
    answer = call("watch", tmp_path / "changed.csv", "-C", released_folder)
    assert INFORMATION in answer.stdout
    assert "'plan': 'gold' in 100% of the rows, never seen before." in answer.stdout
    assert "'spend' looks like cents where it was whole money: mean " in answer.stdout
    assert "compared with all 21 blocks of the reference" in answer.stdout
    answer = call("watch", tmp_path / "changed.csv", "-C", released_folder, "--json")
    (entry,) = json.loads(answer.stdout)["entries"]
    *_, whole, begun = entry["verdict"]["blocks"]
    assert (whole["n_rows"], begun["n_rows"], begun["shifts"]) == (28, 4, [])
    shifts = whole["shifts"]
    assert {each["column"] for each in shifts} == {"plan", "spend"}
    assert all(each["beside"] and 0 < each["distance"] <= 1 for each in shifts)


def test_rows_as_before_are_said_to_look_so(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    customers(28, 7, skipped=LATER).write_csv(tmp_path / "alike.csv")
    answer = call("watch", tmp_path / "alike.csv", "-C", released_folder)
    assert "no column looks different from before." in answer.stdout


def test_the_newest_block_of_the_file_is_told_not_of_the_record(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    customers(28, 7, skipped=LATER + 280).write_csv(tmp_path / "later.csv")
    call("watch", tmp_path / "later.csv", "-C", released_folder)
    changed = customers(28, 6, skipped=LATER).with_columns(plan=pl.lit("gold"))
    changed.write_csv(tmp_path / "changed.csv")
    answer = call("watch", tmp_path / "changed.csv", "-C", released_folder)
    assert "'gold'" in answer.stdout


def test_of_a_few_rows_nothing_is_said(call: Call, released_folder: Path, tmp_path: Path) -> None:
    customers(4, 7, skipped=LATER).write_csv(tmp_path / "few.csv")
    answer = call("watch", tmp_path / "few.csv", "-C", released_folder)
    assert ": 4 rows say nothing of whether a column looks different." in answer.stdout
