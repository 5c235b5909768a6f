"""Verbs of a project that has a release: score, watch, run, and what comes before it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Call
from tests.projects import N_BEFORE_STREAM, N_STREAM, customers

from leadline.cli.terminal.options import EXIT_NO

LATER = N_BEFORE_STREAM + N_STREAM


def test_score(call: Call, released_folder: Path, tmp_path: Path) -> None:
    customers(50, 2).drop("left").write_csv(tmp_path / "new.csv")
    answer = call("score", tmp_path / "new.csv", "-C", released_folder)
    assert answer.exit_code == 0, answer.output
    scored = pl.read_csv(tmp_path / "new.scored.csv")
    assert scored.height == 50
    assert scored["score"].is_between(0, 1).all()
    (tmp_path / "bad.csv").write_text("calls,spend\n1,2\n")
    refused = call("score", tmp_path / "bad.csv", "-C", released_folder)
    assert refused.exit_code == 1
    assert not (tmp_path / "bad.scored.csv").exists()


def test_watch_says_whether_to_retrain(call: Call, released_folder: Path, tmp_path: Path) -> None:
    customers(300, 4, skipped=LATER).write_csv(tmp_path / "alike.csv")
    answer = call("watch", tmp_path / "alike.csv", "-C", released_folder, "--json")
    assert answer.exit_code == 0, answer.output
    assert [entry["row"] for entry in json.loads(answer.stdout)["entries"]] == ["monitor"]
    customers(300, 5, skipped=LATER + 400, strength=-1).write_csv(tmp_path / "turned.csv")
    answer = call("watch", tmp_path / "turned.csv", "-C", released_folder)
    assert answer.exit_code == EXIT_NO, answer.output
    assert "monitor" in answer.stdout


@pytest.mark.parametrize("verb", ["score", "watch"])
def test_a_file_that_is_not_there(call: Call, released_folder: Path, verb: str) -> None:
    answer = call(verb, released_folder / "none.csv", "-C", released_folder)
    assert answer.exit_code == 1
    assert "There is no file" in answer.stderr


@pytest.mark.parametrize(
    "arguments", [("serve",), ("score", "x.csv"), ("watch", "x.csv"), ("export", "rows", "x.csv")]
)
def test_before_there_is_anything(
    call: Call, released_folder: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    customers(80).write_csv(tmp_path / "pool.csv")
    settings = (released_folder / "leadline.toml").read_text()
    (tmp_path / "leadline.toml").write_text(settings)
    answer = call(*arguments, "-C", tmp_path)
    assert answer.exit_code == 1
    assert "leadline run" in answer.stderr
