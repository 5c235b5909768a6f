from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from tests.examples import example_forecast
from tests.phases.again import again, notes, warnings
from tests.phases.forecast.forecasts import SIZES, forecast

from leadline.phases.forecast import QUANTILES, Forecast
from leadline.phases.forecast.advice import Recommendation, recommend
from leadline.phases.forecast.purchase import no_purchase, reach
from leadline.phases.forecast.region import RegionKind
from leadline.phases.verdict import Answer, Bounds
from leadline.record.codec import decode, encode
from leadline.stats.machines.fit_time import fit_time_law


@pytest.mark.parametrize(
    ("target", "changes", "recommendation", "answer"),
    [
        (0.7, {}, Recommendation.GOOD_ENOUGH, Answer.GO),
        (0.855, {}, Recommendation.BUY, Answer.GO),
        (0.86, {"budget": 10.0}, Recommendation.STOP, Answer.NO),
        (0.99, {}, Recommendation.UNREACHABLE, Answer.NO),
    ],
)
def test_what_to_do_next(
    target: float, changes: dict[str, Any], recommendation: Recommendation, answer: Answer
) -> None:
    verdict = forecast(target, **changes)
    assert verdict.recommendation is recommendation
    assert verdict.answer is answer
    assert verdict.summary.startswith(recommendation.value.capitalize())


def test_after_a_search_that_was_too_short_nothing_says_stop() -> None:
    for target, changes in ((0.86, {"budget": 10.0}), (0.99, {})):
        verdict = forecast(target, **changes, is_search_starved=True)
        assert verdict.recommendation is Recommendation.SEARCH_LONGER
        assert verdict.badge == "search longer before a stop"
        assert (verdict.answer, verdict.stop_words) == (Answer.UNCLEAR, "")
        assert any("was too short to choose by" in each.what for each in verdict.findings)
    assert forecast(0.7, is_search_starved=True).recommendation is Recommendation.GOOD_ENOUGH


def test_between_likely_and_unlikely_a_round_that_is_worth_its_price_is_left_to_a_person() -> None:
    verdict = forecast(0.855, budget=28.0)
    assert 0.2 <= verdict.p_affordable < 0.5
    assert verdict.recommendation is Recommendation.TOO_CLOSE
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.plan is not None
    assert verdict.plan.rounds


def test_nothing_is_bought_with_no_money() -> None:
    verdict = forecast(0.85, budget=0.0)
    assert verdict.p_now == verdict.p_affordable
    assert verdict.p_now >= 0.5
    assert verdict.recommendation is Recommendation.NO_MORE
    assert ", and the budget buys no more; " in verdict.summary
    none = forecast(0.87, budget=0.0)
    assert none.recommendation is Recommendation.STOP
    assert none.summary.startswith("Stop: what was granted is unlikely to reach the target: ")
    assert Recommendation("stop: the target costs more than was granted") is none.recommendation


def test_a_likelier_success_takes_more_rows_and_money() -> None:
    needs = [need for need in forecast(0.86).needs if need.n_rows is not None]
    assert len(needs) == 3
    assert [need.probability for need in needs] == sorted(need.probability for need in needs)
    for few, many in pairwise(needs):
        assert (few.n_rows or 0) <= (many.n_rows or 0)
        assert (few.cost or 0) <= (many.cost or 0)
    first = needs[0]
    assert first.n_more == (first.n_rows or 0) - 1600
    assert first.hours == pytest.approx((first.n_more or 0) * 10 / 3600)
    assert first.cost == pytest.approx((first.n_more or 0) * 0.1, rel=0.05)


def test_rows_that_are_there_cost_nothing() -> None:
    need = forecast(0.7).needs[0]
    assert need.n_more == 0
    assert need.hours == 0


def test_what_cannot_be_promised_is_none() -> None:
    assert all(need.n_rows is None and need.cost is None for need in forecast(0.99).needs)
    assert "no number of rows can be promised" in forecast(0.99).summary


