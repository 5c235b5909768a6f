from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves import fit
from leadline.stats.curves.measured import Measured, measured
from leadline.stats.metric import METRICS

SIZES = np.array([100.0, 200, 400, 800])
ERRORS = np.array([0.4, 0.3, 0.25, 0.2])


def prepared(
    sizes: object = SIZES,
    errors: object = ERRORS,
    stderr: object = None,
    *,
    metric: str = "error_rate",
    n_repeats: int | None = None,
) -> Measured:
    return measured(
        np.asarray(sizes),
        np.asarray(errors),
        None if stderr is None else np.asarray(stderr),
        METRICS[metric],
        n_repeats,
    )


def test_logarithms_are_relative_to_the_last_point() -> None:
    data = prepared()
    assert data.x == pytest.approx(np.log(SIZES / 800))
    assert data.y == pytest.approx(np.log(ERRORS / 0.2))
    assert data.n_ref == 800
    assert data.error_ref == pytest.approx(0.2)
    assert data.variance.tolist() == [0, 0, 0, 0]


def test_order_does_not_matter() -> None:
    order = np.array([2, 0, 3, 1])
    one = prepared(stderr=ERRORS / 10)
    other = prepared(SIZES[order], ERRORS[order], ERRORS[order] / 10)
    for name in ("sizes", "errors", "stderr", "x", "y", "variance", "unit_variance"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))


def test_repeated_sizes_are_averaged() -> None:
    data = prepared([1, 2, 2, 4, 4, 4], [0.5, 0.3, 0.5, 0.1, 0.2, 0.3], [0.1] * 6)
    assert data.sizes.tolist() == [1, 2, 4]
    assert data.errors == pytest.approx(np.array([0.5, 0.4, 0.2]))
    assert data.stderr == pytest.approx(0.1 / np.sqrt([1, 2, 3]))


def test_what_is_measured_twice_is_half_as_noisy() -> None:
    once = prepared([1, 2, 4], [0.4, 0.3, 0.2])
    twice = prepared([1, 2, 4, 1, 2, 4], [0.4, 0.3, 0.2] * 2)
    assert twice.unit_variance == pytest.approx(once.unit_variance / 2)


def test_standard_errors_become_relative_variances() -> None:
    flat = np.full(4, 0.2)
    equal = prepared(errors=flat, stderr=0.05 * flat, metric="mean_absolute_error", n_repeats=3)
    # the same everywhere: nothing to borrow
    assert equal.variance == pytest.approx(np.full(4, 0.05**2))


def test_a_square_has_half_the_logarithm_and_half_its_standard_error() -> None:
    shares = np.array([0.08, 0.04, 0.06, 0.05])
    plain = prepared(stderr=shares * ERRORS, metric="mean_absolute_error", n_repeats=5)
    root = prepared(stderr=shares * ERRORS, metric="r2", n_repeats=5)
    assert root.y == pytest.approx(plain.y / 2)
    assert root.variance == pytest.approx(plain.variance / 4)
    assert root.error_ref == plain.error_ref
    assert root.errors.tolist() == ERRORS.tolist()


@pytest.mark.parametrize("metric", ["mean_absolute_error", "r2"])
@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_an_error_beyond_all_measure_leaves_the_others_alone(metric: str, unit: float) -> None:
    burst = prepared(errors=unit * np.array([1e30, 0.3, 0.25, 0.2]), metric=metric)
    plain = prepared(errors=[0.4, 0.3, 0.25, 0.2], metric=metric)
    assert burst.error_ref == pytest.approx(0.2 * unit)
    assert burst.y == pytest.approx(plain.y[1:])


@pytest.mark.parametrize("bursts", [[1e30], [1e9, 1e12, 1e10]])
@pytest.mark.parametrize("metric", ["root_mean_squared_error", "r2"])
def test_bursts_at_small_sizes_change_no_forecast(metric: str, bursts: list[float]) -> None:
    sizes = np.array([50.0, 71, 90, 100, 200, 400, 800, 1600])[-5 - len(bursts) :]
    errors = np.array([*bursts, 0.40, 0.38, 0.37, 0.365, 0.362])
    burst = fit(sizes, errors, 0.5 * errors, metric=metric, n_repeats=5)
    plain = fit(sizes[-5:], errors[-5:], 0.5 * errors[-5:], metric=metric, n_repeats=5)
    assert burst.quantile([3200, 12_800], 0.5) == pytest.approx(plain.quantile([3200, 12_800], 0.5))
    assert burst.noise == pytest.approx(plain.noise)
    assert f"those at {sizes[0]:.0f}" in burst.caution[0]
    assert not any("left out" in sentence for sentence in plain.caution)
    # of a size that is left out nothing is promised
    assert burst.rows_for(10.0, 0.5) == pytest.approx(100)


def test_an_error_of_the_last_sizes_is_never_left_out() -> None:
    assert prepared(errors=[0.4, 0.3, 0.25, 1e30], metric="r2").used.all()
    assert prepared(errors=[0.4, 0.3, 0.25, 1e-30], metric="error_rate").used.all()


def test_luck_makes_no_point_noisier_than_its_neighbours() -> None:
    usual = prepared(errors=[0.2, 0.2, 0.2, 0.2])
    lucky = prepared(errors=[0.2, 0.2, 0.05, 0.2])
    share = lucky.unit_variance / usual.unit_variance
    # at its own value it would count 4.7 times less
    assert share.max() < 1.7
    assert share[2] < 1.7 * share.min()


