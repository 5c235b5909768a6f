"""A project whose target is stated in each metric: a search and its forecasts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.projects import customers, project, run_to

from leadline.phases.scoring import SCORINGS, Task, scoring_of
from leadline.phases.search import Search

POOL = customers(200)
LABELS = {
    Task.BINARY: POOL["left"],
    Task.MULTICLASS: pl.Series(
        np.where(POOL["calls"] < 4, "stays", np.where(POOL["plan"] == "basic", "leaves", "waits"))
    ),
    Task.REGRESSION: POOL["calls"] * 3 + np.random.default_rng(5).normal(0, 1, 200),
}
BY_TASK = [(name, task) for name, metric in SCORINGS.items() for task in metric.tasks]


@pytest.mark.parametrize(("scoring", "task"), BY_TASK)
def test_a_search_by_each_metric_finds_what_there_is(
    tmp_path: Path, scoring: str, task: Task
) -> None:
    metric = scoring_of(scoring)
    stated = {
        "scoring": scoring,
        "target_score": metric.score(0.3),
        "time_box_s": 60.0,
        **({"positive": "yes"} if task is Task.BINARY else {}),
    }
    with project(tmp_path, POOL.with_columns(left=LABELS[task]), problem=stated) as workspace:
        search = run_to(workspace, "problem", "data", "search")
    assert isinstance(search, Search)
    assert search.scoring == scoring
    baseline, chosen = search.trials[0], search.chosen_trial
    assert (baseline.family, chosen.family) == ("majority", "linear")
    assert baseline.mean is not None
    assert chosen.mean is not None
    assert chosen.stderr is not None
    assert metric.error(chosen.mean) < metric.error(baseline.mean)
    assert 0 < chosen.stderr < metric.error(baseline.mean) / 2
    forecast = chosen.expected[-1]
    assert 0 < forecast.low < forecast.error < forecast.high < metric.error(baseline.mean) * 1.5