def test_the_grid_reaches_beyond_the_rows_there_are() -> None:
    verdict = forecast(0.855)
    assert verdict.grid[0] == SIZES[0]
    assert verdict.grid[-1] >= 4 * 1600
    assert [line.q for line in verdict.lines] == list(QUANTILES)
    for low, high in pairwise(verdict.lines):
        assert all(a <= b for a, b in zip(low.errors, high.errors, strict=True))


def test_the_grid_shows_a_need_that_is_not_far_beyond_it() -> None:
    verdict = forecast(0.88, budget=10.0)
    needed = [need.n_rows for need in verdict.needs if need.n_rows and need.n_rows < 16 * 1600]
    assert max(needed) > 4 * 1600
    assert verdict.grid[-1] == max(needed)


def test_money_already_gone_buys_nothing() -> None:
    assert forecast(0.855, spent=950.0).n_affordable == 1600 + 500
    assert forecast(0.855, spent=2000.0).n_affordable == 1600


def test_success_is_worth_as_much_once_some_of_the_budget_is_spent() -> None:
    fresh, late = forecast(0.7), forecast(0.7, spent=900.0)
    law = fit_time_law(fresh.train_sizes, fresh.fit_seconds)
    assert reach(law, late, 3)[0] < reach(law, fresh, 3)[0]
    assert reach(law, late, 3)[1] == reach(law, fresh, 3)[1] == pytest.approx(10_000)


@pytest.mark.parametrize(
    ("p_far", "said"), [(0.11, Recommendation.STOP), (0.09, Recommendation.UNREACHABLE)]
)
def test_unreachable_is_what_nine_of_ten_curves_never_meet(
    p_far: float, said: Recommendation
) -> None:
    assert recommend(0.0, 0.0, p_far, no_purchase(0.0, can_promise=False)) is said


def test_free_rows_are_not_bound_by_the_budget() -> None:
    verdict = forecast(0.855, label_cost=0.0, budget=0.0)
    assert verdict.n_affordable is None
    assert any("the budget does not bind" in what for what in notes(verdict))


def test_the_target_of_a_loss_is_the_error_itself() -> None:
    assert forecast(0.2, scoring="mean_absolute_error").target_error == 0.2
    assert forecast(0.8).target_error == pytest.approx(0.2)


def test_the_same_evidence_gives_the_same_forecast() -> None:
    assert forecast(0.855) == forecast(0.855)


def test_rows_are_bought_in_rounds_and_within_the_budget() -> None:
    verdict = forecast(0.86, train_share=0.7)
    plan = verdict.plan
    assert plan is not None
    assert plan.can_promise
    assert 1 < len(plan.rounds) <= verdict.n_rounds
    assert plan.p_met >= 0.9
    for before, after in pairwise(plan.rounds):
        assert before.n_rows < after.n_rows
        assert before.p_met <= after.p_met
    assert sum(each.cost for each in plan.rounds) <= verdict.budget
    assert 0 < plan.expected_cost < sum(each.cost for each in plan.rounds)
    # a round is paid only where the one before has missed
    missed = [1 - p for p in (verdict.p_now, *(each.p_met for each in plan.rounds[:-1]))]
    paid = [p * each.cost for p, each in zip(missed, plan.rounds, strict=True)]
    bought = [p * each.n_more for p, each in zip(missed, plan.rounds, strict=True)]
    assert (plan.expected_cost, plan.expected_rows) == pytest.approx((sum(paid), sum(bought)))
    first = plan.rounds[0]
    assert first.n_more == pytest.approx((first.n_rows - 1600) / 0.7, abs=1)
    assert first.hours == pytest.approx(first.n_more * 10 / 3600)
    assert any(f"Buy {first.n_more:,} rows first" in what for what in notes(verdict))


