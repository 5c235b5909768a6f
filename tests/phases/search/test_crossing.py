from __future__ import annotations

from math import exp, log

import pytest

from leadline.phases.curve import Point
from leadline.phases.search.crossing import crossings, line_of
from leadline.phases.search.trial import Expected, Trial


def trial(measured: dict[int, float], expected: dict[int, float] | None = None) -> Trial:
    return Trial(
        name="t",
        family="t",
        params={},
        complexity=1,
        n_train=max(measured, default=0),
        points=tuple(Point(n_train=n, errors=(e, e), fit_s=0.1) for n, e in measured.items()),
        expected=tuple(
            Expected(n_train=n, error=e, low=e / 2, high=2 * e) for n, e in (expected or {}).items()
        ),
    )


FLAT = trial({100: 0.3, 400: 0.3, 1600: 0.3})
FALLING = trial({100: 0.4, 400: 0.35, 1600: 0.2})


def test_curves_cross_where_the_lines_do() -> None:
    (found,) = crossings(FLAT, FALLING)
    # a third of the way from 400 to 1,600 on the logarithmic scale
    assert found.n_train == pytest.approx(exp(log(400) + log(4) / 3))
    assert found.error == pytest.approx(0.3)
    assert not found.is_forecast
    (same,) = crossings(FALLING, FLAT)
    assert same.n_train == pytest.approx(found.n_train)


def test_a_crossing_beyond_what_was_measured_is_a_forecast() -> None:
    slow = trial({100: 0.4, 400: 0.38}, {400: 0.37, 1600: 0.25})
    (found,) = crossings(FLAT, slow)
    assert found.is_forecast
    assert 400 < found.n_train < 1600


def test_the_forecast_goes_on_from_the_last_measurement() -> None:
    assert line_of(trial({100: 0.4}, {100: 0.39, 200: 0.3})) == [(100.0, 0.4), (200.0, 0.3)]


def test_one_that_stays_ahead_crosses_nobody() -> None:
    assert crossings(FLAT, trial({100: 0.5, 1600: 0.4})) == ()
    assert crossings(FLAT, trial({10: 0.5, 50: 0.1})) == (), "no sizes in common"
    assert crossings(FLAT, trial({})) == ()
