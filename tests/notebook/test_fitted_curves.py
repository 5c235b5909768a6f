"""Curves of points that were measured elsewhere."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest

import leadline as ll
from leadline.stats import curves

SIZES = np.array([100, 200, 400, 800, 1600])
ERRORS = 0.1 + 2 * SIZES**-0.5
STDERR = np.full(5, 0.004)


@pytest.fixture(scope="module")
def curve() -> ll.LearningCurve:
    return ll.fit(SIZES, ERRORS, STDERR, metric="accuracy", n_repeats=5)


def test_it_is_the_forecast_of_the_statistics(curve: ll.LearningCurve) -> None:
    plain = curves.fit(SIZES, ERRORS, STDERR, metric="accuracy", n_repeats=5)
    low, score, high = curve.score(16_000).select("low", "score", "high").row(0)
    worst, middle, best = plain.quantile(16_000, [0.95, 0.5, 0.05])
    # to the last digit but one: a sum is rounded by where its numbers lie in memory
    assert (low, score, high) == pytest.approx((1 - worst, 1 - middle, 1 - best), rel=1e-12)
    assert curve.forecast(0.87).p_with(6_400) == pytest.approx(
        plain.cdf(6_400, 1 - 0.87), rel=1e-12
    )


def test_a_loss_stays_a_loss() -> None:
    loss = ll.fit(SIZES, 10 * ERRORS, metric="log_loss")
    low, score, high = loss.score(3_200).select("low", "score", "high").row(0)
    assert 0 < low < score < high
    frame = loss.to_frame()
    assert (frame["q5"] <= frame["q95"]).all()
    assert "of at most 2" in repr(loss.forecast(2))


def test_the_table_holds_what_was_measured_and_what_is_expected(curve: ll.LearningCurve) -> None:
    frame = curve.to_frame()
    assert frame["n_rows"].to_list() == [*SIZES, 3200, 6400, 12800, 25600]
    assert frame["measured"].null_count() == 4
    assert np.allclose(frame["measured"].drop_nulls(), 1 - ERRORS)
    quantiles = frame.select(pl.col("^q.*$")).to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_sizes_that_repeat_are_one_row_of_the_table() -> None:
    frame = ll.fit([100, 100, 200, 400, 800], [0.3, 0.32, 0.25, 0.2, 0.17]).to_frame()
    assert frame["n_rows"].to_list()[:3] == [100, 200, 400]
    assert frame["measured"][0] == pytest.approx(0.31, abs=0.001)
    assert frame["stderr"].null_count() == frame.height


def test_money_follows_rows(curve: ll.LearningCurve) -> None:
    far = curve.forecast(0.88, label_cost=0.5, budget=1_000)
    assert far.n_affordable == 1600 + 2000
    assert far.p_affordable == far.p_with(3600) > far.p_now
    table = far.to_frame()
    needed = far.rows_for(0.5)
    assert needed is not None
    assert table.row(0) == (0.5, needed, needed - 1600, (needed - 1600) * 0.5)
    told = repr(far)
    assert "accuracy of 0.88" in told
    assert "today's 1,600 rows" in told
    assert (
        f"A chance of 50% takes {needed - 1600:,} more rows, for {(needed - 1600) / 2:,.0f}" in told
    )
    assert "<svg" in far._repr_html_()


def test_what_is_met_costs_nothing(curve: ll.LearningCurve) -> None:
    table = curve.forecast(0.7, label_cost=2).to_frame()
    assert table["n_more"].to_list() == [0, 0]
    assert table["cost"].to_list() == [0, 0]
    assert "takes no more rows" in repr(curve.forecast(0.7))


def test_what_nobody_can_promise_has_no_number(curve: ll.LearningCurve) -> None:
    far = curve.forecast(0.97)
    assert far.to_frame()["n_rows"].to_list() == [None, None]
    assert "No number of rows can promise a chance of 90%" in repr(far)
    assert far.p_affordable is None


def test_what_lies_far_beyond_is_said_to_be_hardly_known() -> None:
    slow = ll.fit(SIZES, 0.5 * (SIZES / 100) ** -0.1, STDERR / 4, metric="accuracy", n_repeats=5)
    target = slow.score(40 * 1600)["score"][0]
    assert "hardly known" in repr(slow.forecast(target))
    assert "hardly known" not in repr(slow.forecast(slow.score(3_200)["score"][0]).p_now)


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        (85, {}, "No model reaches 85 in accuracy: the best is 1. Write a percentage"),
        (0.9, {"label_cost": -1}, "at least 0"),
        (0.9, {"label_cost": 1, "budget": -1}, "at least 0"),
        (0.9, {"budget": 10}, "give label_cost too"),
    ],
)
def test_what_makes_no_sense_is_refused(
    curve: ll.LearningCurve, target: float, options: dict[str, float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        curve.forecast(target, **options)


def test_scores_in_place_of_errors_are_told() -> None:
    with pytest.warns(UserWarning, match=r"grow with the rows. If they are scores, pass 1 - score"):
        taken = ll.fit([100, 200, 400, 800, 1600], [0.7, 0.75, 0.8, 0.82, 0.85])
    assert "The error rises" in repr(taken), "a caution stands beside the figures"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # in the middle they fell
        ll.fit([100, 200, 400, 800, 1600], [0.3, 0.3, 0.2, 0.2, 0.31])


def test_a_misspelt_family_is_not_taken_for_none() -> None:
    with pytest.raises(ValueError, match="Did you mean 'boosting'"):
        ll.fit([100, 200, 400], [0.3, 0.25, 0.2], family="bosting")
    for family in ("kernel machine", "boosting", "language-model"):
        assert ll.fit([100, 200, 400], [0.3, 0.25, 0.2], family=family).n_rows == 400


def test_a_percentage_is_no_confidence_level(curve: ll.LearningCurve) -> None:
    for level in (90, 1, 0):
        with pytest.raises(ValueError, match="confidence_level must lie in"):
            curve.score(1600, confidence_level=level)


def test_it_says_itself(curve: ll.LearningCurve) -> None:
    told = repr(curve)
    assert told.startswith("LearningCurve: accuracy 0.85 at 1,600 rows; ")
    assert "more data still pay" in told
    assert "<svg" in curve._repr_html_()
