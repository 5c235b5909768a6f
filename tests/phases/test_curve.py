from __future__ import annotations

import json

import numpy as np
import pytest
from tests.examples import example_curve
from tests.phases.again import again, notes, warnings

from leadline.phases.curve import CandidateCurve, Curve, Point, Stop, p_no_better, shown_better
from leadline.phases.verdict import Answer
from leadline.record.codec import decode, encode, to_json

SIZES = (50, 100, 200, 400, 800)


def curve(name: str, *means: float, spread: float = 0.01, n_repeats: int = 3) -> CandidateCurve:
    return CandidateCurve(
        candidate=name,
        points=tuple(
            Point(
                n_train=n,
                errors=tuple(mean + spread * (i - (n_repeats - 1) / 2) for i in range(n_repeats)),
                fit_s=0.1,
            )
            for n, mean in zip(SIZES, means, strict=False)
        ),
    )


FALLING = curve("linear 1", 0.4, 0.35, 0.3, 0.28, 0.25)
CURVE = again(
    example_curve(), curves=(FALLING,), chance_error=0.5, n_affordable=None, stopped=None, n_kept=0
)


def test_a_falling_curve_is_a_go() -> None:
    assert CURVE.answer is Answer.GO
    assert CURVE.summary == "linear 1: the error goes from 0.400 at 50 rows to 0.250 at 800."
    assert CURVE.findings == ()


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (curve("linear 1", 0.4, 0.35, 0.3, 0.28), "Measured at 4 sizes only."),
        (curve("linear 1", 0.4, 0.3, 0.2, 0.2, 0.1, n_repeats=2), "Fewer than 3 repeats"),
        (curve("linear 1", 0.3, 0.3, 0.3, 0.3, 0.3), "The error does not fall with more rows."),
        (curve("linear 1", 0.7, 0.7, 0.7, 0.7, 0.6), "small-data region"),
    ],
)
def test_what_a_forecast_must_know_is_a_warning(measured: CandidateCurve, words: str) -> None:
    verdict = again(CURVE, curves=(measured,))
    assert verdict.answer is (Answer.UNCLEAR if words == "small-data region" else Answer.GO)
    assert any(words in what for what in warnings(verdict))


def test_small_data_are_told_by_a_test_not_by_eye() -> None:
    # the mean is below chance at every size, but no further than luck would take it
    near = curve("linear 1", 0.495, 0.49, 0.485, 0.48, 0.475, spread=0.05)
    unclear = again(CURVE, curves=(near,))
    (told,) = warnings(unclear)
    assert unclear.answer is Answer.UNCLEAR
    assert "not shown to be better than chance" in unclear.summary
    assert told.startswith("Even at 800 rows the error is not shown to be better than chance")
    assert "with a chance of 24%" in told
    later = curve("linear 1", 0.52, 0.5, 0.49, 0.4, 0.3)
    verdict = again(CURVE, curves=(later,))
    assert (verdict.answer, warnings(verdict)) == (Answer.GO, [])
    assert any(what.startswith("Up to 200 rows the error is not shown") for what in notes(verdict))


def test_the_test_against_chance_holds_its_level() -> None:
    rng = np.random.default_rng(0)
    found = [
        p_no_better(Point(n_train=9, errors=tuple(rng.normal(0.5, 0.1, 5)), fit_s=1.0), 0.5)
        for _ in range(1000)
    ]
    assert np.mean([p is not None and p < 0.05 for p in found]) == pytest.approx(0.05, abs=0.02)
    assert p_no_better(Point(n_train=9, errors=(0.3,), fit_s=1.0), 0.5) is None
    assert p_no_better(Point(n_train=9, errors=(0.3, 0.3), fit_s=1.0), 0.5) == 0.0
    assert p_no_better(Point(n_train=9, errors=(0.6, 0.6), fit_s=1.0), 0.5) == 1.0


def test_curves_that_cross_are_told_by_the_sizes_they_share() -> None:
    other = curve("boosting 2", 0.5, 0.4, 0.3, 0.25, 0.2)
    assert "The curves of linear 1 and boosting 2 cross." in notes(
        again(CURVE, curves=(FALLING, other))
    )
    above = curve("boosting 2", 0.5, 0.5, 0.5, 0.5, 0.5)
    assert notes(again(CURVE, curves=(FALLING, above))) == []
    # at the sizes both were measured, boosting is ahead throughout
    late = CandidateCurve(candidate="boosting 2", points=other.points[3:])
    assert notes(again(CURVE, curves=(FALLING, late))) == []


