from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.projects import (
    ETHICS,
    N_POOL,
    PROBLEM,
    customers,
    project,
    run,
    run_to,
    verdict_of,
    write_settings,
)

from leadline.errors import NotReadyError
from leadline.evaluation.budget import spent_on_machines
from leadline.jobs.forecast import _enough, _stderrs
from leadline.phases.curve import CandidateCurve, Curve, Point
from leadline.phases.forecast import Forecast
from leadline.phases.forecast.advice import Recommendation
from leadline.phases.labelling import Labelling
from leadline.report import write_report
from leadline.services.queries import row_page
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
        machine_per_hour=2.0,
    )
    assert verdict.label_cost == pytest.approx(0.1 / 0.95), "with hidden repeats"
    assert verdict.label_s == pytest.approx(10.0 / 0.95)
    assert verdict.machine_per_hour == 2.0
    assert verdict.recommendation is Recommendation.GOOD_ENOUGH


def test_the_target_is_that_on_the_record(released_folder: Path) -> None:
    """The settings may have changed since; only 'problem' can say so."""
    assert forecast(released_folder, target_score=0.99).target_score == 0.8


def test_nothing_is_forecast_from_a_stale_curve(released_folder: Path) -> None:
    customers(N_POOL + 40).write_csv(released_folder / "pool.csv")
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
    assert verdict.train_share == 1.0, "the split is by time: rows that come later are learnt from"


def test_labels_and_machines_have_both_been_paid_for(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        entry = workspace.record.latest("labelling")
        assert entry is not None
        assert isinstance(entry.verdict, Labelling)
        workspace.record.append("labelling", replace(entry.verdict, cost=7.0), by="x", on=entry.on)
        machines = spent_on_machines(workspace)
    verdict = forecast(released_folder, target_score=0.8)
    assert verdict.spent == pytest.approx(7.0 + machines)
    assert machines > 0


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


def test_earlier_forecasts_are_held_against_what_happened(tmp_path: Path) -> None:
    """Rows come in, the curve is measured again, and the first forecast must answer for itself."""
    steps = ("data", "feasibility", "search", "labelling", "curve", "forecast")
    wanted = {**PROBLEM, "target_score": 0.95, "time_box_s": 20.0, "budget": 60.0}
    with project(tmp_path, customers(200), problem=wanted) as workspace:
        run_to(workspace, "problem", *steps)
        first = verdict_of(workspace, "forecast", Forecast)
        again = run(workspace, "forecast")
        assert first.checks == ()
        assert first.n_bought == 0
        customers(800).write_csv(tmp_path / "pool.csv")
        run_to(workspace, *steps)
        second = workspace.record.latest("forecast")
        assert second is not None
        verdict = second.verdict
        assert isinstance(verdict, Forecast)
        known = first.train_sizes[-1]
        # two forecasts of one curve promised the same: the newer one speaks for both
        assert {check.entry for check in verdict.checks} == {again.number}
        assert [check.n_train for check in verdict.checks] == [
            size for size in verdict.train_sizes if size > known
        ]
        measured = dict(zip(verdict.train_sizes, verdict.errors, strict=True))
        for check in verdict.checks:
            assert check.n_known == known
            if check.is_same:
                assert check.measured == pytest.approx(measured[check.n_train])
        bought = bool(first.plan and first.plan.rounds)
        assert verdict.n_bought == int(bought and verdict.n_available >= _goal(first))
        page = row_page(workspace, "forecast")
        assert [name for name, _ in page.details] == ["verification"]
        entries, standing = workspace.record.entries(), workspace.record.standing()
        text = write_report(entries, standing, title="customers", form="markdown")
        assert "Forecast against what happened" in text


def _goal(forecast: Forecast) -> int:
    assert forecast.plan is not None
    return forecast.plan.rounds[0].n_rows
