from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_t, norm
from scipy.stats import t as student_t

from leadline.stats.machines.fit_time import fit_time_law


def test_an_exact_law_is_recovered() -> None:
    sizes = np.array([100, 300, 1000, 5000])
    law = fit_time_law(sizes, 2e-4 * sizes**1.3)
    assert law.exponent == pytest.approx(1.3, abs=0.05)
    assert law.start_s < 0.05
    truth = 2e-4 * np.array([1e4, 2e4]) ** 1.3
    assert law.predict([10_000, 20_000]) == pytest.approx(truth, rel=0.05)


def test_a_start_up_cost_does_not_flatten_the_forecast() -> None:
    sizes = np.array([100, 200, 400, 800, 1600, 3200])
    seconds = 1.0 + 1e-3 * sizes**1.1
    law = fit_time_law(sizes, seconds)
    assert law.start_s == pytest.approx(1.0, rel=0.2)
    truth = 1 + 1e-3 * 25_600**1.1
    line = np.exp(np.polyval(np.polyfit(np.log(sizes), np.log(seconds), 1), np.log(25_600)))
    assert line < 0.4 * truth
    assert law.predict(25_600) == pytest.approx(truth, rel=0.25)
    bounds = law.interval(25_600)
    assert bounds.low < truth < bounds.high


def test_the_interval_widens_away_from_what_was_measured() -> None:
    law = fit_time_law([100, 200, 400, 800], [1.0, 2.1, 3.9, 8.2])
    sizes = [800, 8000, 80_000]
    bounds = law.interval(sizes)
    assert np.all(np.diff(bounds.high / bounds.low) > 0)
    assert np.all(bounds.low < law.predict(sizes))
    assert float(law.interval(800, confidence_level=0.5).high) < bounds.high[0]


def test_two_points_neither_pretend_to_be_exact_nor_run_away() -> None:
    law = fit_time_law([100, 200], [1.0, 2.0])
    at_hand = law.interval(200)
    assert float(at_hand.high / at_hand.low) > 1.5
    wild = fit_time_law([100, 110], [1.0, 2.0])
    assert wild.exponent < 2.5
    assert float(wild.predict(1000)) < 1000


def test_times_of_one_size_may_repeat() -> None:
    law = fit_time_law([100, 100, 400, 400], [1.0, 1.1, 4.0, 4.2])
    assert law.predict([100, 400]) == pytest.approx([1.05, 4.1], rel=0.1)


@pytest.mark.parametrize("scatter", [1e-6, 0.05, 1.5])
@pytest.mark.parametrize("q", [0.005, 0.5, 0.95])
def test_a_quantile_has_its_share_of_the_mixture_below(q: float, scatter: float) -> None:
    sizes, luck = np.geomspace(50, 5000, 8), np.random.default_rng(0).standard_normal(8)
    law = fit_time_law(sizes, (1.0 + 1e-3 * sizes**1.5) * np.exp(scatter * luck))._mixture
    n = np.geomspace(20, 500_000, 9)
    x = np.log(n / law.n_ref)[:, None]
    middle = law.log_level + np.log(law.start + (1 - law.start) * np.exp(x) ** law.exponent)
    spread = np.sqrt(law.variance + law.drift * np.abs(x) + (0.1 * np.maximum(x, 0)) ** 2)
    z = (np.log(law.quantile(n, q))[:, None] - middle) / spread
    assert student_t.cdf(z, law.dof) @ law.weight == pytest.approx(q, abs=1e-7)


@pytest.mark.parametrize(
    ("sizes", "seconds"), [([1, 2], [1]), ([0, 2], [1, 1]), ([1, 2], [0, 1]), ([5, 5], [1, 2])]
)
def test_bad_input_is_refused(sizes: list[float], seconds: list[float]) -> None:
    with pytest.raises(ValueError, match=r"train_sizes|seconds"):
        fit_time_law(sizes, seconds)


def test_sizes_to_predict_are_positive() -> None:
    with pytest.raises(ValueError, match="n must be above 0"):
        fit_time_law([1, 2], [1, 2]).predict(0)


def test_an_exact_law_may_still_change_beyond_the_sizes_seen() -> None:
    """By .1 of the exponent: at 1,000 times the size a factor of two either way."""
    sizes = np.geomspace(100, 12_800, 8)
    bounds = fit_time_law(sizes, 1e-3 * sizes).interval(12_800 * 1000)
    assert 3.0 < float(np.sqrt(bounds.high / bounds.low)) < 4.5


def test_laws_are_weighted_by_their_posterior_probabilities() -> None:
    """Beside a multivariate t for the differences of log seconds, which have no level."""
    sizes, seconds = np.array([100, 300, 900, 2700]), np.array([1.0, 1.9, 5.2, 13.0])
    x, y = np.log(sizes / 2700), np.log(seconds)
    contrasts = np.eye(4)[1:] - np.eye(4)[0]
    weights = []
    for drift in (0.0, 0.5, 2.0):
        covariance = np.eye(4) + drift * np.minimum.outer(-x, -x)
        scale = 0.1**2 * contrasts @ covariance @ contrasts.T
        for start in np.append(0.0, np.geomspace(1e-4, 0.99, 13)):
            for exponent in np.linspace(0.0, 3.0, 31):
                log_law = np.log(start + (1 - start) * (sizes / 2700) ** exponent)
                likelihood = multivariate_t.logpdf(contrasts @ (y - log_law), shape=scale, df=2)
                prior = norm.logpdf(exponent, 1.2, 0.4) + np.log(0.1 if start == 0 else 0.9 / 13)
                weights.append((likelihood + prior, exponent, drift == 0))
    log_weight, exponents, is_steady = np.array(weights).T
    expected = np.exp(log_weight - np.logaddexp.reduce(log_weight))
    law = fit_time_law(sizes, seconds)
    assert law.exponent == pytest.approx(expected @ exponents, abs=2e-3)
    mixture = law._mixture
    assert mixture.weight[mixture.drift == 0].sum() == pytest.approx(expected @ is_steady, abs=0.01)
