"""What a plan answers before its table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.phases.forecast.budget_answer import beside_people, budget_answer
from leadline.phases.forecast.budget_outcome import BudgetOutcome, Range
from leadline.phases.verdict import Bounds


def outcome(
    budget: float, p_met: float, labels: float = 0, most: float | None = None
) -> BudgetOutcome:
    """A budget; a label costs 0.40."""
    nothing = Range(q05=0, q25=0, q50=0, q75=0, q95=0)
    ends = {"q50": labels, "q75": labels, "q95": labels if most is None else most}
    bought = Range(q05=0, q25=0, **ends)
    return BudgetOutcome(
        budget=budget,
        p_met=p_met,
        p_shown=p_met,
        labels=bought,
        votes=bought,
        people_hours=bought,
        machine_hours=nothing,
        money=Range(q05=0, q25=0, **{name: 0.4 * each for name, each in ends.items()}),
        days=bought,
    )


NOW = outcome(0, 0.4)


def test_the_least_budget_that_changes_the_chance_is_named_with_what_it_buys() -> None:
    said = budget_answer(NOW, [outcome(1000, 0.72, 900), outcome(200, 0.7, 300)], "USD")
    assert said == (
        "About 300 more labels for 120 USD raise the chance that the target is met at the end "
        "from 40% to 70%: a budget of 200 USD. More than that changes little."
    )


def test_a_larger_budget_is_named_where_it_changes_the_chance_again() -> None:
    said = budget_answer(NOW, [outcome(200, 0.5, 300), outcome(1000, 0.9, 2999)], "USD")
    assert said.endswith(" A budget of 1,000 USD: 90%.")


@pytest.mark.parametrize(
    ("best", "told"), [(0.44, "at most 44%"), (0.4, "the same"), (0.3, "the same")]
)
def test_no_budget_may_change_the_answer(best: float, told: str) -> None:
    said = budget_answer(NOW, [outcome(50, 0.38, 30), outcome(5000, best, 8000)], "EUR")
    assert said.startswith("No budget compared changes the answer")
    assert said.endswith(f"40% with nothing bought, and {told} with up to 5,000 EUR.")


def test_who_needs_labels_only_at_times_is_told_how_many_at_most() -> None:
    said = budget_answer(NOW, [outcome(200, 0.5, 0, most=25_473)], "USD")
    assert said.startswith("Up to 25,500 more labels for 10,200 USD raise")


def test_a_budget_that_buys_nothing_is_the_project_as_it_is() -> None:
    """The same project is drawn anew: its chance is not told twice in two numbers."""
    said = budget_answer(outcome(0, 0.41), [outcome(10, 0.4), outcome(500, 0.6, 80)], "USD")
    assert "from 40% to 60%" in said


def test_a_budget_that_is_spent_leaves_nothing_to_buy() -> None:
    """More than those compared may well change the answer: it is not said that none does."""
    spent = replace(NOW, budget=2.5)
    assert budget_answer(spent, [outcome(1, 0.4)], "USD") == (
        "With 1 USD there is nothing left to buy, as 2.50 USD are spent: the chance that the "
        "target is met at the end is 40%."
    )
    assert "nothing left to buy: the chance" in budget_answer(NOW, [outcome(0, 0.4)], "USD")


def test_labels_that_cost_nothing_are_bought_without_money() -> None:
    free = replace(outcome(0, 0.8, 900), money=NOW.money)
    said = budget_answer(free, [replace(free, budget=500)], "USD")
    assert said.endswith("80% with labels that cost nothing, and the same with up to 500 USD.")


def with_machine(alone: BudgetOutcome, n_labels: float) -> BudgetOutcome:
    return replace(
        alone,
        machine="small",
        p_met=0.72,
        machine_labels=Range(q05=0, q25=0, q50=n_labels, q75=n_labels, q95=n_labels),
        chance=Bounds(estimate=0.72, low=0.6, high=0.8),
        days=Range(q05=0, q25=0, q50=16, q75=16, q95=16),
        mean_money=90.0,
    )


def test_people_alone_stand_beside_people_and_machine() -> None:
    alone = replace(outcome(2000, 0.51, 300), mean_money=100.0)
    assert beside_people(with_machine(alone, 40_000), alone, "USD") == (
        "2,000 USD: 300 blind votes of people and 40,000 labels of 'small', some 120 USD, done in "
        "week 3; the chance of the target is 72% (60% to 80% by what its labels turn out to be "
        "worth). People alone: some 120 USD, 51%. It is on average 90.00 USD with it and 100 USD "
        "without."
    )
    assert "people alone, no machine saves" in beside_people(alone, alone, "USD")
    declined = replace(alone, declined=with_machine(alone, 40_000))
    assert beside_people(declined, alone, "USD") == (
        "2,000 USD: people alone, some 120 USD; the chance of the target is 51%. 'small' beside "
        "them makes it 72%, on average 90.00 USD with it and 100 USD without: with the price of a "
        "missed target that saves no twentieth."
    )
    nothing = outcome(10, 0.4)
    assert beside_people(nothing, nothing, "USD") == (
        "10 USD: buy nothing; the chance of the target is 40%."
    )


def test_a_machine_alone_is_said_without_people() -> None:
    only = with_machine(outcome(3, 0.1), 3_840)
    assert beside_people(only, outcome(3, 0.1), "USD").startswith(
        "3 USD: 3,840 labels of 'small', some 0 USD, done in week 3;"
    )


def test_labels_of_a_machine_are_named_in_the_answer() -> None:
    said = budget_answer(NOW, [with_machine(outcome(2000, 0.4, 300), 40_000)], "USD")
    assert said.startswith("About 300 more labels and 40,000 labels of 'small' for 120 USD raise")
