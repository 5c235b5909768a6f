from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike

from leadline.stats.curves import Regions, fit
from leadline.stats.curves.measured import Measured, measured
from leadline.stats.curves.regions import regions_of
from leadline.stats.metric import METRICS

SIZES = np.array([100.0, 200, 400, 800, 1600])
Curves = Callable[[np.ndarray, np.ndarray], np.ndarray]


def data(errors: ArrayLike = 3 * SIZES**-0.5, stderr: ArrayLike | None = None) -> Measured:
    spread = None if stderr is None else np.asarray(stderr)
    return measured(SIZES, np.asarray(errors), spread, METRICS["error_rate"], 5)


def read(
    curves: Curves,
    n: float | list[float] = 1600.0,
    *,
    chance_error: float | None = None,
    seen: Measured | None = None,
) -> Regions:
    """Regions of known curves: `curves` takes a share in (0, 1) a draw, and sizes."""

    def sample(n: ArrayLike, size: int, *, rng: np.random.Generator | None = None) -> np.ndarray:
        shares = (np.arange(size) + 0.5) / size
        return curves(shares[:, None], np.asarray(n))

    def floors(size: int) -> np.ndarray:
        return np.asarray(0.1 + 0.2 * (np.arange(size) + 0.5) / size)

    sizes = np.asarray(n, dtype=np.float64)
    return regions_of(sample, floors, data() if seen is None else seen, sizes, chance_error)


def test_the_slope_of_a_power_law_is_read_off() -> None:
    # exponents evenly between .2 and .6
    found = read(lambda u, n: 3 * n ** -(0.2 + 0.4 * u), [800, 1600])
    assert found.slope_median == pytest.approx(np.array([0.4, 0.4]), abs=2e-3)
    assert found.slope.low == pytest.approx(np.array([0.22, 0.22]), abs=2e-3)
    assert found.slope.high == pytest.approx(np.array([0.58, 0.58]), abs=2e-3)
    assert found.power.tolist() == [1, 1]
    assert found.floor_from is None
    assert "At 1,600 rows" in found.words
    # 1 - 2^-.4
    assert "take about 24%" in found.words
    # true of all curves drawn, which are some hundred
    assert "(probability over 99%)" in found.words


def test_a_plateau_at_chance_is_small_data() -> None:
    # three in ten curves have not moved from one half yet
    found = read(lambda u, n: np.where(u < 0.3, 0.5, 0.3) + 0 * n, chance_error=0.5)
    assert float(found.small) == pytest.approx(0.3, abs=0.01)
    assert float(found.floor) == pytest.approx(0.7, abs=0.01)
    # without a name for chance nothing is held to be no better
    assert float(read(lambda u, n: 0.5 + 0 * u * n).small) == 0
    learning = read(lambda u, n: 0.49 + 0 * u * n, chance_error=0.5)
    assert "hardly begun" in learning.words
    assert learning.has_begun
    waiting = read(
        lambda u, n: 0.49 + 0 * u * n, chance_error=0.5, seen=data(np.full(5, 0.49), [0.01] * 5)
    )
    assert not waiting.has_begun
    assert "has not begun to fall" in waiting.words
    assert "no data remove" not in waiting.words, (
        "nothing measured says where a curve that waits ends"
    )
    # a twentieth below chance is begun
    assert float(read(lambda u, n: 0.474 + 0 * u * n, chance_error=0.5).small) == 0


def test_where_doubling_pays_less_than_a_fiftieth_the_floor_is_near() -> None:
    def curve(u: np.ndarray, n: np.ndarray) -> np.ndarray:
        return np.asarray(0.1 + 2 * n**-0.5 + 0 * u)

    # closed form: 2 (1 - 2^-.5) n^-.5 < .02 (.1 + 2 n^-.5)
    turn = ((2 * (1 - 2**-0.5) - 0.04) / 0.002) ** 2
    assert read(curve, [turn / 1.1, turn * 1.1]).floor.tolist() == [0, 1]
    found = read(curve, [turn * 1.1], seen=data(0.1 + 2 * SIZES**-0.5))
    assert found.floor_from is not None
    # the first of a grid of 25 sizes
    assert turn <= found.floor_from < turn * (1600 * 64 / 100) ** (1 / 24)
    assert "hardly pay" in found.words


