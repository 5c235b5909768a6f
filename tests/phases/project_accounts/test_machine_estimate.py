"""Estimates of money: closed forms, and intervals that cover what rows do cost."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.phases.project_accounts.machine_estimate import (
    MachineEstimate,
    RowSize,
    counted_estimate,
    tried_estimate,
)
from leadline.phases.project_accounts.token_price import TokenPrices
from leadline.phases.verdict import Bounds

PRICES = TokenPrices(input=0.4, cached_input=0.1, output=1.6, batch_share=0.5)


def test_two_tried_rows_say_little() -> None:
    found = tried_estimate([100, 200], 100, max_in_flight=1)
    # Student's t with one degree of freedom: 6.314; the scatter is 50 * sqrt(2)
    half = 6.313752 * 70.710678 * np.sqrt(100**2 / 2 + 100)
    assert found.micros.estimate == 15_000
    assert found.micros.high == pytest.approx(15_000 + half, rel=1e-6)
    assert found.micros.low == 0, "money is not negative"
    assert found.seconds is None


def test_time_is_of_answers_that_were_timed() -> None:
    found = tried_estimate([1] * 20, 5_000, took_s=[1.0, 3.0], max_in_flight=8)
    assert found.seconds is not None
    # two were under way at once, so no more are counted on
    assert (found.seconds.estimate, found.n_timed) == (5_000.0, 2)
    half = 6.313752 * np.sqrt(2) * np.sqrt(5_000**2 / 2 + 5_000) / 2
    assert found.seconds.high == pytest.approx(5_000 + half, rel=1e-6)
    alone = tried_estimate([1] * 20, 5_000, took_s=[2.0], max_in_flight=8).seconds
    assert alone == Bounds(estimate=10_000.0, low=10_000.0, high=10_000.0)
    batch = tried_estimate([1] * 20, 5_000, took_s=[2.0] * 9, is_batch=True)
    assert (batch.seconds, batch.n_timed, batch.is_batch) == (None, 0, True)


def test_twenty_tried_rows_cover_what_the_rest_costs() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        rows = 100 + rng.gamma(4.0, 25.0, 1_020).round().astype(int)
        found = tried_estimate(rows[:20].tolist(), 1_000).micros
        hits += found.low <= rows[20:].sum() <= found.high
    assert 0.86 <= hits / 400 <= 0.94


def test_a_length_gives_a_range_in_closed_form() -> None:
    size = RowSize(n_bytes=1_200, n_shared=600, most_added=200, most_output=50)
    found = counted_estimate([size], 10, PRICES)
    likely = 128 + 20  # 300 tokens sent and 20 added; 12 answered are 19.2
    low = 40 + 10 + 8  # 100 fresh, 100 kept, 5 answered
    high = 400 + 80  # 800 sent and 200 added, 50 answered
    assert found.micros == Bounds(estimate=10.0 * likely, low=10.0 * low, high=10.0 * high)
    assert (found.is_tried, found.seconds, found.n_sampled) == (False, None, 1)
    half = counted_estimate([size], 10, PRICES, is_batch=True)
    assert half.is_batch
    assert half.micros.high == 5.0 * high


def test_a_budget_is_enough_for_so_many_rows() -> None:
    money = Bounds(estimate=1_000.0, low=500.0, high=2_000.0)
    found = MachineEstimate(100, 20, is_tried=True, micros=money)
    assert found.affordable(400) == (40, 20, 80)
    assert found.affordable(5_000) == (100, 100, 100)
    assert found.affordable(0) == found.affordable(-3) == (0, 0, 0)
    free = MachineEstimate(100, 2, is_tried=True, micros=Bounds(estimate=0.0, low=0.0, high=0.0))
    assert free.affordable(0) == (100, 100, 100)


def test_no_rows_are_no_evidence() -> None:
    with pytest.raises(ValueError, match="2 tried rows"):
        tried_estimate([5], 100)
    with pytest.raises(ValueError, match="a row is needed"):
        counted_estimate([], 100, PRICES)
