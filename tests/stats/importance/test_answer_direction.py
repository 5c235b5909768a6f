from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.stats.importance.answer_direction import Direction, Slope, direction_of


def direction(values: Any, answer: Any, *, n_repeats: int = 4) -> Direction:
    """Of a model whose answer is a function of one value, and of others that stay."""
    rng = np.random.default_rng(0)
    rest = 5 * rng.normal(size=len(values))
    orders = np.array([rng.permutation(len(values)) for _ in range(n_repeats)])
    own = answer(values)
    moved = own[orders] + rest if own.ndim == 1 else own[orders] + rest[:, None]
    whole = own + rest if own.ndim == 1 else own + rest[:, None]
    shape = (len(values), -1)
    return direction_of(
        values,
        whole.reshape(shape),
        orders,
        moved.reshape((n_repeats, *whole.reshape(shape).shape)),
    )


X = np.random.default_rng(1).normal(size=400)


@pytest.mark.parametrize(
    ("answer", "slope"),
    [
        (np.exp, Slope.RISES),
        (lambda x: -np.sign(x), Slope.FALLS),
        (np.square, Slope.NEITHER),
        (np.zeros_like, Slope.NEITHER),
    ],
)
def test_slopes(answer: Any, slope: Slope) -> None:
    assert direction(X, answer).slope is slope


def test_missing_values_say_nothing_of_the_slope() -> None:
    gaps = np.where(X > 1.5, np.nan, X)
    assert direction(gaps, lambda x: np.nan_to_num(x, nan=-9.0)).slope is Slope.RISES


def test_the_level_with_the_highest_answer_other_columns_staying() -> None:
    levels = np.random.default_rng(2).choice(["a", "b", "c"], 400)
    heights = {"a": 1.0, "b": 3.0, "c": 2.0}
    found = direction(levels, lambda x: np.array([heights[each] for each in x]))
    assert (found.level, found.slope) == ("b", Slope.NEITHER)
    assert direction(levels, lambda x: np.zeros(len(x))).level == ""


def test_a_level_of_few_rows_is_not_named() -> None:
    levels = np.array(["often"] * 395 + ["some"] * 5 + ["once"])
    heights = {"often": 0.0, "some": 1.0, "once": 9.0}
    assert direction(levels, lambda x: np.array([heights[each] for each in x])).level == "some"


def test_of_several_answers_the_one_that_moves_most() -> None:
    found = direction(X, lambda x: np.column_stack([0.1 * x, -2 * x, np.zeros(x.size)]))
    assert (found.output, found.slope) == (1, Slope.FALLS)