def test_a_curve_that_rises_is_not_called_close_to_its_floor() -> None:
    rising = read(lambda u, n: n**0.1 / 5 + 0 * u, chance_error=0.9)
    # 2^.1 - 1
    assert rising.words.endswith("more data do not pay: twice the rows add about 7% to the error.")
    assert not rising.tells_floor, "nor is a best drawn that no data better"
    level = read(lambda u, n: n**0.01 / 5 + 0 * u, chance_error=0.9).words
    assert "hardly pay" in level
    assert "no data remove" in level


def test_a_region_must_last() -> None:
    # flat between 300 and 3000 rows only
    def pause(u: np.ndarray, n: np.ndarray) -> np.ndarray:
        after = np.where(n < 3000, 300**-0.3, (n / 10) ** -0.3)
        return np.asarray(np.where(n < 300, n**-0.3, after) + 0 * u)

    found = read(pause, 500.0)
    assert float(found.floor) == 1
    assert found.floor_from is None


def test_the_floor_is_a_quantile_of_its_draws() -> None:
    found = read(lambda u, n: n**-0.3 + 0 * u)
    assert found.floor_error.low == pytest.approx(0.11, abs=1e-3)
    assert found.floor_error.high == pytest.approx(0.29, abs=1e-3)
    assert found.floor_median == pytest.approx(0.2, abs=1e-3)


def test_learning_begins_where_all_later_sizes_are_better_than_chance() -> None:
    stderr = np.full(5, 0.01)
    # one-sided at 5 %: better by 1.645 standard errors; the lucky first one does not count
    seen = data([0.47, 0.495, 0.482, 0.45, 0.40], stderr)

    def flat(u: np.ndarray, n: np.ndarray) -> np.ndarray:
        return np.asarray(0.4 + 0 * u * n)

    assert read(flat, chance_error=0.5, seen=seen).learns_from == 400
    assert read(flat, chance_error=0.4, seen=seen).learns_from is None
    assert read(flat, seen=seen).learns_from is None


def test_shapes_follow_the_argument_and_probabilities_sum_to_one() -> None:
    errors = 0.1 + 2 * SIZES**-0.5
    posterior = fit(SIZES, errors, np.full(5, 0.003), n_repeats=5)
    for n in (None, 800.0, [800.0, 1600.0, 6400.0], [[400.0], [12_800.0]]):
        found = posterior.regions(n, chance_error=0.5)
        shape = np.shape(posterior.n_largest if n is None else n)
        assert found.slope.low.shape == found.small.shape == shape
        assert found.small + found.power + found.floor == pytest.approx(np.ones(shape))
        assert np.all(found.slope.low <= found.slope_median)
        assert np.all(found.slope_median <= found.slope.high)
        assert found.floor_error.low <= found.floor_median <= found.floor_error.high


def test_regions_of_measured_curves_are_recognised() -> None:
    stderr = np.full(5, 0.002)
    rng = np.random.default_rng(0)

    def regions(errors: np.ndarray) -> Regions:
        noisy = errors + 0.002 * rng.standard_normal(5)
        return fit(SIZES, noisy, stderr, n_repeats=5).regions(chance_error=0.5)

    chance = regions(np.full(5, 0.5))
    assert float(chance.small) > 0.9
    assert chance.learns_from is None
    law = regions(4 * SIZES**-0.5)
    assert float(law.power) > 0.9
    assert law.slope.low < 0.5 < law.slope.high
    assert float(law.slope_median) == pytest.approx(0.5, abs=0.1)
    assert law.learns_from == 100
    floor = regions(0.2 + 20 * SIZES**-1.2)
    assert float(floor.floor) > 0.7
    assert floor.floor_error.low < 0.2 < floor.floor_error.high
