from __future__ import annotations

from dataclasses import replace

import pytest
from tests.default_decisions import default_tuning
from tests.examples import example_tuning
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.verdict import Answer, Bounds

NARROW = Bounds(estimate=0.8, low=0.75, high=0.85)
POINTS = tuple(replace(each, precision=NARROW, recall=NARROW) for each in example_tuning().points)
TUNING = again(example_tuning(), points=POINTS, n_touches=1, n_positive=100)


def test_points_known_well_are_a_go() -> None:
    assert TUNING.answer is Answer.GO
    assert warnings(TUNING) == []
    assert f"{POINTS[0].name} (precision 0.80, recall 0.80)" in TUNING.summary


def test_too_few_hits_are_a_no() -> None:
    verdict = again(TUNING, n_positive=9)
    assert verdict.answer is Answer.NO
    assert faults(verdict) == ["Of the test set only 9 are late."]
    assert again(TUNING, n_positive=10).answer is Answer.GO


def test_a_model_that_does_no_better_than_knowing_nothing_is_a_no() -> None:
    verdict = again(TUNING, chance_score=0.5, test_score=0.5)
    assert verdict.answer is Answer.NO
    assert faults(verdict)[0].endswith("ranking quality (ROC AUC) of 0.500, that 0.500.")
    assert again(TUNING, chance_score=0.5, test_score=0.51).answer is Answer.GO


def test_a_class_of_least_cost_may_pay_where_the_likeliest_does_not() -> None:
    """As a threshold may: what confusions cost, accuracy does not know."""
    worthless = {"chance_score": 0.9, "test_score": 0.9}
    verdict = again(default_tuning("costs"), **worthless)
    assert verdict.answer is Answer.GO
    assert any("one and the same answer to all" in what for what in warnings(verdict))
    assert again(default_tuning("classes"), **worthless).answer is Answer.NO


def test_wide_bounds_are_told() -> None:
    wide = replace(POINTS[0], recall=Bounds(estimate=0.5, low=0.3, high=0.7))
    (what,) = warnings(again(TUNING, points=(wide, *POINTS[1:])))
    assert what.startswith(f"{wide.name}: precision 0.75 to 0.85, recall 0.30 to 0.70")


def test_a_test_set_used_twice_is_told() -> None:
    assert warnings(again(TUNING, n_touches=2)) == [
        "The test set has been used 2 times: its score flatters."
    ]


def test_a_missing_stream_is_told() -> None:
    assert any("no unlabelled rows" in what for what in notes(again(TUNING, stream="")))


def test_a_point_is_found_by_name() -> None:
    assert TUNING.point(POINTS[0].name) is POINTS[0]
    with pytest.raises(KeyError, match="reckless"):
        TUNING.point("reckless")
