"""Judging and thresholds without a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import leadline as ll
from leadline.stats.judgments import estimate

RNG = np.random.default_rng(0)
SCORES = RNG.random(3_000)
TRUTH = RNG.random(3_000) < SCORES


def judged(n: int = 120) -> ll.Judging:
    judging = ll.judge(SCORES, [0.5, 0.8], n=n)
    return judging.answer({row: bool(TRUTH[row]) for row in judging.rows})


def typed(*said: str) -> tuple[Callable[[str], str], list[str]]:
    asked: list[str] = []
    answers: Iterator[str] = iter(said)

    def read(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    return read, asked


def test_the_table_is_the_estimate_of_the_statistics() -> None:
    judging = judged()
    plain = estimate(SCORES, [0.5, 0.8], judging.rows, TRUTH[judging.rows])
    table = judging.to_frame()
    assert table["recall"].to_list() == plain.recall.estimate.tolist()
    assert table["precision_low"].to_list() == plain.precision.low.tolist()
    for place, threshold in enumerate([0.5, 0.8]):
        flagged = threshold <= SCORES
        assert table["n_flagged"][place] == flagged.sum()
        true = TRUTH[flagged].mean()
        assert table["precision_low"][place] < true < table["precision_high"][place]
    assert "120 of 120 rows judged, of a stream of 3,000" in repr(judging)
    assert "<table" in judging._repr_html_()


def test_more_rows_are_others_and_keep_what_was_said() -> None:
    judging = judged(60)
    first = set(judging.rows.tolist())
    judging.more(40)
    assert judging.open_rows.size == 40
    assert not first & set(judging.open_rows.tolist())
    judging.answer({row: bool(TRUTH[row]) for row in judging.open_rows})
    assert judging.rows.size == 100
    assert judging.open_rows.size == 0


def test_nothing_is_said_before_something_is_judged() -> None:
    judging = ll.judge(SCORES, 0.5, n=20)
    with pytest.raises(ValueError, match="Nothing is judged yet"):
        judging.to_frame()
    assert "<table" not in judging._repr_html_()


def test_rows_of_choice_are_refused_and_nothing_of_them_is_kept() -> None:
    judging = ll.judge(SCORES, 0.5, n=20)
    other = next(row for row in range(3_000) if row not in judging.rows)
    with pytest.raises(ValueError, match="was not drawn"):
        judging.answer({int(judging.rows[0]): True, other: True})
    assert judging.open_rows.size == 20


@pytest.mark.parametrize("said", ["no", None, float("nan"), 2])
def test_an_answer_that_is_neither_yes_nor_no_is_refused(said: Any) -> None:
    judging = ll.judge(SCORES, 0.5, n=20)
    first, second = judging.rows[:2].tolist()
    with pytest.raises(ValueError, match="True or False is needed"):
        judging.answer({first: True, second: said})
    assert judging.open_rows.size == 20
    as_numbers: dict[int, Any] = {first: TRUTH[first], second: 0}
    assert judging.answer(as_numbers).open_rows.size == 18


def test_rows_to_ask_about_are_those_of_the_scores() -> None:
    with pytest.raises(ValueError, match="X has 2 rows and there are 3,000 scores"):
        ll.judge(SCORES, 0.5, n=20).ask(["a", "b"])
    with pytest.raises(ValueError, match="X has 3,001 rows"):
        ll.judge(SCORES, 0.5, n=20).ask(["a"] * 3001)


def test_a_person_is_asked_row_by_row_may_undo_and_stop() -> None:
    judging = ll.judge(SCORES, 0.5, n=20)
    first, second = judging.rows[:2].tolist()
    read, asked = typed("y", "u", "n", "what?", "Yes", "q")
    judging.ask(pl.DataFrame({"size": SCORES, "town": ["Ulm"] * 3_000}), read=read)
    assert judging.open_rows.size == 18
    assert judging._said == {first: False, second: True}
    assert asked[0].startswith(f"size: {SCORES[first]}\ntown: Ulm\npositive?")
    assert "(20 left)" in asked[0]


@pytest.mark.parametrize("X", [None, pd.DataFrame({"size": SCORES}), SCORES[:, None]])
def test_rows_of_any_kind_are_shown(X: object) -> None:
    read, asked = typed("q")
    ll.judge(SCORES, 0.5, n=5).ask(X, read=read)
    assert len(asked) == 1


def test_undo_before_anything_was_said_asks_again() -> None:
    read, asked = typed("u", "y", "q")
    assert ll.judge(SCORES, 0.5, n=5).ask(read=read).open_rows.size == 4
    assert asked[0] == asked[1]


def test_points_and_what_no_model_costs() -> None:
    told = np.where(TRUTH, "late", "on time")
    table = ll.operating_points(told, SCORES, {"miss": 5, "false_alarm": 1}, positive="late")
    points = table.filter(pl.col("threshold").is_not_null())
    for name, threshold, cost in points.select("point", "threshold", "cost_per_row").iter_rows():
        flagged = threshold <= SCORES
        wrong = 5 * (TRUTH & ~flagged).mean() + (~TRUTH & flagged).mean()
        assert cost == pytest.approx(wrong), name
    nothing, everything = table["cost_per_row"].to_list()[-2:]
    assert nothing == pytest.approx(5 * TRUTH.mean())
    assert everything == pytest.approx((~TRUTH).mean())
    assert points["cost_per_row"].min() < min(nothing, everything)


def test_costs_and_labels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="'miss' and 'false_alarm' are needed"):
        ll.operating_points(TRUTH, SCORES, {"miss": 5})
    with pytest.raises(ValueError, match="two classes are needed"):
        ll.operating_points(np.zeros(3_000), SCORES, {"miss": 5, "false_alarm": 1})
    costs = {"miss": 5.0, "false_alarm": 1.0}
    with pytest.raises(ValueError, match="two classes are needed, 'late' one"):
        ll.operating_points(TRUTH.astype(str), SCORES, costs, positive="late")
