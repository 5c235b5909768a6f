from __future__ import annotations

import pytest
from tests.examples import example_curve
from tests.phases.again import again, notes, warnings

from leadline.phases.curve import CandidateCurve, Point
from leadline.phases.verdict import Answer

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
CURVE = again(example_curve(), curves=(FALLING,), chance_error=0.5)


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
    assert verdict.answer is Answer.GO
    assert any(words in what for what in warnings(verdict))


def test_chance_is_within_two_standard_errors() -> None:
    near = curve("linear 1", 0.6, 0.58, 0.56, 0.54, 0.52, spread=0.05)
    assert warnings(again(CURVE, curves=(near,))) == []


def test_curves_that_cross_are_told() -> None:
    other = curve("boosting 2", 0.5, 0.4, 0.3, 0.25, 0.2)
    assert "The curves of linear 1 and boosting 2 cross." in notes(
        again(CURVE, curves=(FALLING, other))
    )
    above = curve("boosting 2", 0.5, 0.5, 0.5, 0.5, 0.5)
    assert notes(again(CURVE, curves=(FALLING, above))) == []


def test_one_repeat_has_no_standard_error() -> None:
    assert Point(n_train=10, errors=(0.3,), fit_s=0.1).stderr is None
    point = Point(n_train=10, errors=(0.1, 0.3), fit_s=0.1)
    assert point.mean == pytest.approx(0.2)
    assert point.stderr == pytest.approx(0.1)
