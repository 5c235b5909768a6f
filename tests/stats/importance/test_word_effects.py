from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.stats.importance import word_effects
from leadline.stats.importance.word_effects import WordEffect

FILLER = ["the", "meal", "room", "staff", "view", "bill"]


def texts(n: int = 200, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    words = [*FILLER, "lovely", "awful", "Fine"]
    return [" ".join(rng.choice(words, 6)) for _ in range(n)]


def effects(predict: Any, given: list[str] | None = None, **options: Any) -> dict[str, WordEffect]:
    found = word_effects(predict, given or texts(), rng=np.random.default_rng(1), **options)
    return {each.word: each for each in found}


def score(given: list[str], _: Any) -> NDArray[Any]:
    return np.array(
        [0.4 * ("lovely" in t) - 0.3 * ("awful" in t) + 0.1 * ("Fine" in t) for t in given]
    )


def test_words_that_move_the_answer_from_the_largest_rise_to_the_deepest_fall() -> None:
    found = effects(score)
    assert list(found) == ["lovely", "fine", "awful"]
    assert [round(each.effect, 3) for each in found.values()] == [0.4, 0.1, -0.3]


def test_a_word_beside_one_that_matters_is_not_blamed() -> None:
    given = [
        f"{text} really lovely" if n % 2 else f"{text} quite" for n, text in enumerate(texts())
    ]
    found = effects(lambda t, _: [0.5 * ("lovely" in each) for each in t], given)
    assert list(found) == ["lovely"]


def test_noise_is_called_no_effect() -> None:
    rng = np.random.default_rng(3)
    assert not effects(lambda t, _: rng.normal(size=len(t)))


def test_other_parts_of_a_row_come_with_the_number_of_its_text() -> None:
    other = np.arange(200.0)

    def predict(given: list[str], places: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(other[places] + np.array([t.count("awful") > 0 for t in given]))

    assert list(effects(predict)) == ["awful"]


def test_of_several_answers_the_one_a_word_speaks_for() -> None:
    def predict(given: list[str], _: Any) -> NDArray[Any]:
        up = score(given, None)
        return np.column_stack([up, -up])

    found = effects(predict)
    assert {word: each.output for word, each in found.items()} == {
        "lovely": 0,
        "fine": 0,
        "awful": 1,
    }
    assert all(each.effect > 0 for each in found.values())


def test_at_most_so_many_of_each_side_and_none_without_time() -> None:
    assert list(effects(score, n_most=1)) == ["lovely", "awful"]
    assert not effects(score, is_over=lambda: True)
    assert not effects(score, ["", "", ""])


def test_a_word_is_left_out_whole() -> None:
    given = ["art of the start", "a part", "the art", "start here"] * 20
    found = effects(lambda t, _: [float("art" in each.split()) for each in t], given)
    assert list(found) == ["art"]
