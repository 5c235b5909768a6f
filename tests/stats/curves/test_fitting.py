from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadline.stats.curves import CurvePosterior, fit, fit_all
from leadline.stats.curves.learnt import learnt

SIZES = np.array([100.0, 200, 400, 800, 1600, 3200])
LAW = 0.1 + 2 * SIZES**-0.5
STDERR = np.full(6, 0.004)
BEYOND = np.array([6400.0, 51_200])
LEVELS = [0.05, 0.5, 0.95]


def asked(posterior: CurvePosterior, scale: float = 1.0) -> np.ndarray:
    return posterior.quantile(scale * BEYOND, LEVELS)


@pytest.mark.parametrize(("c", "a", "b"), [(0.1, 2, 0.5), (0.0, 1, 0.3), (0.2, 5, 0.9)])
def test_an_exact_law_is_continued(c: float, a: float, b: float) -> None:
    posterior = fit(SIZES, c + a * SIZES**-b, np.full(6, 1e-4), n_repeats=5)
    low, median, high = posterior.quantile(6400.0, LEVELS)
    truth = c + a * 6400**-b
    assert median == pytest.approx(truth, rel=0.05)
    assert low < truth < high


def test_order_does_not_matter() -> None:
    order = np.random.default_rng(0).permutation(6)
    shuffled = fit(SIZES[order], LAW[order], STDERR[order])
    assert asked(shuffled) == pytest.approx(asked(fit(SIZES, LAW, STDERR)))


def test_only_ratios_of_sizes_matter() -> None:
    thousands = fit(1000 * SIZES, LAW, STDERR)
    assert asked(thousands, 1000) == pytest.approx(asked(fit(SIZES, LAW, STDERR)))


def test_only_ratios_of_losses_matter() -> None:
    one, hundred = (
        fit(SIZES, scale * LAW, scale * STDERR, metric="mean_absolute_error")
        for scale in (1.0, 100.0)
    )
    assert asked(hundred) == pytest.approx(100 * asked(one))


@pytest.mark.parametrize("family", [None, "linear"])
def test_many_curves_are_forecast_as_one_by_one(family: str | None) -> None:
    other = np.array([50.0, 100, 300, 900])
    curves = [
        (SIZES, LAW, STDERR),
        (SIZES, LAW + 0.05, None),
        (other, 0.3 * other**-0.2, np.full(4, 0.01)),
        (SIZES, LAW[::-1].copy(), STDERR),
        (10 * SIZES, LAW - 0.02, STDERR),
    ]
    together = fit_all(curves, family=family, n_repeats=5)
    for posterior, curve in zip(together, curves, strict=True):
        alone = fit(*curve, family=family, n_repeats=5)
        assert posterior.caution == alone.caution
        assert asked(posterior) == pytest.approx(asked(alone))


def test_a_family_that_was_learnt_from_changes_the_forecast() -> None:
    family = learnt().known.groups[1]
    own, strange, none = (
        asked(fit(SIZES, LAW, STDERR, family=name)) for name in (family, "nobody's", None)
    )
    assert not np.allclose(own, none)
    assert np.array_equal(strange, none)


def test_known_and_unknown_noise_have_tables_of_their_own() -> None:
    both = learnt()
    swapped = replace(both, known=both.hidden, hidden=both.known)
    for stderr in (STDERR, None):
        own, other = (asked(fit(SIZES, LAW, stderr, prior=prior)) for prior in (both, swapped))
        assert np.array_equal(own, asked(fit(SIZES, LAW, stderr)))
        assert not np.allclose(own, other)


def test_scatter_beyond_the_standard_errors_widens_the_forecast() -> None:
    scattered = LAW + 0.02 * np.array([1, -1, 1, -1, 1, -1])
    small = np.full(6, 0.002)
    width = [
        float(np.ptp(fit(SIZES, errors, small).quantile(12_800, [0.05, 0.95])))
        for errors in (LAW, scattered)
    ]
    assert width[1] > 1.5 * width[0]


