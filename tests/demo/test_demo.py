from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from leadline.cli import main
from leadline.demo import EXAMPLES, missing_packages, packages, project_run, run_demo
from leadline.demo.scenario import Scenario
from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.search import Search
from leadline.phases.verdict import Answer
from leadline.record import Job
from leadline.workspace import Workspace

if missing_packages():
    pytest.skip("needs the data: pip install 'leadline[demo]'", allow_module_level=True)

N_POOL, N_STREAM, N_LATER = 300, 100, 100


def few_words(folder: Path) -> Scenario:
    """The words, but so few of them that a test has the time."""
    scenario = EXAMPLES["words"](folder)
    for name, n_rows in (("rated.csv", N_POOL), ("unrated.csv", N_STREAM), ("later.csv", N_LATER)):
        pl.read_csv(folder / name)[:n_rows].write_csv(folder / name)
    return replace(
        scenario, truth=scenario.truth[:N_STREAM], problem={**scenario.problem, "time_box_s": 15.0}
    )


@pytest.mark.long
def test_words_go_through_all_six_stages(tmp_path: Path) -> None:
    started: list[str] = []
    jobs: list[Job] = []
    folder = tmp_path / "words"
    entries = list(run_demo(few_words, folder, started=started.append, progress=jobs.append))
    assert {ROWS[entry.row].stage for entry in entries} == set(Stage)
    assert {"curve", "forecast", "monitor"} <= set(started)
    assert jobs
    refused = [entry for entry in entries if entry.verdict.answer is Answer.NO]
    decided = [entry for entry in entries if entry.row.startswith("decision.")]
    signed = [entry for entry in decided if entry.verdict_as(Decision).accepts]
    assert len(decided) == len(refused) + len(signed), (
        "each no is overruled by name, a release below the target is signed for, nothing else is"
    )
    with Workspace.open(folder) as workspace:
        assert [entry.number for entry in entries] == [
            mark.number for mark in workspace.record.marks()
        ]
    again = CliRunner().invoke(main, ["demo", "words", "-C", str(folder)])
    assert again.exit_code == 1
    assert "holds something already" in again.stderr


@pytest.mark.long
def test_a_machine_that_is_too_slow_is_granted_more_time_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # enough at once, however many tests run beside this one
    monkeypatch.setattr(project_run, "_LONGER", 5.0)

    def in_a_moment(folder: Path) -> Scenario:
        scenario = few_words(folder)
        return replace(scenario, problem={**scenario.problem, "time_box_s": 1.0})

    said: list[str] = []
    folder = tmp_path / "words"
    searches = []
    run = run_demo(
        in_a_moment, folder, started=lambda _: None, progress=lambda _: None, said=said.append
    )
    for entry in run:
        if isinstance(entry.verdict, Search):
            searches.append(entry.verdict)
        if entry.row == "curve":
            break
    assert searches[0].is_starved or not searches[0].chosen
    assert searches[-1].chosen
    assert said
    assert said[0].startswith("This machine is too slow for a search of 1 s; it is granted ")
    with Workspace.open(folder) as workspace:
        assert workspace.settings.problem.time_box_s == searches[-1].time_box_s > 1.0


def test_flights_are_split_by_time_and_hold_nothing_known_only_afterwards(tmp_path: Path) -> None:
    scenario = EXAMPLES["flights"](tmp_path)
    (pool,), (july,), (later,) = (
        [pl.read_parquet(tmp_path / name) for name in names]
        for names in (scenario.files, scenario.stream, scenario.later)
    )
    at = "scheduled_at"
    assert pool[at].max() < july[at].min() < july[at].max() < later[at].min()  # type: ignore[operator]
    assert july.height == len(scenario.truth)
    assert set(july.columns) == set(pool.columns) - {"late"}
    assert not {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"} & set(pool.columns)
    assert 0.1 < (pool["late"] == "yes").mean() < 0.2  # type: ignore[operator]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_error_has_one_price_in_all_stages(tmp_path: Path, name: str) -> None:
    scenario = EXAMPLES[name](tmp_path)
    assert {"cost_miss", "cost_false_alarm"} <= set(scenario.problem)
    assert "error_cost" not in scenario.watch


def test_the_package_of_data_is_named_if_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    answer = CliRunner().invoke(main, ["demo", "words", "-C", str(tmp_path / "demo")])
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: The package 'vadersentiment' is not installed.")
    assert "pip install 'leadline[demo]'" in answer.stderr
    assert not (tmp_path / "demo").exists()
