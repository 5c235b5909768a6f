from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.importance import association, group_columns


def test_association_is_high_of_what_goes_along_and_low_of_what_does_not() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=800)
    third = np.where(x < -0.4, "low", np.where(x < 0.4, "mid", "high"))
    other = rng.choice(["p", "q", "r"], 800)
    found = association([x, -np.exp(x), third, third, other, rng.normal(size=800)])
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 2] == found[2, 0] > 0.85
    assert found[2, 3] == pytest.approx(1)
    assert np.all(found[4, :4] < 0.15)
    assert np.all(found[5, :5] < 0.15)


def test_missing_and_constant_numbers_are_no_bond() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    gaps = np.where(rng.random(300) < 0.3, np.nan, x)
    found = association([x, gaps, np.full(300, 3.0), np.full(300, np.nan)])
    assert found[0, 1] > 0.7
    assert np.all(found[2:, :2] == 0)


def test_texts_that_hardly_repeat_stand_alone() -> None:
    texts = [f"note {n}" for n in range(100)]
    assert group_columns({"x": np.arange(100.0), "text": texts}) == [("x",), ("text",)]


def test_groups_keep_the_order_and_a_weak_bond_joins_nothing() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=500)
    table = {
        "a": x,
        "far": rng.normal(size=500),
        "b": x + 0.3 * rng.normal(size=500),
        "weak": 0.4 * x + rng.normal(size=500),
    }
    assert group_columns(table) == [("a", "b"), ("far",), ("weak",)]
    assert (
        group_columns(table, cut=0.05) == [("a", "far", "b", "weak")]
        or len(group_columns(table, cut=0.2)) < 3
    )
    assert group_columns({"a": x}) == [("a",)]
    with pytest.raises(ValueError, match="cut"):
        group_columns(table, cut=1.5)
