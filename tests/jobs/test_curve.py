from __future__ import annotations

import itertools
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.projects import Quiet, customers, project, run, run_to, verdict_of

from leadline.engines.executors.sequential import Sequential
from leadline.evaluation.fit import FailedFit, attempt
from leadline.evaluation.fit_spec import FitSpec
from leadline.jobs import curve as job
from leadline.jobs.curve import candidates
from leadline.phases.curve import Curve, Stop
from leadline.phases.data import Data
from leadline.phases.forecast import Forecast
from leadline.phases.search import Search
from leadline.search import candidate_evaluator
from leadline.workspace import Workspace

BEFORE = ("problem", "data", "feasibility", "search", "labelling")


def ready(folder: Path, n_rows: int = 400, **settings: Any) -> Workspace:
    workspace = project(folder, customers(n_rows).drop("joined"), **settings)
    run_to(workspace, *BEFORE)
    return workspace


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[FitSpec]:
    """Every spec that is fitted from here on."""
    seen: list[FitSpec] = []

    def noted(spec: FitSpec) -> Any:
        seen.append(spec)
        return attempt(spec)

    class Here(Sequential):
        def submit(self, _: Any, spec: Any) -> Future[Any]:
            return super().submit(noted, spec)

    monkeypatch.setattr(candidate_evaluator, "executor_of", lambda _: Here())
    return seen


def test_the_curve_of_two_families_at_growing_sizes(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        curve = verdict_of(workspace, "curve", Curve)
        search = verdict_of(workspace, "search", Search)
        forecast = verdict_of(workspace, "forecast", Forecast)
        data = verdict_of(workspace, "data", Data)
    assert [each.candidate for each in curve.curves] == [each.name for each in candidates(search)]
    assert curve.curves[0].candidate == search.chosen
    asked = replace(search.trials[0], name="prompted 1", family="prompted", mean=0.99)
    assert "prompted 1" not in [
        each.name for each in candidates(replace(search, trials=(asked, *search.trials)))
    ]
    sizes = [point.n_train for point in curve.curves[0].points]
    assert sizes == sorted(set(sizes))
    assert len(sizes) >= 5
    assert all(len(point.errors) >= 3 for each in curve.curves for point in each.points)
    assert sizes[-1] < curve.n_available == data.split.n_train
    assert curve.chance_error == pytest.approx(0.5)
    assert forecast.train_sizes == tuple(sizes)
    assert forecast.n_available == data.split.n_train
    assert forecast.spent == pytest.approx(
        search.cost + curve.spent_s / 3600 * forecast.machine_per_hour
    )


def test_measuring_goes_where_it_tells_most(tmp_path: Path, fitted: list[FitSpec]) -> None:
    with ready(tmp_path) as workspace:
        curve = run(workspace, "curve").verdict
    assert isinstance(curve, Curve)
    first = curve.curves[0]
    assert curve.stopped in {Stop.SETTLED, Stop.EXHAUSTED}
    assert curve.n_affordable is not None
    assert curve.n_affordable >= curve.n_available
    assert curve.n_kept == 0
    steps = [(spec.family, spec.n_train, spec.fold, spec.seed) for spec in fitted]
    assert len(set(steps)) == len(steps)
    # what is known best is not what was nearest to hand: the largest sizes get their share
    large = [point for point in first.points if point.n_train > curve.n_available / 3]
    assert large
    assert all(len(point.errors) >= 5 for point in first.points[:1])
    for point in first.points:
        assert len(point.errors) >= 3
        assert point.stderr is not None
        assert (
            point.stderr >= np.sqrt(np.mean(np.square(point.sampling)) / len(point.errors)) - 1e-9
        )
        assert point.n_judged is not None
        assert point.n_judged <= curve.n_available


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    tmp_path: Path, fitted: list[FitSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Quiet):
        def __call__(self, message: str, share: float | None = None) -> None:
            super().__call__(message, share)
            if len(fitted) == 10:
                raise KeyboardInterrupt

    with ready(tmp_path) as workspace:
        with pytest.raises(KeyboardInterrupt):
            job.run(workspace, workspace.record.reading("curve"), Killed())
        done = list(fitted)
        assert len(done) == 10
        curve = run(workspace, "curve").verdict
        assert isinstance(curve, Curve)
        assert curve.n_kept == 10
        again = [spec for spec in fitted[10:] if spec in done]
        assert again == []
        n_fitted = len(fitted)
        # a third run finds all it needs
        third = run(workspace, "curve").verdict
        assert isinstance(third, Curve)
        assert third.n_kept == n_fitted
        assert len(fitted) == n_fitted
        assert third.curves == curve.curves
        assert any("did not have to be repeated" in each.what for each in third.findings)


def test_what_was_measured_on_other_data_is_not_used(tmp_path: Path, fitted: list[FitSpec]) -> None:
    with ready(tmp_path) as workspace:
        run(workspace, "curve")
        n_fitted = len(fitted)
    customers(440).drop("joined").write_csv(tmp_path / "pool.csv")
    with Workspace.open(tmp_path) as workspace:
        run_to(workspace, *BEFORE)
        curve = run(workspace, "curve").verdict
    assert isinstance(curve, Curve)
    assert curve.n_kept == 0
    assert len(fitted) > n_fitted


def test_a_time_box_ends_the_measuring_and_a_later_run_goes_on(
    tmp_path: Path, fitted: list[FitSpec]
) -> None:
    with ready(tmp_path) as workspace:
        clock = itertools.count(1e6, 25)
        with pytest.MonkeyPatch.context() as patch:
            # a clock by which every look takes 25 seconds: the box is over after the seeds
            patch.setattr("leadline.jobs.curve.time.monotonic", lambda: next(clock))
            curve = run(workspace, "curve").verdict
        assert isinstance(curve, Curve)
        assert curve.stopped is Stop.TIME
        assert [len(point.errors) for point in curve.curves[0].points] == [5] * 5
        n_fitted = len(fitted)
        later = run(workspace, "curve").verdict
    assert isinstance(later, Curve)
    assert later.n_kept == n_fitted
    assert later.stopped is not Stop.TIME


def test_sizes_that_cannot_be_fitted_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picky(spec: FitSpec) -> Any:
        return FailedFit("too few rows") if (spec.n_train or 0) < 90 else attempt(spec)

    class Picky(Sequential):
        def submit(self, _: Any, spec: Any) -> Future[Any]:
            return super().submit(picky, spec)

    with ready(tmp_path) as workspace:
        monkeypatch.setattr(candidate_evaluator, "executor_of", lambda _: Picky())
        curve = run(workspace, "curve").verdict
    assert isinstance(curve, Curve)
    assert curve.curves[0].points[0].n_train >= 90


def test_small_data_are_measured_and_forecast_all_the_same(tmp_path: Path) -> None:
    with project(tmp_path, customers(60).drop("joined")) as workspace:
        forecast = run_to(workspace, *BEFORE, "curve", "forecast")
        curve = verdict_of(workspace, "curve", Curve)
    assert isinstance(forecast, Forecast)
    assert curve.curves[0].points[-1].n_train < 60
    assert 0 <= forecast.p_now <= 1
    assert len(forecast.grid) == 40
