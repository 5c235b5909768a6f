from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.law import PowerLaws, fit_power_laws

SIZES = np.array([100.0, 200, 400, 800, 1600, 3200])


@pytest.fixture
def posterior() -> CurvePosterior:
    rng = np.random.default_rng(0)
    errors = 0.1 + 2 * SIZES**-0.5 + 0.004 * rng.standard_normal(SIZES.size)
    return fit(SIZES, errors, np.full(SIZES.size, 0.004), rng=rng)


def law_of(c: float, a: float, b: float, n_unit: float = 1.0) -> PowerLaws:
    return PowerLaws(np.array([c]), np.array([a]), np.array([b]), n_unit)


@pytest.mark.parametrize(
    ("c", "a", "b"), [(0.1, 2, 0.5), (0.0, 1, 0.3), (0.3, 50, 1.2), (0.2, 0, 1)]
)
def test_an_exact_law_is_recovered(c: float, a: float, b: float) -> None:
    truth = c + a * SIZES**-b
    law = fit_power_laws(SIZES, truth[None], np.ones(SIZES.size))
    beyond = np.array([6400.0, 51_200])
    assert law.at(SIZES)[0] == pytest.approx(truth, abs=1e-3)
    assert law.at(beyond)[0] == pytest.approx(c + a * beyond**-b, abs=2e-3)
    assert law.c[0] >= 0
    assert law.a[0] >= 0


def test_the_fit_is_as_good_as_a_general_optimiser() -> None:
    rng = np.random.default_rng(1)
    curves = 0.1 + 2 * SIZES**-0.5 + 0.01 * rng.standard_normal((40, SIZES.size))
    weights = SIZES / SIZES.sum()
    laws = fit_power_laws(SIZES, curves, weights)
    losses = np.sum(weights * (laws.at(SIZES) - curves) ** 2, axis=1)
    for curve, loss in zip(curves, losses, strict=True):
        best, _ = curve_fit(
            lambda n, c, a, b: c + a * (n / 3200) ** -b,
            SIZES,
            curve,
            p0=(0.1, 0.05, 0.5),
            sigma=weights**-0.5,
            bounds=([0, 0, 0.01], [np.inf, np.inf, 2]),
            max_nfev=20_000,
        )
        general = np.sum(weights * (best[0] + best[1] * (SIZES / 3200) ** -best[2] - curve) ** 2)
        # the grid of exponents costs less than a hundredth of the noise variance
        assert loss <= general + 0.01 * 0.01**2


def test_rising_errors_are_fitted_flat_and_said_to_be() -> None:
    rng = np.random.default_rng(2)
    posterior = fit(SIZES, np.linspace(0.2, 0.21, 6), np.full(6, 0.01), rng=rng)
    assert posterior.quantile(1e5, 0.5) == pytest.approx(0.205, abs=0.01)
    assert any("hardly fall" in sentence for sentence in posterior.caution)


def test_rows_for_inverts_each_law() -> None:
    law = law_of(0.1, 2, 0.5, 100)
    assert law.rows_for(0.2)[0] == pytest.approx(100 * 20**2)
    assert law.at(law.rows_for(0.2))[0] == pytest.approx(0.2)
    assert np.isinf(law.rows_for(0.1)[0])
    assert np.isinf(law_of(0.3, 0, 1).rows_for(0.2)[0])
    assert law_of(0.3, 0, 1).rows_for(0.3)[0] == 1


def test_shapes_follow_the_arguments(posterior: CurvePosterior) -> None:
    assert posterior.quantile(1000, 0.5).shape == ()
    assert posterior.quantile([1000, 2000], [0.1, 0.5, 0.9]).shape == (3, 2)
    assert posterior.cdf(1000, 0.2).shape == ()
    assert posterior.cdf([1000, 2000], 0.2).shape == (2,)
    assert posterior.cdf([[1000], [2000]], [0.1, 0.15, 0.2]).shape == (2, 3)
    assert posterior.sample(1000, 7).shape == (7,)
    assert posterior.sample([1000, 2000], 7).shape == (7, 2)


def test_quantile_and_cdf_agree(posterior: CurvePosterior) -> None:
    for q in (0.1, 0.5, 0.9):
        error = posterior.quantile(6400, q)
        assert posterior.cdf(6400, error) == pytest.approx(q, abs=0.005)


