"""Words that are new: what is named, what is not, and what is a word."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from leadline.stats.words import EMOJI, LINK, NUMBER, OWN, new_words, pieces_of

VOCABULARY = [f"{a}{b}" for a in "bcdfghklmnprst" for b in ("ano", "erl", "isk", "odu", "umb")]


def texts(rng: np.random.Generator, n: int) -> list[str]:
    """Texts of eight words, some of them far more common than others."""
    weights = 1 / np.arange(1, len(VOCABULARY) + 1)
    drawn = rng.choice(VOCABULARY, (n, 8), p=weights / weights.sum())
    return [" ".join(words) for words in drawn]


def test_words_that_came_are_named() -> None:
    rng = np.random.default_rng(0)
    block, came = texts(rng, 500), ["zorbit", "flumex", "quandle", "brevik", "snarple"]
    for word in came:
        for place in rng.choice(500, 25, replace=False):
            block[place] += f" {word}"
    found = new_words(block, texts(rng, 3_000))
    assert {each.word for each in found} >= set(came)
    first = next(each for each in found if each.word == "zorbit")
    assert (first.n_block, first.n_reference) == (25, 0)
    assert first.share_block == pytest.approx(0.05)
    assert all("zorbit" in block[place] for place in first.examples)


def test_any_word_is_named_in_few_runs_where_nothing_changed() -> None:
    named = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        named += bool(new_words(texts(rng, 120), texts(rng, 400)))
    assert named <= 10


def test_a_word_that_leaves_is_not_new() -> None:
    assert new_words(["the bus"] * 50, ["the bus", "the tram"] * 50)[0].word == "bus"
    assert not [each for each in new_words(["a"] * 50, ["a b"] * 50) if each.word == "b"]


def test_links_numbers_and_emoji_are_classes() -> None:
    assert pieces_of("Pay 3.50 at https://x.example/a?b=1 now") == {
        "pay",
        "at",
        "now",
        NUMBER,
        LINK,
    }
    assert pieces_of("😀") == {"😀", EMOJI}
    before = ["see you there", "call me later"] * 60
    links = new_words([f"see www.shop{n}.example" for n in range(30)], before)
    assert links[0].word == LINK


def test_words_of_no_other_text_are_tested_together() -> None:
    before = ["see you there", "call me later"] * 60
    odd = [f"see you {name}" for name in VOCABULARY[:30]]
    assert OWN in {each.word for each in new_words(odd, before)}


def test_every_word_of_three_texts_is_paid_for_wherever_they_are() -> None:
    """Twenty words of the reference alone are looked at too, and so is the class of other words."""
    before = [f"w{name}" for name in VOCABULARY[:20] for _ in range(3)]
    (found,) = new_words(["came"] * 5 + ["else"] * 2, before)
    alone = 1 / comb(67, 7) * comb(62, 2)  # all five among seven of 67
    assert found.word == "came"
    assert found.p_value == pytest.approx(21 * alone)


def test_both_sides_need_texts() -> None:
    with pytest.raises(ValueError, match="one side has none"):
        new_words([], ["a"])
    with pytest.raises(ValueError, match="level"):
        new_words(["a"], ["a"], level=5)
    assert new_words(["a"], ["b"]) == ()


@pytest.mark.parametrize("texts", ["a text", ["a", None], [3]])
def test_texts_are_strings_in_a_list(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="in a list"):
        new_words(texts, ["a"])
