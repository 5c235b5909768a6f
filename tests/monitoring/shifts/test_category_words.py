"""What is said of categories that moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import polars as pl

from leadline.monitoring.shifts.category_words import category_words
from leadline.monitoring.shifts.looks import MISSING, UNSEEN, VALUES

BEFORE = pl.Series(["AA"] * 60 + ["UA"] * 30 + ["DL"] * 10)


def said(new: Sequence[str | None], looks: Collection[str] = (VALUES, UNSEEN)) -> list[str]:
    series = pl.Series(new, dtype=pl.String)
    return category_words("carrier", looks, series, BEFORE, Counter(BEFORE.to_list()))


def test_what_was_never_seen_is_named_with_its_share() -> None:
    assert said(["XQ"] * 50) == ["'carrier': 'XQ' in 100% of the rows, never seen before"]
    assert said(["XQ"] * 5 + ["AA"] * 45) == [
        "'carrier': 'XQ' in 10.0% of the rows, never seen before"
    ]


def test_of_many_new_ones_three_are_named() -> None:
    (words,) = said(["A1"] * 4 + ["A2"] * 3 + ["A3"] * 2 + ["A4", "A5"] + ["AA"] * 9)
    assert words == (
        "'carrier': 'A1' in 20.0%, 'A2' in 15.0%, 'A3' in 10.0% and 2 more in 10.0% of the rows, "
        "never seen before"
    )


def test_new_spellings_and_new_categories_are_told_apart() -> None:
    spelling, new = said(["aa"] * 6 + ["ua"] * 3 + ["XQ"])
    assert spelling == (
        "'carrier' is written in another case in 90.0% of the rows: 'aa' where it was 'AA', "
        "'ua' where it was 'UA'"
    )
    assert new == "'carrier': 'XQ' in 10.0% of the rows, never seen before"


def test_a_stand_in_is_told_as_one() -> None:
    (words,) = said(["unknown"] * 5 + ["AA"] * 5)
    assert words.endswith("never seen before; it seems to stand for values that are not known")
    (words,) = said(["unknown"] * 5 + ["XQ"] * 5)
    assert words.endswith("; 'unknown' seems to stand for values that are not known")


def test_shares_of_known_ones_are_told() -> None:
    assert said(["DL"] * 40 + ["AA"] * 60) == ["'carrier': 'DL' in 40.0% of the rows, 10.0% before"]


def test_missing_values_are_told_beside_what_is_new() -> None:
    new: list[str | None] = ["XQ"] * 5 + [None] * 5
    assert len(said(new, [UNSEEN, MISSING])) == 2
    assert said([None] * 4 + ["AA"] * 6, [MISSING]) == [
        "'carrier' is missing in 40% of the rows, 0% before"
    ]


def test_long_names_are_cut() -> None:
    (words,) = said(["x" * 200] * 9)
    assert len(words) < 120
