from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from tests.examples import example_forecast
from tests.phases.again import again, notes, warnings

from leadline.phases.forecast import QUANTILES, Forecast, Recommendation
from leadline.phases.verdict import Answer

SIZES = (50, 100, 200, 400, 800, 1600)


def forecast(target_score: float, **changes: Any) -> Forecast:
    """A curve of error 0.1 + 2 / sqrt(n), measured well up to 1,600 rows."""
    given: dict[str, Any] = {
        "scoring": "roc_auc",
        "train_sizes": SIZES,
        "errors": tuple(0.1 + 2 / n**0.5 for n in SIZES),
        "stderrs": (0.002,) * len(SIZES),
        "fit_seconds": tuple(0.001 * n for n in SIZES),
        "n_available": 1600,
        "label_cost": 0.1,
        "label_s": 10.0,
        "budget": 1000.0,
        "spent": 0.0,
        "target_score": target_score,
    }
    return again(example_forecast(), **{**given, **changes})


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


def test_between_likely_and_unlikely_it_is_unclear() -> None:
    verdict = forecast(0.855, budget=22.0)
    assert 0.2 <= verdict.p_affordable < 0.5
    assert verdict.recommendation is Recommendation.TOO_CLOSE
    assert verdict.answer is Answer.UNCLEAR


def test_nothing_is_bought_with_no_money() -> None:
    verdict = forecast(0.85, budget=0.0)
    assert verdict.p_now == verdict.p_affordable
    assert verdict.p_now >= 0.5
    assert verdict.recommendation is Recommendation.TOO_CLOSE


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


def test_money_already_gone_buys_nothing() -> None:
    assert forecast(0.855, spent=950.0).n_affordable == 1600 + 500
    assert forecast(0.855, spent=2000.0).n_affordable == 1600


def test_free_rows_are_not_bound_by_the_budget() -> None:
    verdict = forecast(0.855, label_cost=0.0, budget=0.0)
    assert verdict.n_affordable is None
    assert any("the budget does not bind" in what for what in notes(verdict))
    assert any("times beyond the largest measured size" in what for what in warnings(verdict))


def test_the_target_of_a_loss_is_the_error_itself() -> None:
    assert forecast(0.2, scoring="mean_absolute_error").target_error == 0.2
    assert forecast(0.8).target_error == pytest.approx(0.2)


def test_the_same_evidence_gives_the_same_forecast() -> None:
    assert forecast(0.855) == forecast(0.855)