@pytest.mark.parametrize("budget", [3.8, 10.1, 60.0])
def test_a_plan_that_takes_all_the_money_takes_no_more(budget: float) -> None:
    verdict = forecast(0.853, budget=budget, train_share=0.8, machine_per_hour=500.0)
    assert verdict.plan is not None
    assert sum(each.cost for each in verdict.plan.rounds) <= budget
    reached = verdict.to_label(verdict.n_reached)
    assert reached * verdict.label_cost <= budget + 1e-9


def test_one_round_is_one_purchase() -> None:
    plan = forecast(0.86, n_rounds=1).plan
    assert plan is not None
    (only,) = plan.rounds
    assert plan.expected_rows == pytest.approx(only.n_more)
    assert plan.p_met == only.p_met


@pytest.mark.parametrize(
    ("target", "changes"),
    [(0.7, {}), (0.99, {}), (0.86, {"budget": 10.0}), (0.855, {"budget": 0.0})],
)
def test_nothing_is_planned_where_nothing_should_be_bought(
    target: float, changes: dict[str, Any]
) -> None:
    plan = forecast(target, **changes).plan
    assert plan is not None
    assert plan.rounds == ()
    assert plan.expected_cost == 0
    assert plan.can_promise == (target == 0.7)


def test_a_small_purchase_that_tells_whether_to_go_on_is_left_to_a_person() -> None:
    verdict = forecast(0.886)
    assert verdict.recommendation is Recommendation.TOO_CLOSE
    assert verdict.plan is not None
    assert verdict.plan.rounds[0].n_more < 3_000, "of 10,000 that the money buys"


def test_a_small_chance_at_a_high_price_is_not_bought() -> None:
    verdict = forecast(0.886, n_rounds=1)
    assert verdict.recommendation is Recommendation.NO_MORE
    assert verdict.badge == "buy no more rows"
    assert verdict.plan is not None
    assert verdict.plan.rounds == ()
    assert any("worth less than they cost" in what for what in notes(verdict))
    assert any("Nobody can promise" in what for what in notes(verdict))


def test_free_rows_are_bought_in_rounds_too() -> None:
    plan = forecast(0.86, label_cost=0.0, budget=0.0, machine_per_hour=0.0).plan
    assert plan is not None
    assert plan.rounds
    assert plan.expected_cost == 0
    assert plan.rounds[-1].hours > 0


def test_a_curve_that_falls_as_a_power_law_is_seen_as_one() -> None:
    regions = forecast(0.86, chance_error=0.5).regions
    assert regions is not None
    now = regions.now
    assert now.kind is RegionKind.POWER
    assert now.p_small + now.p_power + now.p_floor == pytest.approx(1)
    # 0.1 + 2 / sqrt(n): from 1,600 to 3,200 rows .15 becomes .1354
    assert now.slope.low < 0.148 < now.slope.high
    assert now.gain.low < 1 - 0.1354 / 0.15 < now.gain.high
    assert regions.floor.low <= regions.floor.estimate <= regions.floor.high
    assert regions.floor.low < 0.1 < regions.floor.high
    assert regions.learns_from == 50
    assert "more data pay" in regions.words("roc_auc")
    assert any(regions.words("roc_auc") == what for what in notes(forecast(0.86, chance_error=0.5)))


def test_a_curve_at_chance_is_small_data_by_a_test() -> None:
    verdict = forecast(
        0.8, errors=(0.5, 0.497, 0.502, 0.498, 0.49, 0.488), stderrs=(0.01,) * 6, chance_error=0.5
    )
    assert verdict.regions is not None
    assert verdict.regions.now.kind is RegionKind.SMALL
    assert verdict.regions.learns_from is None
    assert "hardly better than guessing" in verdict.regions.words("roc_auc")
    assert not verdict.regions.has_begun
    assert "has not begun to fall" in verdict.regions.words("roc_auc")
    assert "between" not in verdict.regions.words("roc_auc"), "nobody knows where it ends"
    assert any("not better than guessing, by a test" in what for what in warnings(verdict))
    told = again(verdict, shown_better=(True, False, True, False, True, True))
    assert told.regions is not None
    assert told.regions.learns_from == 800
    # "cannot say when it will fall" and "unreachable" would not both be true
    far = again(verdict, target_score=0.99)
    assert (far.recommendation, far.answer) == (Recommendation.STOP, Answer.NO)
    cheap = again(verdict, target_score=0.48)
    assert (cheap.recommendation, cheap.answer) == (Recommendation.GOOD_ENOUGH, Answer.UNCLEAR)


