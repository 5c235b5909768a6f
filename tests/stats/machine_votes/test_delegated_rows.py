from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binomtest

from leadline.stats.arrays import Floats
from leadline.stats.machine_votes.delegated_rows import Costs, Routing, route, upper_error


def routed(
    error: Callable[[Floats], Floats],
    rng: np.random.Generator,
    *,
    n_checked: int = 200,
    costs: Costs | None = None,
    max_error: float | None = 0.1,
) -> tuple[Routing, float]:
    """The routing of 3,000 rows, and the true share of errors behind its cut."""
    confidence = rng.uniform(0, 1, 3000)
    wrong = (rng.random(3000) < error(confidence)) * 1.0
    seen = np.where(np.arange(3000) < n_checked, wrong, np.nan)
    found = route(confidence, seen, max_error=max_error, costs=costs)
    if found.chosen is None:
        return found, 0.0
    return found, float(np.mean(error(confidence[confidence >= found.chosen.cut])))


def test_bound_is_clopper_and_pearsons() -> None:
    for wrong, n in ((0, 30), (3, 50), (50, 50)):
        expected = binomtest(wrong, n).proportion_ci(0.9, method="exact").high
        assert upper_error(wrong, n, 0.05) == pytest.approx(expected)


@pytest.mark.parametrize(
    "error",
    [
        lambda c: np.full(c.shape, 0.102),
        lambda c: np.where(c > 0.5, 0.102, 0.3),
        lambda c: 0.2 * c + 0.001,
        lambda c: np.where(c > 0.7, 0.02, 0.25),
    ],
)
def test_promise_is_broken_as_rarely_as_said(error: Callable[[Floats], Floats]) -> None:
    rng = np.random.default_rng(4)
    broken = [routed(error, rng)[1] > 0.1 for _ in range(300)]
    assert np.mean(broken) <= 0.075


def test_good_rows_go_to_the_machine_and_bad_ones_to_people() -> None:
    rng = np.random.default_rng(5)
    good = [routed(lambda c: np.full(c.shape, 0.03), rng)[0].chosen for _ in range(40)]
    assert np.mean([one is not None and one.share > 0.95 for one in good]) > 0.85
    half = [
        routed(lambda c: np.where(c > 0.5, 0.01, 0.5), rng, n_checked=400)[0].chosen
        for _ in range(40)
    ]
    assert np.mean([one is not None and 0.35 < one.share < 0.65 for one in half]) > 0.85


def test_costs_set_the_promise_and_the_choice() -> None:
    costs = Costs(person=0.5, machine=0.01, error=4.0, person_error=0.05)
    assert costs.break_even_error == pytest.approx(0.05 + 0.49 / 4)
    assert costs.of_row(0.25, 0.1) == pytest.approx(0.25 * (0.01 + 0.4) + 0.75 * (0.5 + 0.2))
    confidence = np.repeat([0.9, 0.6], 300)
    # 4 % wrong where sure; where not, more than it costs to ask people
    wrong = np.concatenate([np.arange(300) % 25 == 0, np.arange(300) % 4 == 0]) * 1.0
    found = route(confidence, wrong, costs=costs)
    assert found.max_error == pytest.approx(costs.break_even_error)
    assert found.chosen is not None
    assert (found.chosen.cut, found.chosen.share) == (0.9, 0.5)
    assert found.chosen.cost == pytest.approx(costs.of_row(0.5, 0.04))
    # without costs, what keeps the promise goes to the machine as a whole
    whole = route(confidence, wrong, max_error=0.19)
    assert whole.chosen is not None
    assert whole.chosen.share == 1.0


def test_sure_and_wrong_ends_the_order_but_all_rows_have_their_own_test() -> None:
    confidence = np.linspace(1, 0, 1000)
    # a fifth of the surest hundred is wrong, and none of the others
    wrong = ((np.arange(1000) < 100) & (np.arange(1000) % 5 == 0)) * 1.0
    found = route(confidence, wrong, max_error=0.1)
    assert [(one.share, one.n_wrong) for one in found.proven] == [(1.0, 20)]
    assert found.chosen == found.proven[0]


def test_machine_dearer_than_its_errors_are_forgiven_gets_nothing() -> None:
    found = route([0.9] * 100, [0] * 100, costs=Costs(person=0.1, machine=0.2, error=1.0))
    assert (found.chosen, found.proven) == (None, ())


def test_too_few_checked_rows_prove_nothing_and_say_how_many_would() -> None:
    found = route(np.linspace(0, 1, 20), np.zeros(20), max_error=0.05)
    assert found.chosen is None
    assert upper_error(0, found.n_needed, 0.025) <= 0.05 < upper_error(0, found.n_needed - 1, 0.025)


def test_unsure_rows_are_for_people() -> None:
    confidence = np.where(np.arange(400) < 200, 0.9, np.nan)
    found = route(confidence, np.zeros(400), max_error=0.1)
    assert found.chosen is not None
    assert (found.chosen.share, found.chosen.n_checked) == (0.5, 200)


@pytest.mark.parametrize(
    ("confidence", "wrong", "max_error", "message"),
    [
        ([0.5], [0, 1], 0.1, "one is needed"),
        ([0.5], [2], 0.1, "0, 1 or nan"),
        ([0.5, np.nan], [np.nan, 1], 0.1, "checked no row"),
        ([0.5], [1], None, "Neither"),
        ([0.5], [1], 10, "max_error must lie"),
        ([np.inf], [1], 0.1, "confidence must be finite"),
    ],
)
def test_what_does_not_fit_is_refused(
    confidence: list[float], wrong: list[float], max_error: float | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        route(confidence, wrong, max_error=max_error)


def test_errors_without_a_price_are_refused() -> None:
    with pytest.raises(ValueError, match="error must be"):
        Costs(person=1.0, machine=0.1, error=0.0)