def test_a_lucky_standard_error_is_drawn_towards_the_others() -> None:
    flat = np.full(4, 0.2)
    stderr = np.array([0.05, 0.05, 0.0, 0.05]) * flat
    lucky = [
        prepared(errors=flat, stderr=stderr, metric="mean_absolute_error", n_repeats=n).variance[2]
        for n in (2, 5, 1000)
    ]
    # closed form: n - 1 times its own 0, six times the mean 3/4 of .05^2
    expected = [6 * 0.75 * 0.05**2 / (n - 1 + 6) for n in (2, 5, 1000)]
    assert lucky == pytest.approx(expected)


def test_a_single_repeat_says_nothing_of_its_own_noise() -> None:
    data = prepared(stderr=[0.1, 0.0, 0.0, 0.0], metric="mean_absolute_error", n_repeats=1)
    assert data.variance == pytest.approx(np.full(4, data.variance[0]))


@pytest.mark.parametrize("n_points", [41, 100, 1000])
def test_thinning_keeps_what_the_points_say(n_points: int) -> None:
    sizes = np.geomspace(10, 10_000, n_points)
    errors = 0.9 * sizes**-0.3
    dense = prepared(sizes, errors, 0.02 * errors, metric="mean_absolute_error")
    assert dense.x.size <= 40
    assert np.all(np.diff(dense.x) > 0)
    # all on the line still, and about as much information about its level: smoothing bends the ends
    assert dense.y + np.log(dense.error_ref) == pytest.approx(
        np.log(0.9) - 0.3 * (dense.x + np.log(dense.n_ref))
    )
    assert np.sum(1 / dense.variance) == pytest.approx(n_points / 0.02**2, rel=0.06)
    assert np.sum(1 / dense.unit_variance) == pytest.approx(n_points, rel=0.03)
    assert dense.sizes.size == n_points
    assert dense.n_ref == pytest.approx(10_000)


def test_few_points_are_not_thinned() -> None:
    assert prepared(np.arange(1, 41), np.full(40, 0.3)).x.size == 40


@pytest.mark.parametrize("metric", ["error_rate", "r2"])
def test_an_error_counts_as_half_its_standard_error_at_least(metric: str) -> None:
    stderr = [0.02, 0.02, 0.02, 0.02]
    data = prepared(errors=[0.4, 0.3, 0.005, 0.0], stderr=stderr, metric=metric)
    assert data.error_ref == pytest.approx(0.01)
    assert data.y[2] == pytest.approx(0.0)
    assert data.errors.tolist() == [0.4, 0.3, 0.005, 0.0]
    assert prepared(errors=[0.4, 0.3, 0.2, 0.011], stderr=stderr).error_ref == pytest.approx(0.011)


def test_no_error_at_all_is_a_small_one() -> None:
    data = prepared(errors=[0.2, 0.1, 0.0, 0.0], stderr=[0.0] * 4)
    assert np.isfinite(data.y).all()
    assert data.error_ref < 1e-3
    assert np.isfinite(prepared(errors=[0.0] * 4, metric="log_loss").y).all()


@pytest.mark.parametrize("metric", ["log_loss", "r2", "mean_absolute_error"])
def test_errors_without_a_ceiling_may_exceed_one(metric: str) -> None:
    assert prepared(errors=[40, 30, 20, 10], metric=metric).error_ref == pytest.approx(10)


@pytest.mark.parametrize(
    ("sizes", "errors", "stderr", "message"),
    [
        ([1, 2], [0.1, 0.1], None, "at least 3"),
        ([1, 1, 2], [0.1, 0.1, 0.1], None, "2 different sizes"),
        ([0, 1, 2], [0.1, 0.1, 0.1], None, "above 0"),
        ([1, 2, 3], [0.1, 0.1, -0.1], None, "negative"),
        ([1, 2, 3], [0.1, 0.1, 0.1], [0.1, 0.1, -1], "negative"),
        ([1, 2, 3], [0.1, 0.1, 0.1, 0.1], None, "as many"),
        ([1, 2, 3], [0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1], "as many"),
        ([1, 2, 3], [0.1, 0.1, float("nan")], None, "not finite"),
        ([1, 2, float("inf")], [0.1, 0.1, 0.1], None, "not finite"),
        ([1, 2, 3], [0.1, 0.1, 0.1], [0.1, 0.1, float("nan")], "not finite"),
        ([[1, 2, 3]], [0.1, 0.1, 0.1], None, "dimensions"),
        ([1, 2, 3], [40, 30, 20], None, "must not exceed 1"),
    ],
)
def test_bad_measurements_are_refused(
    sizes: object, errors: object, stderr: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        prepared(sizes, errors, stderr)


@pytest.mark.parametrize(("metric", "power"), [("mean_absolute_error", 1), ("r2", 2)])
def test_the_bounds_of_a_square_are_squares(metric: str, power: int) -> None:
    none = prepared(errors=[0.4, 0.3, 0.25, 0.0], metric=metric)
    assert none.error_ref == pytest.approx(0.25 * 1e-4**power)
    for times, is_used in ((0.99, True), (1.01, False)):
        first = 0.25 * times * 1000.0**power
        data = prepared([50, *SIZES], [first, 0.4, 0.3, 0.25, 0.25], metric=metric)
        assert data.used.tolist() == [is_used, True, True, True, True]
