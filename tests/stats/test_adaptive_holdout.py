"""The hold-out told in answers: what they cost, and that intervals hold against whoever asks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from leadline.stats.adaptive_holdout import AdaptiveHoldout, Answered

N_TEST = 400
STDERR = 0.5 / math.sqrt(N_TEST)


def test_answers_as_foretold_cost_next_to_nothing() -> None:
    holdout = AdaptiveHoldout(stderr=0.01)
    for look in range(300):
        holdout, answer = holdout.look(0.80, foretold=0.805, foretold_stderr=0.005)
        assert (answer.kind, answer.score, answer.low) == (Answered.CONFIRMED, 0.805, None)
        assert holdout.n_looks == look + 1
    assert holdout.nats < 3.0
    assert holdout.n_told == 0


@pytest.mark.parametrize(
    ("score", "kind"), [(0.70, Answered.BELOW), (0.90, Answered.ABOVE), (0.833, Answered.CONFIRMED)]
)
def test_three_standard_errors_decide(score: float, kind: Answered) -> None:
    holdout, answer = AdaptiveHoldout(stderr=0.01).look(score, foretold=0.80, foretold_stderr=0.005)
    assert answer.kind is kind
    assert holdout.nats == answer.nats > 0
    assert answer.score == (0.80 if kind is Answered.CONFIRMED else None)


def test_a_surprise_costs_more_the_later_it_comes() -> None:
    early = AdaptiveHoldout(stderr=0.01)
    late = AdaptiveHoldout(stderr=0.01, n_looks=200)
    costs = [h.look(0.7, foretold=0.8, foretold_stderr=0.0)[1].nats for h in (early, late)]
    assert 2.0 < costs[0] < costs[1] < 8.0


def test_the_prices_of_all_answers_are_a_distribution() -> None:
    """Else the misses shared out by them could add up to more than was said."""
    for n_looks in (0, 7):
        holdout = AdaptiveHoldout(stderr=0.02, n_looks=n_looks)
        told = [
            holdout.look((rung + 0.5) * 0.01, foretold=0.803, foretold_stderr=0.01, is_told=True)
            for rung in range(-3_000, 3_000)
        ]
        assert 0.99 < sum(math.exp(-answer.nats) for _, answer in told) <= 1.0
        asked = [
            holdout.look(score, foretold=0.803, foretold_stderr=0.01)[1].nats
            for score in (0.0, 0.8, 9.0)
        ]
        assert sum(math.exp(-nats) for nats in asked) == pytest.approx(1.0)


def test_a_told_score_is_rounded_down_and_lies_in_its_interval() -> None:
    holdout, answer = AdaptiveHoldout(stderr=0.01).look(
        0.8139, foretold=0.82, foretold_stderr=0.005, is_told=True
    )
    assert answer.score == pytest.approx(0.81)
    assert answer.low is not None
    assert answer.high is not None
    assert answer.low < 0.8139 - 1.645 * 0.01
    assert answer.high > 0.8139 + 1.645 * 0.01
    assert holdout.n_told == 1


def test_the_interval_is_that_of_the_level_paid_for() -> None:
    """Closed form: half of ten per cent, halved for the first told, times what was learnt."""
    holdout = AdaptiveHoldout(stderr=0.01, nats=2.0, n_looks=3, n_told=1)
    assert holdout.reach(0.01) == pytest.approx(0.01 * -ndtri(0.05 / 2 * math.exp(-2.0)))
    third = AdaptiveHoldout(stderr=0.01, nats=2.0, n_looks=5, n_told=3)
    assert third.reach(0.01) == pytest.approx(0.01 * -ndtri(0.05 / 12 * math.exp(-2.0)))
    assert AdaptiveHoldout(stderr=0.01, nats=60.0).reach(0.01) > holdout.reach(0.01)


def test_the_budget_ends_the_looks() -> None:
    holdout = AdaptiveHoldout(stderr=0.01, most_nats=4.0)
    while not holdout.is_spent:
        holdout, _ = holdout.look(0.7, foretold=0.8, foretold_stderr=0.0)
    assert holdout.n_looks <= 3
    with pytest.raises(ValueError, match="spent"):
        holdout.look(0.7, foretold=0.8, foretold_stderr=0.0)


def test_a_standard_error_that_was_looked_up_is_charged() -> None:
    same = AdaptiveHoldout.begun(0.01, 0.008)
    more = AdaptiveHoldout.begun(0.01, 0.0195)
    assert same.stderr == 0.01
    assert same.nats == pytest.approx(math.log(1.5))
    assert more.stderr == pytest.approx(0.02)
    assert more.nats == pytest.approx(math.log(1.5) + 2 * math.log(3))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        AdaptiveHoldout(stderr=0.01).look(bad, foretold=0.8, foretold_stderr=0.0)
    for stderr in (bad, 0.0):
        with pytest.raises(ValueError, match="must be above 0"):
            AdaptiveHoldout(stderr=stderr)
    with pytest.raises(ValueError, match="must lie in"):
        AdaptiveHoldout(stderr=0.01, confidence_level=1.0)
    with pytest.raises(ValueError, match="above 0"):
        AdaptiveHoldout.begun(0.0, 0.01)


def test_whoever_climbs_by_luck_is_told_the_truth() -> None:
    """Mutations of the best so far, each told, of labels that nothing predicts: all is luck."""
    n_missed = n_open_missed = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, N_TEST)
        holdout, best, best_told, is_missed = AdaptiveHoldout(stderr=STDERR), y * 0, 0.0, False
        open_best = rng.integers(0, 2, N_TEST)
        for _ in range(60):
            flipped = rng.random(N_TEST) < 0.2
            other = np.where(flipped, rng.integers(0, 2, N_TEST), open_best)
            open_best = max(other, open_best, key=lambda guess: np.mean(guess == y))
            if not holdout.is_spent:
                mine = np.where(flipped, rng.integers(0, 2, N_TEST), best)
                holdout, said = holdout.look(
                    float(np.mean(mine == y)), foretold=0.5, foretold_stderr=0.01, is_told=True
                )
                assert said.low is not None
                assert said.high is not None
                assert said.score is not None
                is_missed |= not said.low <= 0.5 <= said.high
                if said.score > best_told:
                    best, best_told = mine, said.score
        n_missed += is_missed
        n_open_missed += np.mean(open_best == y) - 1.645 * STDERR > 0.5
    assert n_missed <= 10
    assert n_open_missed >= 90
