"""Labels of several classes, and numbers: define, find and train; then an honest refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.projects import customers, project, run, run_to

from leadline.errors import NotReadyError
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.forecast import Forecast
from leadline.phases.scoring import Task
from leadline.phases.search import Search
from leadline.phases.verdict import Answer

CLASSES = customers(300).with_columns(
    left=pl.when(pl.int_range(300) % 11 == 0)
    .then(pl.lit("leaves"))
    .when(pl.col("calls") < 4)
    .then(pl.lit("stays"))
    .when(pl.col("plan") == "basic")
    .then(pl.lit("leaves"))
    .otherwise(pl.lit("waits"))
)
NUMBERS = customers(300).with_columns(
    left=pl.col("calls") * 3 + pl.col("spend") / 10 + np.random.default_rng(5).normal(0, 1, 300)
)
CASES: dict[str, tuple[pl.DataFrame, dict[str, Any], Task, str]] = {
    "classes": (CLASSES, {"target_score": 0.7}, Task.MULTICLASS, "accuracy"),
    "numbers": (NUMBERS, {"target_score": 0.7}, Task.REGRESSION, "r2"),
    "losses": (
        NUMBERS,
        {"target_score": 2.0, "scoring": "mean_absolute_error"},
        Task.REGRESSION,
        "mean_absolute_error",
    ),
}


@pytest.mark.parametrize("case", list(CASES))
def test_other_tasks_go_as_far_as_train(tmp_path: Path, case: str) -> None:
    pool, problem, task, scoring = CASES[case]
    stated: dict[str, Any] = {**problem, "time_box_s": 60.0}
    with project(tmp_path, pool, problem=stated) as workspace:
        data = run_to(workspace, "problem", "data")
        assert isinstance(data, Data)
        assert data.task is task
        assert len(data.classes) == (3 if task is Task.MULTICLASS else 0)
        assert run(workspace, "feasibility").verdict.answer is Answer.GO
        search = run(workspace, "search").verdict
        assert isinstance(search, Search)
        assert search.answer is Answer.GO
        assert search.scoring == scoring
        assert search.chosen_trial.family == "linear"
        assert {example.is_right for example in search.examples} == {True, False}
        curve = run_to(workspace, "labelling", "curve")
        assert isinstance(curve, Curve)
        first = curve.curves[0].points
        assert first[-1].mean < first[0].mean
        assert first[-1].mean < curve.chance_error
        forecast = run(workspace, "forecast").verdict
        assert isinstance(forecast, Forecast)
        assert len(forecast.lines) == 7
        with pytest.raises(NotReadyError, match=f"'left' is {task.value}") as caught:
            run(workspace, "tuning")
        assert "yes/no question" in caught.value.needed
        assert caught.value.next
