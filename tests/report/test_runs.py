"""Verdicts as runs: what a registry is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.examples import example_verdicts

from leadline.engines.contract import Run
from leadline.phases.curve import Curve
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import ROWS, Mark, standing
from leadline.phases.search import Search
from leadline.record import Entry
from leadline.report.runs import Shipped, project_runs

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def entries_of(*rows: str) -> list[Entry]:
    """Entries of these rows, each on the newest of what it may stand on."""
    verdicts, newest, entries = example_verdicts(), dict[str, int](), list[Entry]()
    for number, row in enumerate(rows, 1):
        on = {name: newest[name] for name in ROWS[row].stands_on if name in newest}
        at = BEGIN + timedelta(hours=number)
        verdict = verdicts[row]
        entries.append(Entry(number, row, verdict, on, "Ada", at, verdict.VERSION))
        newest[row] = number
    return entries


def runs_of(entries: list[Entry], shipped: Shipped | None = None) -> dict[str, Run]:
    marks = [Mark(one.number, one.row, one.on, one.verdict.answer) for one in entries]
    runs = project_runs(entries, standing(marks), title="Late flights", shipped=shipped)
    assert len({run.key for run in runs}) == len(runs)
    return {run.name: run for run in runs}


def test_an_empty_record_has_no_runs() -> None:
    assert project_runs([], standing([]), title="Late flights") == ()


def test_a_search_has_its_trials_under_it() -> None:
    entries = entries_of("problem", "data", "search")
    runs = runs_of(entries)
    search = entries[2].verdict
    assert isinstance(search, Search)
    assert list(runs) == ["record", "search 3", *(trial.name for trial in search.trials)]
    parent = runs["search 3"]
    assert parent.params["chosen"] == "boosting-3"
    assert parent.tags["leadline.summary"] == search.summary
    assert parent.ended_at - parent.began_at == timedelta(seconds=search.spent_s)
    best = runs["boosting-3"]
    assert best.parent == parent.key
    assert best.params["learning_rate"] == 0.1
    assert best.params["family"] == "boosting"
    assert best.metrics["roc_auc"] == pytest.approx(0.8108)
    assert [value for _, value in best.series["roc_auc_by_fold"]] == list(search.trials[2].scores)
    assert best.tags["leadline.chosen"] == "yes"


def test_a_trial_ends_as_it_ended() -> None:
    runs = runs_of(entries_of("problem", "data", "search"))
    assert runs["linear-2"].state == "finished"
    assert runs["neighbours-4"].state == "failed"
    assert runs["neighbours-4"].tags["leadline.message"] == "Expected n_neighbors <= n_samples_fit"
    assert runs["boosting-5"].state == "stopped"
    assert "roc_auc" not in runs["boosting-5"].metrics, "nothing was measured"


def test_curves_and_forecast_are_told_of_their_trial() -> None:
    entries = entries_of("problem", "data", "feasibility", "search", "curve", "forecast")
    runs = runs_of(entries)
    curve, forecast = entries[4].verdict, entries[5].verdict
    assert isinstance(curve, Curve)
    assert isinstance(forecast, Forecast)
    series = runs["boosting-3"].series
    points = curve.curves[0].points
    assert series["curve_5/error"] == [(point.n_train, point.mean) for point in points]
    assert series["forecast_6/error_q50"][-1][0] == round(forecast.grid[-1])
    assert "curve_5/error" in runs["linear-2"].series
    assert "forecast_6/error_q50" not in runs["linear-2"].series


def test_a_curve_measured_again_is_another_series() -> None:
    rows = ("problem", "data", "feasibility", "search", "curve", "curve", "search", "curve")
    runs = project_runs(entries := entries_of(*rows), standing([]), title="Late flights")
    old, new = (run for run in runs if run.name == "boosting-3")
    curves = [name for name in old.series if name.startswith("curve")]
    assert [name for name in curves if name.endswith("error")] == ["curve_5/error", "curve_6/error"]
    assert "curve_8/error" in new.series
    assert "curve_8/error" not in old.series
    assert len(entries) == 8


def test_a_network_tells_its_layers_and_epochs() -> None:
    entries = entries_of("problem", "data", "search")
    search = entries[2].verdict
    assert isinstance(search, Search)
    trial = replace(
        search.trials[2],
        architecture=({"layer": "dense", "n_out": 8},),
        epochs=(
            {"train_loss": 0.9, "valid_loss": None, "seconds": 1.0},
            {"train_loss": 0.5, "valid_loss": 0.6, "seconds": 2.0},
        ),
    )
    entries[2] = replace(entries[2], verdict=replace(search, trials=(trial,)))
    run = runs_of(entries)["boosting-3"]
    assert run.series["epochs/train_loss"] == [(1, 0.9), (2, 0.5)]
    assert run.series["epochs/valid_loss"] == [(2, 0.6)]
    assert '"n_out": 8' in run.texts["architecture.json"]


def test_the_record_has_every_verdict_the_report_and_the_release(tmp_path: Path) -> None:
    entries = entries_of(*ROWS)
    record = runs_of(entries, Shipped("abc123", tmp_path))["record"]
    assert sum(path.startswith("verdicts/") for path in record.texts) == len(entries)
    assert "<svg" in record.texts["report.html"]
    assert record.folders == {"model/abc123": tmp_path}
    assert record.tags["leadline.row.curve"].startswith("go: ")
    assert record.tags["leadline.standing.curve"] == "current"
    assert record.key == runs_of(entries[:3])["record"].key, "it stays the same run"
