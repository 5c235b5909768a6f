from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from leadline.stats.curves.shapes import shapes

GRID = shapes()
KINDS = [slice(start, end) for start, end in pairwise(GRID.bounds)]
POWER, SHIFTED, SATURATING, WEIBULL, *PEAKED, LINES = KINDS
FALLING = slice(0, WEIBULL.stop)
X = np.linspace(-5.0, 5.0, 21)


def share_left(kind: slice, g_at: np.ndarray, g_at_one: np.ndarray) -> np.ndarray:
    floor = GRID.floor[kind, None]
    return np.asarray(np.log(floor + (1 - floor) * g_at / g_at_one))


def test_power_laws_follow_their_formula() -> None:
    c = GRID.exponent[POWER, None]
    assert GRID.at(X)[POWER] == pytest.approx(share_left(POWER, np.exp(X) ** -c, np.ones_like(c)))


def test_late_power_laws_follow_their_formula() -> None:
    c, d = GRID.exponent[SHIFTED, None], GRID.scale[SHIFTED, None]
    expected = share_left(SHIFTED, (np.exp(X) + d) ** -c, (1 + d) ** -c)
    assert GRID.at(X)[SHIFTED] == pytest.approx(expected)


def test_plateaus_follow_their_formula() -> None:
    c, d = GRID.exponent[SATURATING, None], GRID.scale[SATURATING, None]
    expected = share_left(SATURATING, 1 / (1 + (np.exp(X) / d) ** c), 1 / (1 + (1 / d) ** c))
    assert GRID.at(X)[SATURATING] == pytest.approx(expected)


def test_weibull_follows_its_formula() -> None:
    c, d = GRID.exponent[WEIBULL, None], GRID.scale[WEIBULL, None]
    # as a difference of exponents: each alone is 0 in floating point
    log_ratio = np.clip((1 / d) ** c - (np.exp(X) / d) ** c, -60, 60)
    expected = share_left(WEIBULL, np.exp(log_ratio), np.ones_like(c))
    assert GRID.at(X)[WEIBULL] == pytest.approx(expected)


def test_peaks_stand_where_their_scale_says_and_power_laws_are_left_behind_them() -> None:
    heights = []
    for kind in PEAKED:
        d, c = GRID.scale[kind], GRID.exponent[kind]
        around = np.array([GRID.at(np.log(place) + np.array([-0.05, 0.0, 0.05])) for place in d])
        own = around[np.arange(d.size), np.arange(kind.start, kind.stop)]
        assert np.all(own[:, 1] > own[:, [0, 2]].max(axis=1))
        far = GRID.at(np.array([8.0, 9.0]))[kind]
        assert far[:, 0] - far[:, 1] == pytest.approx(c, abs=1e-4)
        # above the power law through points far away on both sides
        ends = GRID.at(np.array([-9.0, 9.0]))[kind].mean(axis=1)
        heights.append(float(np.median(own[:, 1] + c * np.log(d) - ends)))
    assert heights == pytest.approx([0.4, 1.0, 1.8], abs=1e-3)


def test_lines_are_flat_or_rise() -> None:
    slopes = GRID.at(np.array([0.0, 1.0]))[LINES, 1]
    assert GRID.at(X)[LINES] == pytest.approx(slopes[:, None] * X)
    assert slopes.min() == 0
    assert np.unique(slopes).size == slopes.size


def test_every_shape_passes_through_the_last_measured_size_and_falls() -> None:
    heights = GRID.at(X)
    assert np.abs(GRID.at(np.zeros(1))).max() < 1e-12
    assert np.all(np.diff(heights[FALLING], axis=1) <= 1e-12)
    # each kind holds shapes that are told apart
    assert np.unique(heights.round(6), axis=0).shape[0] > 0.95 * len(GRID)


def test_far_away_only_the_floor_is_left() -> None:
    with_floor = np.flatnonzero(GRID.floor[FALLING] > 0)
    steep = with_floor[GRID.exponent[with_floor] >= 0.8]
    far = GRID.at(np.array([50.0]))[steep, 0]
    assert far == pytest.approx(np.log(GRID.floor[steep]), abs=1e-6)


@pytest.mark.parametrize("x", [-200.0, -60.0, 60.0, 200.0])
def test_nothing_overflows(x: float) -> None:
    heights = GRID.at(np.array([x]))
    assert np.isfinite(heights).all()


def test_some_shapes_are_those_of_all() -> None:
    some = np.array([LINES.start, 0, WEIBULL.start, SHIFTED.start, SATURATING.start, 0])
    assert GRID.at(X, some) == pytest.approx(GRID.at(X)[some])
