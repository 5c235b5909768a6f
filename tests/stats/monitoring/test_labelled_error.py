"""Rows drawn by strata, and what their labels say of a block."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.labelled_error import gap_of, stratified_rows
from leadline.stats.monitoring.predicted_error import strata_of


def test_a_block_that_is_labelled_whole_is_known_exactly() -> None:
    rng = np.random.default_rng(0)
    expected = rng.uniform(0.05, 0.4, 90)
    wrong = (rng.random(90) < expected).astype(float)
    rows = stratified_rows(expected, 500, rng)
    assert sorted(rows.tolist()) == list(range(90))
    gap = gap_of(expected, rows, wrong[rows])
    assert expected.mean() + gap.value == pytest.approx(wrong.mean())
    assert gap.variance < 1e-8
    assert gap.usual_variance == 0


def test_the_gap_is_right_on_average_and_its_variance_too() -> None:
    rng = np.random.default_rng(1)
    expected = rng.uniform(0.02, 0.5, 400)
    wrong = (rng.random(400) < np.minimum(expected + 0.1, 1)).astype(float)
    gaps = []
    for _ in range(400):
        rows = stratified_rows(expected, 50, rng)
        gaps.append(gap_of(expected, rows, wrong[rows]))
    values = np.array([gap.value for gap in gaps])
    assert values.mean() == pytest.approx(wrong.mean() - expected.mean(), abs=0.01)
    assert np.mean([gap.variance for gap in gaps]) == pytest.approx(values.var(), rel=0.3)


def test_no_labels_say_nothing() -> None:
    gap = gap_of(np.full(10, 0.2), np.zeros(0, dtype=np.int64), np.zeros(0))
    assert (gap.value, gap.variance, gap.usual_variance) == (0.0, np.inf, np.inf)


def test_a_large_block_that_is_labelled_whole_has_not_thousands_of_strata() -> None:
    strata = strata_of(np.linspace(0.01, 0.5, 50_000), 50_000)
    assert strata.max() < 200


def test_a_stratum_without_a_label_is_taken_to_be_like_the_others() -> None:
    expected = np.repeat([0.1, 0.4], 30)
    assert strata_of(expected, 10)[-1] == 1
    gap = gap_of(expected, np.arange(10, dtype=np.int64), np.ones(10))
    assert gap.value == pytest.approx(0.9)


def test_where_the_doubtful_rows_are_few_as_many_rows_are_drawn() -> None:
    expected = np.concatenate([np.full(97, 0.002), np.full(3, 0.5)])
    rows = stratified_rows(expected, 50, np.random.default_rng(2))
    assert np.unique(rows).size == 50
    assert {97, 98, 99} <= set(rows.tolist())


def test_where_labels_at_random_leave_strata_empty_the_gap_is_right_and_its_spread_holds() -> None:
    """A seventh of the doubtful rows is wrong beyond what was predicted, and no other."""
    rng = np.random.default_rng(3)
    off: list[float] = []
    held: list[bool] = []
    while len(off) < 150:
        expected = 1 / (1 + np.exp(np.abs(rng.normal(-1.5, 1.6, 300))))
        is_more = (expected > 0.3) & (rng.random(300) < 0.15)
        wrong = ((rng.random(300) < expected) | is_more).astype(float)
        rows = rng.permutation(300)[:50].astype(np.int64)
        strata = strata_of(expected, 50)
        if np.unique(strata[rows]).size == np.unique(strata).size:
            continue
        gap = gap_of(expected, rows, wrong[rows])
        off.append(gap.value - float(np.mean(wrong - expected)))
        held.append(abs(off[-1]) <= 1.96 * max(gap.variance, gap.usual_variance) ** 0.5)
    assert abs(np.mean(off)) < 0.015
    assert np.mean(held) > 0.9
