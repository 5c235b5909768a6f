from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.timing import fit_time_law


def test_an_exact_law_is_recovered() -> None:
    sizes = np.array([100, 300, 1000, 5000])
    law = fit_time_law(sizes, 2e-4 * sizes**1.3)
    assert law.exponent == pytest.approx(1.3)
    assert law.scale_s == pytest.approx(2e-4)
    assert law.predict([10_000, 20_000]) == pytest.approx(2e-4 * np.array([1e4, 2e4]) ** 1.3)


def test_the_interval_widens_away_from_what_was_measured() -> None:
    law = fit_time_law([100, 200, 400, 800], [1.0, 2.1, 3.9, 8.2])
    bounds = law.interval([300, 3000, 30_000])
    width = bounds.high / bounds.low
    assert np.all(np.diff(width) > 0)
    assert np.all(bounds.low < law.predict([300, 3000, 30_000]))
    assert float(law.interval(300, confidence_level=0.5).high) < bounds.high[0]


def test_two_points_do_not_pretend_to_be_exact() -> None:
    bounds = fit_time_law([100, 200], [1.0, 2.0]).interval(200)
    assert float(bounds.high / bounds.low) > 1.5


def test_intervals_hold_nine_in_ten_new_times() -> None:
    rng = np.random.default_rng(3)
    sizes = np.array([200, 400, 800, 1600])
    held = []
    for _ in range(1500):
        times = 1e-3 * sizes**1.1 * np.exp(0.15 * rng.standard_normal(4))
        new = 1e-3 * 6400**1.1 * np.exp(0.15 * rng.standard_normal())
        bounds = fit_time_law(sizes, times).interval(6400)
        held.append(bounds.low <= new <= bounds.high)
    assert np.mean(held) == pytest.approx(0.92, abs=0.03)


@pytest.mark.parametrize(
    ("sizes", "seconds"), [([1, 2], [1]), ([0, 2], [1, 1]), ([1, 2], [0, 1]), ([5, 5], [1, 2])]
)
def test_bad_input_is_refused(sizes: list[float], seconds: list[float]) -> None:
    with pytest.raises(ValueError, match=r"train_sizes|seconds"):
        fit_time_law(sizes, seconds)


def test_sizes_to_predict_are_positive() -> None:
    with pytest.raises(ValueError, match="n must be above 0"):
        fit_time_law([1, 2], [1, 2]).predict(0)
