"""Verbs of a project that has a release: score, watch, run, and what comes before it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Call
from tests.projects import N_BEFORE_STREAM, N_STREAM, customers, run

from leadline.cli.terminal.options import EXIT_NO
from leadline.engines import worker_imports
from leadline.record import Artifacts
from leadline.workspace import Workspace

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


def test_score_of_several_files_by_processes(
    call: Call, released_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = customers(50, 2).drop("left")
    (new := tmp_path / "new").mkdir()
    rows.head(30).write_parquet(new / "a.parquet")
    rows.tail(20).write_csv(new / "b.csv")
    answer = call("score", new, "--jobs", "2", "-C", released_folder, "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert (told["rows"], told["files"], told["kept"]) == (50, 2, 0)
    assert told["file"] == f"{new}-scored"
    assert pl.read_parquet(f"{new}-scored/*.parquet").height == 50
    named = call("score", new / "a.parquet", new / "b.csv", "-C", released_folder)
    assert named.exit_code == 2
    assert "name it with --to" in named.stderr
    begun: list[str] = []
    monkeypatch.setattr(worker_imports, "begin_imports", lambda _, module: begun.append(module))
    call("score", new / "a.parquet", "--jobs", "2", "-C", released_folder)
    assert begun == ["leadline.serving.batch.piece_scoring"]
    other = call("score", new, "--executor", "dask", "-C", released_folder)
    assert other.exit_code == 1
    assert "No engine of kind 'executors' is called 'dask'" in other.stderr


@pytest.mark.parametrize("verb", ["score", "watch"])
def test_a_file_that_is_not_there(call: Call, released_folder: Path, verb: str) -> None:
    answer = call(verb, released_folder / "none.csv", "-C", released_folder)
    assert answer.exit_code == 1
    assert "There is no file" in answer.stderr
    assert "[data]" not in answer.stderr


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


def test_the_advice_on_totals_and_titles_can_be_followed(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    """Whoever is told to leave lines out can, by the command that told it."""
    rows = customers(40, 2, skipped=LATER).select("plan", "joined", "calls", "spend", "left")
    path = tmp_path / "new.csv"
    path.write_text("Customers of June\n\n" + rows.write_csv() + "Total,,,1234.5,\n")
    answer = call("score", path, "-C", released_folder)
    assert answer.exit_code == 0, answer.output
    assert "41 rows scored" in answer.stdout
    said = " ".join(answer.stdout.split())
    assert "Note: new.csv: lines above the header left out: 2." in said
    assert 'begins with "Total"' in said
    assert "leave them out: --footer-rows 1." in said
    assert "[data]" not in said
    answer = call("score", path, "-C", released_folder, "--footer-rows", "1", "--skip-lines", "2")
    assert "40 rows scored" in answer.stdout
    assert "Note" not in answer.stdout

    # of a project whose rows carry a time, a row without one belongs to no block
    answer = call("watch", path, "-C", released_folder)
    assert answer.exit_code == 1
    refused = " ".join(answer.stderr.split())
    assert "1 row has no 'joined', first new.csv line 44." in refused
    assert refused.endswith("totals at the end: --footer-rows N.")
    answer = call("watch", path, "-C", released_folder, "--json", "--footer-rows", "1")
    assert not any("Total" in words for words in json.loads(answer.stdout)["notes"])


def test_watch_refuses_totals_with_advice_that_can_be_followed(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    rows = customers(40, 3, skipped=LATER).select("plan", "joined", "calls", "spend", "left")
    path = tmp_path / "new.csv"
    path.write_text(rows.write_csv() + "Total,,all,1234.5,\n")
    for verb in ("score", "watch"):
        answer = call(verb, path, "-C", released_folder)
        assert answer.exit_code == 1
        said = " ".join(answer.stderr.split())
        assert 'line 42 begins with "Total"' in said
        assert said.endswith("Leave them out: --footer-rows 1.")
        assert call(verb, path, "-C", released_folder, "--footer-rows", "1").exit_code in {0, 3}


def test_an_odd_cell_of_a_later_file_is_told_without_switches_of_init(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    rows = customers(40, 3, skipped=LATER).with_columns(pl.col("calls").cast(pl.String))
    odd = rows.with_columns(
        calls=pl.when(pl.int_range(40) == 7).then(pl.lit("many")).otherwise("calls")
    )
    odd.write_csv(tmp_path / "new.csv")
    for verb in ("score", "watch"):
        answer = call(verb, tmp_path / "new.csv", "-C", released_folder)
        assert answer.exit_code == 1
        assert "line 9: 'calls' is \"many\"" in " ".join(answer.stderr.split())
        assert "--" not in answer.stderr
        assert "[data]" not in answer.stderr


def test_a_column_that_is_new_does_not_hinder(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    rows = customers(80, 3, skipped=LATER).with_columns(
        extra=pl.when(pl.int_range(80) == 7).then(pl.lit("n.a. yet")).otherwise(pl.lit("12"))
    )
    rows.write_csv(tmp_path / "new.csv")
    for verb in ("score", "watch"):
        answer = call(verb, tmp_path / "new.csv", "-C", released_folder)
        assert answer.exit_code in {0, 3}, answer.output


def test_what_training_saw_is_in_the_release(
    call: Call, released_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> bytes:
        raise PermissionError("denied")

    customers(50, 2).drop("left").write_parquet(released_folder / "new.parquet")
    monkeypatch.setattr(Artifacts, "get", denied)
    answer = call("score", released_folder / "new.parquet", "-C", released_folder, "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["rows"] == 50
    assert told["unseen_categories"] == {}


def test_a_stage_ends_well_where_people_are_next(call: Call, released_folder: Path) -> None:
    answer = call("run", "apply", "-C", released_folder)
    assert answer.exit_code == 0
    assert "Nothing to compute: everything named is current." in answer.stdout
    with Workspace.open(released_folder) as workspace:
        run(workspace, "tuning")
    answer = call("run", "apply", "-C", released_folder)
    assert answer.exit_code == 0
    assert "'review' is for people to judge. Run 'leadline review'" in answer.stdout
    assert "Nothing to compute" not in answer.stdout
    told = json.loads(call("run", "apply", "-C", released_folder, "--json").stdout)
    assert len(told["waits_for_people"]) == 1
    assert "leadline review" in told["waits_for_people"][0]
