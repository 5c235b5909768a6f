from __future__ import annotations

from dataclasses import replace

from tests.examples import example_decay
from tests.phases.again import again, notes, warnings

from leadline.phases.verdict import Answer, Bounds

DECAY = example_decay()


def test_a_model_that_ages_says_when_to_retrain() -> None:
    assert DECAY.answer is Answer.GO
    assert DECAY.summary == (
        "It ages: retrain every 3 months (anything from 2 to 5 costs nearly the same)."
    )
    assert notes(DECAY)[0].startswith("A model 7 months old makes +0.0241 more error")


def test_no_clear_ageing_is_a_go_without_a_schedule() -> None:
    verdict = again(DECAY, p_ages=0.89)
    assert verdict.answer is Answer.GO
    assert verdict.summary.startswith("No clear ageing over 7 months")


def test_ageing_that_no_period_pays_for_has_no_schedule() -> None:
    verdict = again(DECAY, retrain_every=None)
    assert verdict.answer is Answer.GO
    assert verdict.summary.startswith("It ages (probability 97%), but no period up to 7 months")


def test_the_prices_it_rests_on_are_said_beside_those_of_the_problem() -> None:
    known = again(DECAY, cost_retrain=50.0, cost_error=1.0)
    counted = "Counted are 50.00 USD for a retraining and 1.00 USD for any wrong answer"
    assert notes(known)[-1] == f"{counted}."
    assert notes(again(known, cost_miss=1.0, cost_false_alarm=1.0))[-1] == f"{counted}."
    assert notes(again(known, cost_miss=50.0, cost_false_alarm=1.0))[-1] == (
        f"{counted}; the problem has 50.00 USD for a miss and 1.00 USD for a false alarm."
    )
    below = again(known, cost_miss=80.0, cost_false_alarm=5.0)
    assert warnings(below)[-1] == (
        f"{counted}; the problem has 80.00 USD for a miss and 5.00 USD for a false alarm, between "
        "which an average lies and 1.00 USD does not."
    )


def test_where_kinds_of_errors_have_prices_they_are_counted_and_age_costs_money() -> None:
    dearer = Bounds(estimate=0.25, low=-0.01, high=0.6)
    aged = (*DECAY.staleness[:-1], replace(DECAY.staleness[-1], added_cost=dearer))
    kinds = again(DECAY, cost_error=None, cost_miss=30.0, cost_false_alarm=10.0, staleness=aged)
    assert notes(kinds)[-1] == (
        "Counted are 50.00 USD for a retraining and 30.00 USD for a miss and 10.00 USD for a "
        "false alarm."
    )
    assert notes(kinds)[0].endswith(
        ", and its errors cost 250 USD more per 1,000 rows (-10 USD to 600 USD)."
    )


def test_what_lies_ahead_is_said_for_the_end_of_a_period() -> None:
    assert notes(DECAY)[1].startswith(
        "2 months after its first, the age of a model trained now will have changed its error by "
        "-0.0061 to +0.0219"
    )


def test_models_that_were_left_out_are_told() -> None:
    assert warnings(DECAY) == []
    (what,) = warnings(again(DECAY, n_left_out=31))
    assert what.startswith("31 earlier models of the past could not be fitted within 120 s")


def test_a_table_has_all_young_ages_and_some_of_the_old() -> None:
    (first, *_), forecast = DECAY.staleness, DECAY.forecast
    ages = tuple(replace(first, delay=delay) for delay in range(1, 51))
    shown = again(DECAY, staleness=ages).by_age
    told = [age.delay for age, _ in shown]
    assert told == [*range(1, 9), 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 50]
    assert shown[1][1] == forecast[0]
    assert shown[0][1] is None


def test_of_rows_without_a_time_nobody_is_asked_to_decide() -> None:
    verdict = again(DECAY, is_dated=False, blocks=())
    assert verdict.answer is Answer.GO, "no decision would make it known"
    assert warnings(verdict) == []
    assert "cannot be known, as the rows carry no time" in verdict.summary


def test_few_blocks_are_unclear() -> None:
    verdict = again(DECAY, blocks=DECAY.blocks[:5])
    assert verdict.answer is Answer.UNCLEAR
    assert warnings(verdict) == ["The rows cover 5 months only."]
    # they have a time already
    assert "time column" not in verdict.findings[0].next
    assert "set a shorter block under [watch]" in verdict.findings[0].next
    one = again(DECAY, blocks=DECAY.blocks[:1], block="day")
    assert warnings(one) == ["The rows cover 1 day only."]
    assert "shorter" not in one.findings[0].next
