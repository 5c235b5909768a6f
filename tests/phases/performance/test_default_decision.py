"""Tuning, review, release, monitor and decay where there is no threshold to choose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.default_decisions import (
    KINDS,
    by_cost,
    default_decision,
    default_monitor,
    default_problem,
    default_release,
    default_review,
    default_tuning,
)
from tests.examples import example_decay
from tests.phases.again import again, faults, notes, warnings

from leadline.errors import SettingsError
from leadline.phases.performance.stream_decision import StreamDecision
from leadline.phases.verdict import Answer, Bounds

CLASSES = default_decision("classes")
NUMBERS = default_decision("numbers")


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_one_point_is_on_offer(kind: str) -> None:
    verdict = default_tuning(kind)
    assert verdict.answer is Answer.GO
    assert warnings(verdict) == []
    assert verdict.names == (default_decision(kind).name,)
    assert "90% (87% to 92%)" in verdict.summary


def test_where_confusions_are_priced_two_points_are_on_offer() -> None:
    verdict = default_tuning("costs")
    assert verdict.names == ("likeliest-class", "least-cost")
    assert "costs 1.62 USD (1.11 to 2.30) a row" in verdict.summary
    assert notes(verdict)[0] == (
        "least-cost saves 0.90 USD (0.40 to 1.50) a row against the likeliest class."
    )


@pytest.mark.parametrize(("low", "high", "word"), [(-2.0, -0.1, "more than"), (-1, 1, "not known")])
def test_where_saying_what_costs_least_saves_nothing_that_is_told(
    low: float, high: float, word: str
) -> None:
    point = by_cost()
    bounds = Bounds(estimate=(low + high) / 2, low=low, high=high)
    verdict = again(default_tuning("costs"), by_cost=replace(point, saving=bounds))
    (said,) = [each.what for each in verdict.findings if "the likeliest class" in each.what]
    assert word in said


def test_a_stream_on_which_mistakes_cost_more_is_told() -> None:
    right = Bounds(estimate=0.9, low=0.85, high=0.95)
    dear = Bounds(estimate=3.0, low=2.0, high=4.0)
    verdict = again(
        default_review("costs"),
        on_stream=StreamDecision(right=right, cost=dear),
        n_judged=100,
        judges=("Ada",),
    )
    assert "mistakes cost 3.00 USD (2.00 to 4.00) a row (100 judgments)" in verdict.summary
    assert any(what.startswith("Mistakes cost more on the stream") for what in warnings(verdict))
    assert verdict.answer is Answer.UNCLEAR, "as where less is right"


def test_a_stream_on_which_less_is_right_is_not_settled_by_agreeing() -> None:
    known: dict[str, Any] = {"n_judged": 100, "judges": ("Ada",)}
    worse = Bounds(estimate=0.2, low=0.1, high=0.3)
    verdict = again(default_review("classes"), on_stream=StreamDecision(right=worse), **known)
    assert verdict.answer is Answer.UNCLEAR
    assert any(what.startswith("The share that is right is lower") for what in warnings(verdict))
    alike = StreamDecision(right=default_decision("classes").right)
    settled = again(default_review("classes"), on_stream=alike, **known)
    assert settled.answer is Answer.GO
    assert again(settled, n_unsure=12).answer is Answer.UNCLEAR, "as many have no clear answer"


def test_a_test_set_that_says_nothing_is_a_no() -> None:
    verdict = again(default_tuning("numbers"), n_test=19)
    assert verdict.answer is Answer.NO
    assert faults(verdict) == ["The test set holds 19 rows only."]


def test_classes_hardly_seen_are_named() -> None:
    rare = replace(CLASSES.classes[-1], name="rare", n_true=3, n_predicted=0)
    verdict = again(
        default_tuning("classes"), plain=replace(CLASSES, classes=(*CLASSES.classes[:2], rare))
    )
    assert warnings(verdict) == [
        "Classes with few test rows: 'rare' 3.",
        "No test row was predicted to be of: 'rare'.",
    ]


def test_a_tolerance_nobody_stated_is_told_with_what_to_do() -> None:
    assert NUMBERS.numbers is not None
    guessed = replace(NUMBERS, numbers=replace(NUMBERS.numbers, is_stated=False))
    verdict = again(default_tuning("numbers"), plain=guessed)
    (what,) = warnings(verdict)
    assert what.startswith("Nobody has said how far off is still of use. 25 was taken")
    assert "[problem] tolerance" in verdict.findings[0].next


def test_that_one_number_for_all_is_as_near_is_told() -> None:
    assert NUMBERS.numbers is not None
    spiked = replace(NUMBERS.numbers, constant=0.0, constant_right=0.91)
    (what,) = warnings(again(default_tuning("numbers"), plain=replace(NUMBERS, numbers=spiked)))
    assert "always answering 0 is as near in 91% of test rows, the model in 90%" in what
    useful = replace(spiked, constant_right=0.89)
    assert warnings(again(default_tuning("numbers"), plain=replace(NUMBERS, numbers=useful))) == []


def test_amounts_below_the_smallest_label_are_told() -> None:
    assert NUMBERS.numbers is not None
    debts = replace(NUMBERS, numbers=replace(NUMBERS.numbers, least=0.0, n_below=NUMBERS.n_test))
    (what,) = warnings(again(default_tuning("numbers"), plain=debts))
    assert "test rows are predicted to be below 0, the smallest label there is." in what
    none = replace(debts, numbers=replace(NUMBERS.numbers, least=0.0, n_below=0))
    assert warnings(again(default_tuning("numbers"), plain=none)) == []


def test_the_interval_is_told_with_its_sign() -> None:
    assert notes(default_tuning("numbers"))[0].startswith(
        "90 of 100 truths lie between -31 and +42"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_agreement_says_that_nobody_judged(kind: str) -> None:
    verdict = default_review(kind)
    assert verdict.answer is Answer.GO
    assert "by the test set alone" in verdict.summary
    assert warnings(verdict)[0].startswith("Nobody has judged the real stream")
    with pytest.raises(ValueError, match="'reckless' is not on offer"):
        again(verdict, chosen="reckless")


@pytest.mark.parametrize("kind", KINDS)
def test_a_release_needs_no_threshold(kind: str) -> None:
    verdict = default_release(kind)
    assert "threshold" not in verdict.summary
    assert f"at {verdict.point}" in verdict.summary


@pytest.mark.parametrize(
    ("kind", "words"), [("classes", "mean confidence"), ("numbers", "mean prediction")]
)
def test_the_monitor_says_what_it_averages_and_what_is_wrong(kind: str, words: str) -> None:
    verdict = default_monitor(kind)
    assert verdict.score_words == words
    is_told = "A number counts as wrong if it is off by more than 25." in notes(verdict)
    assert is_told == (kind == "numbers")


def test_decay_says_what_counts_as_an_error() -> None:
    verdict = again(example_decay(), tolerance=25.0)
    assert "A number counts as an error if it is off by more than 25." in notes(verdict)


def test_a_tolerance_is_never_negative() -> None:
    with pytest.raises(SettingsError, match="tolerance is -1"):
        again(default_problem("numbers"), tolerance=-1.0)
