"""Earlier forecasts against what happened, and the rounds of buying they opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.phases.again import notes, warnings
from tests.phases.forecast.forecasts import forecast

from leadline.phases.data import MachineShare
from leadline.phases.forecast import Forecast, posterior_of
from leadline.phases.forecast.advice import Recommendation, StopRule
from leadline.phases.forecast.rounds import rounds_bought
from leadline.phases.forecast.verification import (
    Verified,
    farthest,
    is_overconfident,
    verification_words,
    verify,
)
from leadline.phases.verdict import Answer


def checked(measured: float, **changes: Any) -> Verified:
    """A promise of .2, within .19 and .21."""
    given: dict[str, Any] = {"entry": 1, "n_known": 100, "n_train": 200, "median": 0.2}
    return Verified(**{**given, "low": 0.19, "high": 0.21, "measured": measured, **changes})


@pytest.fixture(scope="module")
def made() -> Forecast:
    return forecast()


def test_only_sizes_that_were_not_known_are_judged(made: Forecast) -> None:
    points = [(n, 0.1 + 2 / n**0.5, 0.002) for n in (800, 1600, 3200, 6400)]
    near, far = verify(7, posterior_of(made), points)
    assert (near.n_train, far.n_train) == (3200, 6400)
    assert near.entry == 7
    assert near.n_known == 1600
    assert near.is_inside
    assert far.is_inside
    assert near.low < near.median < near.high
    assert far.high / far.low > near.high / near.low


def test_the_range_holds_the_error_of_the_measurement(made: Forecast) -> None:
    posterior = posterior_of(made)
    (sharp,), (blurred,) = (verify(1, posterior, [(3200, 0.14, se)]) for se in (0.0, 0.05))
    low, _, high = posterior.quantile(3200, [0.05, 0.5, 0.95])
    assert (sharp.low, sharp.high) == pytest.approx((low, high))
    assert blurred.low < sharp.low < sharp.high < blurred.high


def test_the_range_covers_what_it_says(made: Forecast) -> None:
    """Curves drawn from the belief itself, measured with noise: nine of ten lie inside."""
    rng, posterior = np.random.default_rng(0), posterior_of(made)
    truths = posterior.sample([3200.0], 600, rng=rng)[:, 0]
    stderr = 0.004
    seen = truths + stderr * rng.standard_normal(truths.size)
    checks = [verify(1, posterior, [(3200, float(each), stderr)])[0] for each in seen[:300]]
    share = np.mean([check.is_inside for check in checks])
    assert 0.85 <= share <= 0.95


def test_each_forecast_counts_once_by_its_largest_size() -> None:
    checks = (
        checked(0.2),
        checked(0.3, n_train=400),
        checked(0.21, entry=2),
        checked(0.2, entry=3, is_same=False),
    )
    assert [check.n_train for check in farthest(checks)] == [400, 200, 200]
    words = verification_words(checks)
    assert words.startswith("2 of 3 earlier forecasts held in their 90% range; typical miss 5%")
    assert "1 of them measured on another model" in words
    assert verification_words(()) == ""


def test_one_miss_is_no_reproach_but_two_of_two_are() -> None:
    missed = checked(0.3)
    assert missed.miss == pytest.approx(0.5)
    assert not is_overconfident(())
    assert not is_overconfident((missed,))
    assert is_overconfident((missed, replace(missed, entry=2)))
    held = [checked(0.2, entry=number) for number in range(3, 12)]
    assert not is_overconfident((missed, *held))
    verdict = forecast(checks=(missed, replace(missed, entry=2)))
    assert any("Fewer earlier forecasts" in what for what in warnings(verdict))
    assert verification_words(verdict.checks) in notes(verdict)


def test_a_round_is_over_once_its_rows_are_there(made: Forecast) -> None:
    assert made.plan is not None
    goal = made.plan.rounds[0].n_rows
    half, nearly = 1600 + (goal - 1600) // 2, 1600 + round(0.95 * (goal - 1600))
    assert rounds_bought([], 5000) == 0
    assert rounds_bought([made], 1600) == 0
    assert rounds_bought([made], half) == 0
    assert rounds_bought([made], nearly) == 1
    # a forecast made on the way opens no round of its own
    assert rounds_bought([made, replace(made, n_available=half)], goal) == 1
    again_open = replace(made, n_available=nearly, plan=_further(made, nearly))
    assert rounds_bought([made, again_open], nearly) == 1
    assert rounds_bought([made, again_open], nearly + 1000) == 2


def test_a_forecast_within_a_round_may_ask_for_fewer_rows_but_not_for_more(made: Forecast) -> None:
    plan = made.plan
    assert plan is not None
    goal = plan.rounds[0].n_rows
    half = 1600 + (goal - 1600) // 2

    def within(n_rows: int) -> Forecast:
        rounds = (replace(plan.rounds[0], n_rows=n_rows),)
        return replace(made, n_available=half, plan=replace(plan, rounds=rounds))

    assert rounds_bought([made, within(half + 10)], half + 10) == 1
    assert rounds_bought([made, within(2 * goal)], goal) == 1


def test_a_round_is_over_once_people_have_labelled_it_though_machines_taught_as_much(
    made: Forecast,
) -> None:
    assert made.plan is not None
    share = MachineShare(machine="small", model="smol", n_rows=made.n_available)
    beside = replace(made, machine_shares=(share,))
    n_bought = made.plan.rounds[0].n_rows - made.n_available
    assert rounds_bought([beside], made.n_available + n_bought) == 0, "half of the planned step"
    assert rounds_bought([beside], made.n_available + 2 * n_bought) == 1


def test_rows_that_nobody_advised_open_no_round() -> None:
    stopped = forecast(budget=10.0)
    assert stopped.stop is StopRule.OUT_OF_MONEY
    assert rounds_bought([stopped], 100_000) == 0


def _further(made: Forecast, n_available: int) -> Any:
    assert made.plan is not None
    first = replace(made.plan.rounds[0], n_rows=n_available + 1000)
    return replace(made.plan, rounds=(first,))


def test_the_plan_is_for_the_rounds_that_are_left(made: Forecast) -> None:
    second, last = forecast(n_bought=1), forecast(n_bought=2)
    plans = [verdict.plan for verdict in (made, second, last)]
    assert all(plan is not None for plan in plans)
    assert [len(plan.rounds) for plan in plans if plan] == [3, 2, 1]
    assert plans[2] == forecast(n_rounds=1).plan
    assert any("Round 3 of 3. Buy" in what for what in notes(last))


def test_after_the_last_round_nothing_is_bought() -> None:
    verdict = forecast(n_bought=3)
    assert verdict.plan is not None
    assert verdict.plan.rounds == ()
    assert verdict.stop is StopRule.OUT_OF_ROUNDS
    assert verdict.recommendation is Recommendation.STOP
    assert verdict.answer is Answer.NO
    assert "Raise [labels] rounds" in verdict.stop_words
    assert verdict.p_affordable == forecast().p_affordable


@pytest.mark.parametrize(
    ("target", "changes", "rule"),
    [
        (0.7, {}, StopRule.SHOWN),
        (0.99, {}, StopRule.UNREACHABLE),
        (0.86, {"budget": 10.0}, StopRule.OUT_OF_MONEY),
        (0.85, {"budget": 0.0}, StopRule.OUT_OF_MONEY),
        (0.886, {"n_rounds": 1}, StopRule.NOT_WORTH_IT),
        (0.87, {"time_box_s": 1.7}, StopRule.OUT_OF_TIME),
        (0.86, {}, None),
    ],
)
def test_the_rule_that_ends_buying_is_named(
    target: float, changes: dict[str, Any], rule: StopRule | None
) -> None:
    verdict = forecast(target, **changes)
    assert verdict.stop is rule
    if rule is not None:
        assert verdict.plan is not None
        assert verdict.plan.rounds == ()
        assert any(what.startswith(rule.value.capitalize()) for what in notes(verdict))


def test_no_rows_are_planned_that_no_fit_could_learn_from_in_time() -> None:
    free, hurried = forecast().plan, forecast(time_box_s=3.5).plan
    assert free is not None
    assert hurried is not None
    # a fit takes about a thousandth of a second a row
    assert hurried.rounds[-1].n_rows <= 3_700
    assert free.rounds[-1].n_rows > 3_700