def test_a_flat_curve_is_close_to_its_floor() -> None:
    verdict = forecast(
        0.95,
        errors=(0.22, 0.204, 0.2004, 0.2002, 0.2001, 0.2),
        stderrs=(0.0004,) * 6,
        chance_error=0.5,
        n_available=6400,
    )
    assert verdict.regions is not None
    assert verdict.regions.now.kind is RegionKind.FLOOR
    assert verdict.regions.floor_from is not None
    assert "more data hardly pay" in verdict.regions.words("roc_auc")


def test_of_a_curve_that_rises_no_end_is_told() -> None:
    verdict = forecast(0.8, errors=(0.18, 0.19, 0.20, 0.21, 0.22, 0.23), stderrs=(0.004,) * 6)
    assert verdict.regions is not None
    now, words = verdict.regions.now, verdict.regions.words("roc_auc")
    assert now.is_rising
    assert not verdict.regions.tells_floor
    higher = round(-100 * now.gain.estimate)
    assert f"more data do not pay: at twice the rows the error is {higher}% higher (" in words
    assert "off the error" not in now.words
    assert "best that data can do cannot be told" in words
    flat = replace(now, slope=Bounds(estimate=-0.02, low=-0.1, high=0.1))
    assert not flat.is_rising, "by a fiftieth it is level"
    assert (
        "hardly pay: at twice the rows the error is 1% higher (7% lower to 7% higher)" in flat.words
    )


def test_ends_that_read_alike_are_one() -> None:
    regions = forecast(0.86).regions
    assert regions is not None
    near = replace(regions, floor=Bounds(estimate=1e-5, low=0.0, high=1e-4))
    assert "of about 1 (90%)" in near.words("roc_auc")


def test_without_chance_no_size_is_small_data() -> None:
    verdict = forecast(0.86, chance_error=None)
    assert verdict.regions is not None
    assert verdict.regions.learns_from is None
    assert max(verdict.regions.small_along) == 0
    assert not any("guessing" in what for what in warnings(verdict))


def test_it_warns_once_of_what_lies_far_beyond_the_measured_sizes() -> None:
    def far(verdict: Forecast) -> list[str]:
        return [what for what in warnings(verdict) if "beyond the largest measured" in what]

    # 122 times the rows; 32 times are calibrated
    assert len(far(forecast(0.86, budget=20_000.0))) == 1
    assert far(forecast(0.86, budget=5000.0)) == []
    assert far(forecast(0.855, budget=100.0)) == []


def test_sizes_measured_once_are_warned_of() -> None:
    verdict = forecast(0.855, stderrs=(), n_repeats=1)
    assert any("without standard errors" in what for what in warnings(verdict))
    assert verdict.lines[0].errors[-1] < verdict.lines[-1].errors[-1]


def test_machine_time_comes_with_its_range() -> None:
    verdict = forecast(0.86)
    hours = verdict.fit_hours
    assert hours is not None
    assert hours.low < hours.estimate < hours.high
    assert hours.low < 0.001 * verdict.n_reached / 3600 < hours.high
    assert any("of machine time (90% range" in what for what in notes(verdict))


def test_a_verdict_of_version_1_can_still_be_read() -> None:
    verdict = example_forecast()
    new = {"plan", "regions", "fit_hours", "n_repeats", "family", "chance_error", "n_rounds"}
    old = {name: value for name, value in encode(verdict).items() if name not in new}
    back = decode(Forecast, old, 1)
    assert back.plan is None
    assert back.regions is None
    assert back.fit_hours is None
    assert back.n_rounds == 3
    assert back.needs == verdict.needs
    assert back.lines == verdict.lines
