"""Precision and recall of several classes from a few judgments, and the errors of numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from leadline.stats.judgments import (
    ClassStrata,
    ValueStrata,
    estimate_classes,
    estimate_classes_in,
    estimate_values,
    sample_classes,
    sample_values,
)
from leadline.stats.judgments.strata.joint_intervals import joint_intervals
from leadline.stats.judgments.stratified_sampling import allocate
from leadline.stats.operating.class_costs import cheapest_classes


def stream(n: int = 600, k: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated probabilities, and the truth that they promise."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(k, 0.3), n)
    return shares, np.array([rng.choice(k, p=each) for each in shares])


def test_with_every_row_judged_nothing_is_open() -> None:
    shares, truth = stream(200)
    found = estimate_classes(shares, np.arange(200), truth)
    said = shares.argmax(axis=1)
    for code in range(3):
        precision = np.mean(truth[said == code] == code)
        recall = np.mean(said[truth == code] == code)
        for interval, share in ((found.precision, precision), (found.recall, recall)):
            assert interval.low[code] == pytest.approx(share)
            assert interval.high[code] == pytest.approx(share)
    assert found.accuracy.low == pytest.approx(np.mean(said == truth))
    assert found.cuts[0].answered == 1
    assert found.confusions.sum() == pytest.approx(200)
    assert found.confusions[0, 1] == np.sum((said == 0) & (truth == 1))


def test_every_stratum_is_judged_and_rare_classes_get_their_share() -> None:
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([2.0, 2.0, 0.2], 5000)
    rows = sample_classes(shares, 150, rng)
    said = shares.argmax(axis=1)
    assert np.unique(rows).size == 150
    by_chance = 150 * np.mean(said == 2)
    assert np.sum(said[rows] == 2) > 4 * by_chance


def test_where_nothing_wrong_was_seen_one_is_not_ruled_out() -> None:
    shares, _ = stream()
    rows = sample_classes(shares, 90, np.random.default_rng(1))
    found = estimate_classes(shares, rows, shares[rows].argmax(axis=1))
    assert np.all(found.precision.high == 1)
    assert np.all(found.recall.high == 1)
    assert np.all(found.precision.low < 1)
    assert all(cut.right.high == 1 for cut in found.cuts)


def test_a_class_that_is_never_said_is_not_known() -> None:
    shares = np.tile([0.7, 0.3, 0.0], (50, 1))
    found = estimate_classes(shares, [0, 1, 2], [0, 1, 2])
    assert (found.precision.low[2], found.precision.high[2]) == (0, 1)
    assert found.recall.low[2] == 0
    assert found.n_said.tolist() == [50, 0, 0]


def test_cuts_say_how_much_is_answered() -> None:
    shares, truth = stream(2000)
    rows = sample_classes(shares, 200, np.random.default_rng(2), cuts=[0.6, 0.9])
    found = estimate_classes(shares, rows, truth[rows], cuts=[0.9, 0.6])
    assert [cut.confidence for cut in found.cuts] == [0.0, 0.6, 0.9]
    sure = shares.max(axis=1)
    assert found.cuts[2].answered == pytest.approx(np.mean(sure >= 0.9))
    assert found.cuts[0].right.estimate < found.cuts[2].right.estimate


def test_strata_survive_being_kept() -> None:
    shares, truth = stream()
    strata = ClassStrata.of(shares)
    again = ClassStrata.from_dict(json.loads(json.dumps(strata.as_dict())))
    rows = sample_classes(shares, 60, np.random.default_rng(3))
    first = estimate_classes(shares, rows, truth[rows])
    second = estimate_classes_in(again, again.stratum_of(shares[rows]), truth[rows])
    assert first.recall.low.tolist() == second.recall.low.tolist()
    values = np.random.default_rng(0).normal(size=300)
    kept = ValueStrata.of(values)
    same = ValueStrata.from_dict(json.loads(json.dumps(kept.as_dict())))
    assert same.stratum_of(values).tolist() == kept.stratum_of(values).tolist()


def test_the_dearest_confusions_come_first() -> None:
    shares, truth = stream(400)
    found = estimate_classes(shares, np.arange(400), truth)
    said, real, n = found.dearest_confusions(1)[0]
    assert said != real
    assert n == np.max(found.confusions - np.diag(np.diag(found.confusions)))
    costs = np.zeros((3, 3))
    costs[0, 2] = 7  # true class 0, said to be 2
    assert found.dearest_confusions(1, costs)[0] == (2, 0, 7 * found.confusions[2, 0])


def test_with_every_row_judged_both_decisions_cost_what_they_cost() -> None:
    shares, truth = stream(300)
    costs = np.array([[0.0, 20.0, 1.0], [1.0, 0.0, 1.0], [3.0, 1.0, 0.0]])
    found = estimate_classes(shares, np.arange(300), truth, costs=costs)
    said, cheapest = shares.argmax(axis=1), cheapest_classes(shares, costs)
    assert np.mean(said != cheapest) > 0.05
    pairs = ((found, said), (found.least_cost, cheapest))
    for told, answers in pairs:
        assert told is not None
        assert told.cost is not None
        mean = costs[truth, answers].mean()
        assert (told.cost.low, told.cost.high) == pytest.approx((mean, mean))
        assert told.accuracy.estimate == pytest.approx(np.mean(answers == truth))
        assert told.n_said.tolist() == np.bincount(answers, minlength=3).tolist()
    sure = shares.max(axis=1)
    for cut in found.cuts:
        assert cut.cost is not None
        answered = sure >= cut.confidence
        assert cut.cost.estimate == pytest.approx(costs[truth, said][answered].mean())


def test_equal_costs_change_nothing_and_strata_keep_them() -> None:
    shares, truth = stream()
    even = np.ones((3, 3)) - np.eye(3)
    rows = sample_classes(shares, 90, np.random.default_rng(3), costs=even)
    plain = estimate_classes(shares, rows, truth[rows])
    priced = estimate_classes(shares, rows, truth[rows], costs=even)
    assert plain.cost is None
    assert plain.recall.low.tolist() == priced.recall.low.tolist()
    assert priced.least_cost is not None
    assert priced.least_cost.recall.low.tolist() == plain.recall.low.tolist()
    dear = np.array([[0.0, 9.0, 9.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    strata = ClassStrata.of(shares, costs=dear)
    again = ClassStrata.from_dict(json.loads(json.dumps(strata.as_dict())))
    assert again.stratum_of(shares).tolist() == strata.stratum_of(shares).tolist()
    assert np.any(again.cheapest != again.said)


@pytest.mark.parametrize(
    "costs", [np.ones((2, 2)), np.ones((3, 3)), np.eye(3) - 1, np.full((3, 3), np.nan)]
)
def test_costs_that_are_none_are_refused(costs: np.ndarray) -> None:
    with pytest.raises(ValueError, match="costs"):
        ClassStrata.of(stream(20)[0], costs=costs)


def test_joint_intervals_are_wider_than_single_ones_where_figures_are_apart() -> None:
    draws = np.random.default_rng(0).normal(size=(4000, 4))
    joint = joint_intervals(draws)
    single = np.quantile(draws, [0.05, 0.95], axis=0)
    assert np.all(joint.high > single[1])
    together = joint_intervals(np.repeat(draws[:, :1], 4, axis=1))
    assert together.high[0] == pytest.approx(single[1, 0], abs=0.02)


def test_what_makes_no_sense_is_refused() -> None:
    shares, _ = stream(20)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="add up to 1"):
        sample_classes(shares * 2, 5, rng)
    with pytest.raises(ValueError, match="at least 1"):
        sample_classes(shares, 0, rng)
    with pytest.raises(ValueError, match="names a row twice"):
        estimate_classes(shares, [1, 1], [0, 0])
    with pytest.raises(ValueError, match="between 0 and 2"):
        estimate_classes(shares, [1, 2], [0, 3])
    with pytest.raises(ValueError, match=r"\(0, 1\]"):
        sample_classes(shares, 5, rng, cuts=[90])
    with pytest.raises(ValueError, match="not of this stream"):
        ClassStrata.of([[0.9, 0.1]]).stratum_of([[0.1, 0.9]])
    with pytest.raises(ValueError, match="tolerance"):
        estimate_values([1.0, 2.0], [0], [1.0], 0.0)


def test_no_stratum_gets_more_than_it_has() -> None:
    sizes = np.array([1, 50, 0, 200])
    assert allocate(sizes, np.ones(4), 251, least=2).tolist() == sizes.tolist()


def test_numbers_with_every_row_judged() -> None:
    rng = np.random.default_rng(0)
    said = rng.gamma(2, 10, 150)
    truth = said + rng.normal(1, 5, 150)
    found = estimate_values(said, np.arange(150), truth, 4.0)
    share = np.mean(np.abs(truth - said) <= 4)
    assert found.within.low == pytest.approx(share)
    assert found.within.high == pytest.approx(share)
    assert found.bias is not None
    assert found.bias.low == pytest.approx(np.mean(truth - said))
    assert found.mean_absolute_error is not None
    assert found.mean_absolute_error.high == pytest.approx(np.mean(np.abs(truth - said)))


def test_numbers_are_surer_where_intervals_are_narrow() -> None:
    rng = np.random.default_rng(0)
    widths = rng.uniform(1, 20, 2000)
    said = rng.normal(size=2000)
    truth = said + rng.normal(size=2000) * widths / 3
    rows = sample_values(said, 200, rng, interval_widths=widths)
    found = estimate_values(said, rows, truth[rows], 3.0, interval_widths=widths)
    assert [cut.width is None for cut in found.cuts] == [True, False, False, False]
    assert np.all(np.diff([cut.answered for cut in found.cuts]) < 0)
    assert found.cuts[-1].within.low > found.cuts[0].within.high
    assert found.cuts[-1].answered == pytest.approx(0.5, abs=0.01)


def test_one_number_tells_no_error() -> None:
    found = estimate_values([1.0, 2.0, 3.0], [1], [2.0], 0.5)
    assert found.mean_absolute_error is None
    assert found.within.high == 1
