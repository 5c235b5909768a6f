from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadline.datasets.audit.gaps import telling_gaps
from leadline.phases.data import TellingGap

N = 2_000


def gaps(
    missing: dict[str, np.ndarray], label: np.ndarray, *, is_class: bool
) -> tuple[TellingGap, ...]:
    frame = pl.DataFrame({name: np.where(rows, np.nan, 1.0) for name, rows in missing.items()})
    return telling_gaps(frame.fill_nan(None), label, is_class=is_class)


def test_who_does_not_say_it_is_told_by_the_median() -> None:
    rng = np.random.default_rng(1)
    amount = rng.lognormal(4, 1, N)
    often = rng.random(N) < np.where(amount > np.median(amount), 0.55, 0.2)
    masks = {"pay": often, "wage": often, "by chance": rng.random(N) < 0.3}
    (gap,) = gaps(masks | {"few": amount > np.sort(amount)[-9]}, amount, is_class=False)
    assert gap.columns == ("pay", "wage")
    assert gap.n_missing == often.sum()
    assert (gap.missing, gap.others) == (np.median(amount[often]), np.median(amount[~often]))
    assert gap.strength == pytest.approx(0.38, abs=0.06)
    assert gap.is_strong
    assert not gap.is_leak


def test_a_claim_has_a_date_only_where_there_was_one() -> None:
    rng = np.random.default_rng(2)
    damage = np.where(rng.random(N) < 0.3, rng.lognormal(6, 1, N), 0.0)
    (gap,) = gaps({"claimed": damage == 0}, damage, is_class=False)
    assert (gap.value, gap.missing, gap.others) == ("0", 1.0, 0.0)
    assert gap.is_leak


def test_of_classes_the_one_that_differs_most_is_named() -> None:
    rng = np.random.default_rng(3)
    label = rng.choice(["a", "b", "c"], N, p=[0.7, 0.25, 0.05])
    (gap,) = gaps({"x": rng.random(N) < np.where(label == "b", 0.4, 0.2)}, label, is_class=True)
    assert gap.value == "b"
    assert gap.missing > gap.others + 0.1
    assert not gap.is_strong


def test_of_many_columns_none_is_told_by_chance() -> None:
    rng = np.random.default_rng(4)
    masks = {f"x{j}": rng.random(300) < 0.4 for j in range(200)}
    assert gaps(masks, rng.normal(size=300), is_class=False) == ()
    assert gaps(masks, rng.choice(["a", "b"], 300), is_class=True) == ()
    assert gaps(masks, np.full(300, "a"), is_class=True) == ()


def test_a_rare_class_is_not_told_by_one_row() -> None:
    """By chi-squared one of four rows among twenty is beyond 1e-6; by chance it is .008."""
    label = np.where(np.arange(10_000) < 4, "rare", "other")
    assert gaps({"x": (np.arange(10_000) + 19) % 10_000 < 20}, label, is_class=True) == ()
    numbers = np.where(np.arange(10_000) < 100, 1.0 + np.arange(10_000), 0.0)
    assert gaps({"x": (np.arange(10_000) + 17) % 10_000 < 20}, numbers, is_class=False) == ()


def test_where_medians_are_the_same_means_are_told() -> None:
    rng = np.random.default_rng(5)
    rows = rng.random(N) < 0.1
    damage = np.where(rng.random(N) < np.where(rows, 0.95, 0.6), 0.0, rng.lognormal(6, 1, N))
    (gap,) = gaps({"x": rows}, damage, is_class=False)
    assert not gap.value
    assert gap.is_mean
    assert gap.missing == damage[rows].mean() < gap.others


def test_ranks_of_many_equal_numbers_spread_less() -> None:
    """Nine tenths are 0: as if all were different, chance would explain it at 2e-6."""
    damage = np.r_[np.zeros(1800), np.arange(1.0, 201.0)]
    rows = (np.arange(N) < 72) | (np.arange(N) >= N - 36)
    (gap,) = gaps({"x": rows}, damage, is_class=False)
    assert not gap.value, "by ranks it is strongest"


def test_a_class_that_is_never_missing_is_told_where_the_others_are_many() -> None:
    """Each of the others is hardly more than usual: only how few there are of it is no chance."""
    rng = np.random.default_rng(6)
    label = np.where(rng.random(N) < 0.1, "full", rng.integers(0, 30, N).astype(str))
    (gap,) = gaps({"x": (label != "full") & (rng.random(N) < 0.3)}, label, is_class=True)
    assert (gap.value, gap.missing) == ("full", 0.0)


def test_two_rows_that_are_all_of_a_class_may_be_missing_by_chance() -> None:
    label = np.where(np.arange(N) < 2, "rare", "other")
    assert gaps({"x": np.arange(N) < 20}, label, is_class=True) == ()


def test_fewer_than_twenty_rows_or_a_weak_gap_are_not_told() -> None:
    label = np.where(np.arange(N) < 200, "a", "b")
    for n_rows, n_told in ((19, 0), (20, 1)):
        few = np.arange(N) < n_rows
        assert len(gaps({"x": few}, label, is_class=True)) == n_told
        assert len(gaps({"x": ~few}, label, is_class=True)) == n_told
    rows = np.arange(20_000) % 2 == 0
    chance = np.where(rows, 0.535, 0.465)
    told = np.where(np.random.default_rng(7).random(20_000) < chance, "a", "b")
    assert gaps({"x": rows}, told, is_class=True) == ()


def test_the_five_strongest_are_told_the_strongest_first() -> None:
    rng = np.random.default_rng(8)
    is_a = np.arange(N) % 2 == 0
    masks = {f"x{j}": rng.random(N) < 0.2 + 0.1 * j * is_a for j in range(1, 8)}
    found = gaps(masks, np.where(is_a, "a", "b"), is_class=True)
    assert [gap.columns for gap in found] == [(f"x{j}",) for j in (7, 6, 5, 4, 3)]


def test_a_column_that_few_rows_have_is_told_too() -> None:
    rows = (np.arange(N) >= N / 2) & (np.arange(N) % 10 == 0)
    (gap,) = gaps({"x": ~rows}, np.arange(N) + 0.5, is_class=False)
    assert gap.n_missing == N - 100
    assert gap.missing < gap.others


def test_of_many_columns_each_needs_more_evidence() -> None:
    is_a = np.arange(N) % 2 == 0
    label, rows = np.where(is_a, "a", "b"), is_a & (np.arange(N) < 48)
    assert len(gaps({"x": rows}, label, is_class=True)) == 1
    rng = np.random.default_rng(9)
    others = {f"x{j}": rng.random(N) < 0.3 for j in range(100)}
    assert gaps({"x": rows} | others, label, is_class=True) == ()
