"""Work estimates: moments of PERT, the predictive distribution of a past, owners side by side."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from leadline.stats.work_estimates import (
    FEWEST_FINISHED,
    PastRatios,
    draw_hours,
    finished_after,
    past_ratios,
)

N_DRAWS = 200_000


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_without_a_past_hours_have_the_moments_of_pert() -> None:
    least, likely, most = 2.0, 4.0, 12.0
    hours = draw_hours([least], [likely], [most], n_draws=N_DRAWS, rng=rng())[:, 0]
    mean = (least + 4 * likely + most) / 6
    variance = (mean - least) * (most - mean) / 7
    assert hours.mean() == pytest.approx(mean, rel=0.005)
    assert hours.var() == pytest.approx(variance, rel=0.02)
    assert hours.min() >= least
    assert hours.max() <= most


def test_without_a_past_pieces_are_drawn_apart() -> None:
    hours = draw_hours([1.0, 1.0], [2.0, 2.0], [9.0, 9.0], n_draws=N_DRAWS, rng=rng())
    one, other = hours.T
    assert abs(np.cov(one, other)[0, 1] / np.var(one)) < 0.01


def test_hours_that_are_certain_stay_certain() -> None:
    hours = draw_hours([3.0, 1.0], [3.0, 2.0], [3.0, 4.0], rng=rng())
    assert np.all(hours[:, 0] == 3.0)
    assert hours[:, 1].std() > 0


def test_with_a_past_a_piece_has_the_predictive_student_distribution() -> None:
    past = PastRatios(n=8, centre=0.3, spread=0.4)
    hours = draw_hours([1.0], [5.0], [9.0], past=past, n_draws=N_DRAWS, rng=rng())[:, 0]
    wide = past.spread * np.sqrt(1 + 1 / past.n)
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        expected = 5.0 * np.exp(past.centre + wide * t.ppf(share, past.n - 1))
        assert np.quantile(hours, share) == pytest.approx(expected, rel=0.02)


def test_with_a_past_what_it_leaves_open_is_shared() -> None:
    past = PastRatios(n=5, centre=0.0, spread=0.5)
    drawn = draw_hours([1.0] * 2, [2.0] * 2, [9.0] * 2, past=past, n_draws=N_DRAWS, rng=rng())
    # of two pieces the covariance is that of the centre, a fifth of each one's own variance
    one, other = np.log(drawn).T
    assert np.cov(one, other)[0, 1] / np.var(one) == pytest.approx(1 / 6, abs=0.03)


def test_a_past_is_summed_up_by_its_log_ratios() -> None:
    likely = np.array([2.0, 4.0, 1.0, 8.0, 3.0])
    ratios = np.array([1.0, 2.0, 1.5, 0.8, 3.0])
    past = past_ratios(likely * ratios, likely)
    assert past is not None
    assert past.n == 5
    assert past.centre == pytest.approx(np.log(ratios).mean())
    assert past.spread == pytest.approx(np.log(ratios).std(ddof=1))
    assert past.typical == pytest.approx(np.exp(np.log(ratios).mean()))


def test_too_little_is_no_past_and_luck_is_no_certainty() -> None:
    few = np.ones(FEWEST_FINISHED - 1)
    assert past_ratios(few, few) is None
    assert past_ratios([], []) is None
    on_the_hour = past_ratios(np.ones(FEWEST_FINISHED), np.ones(FEWEST_FINISHED))
    assert on_the_hour is not None
    assert on_the_hour.spread == 0.1


def test_owners_work_side_by_side_and_each_on_one_thing_at_a_time() -> None:
    hours = np.array([[2.0, 5.0, 1.0, 4.0], [1.0, 1.0, 1.0, 1.0]])
    after = finished_after(hours, ["Ada", "Ben", "Ada", "Ben"])
    assert after.tolist() == [[2.0, 5.0, 3.0, 9.0], [1.0, 1.0, 2.0, 2.0]]
    assert finished_after(np.empty((3, 0)), []).shape == (3, 0)


@pytest.mark.parametrize(
    ("least", "likely", "most"),
    [(0.0, 1.0, 2.0), (1.0, np.nan, 2.0), (1.0, 2.0, np.inf), (3.0, 2.0, 4.0), (1.0, 5.0, 4.0)],
)
def test_hours_that_cannot_be_are_refused(least: float, likely: float, most: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        draw_hours([least], [likely], [most], rng=rng())
    with pytest.raises(ValueError, match="took must be hours above 0"):
        past_ratios([0.0] * FEWEST_FINISHED, [1.0] * FEWEST_FINISHED)
