from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from leadline.evaluation.explanations import explain

KINDS = {"said": "text", "calls": "number", "plan": "category"}
USUAL = pl.DataFrame(
    {"said": ["a", "b", "c"], "calls": [1.0, 2.0, 3.0], "plan": ["basic", "basic", "plus"]}
)


def says(frame: pl.DataFrame, of: Sequence[int]) -> NDArray[np.float64]:
    """A model whose reasons are known."""
    assert len(of) == frame.height
    free = frame["said"].str.contains(r"\bfree\b").to_numpy() * 0.4
    calls = frame["calls"].fill_null(0).to_numpy() * 0.01
    plus = (frame["plan"].fill_null("") == "plus").to_numpy() * 0.2
    return np.asarray(free + calls + plus)


def test_the_words_and_values_that_move_a_guess_are_found() -> None:
    rows = pl.DataFrame(
        {"said": ["Call now for free money", "hello"], "calls": [2.0, 12.0], "plan": ["plus", None]}
    )
    first, second = explain(says, rows, USUAL, KINDS)
    assert [reason.what for reason in first] == ["“free”", "plan plus"]
    assert [reason.effect for reason in first] == pytest.approx([0.4, 0.2])
    assert [reason.what for reason in second] == ["calls 12"]
    assert second[0].effect == pytest.approx(0.1)


def test_what_moves_nothing_is_no_reason() -> None:
    rows = pl.DataFrame({"said": ["hello you"], "calls": [2.0], "plan": ["basic"]})
    assert explain(says, rows, USUAL, KINDS) == [()]


def test_a_word_is_left_out_whole() -> None:
    rows = pl.DataFrame({"said": ["freedom free"], "calls": [2.0], "plan": ["basic"]})
    (reasons,) = explain(says, rows, USUAL, KINDS)
    assert [reason.what for reason in reasons] == ["“free”"]


def test_images_and_rows_without_anything_have_none() -> None:
    rows = pl.DataFrame({"face": [b"png", None]})
    usual = pl.DataFrame({"face": [b"png"]})
    assert explain(lambda f, _: np.zeros(f.height), rows, usual, {"face": "image"}) == [(), ()]
