"""What is said of texts that moved: words, examples, answers with and without them."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from leadline.monitoring.shifts.looks import GARBLED, LENGTH, MISSING, WORDS
from leadline.monitoring.shifts.text_words import text_words

NAN = float("nan")
RNG = np.random.default_rng(0)
USUAL = ["late", "train", "bus", "road", "rain", "snow", "crew", "gate"]


def texts(n: int, *more: str) -> list[str]:
    """Sentences of usual words; the first tenth has more."""
    said = [" ".join(RNG.choice(USUAL, 5)) for _ in range(n)]
    return [" ".join([one, *more]) if row < n // 10 else one for row, one in enumerate(said)]


OLD = pl.Series(texts(1_000))


def test_new_words_are_named_with_two_examples() -> None:
    new = pl.Series(texts(200, "zorbit", "https://a.example"))
    (words,), grown = text_words("note", {WORDS: NAN}, new, OLD)
    assert words.startswith("'note' has words that came or grew: ")
    assert "'zorbit' in 10.0% (never before)" in words
    assert "(links) in 10.0% (never before)" in words
    assert words.count(' zorbit https://a.example"') == 2
    assert grown == 0.1


def test_answers_with_and_without_the_words_are_compared() -> None:
    new = pl.Series(texts(200, "zorbit"))
    is_right = np.array([row % 2 if row < 20 else 1.0 for row in range(200)])
    is_right[150:] = np.nan
    (words,), _ = text_words("note", {WORDS: NAN}, new, OLD, is_right)
    assert words.endswith("; 50% of 20 answers are right with them, 100% of 130 without")
    is_right[4:20] = np.nan
    (words,), _ = text_words("note", {WORDS: NAN}, new, OLD, is_right)
    assert "right with them" not in words, "four labels say nothing"


def test_an_emoji_younger_than_the_texts_is_told_with_its_version() -> None:
    new = pl.Series(texts(200, "\U0001fae0"))
    (words,), _ = text_words("note", {WORDS: NAN}, new, OLD, newest=date(2020, 5, 4))
    assert words.endswith(
        "; younger than the texts learnt from: \U0001fae0 (Unicode 14.0, September 2021)"
    )
    (words,), _ = text_words("note", {WORDS: NAN}, new, OLD, newest=date(2022, 5, 4))
    assert "younger" not in words


def test_words_below_what_blocks_show_are_not_named() -> None:
    new = pl.Series(texts(200, "zorbit"))
    assert text_words("note", {WORDS: 250.0}, new, OLD) == ([], 0.0)


def test_garbled_letters_are_told_with_an_example() -> None:
    new = pl.Series(["nach MÃ¼nchen"] * 20 + ["nach Ulm"] * 20)
    (words,), _ = text_words("note", {GARBLED: NAN}, new, pl.Series(["nach München"] * 90))
    assert words == (
        "'note' has letters that went wrong in 50.0% of the rows, 0.0% before: "
        "'MÃ¼nchen' for 'München'"
    )


def test_empty_and_longer_texts_are_told() -> None:
    new = pl.Series(["", " "] * 20 + ["a word"] * 40)
    (words,), _ = text_words("note", {MISSING: NAN, LENGTH: NAN}, new, OLD)
    assert words == "'note' is missing in 50% of the rows, 0% before"
    (words,), _ = text_words("note", {LENGTH: NAN}, pl.Series(["a" * 90] * 9), OLD)
    assert words.startswith("'note' is longer: 90 letters in the middle, ")
