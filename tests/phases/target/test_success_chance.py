"""One number says how likely success is, and those of before are told as past."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import log
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from tests.examples import example_verdicts
from tests.phases.again import again

from leadline.phases.feasibility import PastOnly
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import ROWS, Mark, Standing, State, standing
from leadline.phases.performance.target_check import TargetCheck
from leadline.phases.search import Search
from leadline.phases.target.success_chance import (
    SuccessChance,
    chance_of_success,
    without_chance,
)
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer, Bounds, Verdict
from leadline.stats.metric.score_interval import score_interval

START = datetime(2025, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    number: int
    row: str
    verdict: Verdict
    at: datetime


def told(until: str, **changes: dict[str, Any]) -> tuple[list[Line], dict[str, Standing]]:
    """The example project up to a row, some of its verdicts changed."""
    lines: list[Line] = []
    marks: list[Mark] = []
    numbers: dict[str, int] = {}
    for number, (row, verdict) in enumerate(example_verdicts().items(), 1):
        found = replace(verdict, **changes.get(row, {}))
        lines.append(Line(number, row, found, START + timedelta(days=number)))
        on = {name: numbers[name] for name in ROWS[row].stands_on if name in numbers}
        marks.append(Mark(number, row, on, found.answer))
        numbers[row] = number
        if row == until:
            break
    return lines, standing(marks)


def chance(until: str, **changes: dict[str, Any]) -> SuccessChance:
    found = chance_of_success(*told(until, **changes))
    assert found is not None
    return found


SEARCH = {"target_score": 0.825, "chance_target": 0.37, "n_affordable": 6_400}


def test_before_anything_says_it_there_is_none() -> None:
    assert chance_of_success(*told("feasibility")) is None
    assert chance_of_success(*told("search")) is None  # no target was asked for


def test_the_newer_and_surer_one_counts_and_the_others_are_past() -> None:
    first = chance("search", search=SEARCH)
    assert first.current is not None
    assert (first.current.row, first.current.bought, first.superseded) == ("search", 0.37, ())
    assert first.target == "ranking quality (ROC AUC) of at least 0.825"
    second = chance("forecast", search=SEARCH)
    assert second.current is not None
    forecast = example_verdicts()["forecast"]
    assert isinstance(forecast, Forecast)
    assert (second.current.row, second.current.now) == ("forecast", forecast.p_now)
    (past,) = (each.past for each in second.superseded)
    assert past.startswith("forecast from the learning curve since, on ")
    third = chance("tuning", search=SEARCH)
    assert third.current is not None
    assert third.current.row == "tuning"
    assert [each.row for each in third.superseded] == ["forecast", "search"]
    assert all(each.past.startswith("measured since, on ") for each in third.superseded)


def test_what_buying_adds_stands_with_its_price() -> None:
    found = chance("forecast").current
    assert found is not None
    forecast = example_verdicts()["forecast"]
    assert isinstance(forecast, Forecast)
    n_more = forecast.n_reached - forecast.n_available
    assert found.purchase == f"{n_more:,} more rows, for 497 USD"
    assert found.purchase_words.startswith(f"{forecast.p_affordable:.0%} with ")
    tested = chance("forecast", forecast={"train_share": 0.5}).current
    assert tested is not None
    assert tested.purchase == "11,928 more rows, 5,964 of them to learn from, for 497 USD"
    spent = again(forecast, budget=forecast.spent)
    assert chance("forecast", forecast=vars(spent)).current.purchase_words == ""  # type: ignore[union-attr]


def test_a_chance_that_the_split_flatters_says_so() -> None:
    past = PastOnly(
        column="at", family="boosting", mixed_score=0.8, past_score=0.6, p_value=0.01,
        is_answered=False,
    )  # fmt: skip
    current = chance("tuning", feasibility={"past_only": past}).current
    assert current is not None
    assert current.row == "tuning"
    assert current.caution.startswith("Folds at random flatter: on the latest third by 'at'")
    fair = chance("tuning", feasibility={"past_only": replace(past, p_value=0.2)}).current
    assert fair is not None
    assert fair.caution == ""
    answered = chance("tuning", feasibility={"past_only": replace(past, is_answered=True)}).current
    assert answered is not None
    assert answered.caution == ""


def test_what_is_out_of_date_does_not_count() -> None:
    lines, _ = told("forecast", search=SEARCH)
    on = {
        row: n for n, row in enumerate(example_verdicts(), 1) if row in ROWS["forecast"].stands_on
    }
    marks = [Mark(line.number, line.row, {}, line.verdict.answer) for line in lines]
    marks[-1] = replace(marks[-1], on=on)
    marks.append(Mark(50, "search", {}, lines[0].verdict.answer))
    found = chance_of_success(lines, standing(marks))
    assert found is not None
    assert found.current is not None
    assert found.current.row == "search"
    assert found.superseded[0].past == "out of date: what it stood on has changed since"


def test_between_the_sizes_of_the_search_the_chance_is_in_between() -> None:
    lines, now = told("search", search=SEARCH)
    found = chance_of_success(lines, now)
    search = lines[-1].verdict
    assert found is not None
    assert found.current is not None
    assert isinstance(search, Search)
    ends = []
    for each in search.chosen_trial.expected:
        std = log(each.high / each.low) / 3.2897
        ends.append(NormalDist().cdf((log(0.175) - log(each.error)) / std))
    assert min(ends) < found.current.now < max(ends)
    whole = chance("search", search={**SEARCH, "n_affordable": 4_800}).current
    assert whole is not None
    assert (whole.now, whole.bought) == (0.37, None)


@pytest.mark.parametrize("target", [0.78, 0.8, 0.813, 0.84])
def test_the_chance_of_a_measured_score_is_that_of_its_interval(target: float) -> None:
    """Simulated: scores drawn around the measured one on the log odds of the error."""
    found = chance("tuning", problem={"target_score": target}).current
    tuning = example_verdicts()["tuning"]
    assert isinstance(tuning, Tuning)
    assert tuning.test_stderr is not None
    assert found is not None
    error = 1 - tuning.test_score
    step = tuning.test_stderr / (error * (1 - error))
    odds = log(error / (1 - error)) + step * np.random.default_rng(0).standard_normal(200_000)
    share = float(np.mean(1 / (1 + np.exp(odds)) >= target))
    assert found.now == pytest.approx(share, abs=0.005)


def test_at_an_end_of_the_interval_it_is_nineteen_in_twenty() -> None:
    for scoring, score in (("roc_auc", 0.8), ("mean_absolute_error", 3.0)):
        span = score_interval(scoring, score, 0.05)
        check = TargetCheck(
            scoring=scoring,
            target=span.low,
            score=score,
            interval=Bounds(estimate=score, low=span.low, high=span.high),
            measured_on="100 test rows",
        )
        is_loss = scoring == "mean_absolute_error"
        assert check.chance == pytest.approx(0.05 if is_loss else 0.95)


def test_a_no_that_is_out_of_date_is_no_reason_for_no_forecast() -> None:
    _, stands = told("feasibility", feasibility={"answer": Answer.NO})
    assert without_chance(stands).startswith("Nothing is forecast: the verdict of 'feasibility'")
    stale = stands | {"feasibility": replace(stands["feasibility"], state=State.STALE)}
    assert without_chance(stale).startswith("Not known yet")
