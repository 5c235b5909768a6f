from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.stats.slices.slice_rules import SliceRule, membership_of, pairs_of


def test_numbers_are_cut_into_bins_that_hold_every_row_once() -> None:
    numbers = np.random.default_rng(0).gamma(2, 3, 1_000)
    found = membership_of({"x": numbers}, 1_000, 5)
    assert found.n_rows.tolist() == [200] * 5
    assert np.asarray(found.rows.sum(axis=0)).tolist() == [1] * 1_000
    first, *middle, last = (rule for (rule,) in found.rules)
    assert (first.low, last.high) == (None, None)
    for rule, rows in zip(middle, map(found.rows_of, range(1, 4)), strict=True):
        assert rule.low is not None
        assert rule.high is not None
        assert rule.low <= numbers[rows].min() < numbers[rows].max() < rule.high


def test_a_number_that_most_rows_share_has_fewer_bins() -> None:
    found = membership_of({"x": [0.0] * 90 + list(range(1, 11))}, 100, 5)
    assert found.n_rows.sum() == 100
    assert len(found.rules) < 5


def test_few_different_numbers_are_taken_one_by_one() -> None:
    found = membership_of({"x": [1, 2, 2, 3]}, 4, 5)
    assert [rule.words for (rule,) in found.rules] == ["x = 1", "x = 2", "x = 3"]


def test_what_is_missing_is_a_slice_of_its_own() -> None:
    columns: dict[str, Any] = {
        "plan": np.asarray(["a", None, "b", float("nan")], dtype=object),
        "calls": np.asarray([1.0, float("nan"), 3.0, 4.0]),
    }
    found = membership_of(columns, 4, 2)
    named = {rule.words: found.rows_of(place).tolist() for place, (rule,) in enumerate(found.rules)}
    assert named["plan is missing"] == [1, 3]
    assert named["calls is missing"] == [1]
    assert named["plan = a"] == [0]
    assert SliceRule("plan") in [rule for (rule,) in found.rules]


def test_the_most_frequent_values_become_slices() -> None:
    values = [f"v{place}" for place in range(40) for _ in range(place + 1)]
    found = membership_of({"x": np.asarray(values)}, len(values), 5)
    assert found.n_rows.tolist() == list(range(40, 10, -1))


def test_pairs_need_rows_in_all_four_cells() -> None:
    """All rows of b = k are of a = u, so that pair would be b = k once more."""
    a = ["u"] * 60 + ["v"] * 60
    b = ["k"] * 30 + ["l"] * 30 + ["l"] * 30 + ["m"] * 30
    singles = membership_of({"a": a, "b": b}, 120, 5)
    pairs = pairs_of(singles, 10, 100)
    assert {" & ".join(rule.words for rule in rules) for rules in pairs.rules} == {
        "a = u & b = l",
        "a = v & b = l",
    }
    for place, (first, second) in enumerate(pairs.parts):
        shared = set(singles.rows_of(int(first))) & set(singles.rows_of(int(second)))
        assert set(pairs.rows_of(place)) == shared


def test_the_largest_pairs_are_looked_at() -> None:
    rng = np.random.default_rng(1)
    columns = {name: rng.choice(["x", "y", "z"], 900, p=[0.6, 0.3, 0.1]) for name in "abc"}
    singles = membership_of(columns, 900, 5)
    everything, some = (pairs_of(singles, 2, n).n_rows for n in (10_000, 5))
    assert some.tolist() == sorted(everything, reverse=True)[:5]
    assert len(pairs_of(singles, 2, 0).rules) == 0


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="'plan' has shape"):
        membership_of({"plan": ["a", "b"]}, 3, 5)


def test_a_rule_knows_its_rows_again() -> None:
    rng = np.random.default_rng(5)
    columns: dict[str, Any] = {
        "town": np.array([*rng.choice(["a", "b"], 90), *[None] * 10], dtype=object),
        "age": np.where(rng.random(100) < 0.1, np.nan, rng.normal(size=100)),
        "stars": rng.integers(1, 4, 100),
        "is_new": rng.random(100) < 0.5,
    }
    found = membership_of(columns, 100, 5)
    for place, (rule,) in enumerate(found.rules):
        assert np.flatnonzero(rule.holds(columns[rule.column])).tolist() == (
            found.rows_of(place).tolist()
        )
