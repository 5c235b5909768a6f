from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.examples import example_problem
from tests.projects import N_STREAM, PROBLEM, customers, project, review, run, run_to, verdict_of

from leadline.datasets.frames import Pool
from leadline.errors import DataError, NotReadyError, SettingsError
from leadline.jobs.tuning import _with_thresholds
from leadline.phases.data import Data, SplitKind
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer
from leadline.services.queries import operating_points_page
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace


def test_points_are_tried_on_the_stream(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        tuning = verdict_of(workspace, "tuning", Tuning)
        data = verdict_of(workspace, "data", Data)
        store = workspace.artifacts
        stream = from_parquet(store.get(tuning.stream))
        scores = np.frombuffer(store.get(tuning.stream_scores), "<f8")
        rows = rows_to_judge(store, tuning)
    assert tuning.n_stream == stream.height == scores.size == N_STREAM
    assert "left" not in stream.columns
    assert tuning.n_test == data.split.n_test
    assert tuning.n_train == data.split.n_train
    assert tuning.test_score > 0.85
    assert tuning.n_touches == 1
    thresholds = [point.threshold for point in tuning.points]
    assert thresholds == sorted(thresholds, reverse=True)
    assert tuning.stream_alerts == tuple(int((scores >= each).sum()) for each in thresholds)
    assert set(rows) <= set(range(N_STREAM))
    assert tuning.n_sample == len(rows) == len(set(rows))
    for point in tuning.points:
        assert point.precision.low <= point.precision.estimate <= point.precision.high
        assert point.recall.low <= point.recall.estimate <= point.recall.high


def test_every_use_of_the_test_set_is_counted(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        tuning = run(workspace, "tuning").verdict
    assert isinstance(tuning, Tuning)
    assert tuning.n_touches == 2
    assert any("used 2 times" in finding.what for finding in tuning.findings)


def test_without_a_stream_there_is_nothing_to_judge(tmp_path: Path) -> None:
    with project(tmp_path, customers(200)) as workspace:
        tuning = run_to(workspace, "problem", "data", "search", "tuning")
    assert isinstance(tuning, Tuning)
    assert (tuning.stream, tuning.sample, tuning.n_stream) == ("", "", 0)
    assert tuning.points


def test_a_stream_of_rows_that_it_learnt_from_is_told(released_folder: Path) -> None:
    """Whoever names the labelled file as the stream would judge what the model knows by heart."""
    known = pl.read_csv(released_folder / "pool.csv", infer_schema=False).drop("left")
    known.write_csv(released_folder / "stream.csv")
    with Workspace.open(released_folder) as workspace:
        assert verdict_of(workspace, "tuning", Tuning).n_stream_learnt == 0
        tuning = run(workspace, "tuning").verdict
        assert isinstance(tuning, Tuning)
        assert tuning.n_stream_learnt == tuning.n_stream == known.height
        assert any("learnt from or was tested on" in each.what for each in tuning.findings)
        review(workspace, pl.read_csv(released_folder / "pool.csv")["left"])
        page = operating_points_page(workspace)
        chosen = verdict_of(workspace, "review", Review)
    assert chosen.answer is Answer.UNCLEAR
    assert page.known_rows[0] in chosen.findings


def test_a_stream_that_lacks_a_column_is_refused(released_folder: Path) -> None:
    path = released_folder / "stream.csv"
    pl.read_csv(path).drop("calls").write_csv(path)
    with Workspace.open(released_folder) as workspace, pytest.raises(DataError, match="'calls'"):
        run(workspace, "tuning")


def test_a_test_set_of_one_class_is_refused(tmp_path: Path) -> None:
    """By time, the last fifth of these rows holds no hit."""
    rows = customers(200).with_columns(
        left=pl.when(pl.int_range(200) >= 160).then(pl.lit("no")).otherwise(pl.col("left"))
    )
    with project(tmp_path, rows, problem=PROBLEM) as workspace:
        run_to(workspace, "problem", "data", "search")
        with pytest.raises(NotReadyError, match="0 rows with 'left' = 'yes', of 40"):
            run(workspace, "tuning")


def test_an_alert_pays_where_hits_are_common_enough() -> None:
    """A miss costs 40 and a false alarm 10: one hit in five alerts pays for the other four."""
    problem = example_problem()
    assert problem.break_even == pytest.approx(0.2)
    assert replace(problem, cost_miss=0.0).break_even is None
    assert replace(problem, cost_false_alarm=0.0).break_even is None


@pytest.mark.parametrize("free", ["cost_miss", "cost_false_alarm"])
def test_an_error_that_costs_nothing_leaves_points_to_choose_from(free: str) -> None:
    class Sure:
        classes_ = np.array([0, 1])

        def predict_proba(self, X: pl.DataFrame) -> np.ndarray[Any, Any]:
            return np.column_stack([1 - X["x"].to_numpy(), X["x"].to_numpy()])

    X = pl.DataFrame({"x": np.linspace(0.01, 0.99, 60)})
    y = (np.arange(60) % 60 > 35).astype(np.int64)
    pool = Pool(X, X, y, np.ones(60, dtype=bool), np.arange(0), None, SplitKind.RANDOM)
    changed: dict[str, Any] = {free: 0.0}
    problem = replace(example_problem(), **changed)
    offer = _with_thresholds(Sure(), pool, problem)
    assert offer.n_positive == 24
    (balanced,) = [point for point in offer.points if point.name == "balanced"]
    assert balanced.cost_per_1000 == pytest.approx(0.0, abs=1e-3)


def test_it_tells_whom_the_model_fails(tmp_path: Path) -> None:
    """In the north who left was tossed; the model does not see the region."""
    rows = customers(3_000, strength=3.0)
    north = np.random.default_rng(9).random(3_000) < 0.15
    tossed = np.random.default_rng(8).choice(["yes", "no"], 3_000)
    rows = rows.with_columns(
        region=pl.Series(np.where(north, "north", "south")),
        left=pl.Series(np.where(north, tossed, rows["left"].to_numpy())),
    )
    settings: dict[str, Any] = {
        "data": {"exclude": ["region"], "test_share": 0.5},
        "ethics": {"groups": ["region"]},
        "slices": {"most_pairs": 20},
    }
    with project(tmp_path, rows, **settings) as workspace:
        tuning = run_to(workspace, "problem", "data", "search", "tuning")
    assert isinstance(tuning, Tuning)
    assert [report.point for report in tuning.slices] == [point.name for point in tuning.points]
    for report in tuning.slices:
        assert "region = north" in {line.name for line in report.worse}
        assert report.n_pairs == 20
        assert {group.name for group in report.groups} == {"region = north", "region = south"}
        (south,) = [group for group in report.groups if group.name == "region = south"]
        assert south.miss.gap.high < 0
    assert any("Fares worse: region = north" in finding.what for finding in tuning.findings)


def test_a_group_that_is_no_column_is_refused(tmp_path: Path) -> None:
    with project(tmp_path, customers(200), ethics={"groups": ["sex"]}) as workspace:
        run_to(workspace, "problem", "data", "search")
        with pytest.raises(SettingsError, match=r"\[ethics\] groups names 'sex'"):
            run(workspace, "tuning")


def test_the_score_on_the_test_set_has_an_interval(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        tuning = verdict_of(workspace, "tuning", Tuning)
    bounds = tuning.test_bounds
    assert bounds is not None
    assert bounds.low < tuning.test_score == bounds.estimate < bounds.high < 1
    assert bounds.high - bounds.low < 0.2
    assert replace(tuning, test_stderr=None).test_bounds is None