def test_one_repeat_has_no_standard_error_but_that_of_its_sampling() -> None:
    assert Point(n_train=10, errors=(0.3,), fit_s=0.1).stderr is None
    assert Point(n_train=10, errors=(0.3,), fit_s=0.1, sampling=(0.02,)).stderr == 0.02
    point = Point(n_train=10, errors=(0.1, 0.3), fit_s=0.1)
    assert point.mean == pytest.approx(0.2)
    assert point.stderr == pytest.approx(0.1)


def test_repeats_that_agree_are_no_surer_than_their_validation_rows() -> None:
    apart = Point(
        n_train=10, errors=(0.2,) * 4, fit_s=0.1, sampling=(0.04,) * 4, n_valid=(100,) * 4
    )
    assert apart.stderr == pytest.approx(0.02)
    shared = Point(
        n_train=10,
        errors=(0.2,) * 4,
        fit_s=0.1,
        sampling=(0.04,) * 4,
        n_valid=(100,) * 4,
        n_judged=100,
    )
    assert shared.stderr == pytest.approx(0.04)


@pytest.mark.parametrize("shared", [False, True])
def test_the_standard_error_holds_splits_and_validation_rows(shared: bool) -> None:
    rng = np.random.default_rng(1)
    split, sampling, n_repeats, n_valid = 0.03, 0.05, 5, 100
    means, told = [], []
    for _ in range(2000):
        rows = rng.normal(0, sampling, 1 if shared else n_repeats)
        errors = 0.3 + rng.normal(0, split, n_repeats) + rows
        point = Point(
            n_train=50,
            errors=tuple(errors),
            fit_s=0.1,
            sampling=(sampling,) * n_repeats,
            n_valid=(n_valid,) * n_repeats,
            n_judged=n_valid if shared else n_valid * n_repeats,
        )
        means.append(point.mean)
        told.append(point.stderr or 0.0)
    assert np.sqrt(np.mean(np.square(told))) == pytest.approx(np.std(means), rel=0.12)


@pytest.mark.parametrize(
    ("stopped", "words"),
    [
        (Stop.SETTLED, "more of it would hardly narrow the forecast at 6,400 rows"),
        (Stop.TIME, "at the end of the time box"),
        (Stop.EXHAUSTED, "every size had been measured often enough"),
    ],
)
def test_the_verdict_says_why_measuring_stopped(stopped: Stop, words: str) -> None:
    verdict = again(CURVE, stopped=stopped, n_affordable=6400, n_kept=12)
    why, kept = notes(verdict)
    assert words in why
    assert kept == "12 fits of an earlier run did not have to be repeated."


@pytest.mark.parametrize(
    ("errors", "words", "is_warning"),
    [
        ((0.30, 0.32, 0.31), "they help", False),
        ((0.24, 0.26, 0.27), "no difference is shown", False),
        ((0.20, 0.21, 0.21), "they do harm", True),
    ],
)
def test_rows_of_machines_are_held_against_people_s_alone(
    errors: tuple[float, ...], words: str, is_warning: bool
) -> None:
    without = Point(n_train=800, errors=errors, fit_s=0.1, n_valid=(200, 200, 200))
    verdict = again(CURVE, without_machines=without)
    (told,) = [what for what in (*warnings(verdict), *notes(verdict)) if words in what]
    assert f"with the rows of machines is 0.250, and without them {np.mean(errors):.3f}" in told
    assert (told in warnings(verdict)) == is_warning


def test_a_curve_of_version_1_stays_readable() -> None:
    stored = json.loads(to_json(encode(CURVE)))
    for name in ("n_affordable", "stopped", "n_kept"):
        del stored[name]
    for each in stored["curves"]:
        for point in each["points"]:
            for name in ("sampling", "n_valid", "n_judged"):
                del point[name]
    assert decode(Curve, stored, 1) == CURVE


def test_a_curve_of_version_2_stays_readable() -> None:
    verdict = again(CURVE, n_affordable=6_400, stopped=Stop.TIME, n_kept=12)
    stored = json.loads(to_json(encode(verdict)))
    stored["n_aim"] = stored.pop("n_affordable")
    assert decode(Curve, stored, 2) == verdict


def test_few_repeats_are_held_against_the_spread_of_all() -> None:
    falling = [(0.46, 0.44, 0.45, 0.47, 0.46), (0.38, 0.4, 0.37, 0.39, 0.4), (0.24, 0.32)]
    points = tuple(Point(n_train=n, errors=its, fit_s=1.0) for n, its in enumerate(falling, 1))
    assert shown_better(points, 0.5) == (True, True, True)
    once = tuple(Point(n_train=n, errors=(e,), fit_s=1.0) for n, e in ((9, 0.52), (18, 0.48)))
    assert shown_better(once, 0.5) == (False, True)
    unsure = Point(n_train=9, errors=(0.49,), fit_s=1.0, sampling=(0.02,))
    assert shown_better((unsure,), 0.5) == (False,)
