from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from typing import Any

import numpy as np
import pytest

from leadline.phases.curve import Point
from leadline.phases.search.answer_price import AnswerPrice
from leadline.phases.search.choice import choose, compare, comparison_errors
from leadline.phases.search.reasons import reasons
from leadline.phases.search.trial import Expected, Trial, TrialState


def trial(name: str, errors: list[float], complexity: int = 1, n_train: int = 800) -> Trial:
    mean = sum(errors) / len(errors)
    point = Point(n_train=n_train, errors=tuple(errors), fit_s=0.1)
    return Trial(
        name=name,
        family=name,
        params={},
        complexity=complexity,
        n_train=n_train,
        mean=1 - mean,
        points=(point,),
        error_at_largest=Expected(n_train=n_train, error=mean, low=mean, high=mean),
    )


PLAIN = trial("plain", [0.20, 0.24, 0.22, 0.25, 0.21], complexity=1)
RICH = trial("rich", [0.21, 0.22, 0.22, 0.24, 0.20], complexity=3)
BEST = trial("best", [0.18, 0.22, 0.20, 0.23, 0.19], complexity=3)


def chosen(trials: Sequence[Trial], scoring: str = "accuracy", **given: Any) -> str:
    choice = choose(trials, scoring, **given)
    return choice.chosen if choice else ""


def test_the_best_is_chosen_unless_a_simpler_one_surely_loses_next_to_nothing() -> None:
    assert chosen((PLAIN, RICH)) == "rich", "a difference within the noise may be a loss"
    twin = replace(PLAIN, name="twin", complexity=3, points=PLAIN.points)
    assert chosen((PLAIN, twin)) == "plain", "the same on every fold"
    assert choose((), "accuracy") is None
    cut = replace(PLAIN, mean=None, state=TrialState.NOT_STARTED)
    assert choose((cut,), "accuracy") is None


def test_what_is_accepted_is_the_users_and_its_probability_is_told() -> None:
    near = trial("near", [0.2181, 0.2221, 0.2181, 0.2421, 0.2021], complexity=1)
    rich = trial("rich", [0.2175, 0.2220, 0.2180, 0.2420, 0.2020], complexity=3)
    choice = choose((near, rich), "accuracy")
    assert choice is not None
    assert (choice.chosen, choice.best) == ("near", "rich")
    assert choice.loss == pytest.approx(0.0002)
    assert choice.accepted == 0.002
    assert choice.probability > 0.99
    assert chosen((near, rich), accept_loss=0.0) == "rich"
    assert chosen((PLAIN, RICH), accept_loss=0.05) == "plain"


def test_where_rows_suffice_to_tell_a_quarter_of_a_standard_error_is_accepted() -> None:
    sharp = replace(RICH, stderr=0.0004)
    choice = choose((sharp,), "accuracy")
    assert choice is not None
    assert choice.accepted == pytest.approx(0.0001)


def test_losses_without_bounds_are_accepted_as_a_share_of_the_largest() -> None:
    few = replace(trial("few", [2.0, 2.1]), mean=2.05, complexity=3)
    many = replace(trial("many", [9.0, 9.3]), mean=9.15)
    choice = choose((many, few), "mean_absolute_error")
    assert choice is not None
    assert choice.accepted == pytest.approx(0.002 * 9.15)


def test_a_simpler_one_that_was_measured_on_less_is_not_excused() -> None:
    early = trial("early", [0.20, 0.24, 0.22, 0.25, 0.21], complexity=1, n_train=100)
    assert chosen((early, RICH), accept_loss=0.5) == "rich"


def test_losses_are_compared_as_they_are() -> None:
    few = replace(trial("few", [2.0, 2.1]), mean=2.05, complexity=3)
    many = replace(trial("many", [9.0, 9.3]), mean=9.15)
    assert chosen((many, few), "mean_absolute_error") == "few"


def test_the_test_is_nadeau_and_bengios() -> None:
    shared = compare(PLAIN, RICH)
    assert shared is not None
    d = np.array(PLAIN.points[0].errors) - np.array(RICH.points[0].errors)
    stderr = np.sqrt(d.var(ddof=1) * (1 / 5 + 1 / 4))
    assert shared.errors == pytest.approx((0.224, 0.218))
    assert shared.difference == pytest.approx(d.mean())
    assert shared.stderr == pytest.approx(stderr)
    # two-sided on 4 degrees of freedom, from the closed form of Student's t with an even number
    t = d.mean() / stderr
    share = t / np.sqrt(4 + t**2)
    assert shared.p_value == pytest.approx(1 - 1.5 * (share - share**3 / 3))


def test_who_shares_nothing_is_not_comparison_errors() -> None:
    assert compare(PLAIN, trial("other", [0.2, 0.3], n_train=100)) is None
    assert compare(PLAIN, trial("once", [0.2])) is None


def test_a_forecast_lead_is_half_believed_and_less_where_it_is_in_doubt() -> None:
    falling = replace(BEST, name="falling", log_error_change=log(0.9))
    errors = comparison_errors((RICH, falling), "accuracy")
    # the falling one is best and its lead over itself is none; the other is behind by half of it
    assert errors["falling"] == pytest.approx(0.204)
    assert errors["rich"] == pytest.approx(0.218 * 0.9**-0.5)
    doubted = comparison_errors((replace(RICH, log_error_std=0.4), falling), "accuracy")
    assert doubted["rich"] == pytest.approx(0.218 * 0.9**-0.25)
    wild = comparison_errors((RICH, replace(falling, log_error_change=-9.0)), "accuracy")
    assert wild["rich"] == pytest.approx(0.218 * exp(0.2)), "no forecast is believed without end"


