"""Rows seen before are told where more come back than chance brings, and only there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from leadline.stats.monitoring.repeats import are_repeats, usual_repeats

Keys = NDArray[np.int64]
Draw = Callable[[np.random.Generator, int], Keys]

TABLES: dict[str, Draw] = {
    "rows of numbers": lambda rng, n: rng.integers(0, 2**60, n),
    "two categories of 5 and 8 values": lambda rng, n: rng.integers(0, 40, n),
    "categories of which most are rare": lambda rng, n: rng.zipf(1.5, n).astype(np.int64),
    "one in three from a list": lambda rng, n: np.where(
        rng.random(n) < 1 / 3, rng.integers(0, 20, n), rng.integers(20, 2**60, n)
    ),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("n_new", [20, 300, 5_000])
def test_new_rows_of_the_same_source_are_not_told(name: str, n_new: int) -> None:
    told = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        known, new = TABLES[name](rng, 1_000), TABLES[name](rng, n_new)
        n_found = int(np.isin(new, known).sum())
        told += are_repeats(n_found, n_new, usual_repeats(known))
    assert told == 0


@pytest.mark.parametrize(
    "name", ["rows of numbers", "categories of which most are rare", "one in three from a list"]
)
@pytest.mark.parametrize("share", [0.8, 1.0])
def test_known_rows_are_told(name: str, share: float) -> None:
    rng = np.random.default_rng(0)
    known = TABLES[name](rng, 1_000)
    n_known = round(300 * share)
    given = np.concatenate([rng.choice(known, n_known), TABLES[name](rng, 300 - n_known)])
    n_found = int(np.isin(given, known).sum())
    # where four of five come back by chance, only all of them are more
    if usual_repeats(known) < 0.5 or share == 1.0:
        assert are_repeats(n_found, 300, usual_repeats(known))


def test_where_every_row_comes_back_nothing_can_be_told() -> None:
    keys = np.repeat(np.arange(40), 25)
    assert not are_repeats(500, 500, usual_repeats(keys))


def test_of_groups_and_times_the_split_shows_what_is_usual() -> None:
    """Rows of a group are alike, and new rows are of new groups."""
    keys = np.repeat(np.arange(100), 10)
    is_test = keys >= 80
    assert usual_repeats(keys) > 0.99
    assert usual_repeats(keys, is_test) < 0.01
    assert are_repeats(100, 100, usual_repeats(keys, is_test))


def test_more_found_than_given_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="n_found is 3 of 2 rows"):
        are_repeats(3, 2, 0.1)
    assert not are_repeats(0, 0, 0.1)