def test_noise_widens_the_forecast() -> None:
    width = [
        float(np.ptp(fit(SIZES, LAW, np.full(6, noise)).quantile(12_800, [0.05, 0.95])))
        for noise in (0.001, 0.01, 0.04)
    ]
    assert width == sorted(width)
    assert width[2] > 2 * width[0]


def test_few_repeats_lend_a_small_standard_error_little_weight() -> None:
    # one size claims to be exact: with many repeats it is believed
    stderr = np.array([0.02, 0.02, 0.02, 0.02, 0.02, 0.0])
    errors = LAW + np.array([0, 0, 0, 0, 0, 0.03])
    many, few = (
        float(fit(SIZES, errors, stderr, n_repeats=n).quantile(3200, 0.5)) for n in (1000, 2)
    )
    assert abs(many - errors[-1]) < abs(few - errors[-1])


def test_rising_errors_are_not_forecast_to_fall_and_are_said_to_rise() -> None:
    posterior = fit(SIZES, np.linspace(0.2, 0.26, 6), np.full(6, 0.003), n_repeats=5)
    assert posterior.quantile(6400, 0.5) > 0.24
    assert any("rises" in sentence for sentence in posterior.caution)


def test_a_perfect_learner_and_lucky_repeats_do_not_break_the_fit() -> None:
    assert fit(SIZES, np.zeros(6)).quantile(1e4, 0.9) < 1e-3
    lucky = fit(SIZES, [0.2, 0.1, 0.05, 0, 0, 0], np.zeros(6))
    assert lucky.cdf(1e4, 0.1) > 0.9
    assert np.isfinite(lucky.sample([10.0, 1e6], 50)).all()
    assert np.isfinite(fit(SIZES, np.ones(6), np.zeros(6)).quantile(BEYOND, [0.0, 1.0])).all()


@pytest.mark.parametrize("n_rows", [30, 300, 3000])
def test_no_errors_among_few_rows_promise_few_errors_and_not_none(n_rows: int) -> None:
    found = fit(SIZES, np.zeros(6), np.full(6, 1 / n_rows), n_repeats=5)
    # Jeffreys' interval for none of n: its middle is .23 / n, its end 1.92 / n
    assert 0.2 < n_rows * found.quantile(3200, 0.5) < 0.6
    assert 1 < n_rows * found.quantile(3200, 0.95) < 2


def test_a_dense_curve_is_forecast_like_its_averages() -> None:
    rng = np.random.default_rng(1)
    dense = np.geomspace(100, 3200, 400)
    errors = (0.1 + 2 * dense**-0.5) * np.exp(0.05 * rng.standard_normal(400))
    found = fit(dense, errors).quantile(6400.0, LEVELS)
    assert found[1] == pytest.approx(0.125, rel=0.05)
    assert found[0] < 0.125 < found[2]
    # 400 noisy points say more than 6 of them
    few = fit(dense[::79], errors[::79]).quantile(6400.0, LEVELS)
    assert found[2] - found[0] < few[2] - few[0]


def test_the_same_measurement_gives_the_same_forecast() -> None:
    one, other = (fit(SIZES, LAW, STDERR).sample(BEYOND, 20) for _ in range(2))
    assert np.array_equal(one, other)


def test_cautions_travel_with_the_forecast() -> None:
    few = fit([100, 200, 400], [0.3, 0.2, 0.15], [0.01] * 3, n_repeats=2)
    assert len(few.caution) == 2
    assert "Only 3 train sizes" in few.caution[0]
    assert fit(SIZES, LAW, STDERR, n_repeats=5).caution == ()


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="n_repeats must be at least 1"):
        fit(SIZES, LAW, STDERR, n_repeats=0)
    with pytest.raises(ValueError, match="which is not known"):
        fit(SIZES, LAW, STDERR, metric="profit")
    with pytest.raises(ValueError, match="as many"):
        fit(SIZES, LAW[1:], STDERR)
    with pytest.raises(ValueError, match="at least 3"):
        fit_all([(SIZES, LAW, STDERR), (SIZES[:2], LAW[:2], None)])
