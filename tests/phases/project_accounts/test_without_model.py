"""What no model costs, against sums by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_problem, example_review, example_tuning

from leadline.errors import SettingsError
from leadline.phases.problem import Evidence, assess
from leadline.phases.project_accounts.without_model import (
    CostComparison,
    Way,
    compare_review,
    compare_tuning,
    without_model,
)

PROBLEM = example_problem()
STATED = replace(PROBLEM, today="by hand", today_misses=20.0, today_false_alarms=50.0)


def test_to_flag_nothing_or_all_costs_the_errors_of_one_kind() -> None:
    nothing, everything = without_model(0.2, 40.0, 10.0, PROBLEM)
    assert (nothing.name, nothing.cost_per_1000) == ("flag nothing", 200 * 40)
    assert (everything.name, everything.cost_per_1000) == ("flag all", 800 * 10)


def test_the_way_of_today_is_the_owners_word() -> None:
    *_, today = without_model(0.2, 40.0, 10.0, STATED)
    assert today.name == "do as today (by hand)"
    assert today.cost_per_1000 == 20 * 40 + 50 * 10
    assert today.is_stated


def test_points_of_a_tuning_stand_beside_it_on_the_test_rows() -> None:
    tuning = example_tuning()
    comparison = compare_tuning(tuning, PROBLEM)
    assert comparison is not None
    share = tuning.n_positive / tuning.n_test
    idle = {way.name: way.cost_per_1000 for way in comparison.ways if not way.is_model}
    assert idle["flag nothing"] == pytest.approx(1000 * share * PROBLEM.cost_miss)
    assert [way.name for way in comparison.ways if way.is_model] == list(tuning.names)


def test_a_review_is_compared_at_the_costs_of_who_chose_and_on_the_stream() -> None:
    review = replace(example_review(), cost_miss=7.0, cost_false_alarm=1.0)
    comparison = compare_review(review, example_tuning(), PROBLEM)
    assert comparison is not None
    assert comparison.where == "the real stream"
    point = review.points[0]
    share = point.n_alerts * point.precision.estimate / point.recall.estimate / review.n_stream
    assert comparison.ways[len(review.points)].cost_per_1000 == pytest.approx(7000 * share)
    only = compare_review(review, example_tuning(), PROBLEM, only_chosen=True)
    assert only is not None
    assert [way.name for way in only.ways if way.is_model] == [review.chosen]


def test_a_model_that_saves_nothing_is_said_to_save_nothing() -> None:
    ways = (Way("balanced", 90.0, is_model=True), Way("flag nothing", 80.0, is_model=False))
    assert "saves nothing" in CostComparison(ways, "EUR", "the test set").words
    better = (Way("balanced", 60.0, is_model=True), ways[1])
    assert "balanced costs 20.00 EUR less" in CostComparison(better, "EUR", "the test set").words


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"today": "by hand", "today_misses": -1.0}, "at least 0"),
        ({"today": "by hand", "today_misses": 700.0, "today_false_alarms": 400.0}, "1,000"),
        ({"today_misses": 5.0}, "Say under"),
    ],
)
def test_errors_of_today_that_cannot_be_are_refused(change: dict[str, object], told: str) -> None:
    names = Evidence.__dataclass_fields__
    evidence = Evidence(**{name: getattr(PROBLEM, name) for name in names})
    with pytest.raises(SettingsError, match=told):
        assess(replace(evidence, **change))  # type: ignore[arg-type]