def test_kinds_that_are_forecast_badly_need_a_larger_lead_the_farther_the_forecast_goes() -> None:
    far = Expected(n_train=12_800, error=0.2, low=0.1, high=0.3)
    sure = replace(PLAIN, name="sure", family="linear", expected=(far,))
    turning = replace(sure, name="turning", family="quadratic discriminant")
    errors = comparison_errors((sure, turning), "accuracy")
    assert errors["turning"] > errors["sure"], "measured and forecast alike"
    near = tuple(replace(each, expected=(replace(far, n_train=1600),)) for each in (sure, turning))
    nearer = comparison_errors(near, "accuracy")
    assert 0 < nearer["turning"] - nearer["sure"] < errors["turning"] - errors["sure"]
    here = tuple(replace(each, expected=(replace(far, n_train=800),)) for each in (sure, turning))
    assert len(set(comparison_errors(here, "accuracy").values())) == 1, "nothing beyond"
    perfect = replace(turning, error_at_largest=replace(far, n_train=800, error=0.0))
    assert comparison_errors((perfect, sure), "accuracy")["turning"] == 0.0


def test_curves_that_will_cross_are_chosen_for_where_they_will_be() -> None:
    slow = replace(RICH, name="slow", log_error_change=log(0.7))
    assert chosen((replace(BEST, log_error_change=0.0), slow)) == "slow"


def test_what_was_cut_on_the_way_must_surely_be_better() -> None:
    cut = replace(trial("cut", [0.19, 0.2, 0.19], n_train=400), state=TrialState.PRUNED)
    unsure = replace(cut, error_at_largest=Expected(n_train=800, error=0.19, low=0.16, high=0.22))
    assert chosen((BEST, unsure)) == "best"
    sure = replace(cut, error_at_largest=Expected(n_train=800, error=0.19, low=0.185, high=0.195))
    assert chosen((BEST, sure)) == "cut"
    assert chosen((unsure,)) == "cut", "where nothing was measured in full, the best of what was"


def priced(worth: float, rows_per_year: float = 3.6e6) -> AnswerPrice:
    """A thousand hours of an instance at 1 USD for a second an answer."""
    return AnswerPrice(
        rows_per_year=rows_per_year,
        instance_per_hour=1.0,
        hundredth_worth=worth,
        currency="USD",
    )


SWIFT = replace(PLAIN, answer_s=(0.001, 1e-5))
SLOW = replace(BEST, answer_s=(0.041, 1e-4))


@pytest.mark.parametrize(("worth", "name"), [(100.0, "best"), (10.0, "plain"), (0.01, "plain")])
def test_what_answers_cost_counts_where_both_prices_are_stated(worth: float, name: str) -> None:
    """The best errs .02 less, and costs 40 USD a year more."""
    choice = choose((SWIFT, SLOW), "accuracy", price=priced(worth))
    assert choice is not None
    assert (choice.chosen, choice.best) == (name, name)


@pytest.mark.parametrize(("worth", "name"), [(100.0, "best"), (10.0, "plain")])
def test_what_others_are_paid_for_an_answer_counts_too(worth: float, name: str) -> None:
    """As fast as the other, and 40 USD a year dearer by what each answer costs."""
    paid = replace(BEST, answer_s=SWIFT.answer_s, answer_cost=40 / priced(worth).rows_per_year)
    choice = choose((SWIFT, paid), "accuracy", price=priced(worth))
    assert choice is not None
    assert choice.chosen == name


def test_without_a_price_or_a_time_nothing_changes() -> None:
    assert choose((SWIFT, SLOW), "accuracy") == choose((PLAIN, BEST), "accuracy")
    assert choose((SWIFT, BEST), "accuracy", price=priced(1.0)) == choose((PLAIN, BEST), "accuracy")
    assert chosen((PLAIN, SLOW), price=priced(1.0)) == "best", "of plain it is not known"


def test_a_simpler_one_that_is_dearer_to_serve_is_not_preferred() -> None:
    near = replace(
        trial("near", [0.2181, 0.2221, 0.2181, 0.2421, 0.2021], complexity=1), answer_s=(0.05, 0.01)
    )
    rich = replace(
        trial("rich", [0.2175, 0.2220, 0.2180, 0.2420, 0.2020], complexity=3), answer_s=(0.01, 0.01)
    )
    assert chosen((near, rich)) == "near"
    assert chosen((near, rich), price=priced(50.0)) == "rich"


def test_reasons_tell_what_answers_cost_and_are_worth() -> None:
    (told,) = reasons(SWIFT, (SLOW, SWIFT), "accuracy", priced(10.0))
    assert told.endswith("best costs 40 USD a year more to serve than plain, and is worth 20 more.")
    (told,) = reasons(SLOW, (SLOW, SWIFT), "accuracy", priced(100.0))
    assert told.endswith(
        "plain costs 40 USD a year less to serve than best, and is worth 200 less."
    )
    (told,) = reasons(SWIFT, (BEST, SWIFT), "accuracy", priced(10.0))
    assert told.endswith("What answers cost is not known: best was not timed.")
    (told,) = reasons(SWIFT, (SLOW, SWIFT), "accuracy")
    assert "USD" not in told


def test_of_errors_without_bounds_the_largest_is_the_measure() -> None:
    price = priced(10.0)
    assert price.worth(0.02, 50.0, "accuracy") == pytest.approx(20.0)
    assert price.worth(2.0, 50.0, "mean_absolute_error") == pytest.approx(40.0)
