from __future__ import annotations

from pathlib import Path

import pytest
from tests.projects import ETHICS, PROBLEM, run, write_settings

from leadline.errors import NotReadyError
from leadline.jobs.forecast import _enough, _stderrs
from leadline.phases.curve import CandidateCurve, Curve, Point
from leadline.phases.forecast import Forecast, Recommendation
from leadline.workspace import Workspace


def forecast(folder: Path, *, target_score: float, **prices: float) -> Forecast:
    """Forecast again with other prices; the problem on the record stays."""
    write_settings(
        folder,
        problem={**PROBLEM, "target_score": target_score},
        data={"stream": ["stream.csv"], "test_share": 0.3},
        ethics=ETHICS,
        prices=prices,
    )
    with Workspace.open(folder) as workspace:
        verdict = run(workspace, "forecast").verdict
    assert isinstance(verdict, Forecast)
    return verdict


def test_prices_come_from_the_settings(released_folder: Path) -> None:
    verdict = forecast(
        released_folder,
        target_score=0.8,
        wage_per_hour=36.0,
        seconds_per_label=10.0,
        votes_per_label=2,
        machine_per_hour=2.0,
    )
    assert verdict.label_cost == pytest.approx(0.2)
    assert verdict.label_s == 20.0
    assert verdict.machine_per_hour == 2.0
    assert verdict.recommendation is Recommendation.GOOD_ENOUGH


def test_the_target_is_that_on_the_record(released_folder: Path) -> None:
    """The settings may have changed since; only 'problem' can say so."""
    assert forecast(released_folder, target_score=0.99).target_score == 0.8


def test_nothing_is_forecast_from_a_stale_curve(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        run(workspace, "data")
        with pytest.raises(NotReadyError, match="stale"):
            run(workspace, "forecast")


def test_the_family_the_repeats_and_chance_are_handed_over(released_folder: Path) -> None:
    verdict = forecast(released_folder, target_score=0.8)
    with Workspace.open(released_folder) as workspace:
        entry = workspace.record.latest("curve")
    assert entry is not None
    curve = entry.verdict
    assert isinstance(curve, Curve)
    assert verdict.family == "linear"
    assert verdict.chance_error == curve.chance_error == pytest.approx(0.5)
    assert verdict.n_repeats == min(len(point.errors) for point in curve.curves[0].points)
    assert verdict.stderrs == tuple(point.stderr for point in curve.curves[0].points)


def test_two_sizes_are_too_few() -> None:
    points = (
        Point(n_train=10, errors=(0.5,), fit_s=0.1),
        Point(n_train=20, errors=(0.4,), fit_s=1),
    )
    with pytest.raises(NotReadyError, match="measured at 2 sizes"):
        _enough(CandidateCurve(candidate="linear-1", points=points))


def test_a_size_measured_once_is_as_uncertain_as_one_repeat() -> None:
    once = Point(n_train=10, errors=(0.5,), fit_s=0.1)
    twice = Point(n_train=20, errors=(0.4, 0.42), fit_s=0.2)
    assert _stderrs((once, once)) == ()
    first, second = _stderrs((once, twice))
    assert second == pytest.approx(0.01)
    assert first == pytest.approx(0.01 * 2**0.5)