def test_rows_for_is_where_the_probability_is_reached(posterior: CurvePosterior) -> None:
    rows = posterior.rows_for(0.13, 0.8)
    assert rows is not None
    assert posterior.cdf(rows * 1.001, 0.13) >= 0.8
    assert posterior.cdf(rows * 0.98, 0.13) < 0.8
    sooner = posterior.rows_for(0.13, 0.5)
    assert sooner is not None
    assert sooner < rows


def test_what_is_not_reached_is_not_promised(posterior: CurvePosterior) -> None:
    assert posterior.rows_for(0.05, 0.9) is None
    assert posterior.rows_for(10.0, 0.9) == 1


def test_samples_are_whole_curves_and_repeatable(posterior: CurvePosterior) -> None:
    curves = posterior.sample([100, 1000, 10_000], 900)
    assert np.all(np.diff(curves, axis=1) <= 0)
    assert np.array_equal(curves, posterior.sample([100, 1000, 10_000], 900))
    drawn = posterior.sample(1000, 50, rng=np.random.default_rng(0))
    assert set(drawn.tolist()) <= set(curves[:, 1].tolist())


def test_the_same_seed_gives_the_same_answer() -> None:
    errors = 0.1 + 2 * SIZES**-0.5
    answers = [
        fit(SIZES, errors, rng=np.random.default_rng(5)).sample(9999, 3).tolist() for _ in range(2)
    ]
    assert answers[0] == answers[1]


def test_caution_says_what_is_wrong(posterior: CurvePosterior) -> None:
    assert len(posterior.caution) == 1
    assert "too narrow" in posterior.caution[0]
    few = fit([100, 200, 400], [0.3, 0.2, 0.15], rng=np.random.default_rng(0))
    assert any("Only 3 train sizes" in sentence for sentence in few.caution)


def test_scatter_beyond_the_standard_errors_widens_the_forecast() -> None:
    rng = np.random.default_rng(3)
    scattered = 0.1 + 2 * SIZES**-0.5 + 0.02 * np.array([1, -1, 1, -1, 1, -1])
    width = [
        np.ptp(fit(SIZES, errors, np.full(6, 0.002), rng=rng).quantile(12_800, [0.05, 0.95]))
        for errors in (0.1 + 2 * SIZES**-0.5, scattered)
    ]
    assert width[1] > 3 * width[0]


def test_a_perfect_learner_and_lucky_repeats_do_not_break_the_fit() -> None:
    rng = np.random.default_rng(4)
    assert fit(SIZES, np.zeros(6), rng=rng).quantile(1e4, 0.9) == pytest.approx(0, abs=1e-9)
    assert fit(SIZES, [0.2, 0.1, 0.05, 0, 0, 0], np.zeros(6), rng=rng).cdf(1e4, 0.1) > 0.9


@pytest.mark.parametrize(
    ("sizes", "errors", "stderr", "message"),
    [
        ([1, 2], [0.1, 0.1], None, "at least 3"),
        ([1, 1, 2], [0.1, 0.1, 0.1], None, "2 different sizes"),
        ([0, 1, 2], [0.1, 0.1, 0.1], None, "above 0"),
        ([1, 2, 3], [0.1, 0.1, -0.1], None, "negative"),
        ([1, 2, 3], [0.1, 0.1, 0.1], [0.1, 0.1, -1], "negative"),
        ([1, 2, 3], [0.1, 0.1, 0.1, 0.1], None, "as many"),
        ([1, 2, 3], [0.1, 0.1, float("nan")], None, "not finite"),
    ],
)
def test_bad_measurements_are_refused(
    sizes: list[float], errors: list[float], stderr: list[float] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        fit(sizes, errors, stderr, rng=np.random.default_rng(0))


def test_bad_questions_are_refused(posterior: CurvePosterior) -> None:
    with pytest.raises(ValueError, match="n must be above 0"):
        posterior.quantile(0, 0.5)
    with pytest.raises(ValueError, match="probability"):
        posterior.rows_for(0.1, 90)
    with pytest.raises(ValueError, match="error must be finite"):
        posterior.rows_for(float("nan"), 0.9)
    with pytest.raises(ValueError, match="size must be at least 1"):
        posterior.sample(10, 0)
    with pytest.raises(ValueError, match="n_draws"):
        fit([1, 2, 3], [0.3, 0.2, 0.1], rng=np.random.default_rng(0), n_draws=0)
