"""What is said of a number that moved."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl
import pytest

from leadline.monitoring.shifts.looks import LEVEL, MISSING, VALUES, WHOLE
from leadline.monitoring.shifts.number_words import missing_words, number_words

RNG = np.random.default_rng(0)
BEFORE = pl.Series(RNG.normal(50, 9, 800).round(2))


def said(new: pl.Series, looks: Collection[str] = (VALUES,), old: pl.Series = BEFORE) -> str:
    return "; ".join(number_words("x", looks, new, old, np.zeros(old.len(), dtype=np.intp)))


def test_a_constant_is_told_with_what_was_before() -> None:
    assert said(pl.Series([7.0] * 30)).startswith("'x' is 7 in every row, of ")
    words = said(pl.Series([-999.0] * 30))
    assert words.endswith("before: it seems to stand for values that are not known")


def test_a_stand_in_of_some_rows_is_told() -> None:
    new = BEFORE[:80].set(pl.Series([row % 4 == 0 for row in range(80)]), -999.0)
    assert said(new).startswith("'x' is -999 in 25.0% of the rows, 0.0% before: it seems")
    inside = pl.Series(RNG.normal(0, 900, 800).round(0))
    zeros = inside[:80].set(pl.Series([row % 4 == 0 for row in range(80)]), -999.0)
    assert "stand" not in said(zeros, old=inside), "-999 is a usual number here"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (BEFORE[:200] + 6, "'x' is higher: mean 5"),
        (BEFORE[:200] - 6, "'x' is lower: mean 4"),
        ((BEFORE[:200] - 50) * 2 + 50, "'x' is spread wider: its middle half from "),
        ((BEFORE[:200] - 50) / 2 + 50, "'x' is spread narrower: its middle half from "),
    ],
)
def test_means_and_spreads_are_told(new: pl.Series, words: str) -> None:
    assert said(new).startswith(words)
    assert said(new, [LEVEL]).startswith(words)


def test_whole_numbers_are_told_beside_the_rest() -> None:
    was_whole = np.mean(BEFORE.round(0).to_numpy() == BEFORE.to_numpy())
    assert said(BEFORE[:90].round(0), [WHOLE]) == (
        f"'x' is a whole number in 100% of the rows, {was_whole:.1%} before"
    )


def test_missing_values_come_first() -> None:
    new = BEFORE[:80].set(pl.Series([row % 2 == 0 for row in range(80)]), None)
    assert said(new, [MISSING]) == "'x' is missing in 50% of the rows, 0% before"
    assert said(pl.Series([None] * 9, dtype=pl.Float64), [MISSING, VALUES]).endswith("0% before")
    assert missing_words("x", 0, 10, 3, 10) == "'x' is missing in no row, 30% before"
