from __future__ import annotations

from pathlib import Path

import pytest
from tests.projects import customers, project, run_to, verdict_of

from leadline.jobs.curve import candidates, train_sizes
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.forecast import Forecast
from leadline.phases.search import Search
from leadline.workspace import Workspace


def test_the_curve_of_two_families_at_growing_sizes(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        curve = verdict_of(workspace, "curve", Curve)
        search = verdict_of(workspace, "search", Search)
        forecast = verdict_of(workspace, "forecast", Forecast)
        data = verdict_of(workspace, "data", Data)
    assert [each.candidate for each in curve.curves] == [each.name for each in candidates(search)]
    assert curve.curves[0].candidate == search.chosen
    sizes = [point.n_train for point in curve.curves[0].points]
    assert sizes == sorted(set(sizes))
    assert len(sizes) == 8
    assert all(len(point.errors) == 5 for each in curve.curves for point in each.points)
    assert sizes[-1] < curve.n_available == data.split.n_train
    assert curve.chance_error == pytest.approx(0.5)
    assert forecast.train_sizes == tuple(sizes)
    assert forecast.n_available == data.split.n_train
    assert forecast.spent == pytest.approx(
        search.cost + curve.spent_s / 3600 * forecast.machine_per_hour
    )


def test_small_data_are_measured_and_forecast_all_the_same(tmp_path: Path) -> None:
    with project(tmp_path, customers(60).drop("joined")) as workspace:
        rows = ("problem", "data", "feasibility", "search", "labelling", "curve", "forecast")
        forecast = run_to(workspace, *rows)
        curve = verdict_of(workspace, "curve", Curve)
    assert isinstance(forecast, Forecast)
    assert curve.curves[0].points[-1].n_train < 60
    assert 0 <= forecast.p_now <= 1
    assert len(forecast.grid) == 40


@pytest.mark.parametrize("largest", [5, 20, 30, 50, 199, 6400, 1_000_000])
def test_sizes_grow_to_the_largest(largest: int) -> None:
    sizes = train_sizes(largest)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == largest
    assert 1 <= sizes[0] <= 50
    assert len(sizes) <= 8
