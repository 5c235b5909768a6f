from __future__ import annotations

import numpy as np
import pytest
from tests.stats.machine_votes.public_votes import public_votes

from leadline.stats.arrays import Bools, Floats
from leadline.stats.interval import Estimate, jeffreys_interval
from leadline.stats.machine_votes.score_strata import score_strata
from leadline.stats.machine_votes.second_reading import (
    Population,
    flagged_reading,
    share_reading,
)
from leadline.stats.machine_votes.stacked_score import stacked_scores

N = 3000


def width(interval: Estimate[float]) -> float:
    return interval.high - interval.low


def labelled(truth: Bools, n: int) -> Floats:
    """Labels of the first n rows."""
    return np.where(np.arange(truth.size) < n, truth, np.nan)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_people_alone_have_the_jeffreys_interval_of_a_large_stream(
    rng: np.random.Generator,
) -> None:
    labels = np.full(200_000, np.nan)
    labels[:100] = np.arange(100) < 20
    found = share_reading(labels, np.zeros(200_000), rng)
    expected = jeffreys_interval(20, 100)
    assert found.people_alone.low == pytest.approx(expected.low, abs=0.004)
    assert found.people_alone.high == pytest.approx(expected.high, abs=0.004)
    assert found.people_alone.estimate == pytest.approx(20.5 / 101, abs=0.003)


def test_all_rows_labelled_leave_no_doubt(rng: np.random.Generator) -> None:
    truth = np.arange(40) % 4 == 0
    found = share_reading(truth * 1.0, truth * 1.0, rng)
    assert found.with_machine == Estimate(0.25, 0.25, 0.25)
    assert found.effective_labels == 40


def test_stream_is_less_sure_than_its_rows(rng: np.random.Generator) -> None:
    truth = rng.random(300) < 0.4
    labels = labelled(truth, 150)
    populations: tuple[Population, Population] = ("rows", "stream")
    rows, stream = (
        share_reading(labels, truth, rng, population=population) for population in populations
    )
    # the 300 rows are a sample themselves: their own share varies by 1.645 sd
    own = 2 * 1.645 * (0.4 * 0.6 / 300) ** 0.5
    assert width(stream.with_machine) == pytest.approx(
        np.hypot(width(rows.with_machine), own), rel=0.15
    )


@pytest.mark.parametrize("n", [40, 100])
def test_variance_is_that_of_post_stratification(n: int, rng: np.random.Generator) -> None:
    truth = rng.random(N) < 0.4
    machine = truth ^ (rng.random(N) < 0.15)
    found = [
        share_reading(labelled(truth[order], n), machine[order], rng)
        for order in (rng.permutation(N) for _ in range(60))
    ]
    shares = [np.mean(truth[machine == side]) for side in (False, True)]
    weights = [np.mean(machine == side) for side in (False, True)]
    within = sum(w * p * (1 - p) for w, p in zip(weights, shares, strict=True))
    worth = n * np.mean(truth) * (1 - np.mean(truth)) / within
    assert np.mean([one.effective_labels for one in found]) == pytest.approx(worth, rel=0.15)


@pytest.mark.parametrize("machine", ["always yes", "coin", "unsure"])
def test_useless_machine_costs_next_to_nothing(machine: str, rng: np.random.Generator) -> None:
    truth = rng.random(N) < 0.1
    scores = {
        "always yes": np.ones(N),
        "coin": rng.random(N),
        "unsure": np.full(N, np.nan),
    }[machine]
    found = [share_reading(labelled(rng.permutation(truth), 100), scores, rng) for _ in range(40)]
    alone, helped = (
        np.mean([width(each) for each in sides])
        for sides in zip(*((one.people_alone, one.with_machine) for one in found), strict=True)
    )
    assert helped <= 1.03 * alone


def test_nothing_found_is_no_wider_than_from_people_alone(rng: np.random.Generator) -> None:
    found = share_reading(np.where(np.arange(500) < 40, 0.0, np.nan), rng.random(500), rng)
    assert width(found.with_machine) == pytest.approx(width(found.people_alone), rel=0.05)


def test_machine_that_agrees_saves_a_fifth_of_the_width(rng: np.random.Generator) -> None:
    votes = public_votes("cebab_aspects")
    positive = np.bincount(votes.item, votes.label == 1) >= 2.5
    machine = votes.machines["gpt-4o"] == 1
    assert np.mean(positive == machine) >= 0.9
    for _ in range(10):
        order = rng.permutation(positive.size)
        found = share_reading(labelled(positive[order], 100), machine[order], rng)
        assert width(found.with_machine) <= 0.8 * width(found.people_alone)


def test_precision_and_recall_are_those_of_the_rows(rng: np.random.Generator) -> None:
    truth = rng.random(N) < 0.3
    model, machine = truth ^ (rng.random(N) < 0.2), truth ^ (rng.random(N) < 0.05)
    # people look at more of the flagged rows: 200 of them, and 100 others
    chosen = np.concatenate([np.flatnonzero(model)[:200], np.flatnonzero(~model)[:100]])
    labels = np.full(N, np.nan)
    labels[chosen] = truth[chosen]
    found = flagged_reading(labels, machine, model, rng)
    assert found.recall is not None
    precision, recall = np.mean(truth[model]), np.mean(model[truth])
    for reading, expected, n in ((found.precision, precision, 200), (found.recall, recall, 300)):
        assert reading.with_machine.low <= expected <= reading.with_machine.high
        assert width(reading.with_machine) <= 0.8 * width(reading.people_alone)
        assert reading.n_labels == n
    full = flagged_reading(truth * 1.0, machine, model, rng)
    assert full.recall is not None
    assert full.precision.with_machine.estimate == pytest.approx(precision)
    assert full.recall.with_machine.estimate == pytest.approx(recall)


def test_without_a_positive_row_there_is_no_recall(rng: np.random.Generator) -> None:
    labels = np.where(np.arange(200) < 60, 0.0, np.nan)
    found = flagged_reading(labels, np.arange(200) % 2, np.arange(200) % 3 == 0, rng)
    assert found.recall is None
    assert found.precision.with_machine.low < 0.01


def test_stack_is_at_least_as_good_as_one_and_knows_copies(rng: np.random.Generator) -> None:
    truth = rng.random(N) < 0.5
    # three that err together, two that err on their own
    shared = rng.random(N) < 0.25
    machines = [truth ^ shared ^ (rng.random(N) < 0.02) for _ in range(3)]
    machines += [truth ^ (rng.random(N) < 0.15) for _ in range(2)]
    scores = np.column_stack(machines).astype(float)
    majority = scores.mean(axis=1) > 0.5
    labels = labelled(truth, 200)
    stacked = stacked_scores(labels, scores, rng)
    right, by_majority = np.mean((stacked > 0.5) == truth), np.mean(majority == truth)
    assert right > by_majority + 0.05
    # calibrated: of rows with a score near .8, near .8 are positive
    near = (stacked > 0.7) & (stacked < 0.9)
    assert np.mean(truth[near]) == pytest.approx(np.mean(stacked[near]), abs=0.1)


def test_stack_scores_a_row_without_its_own_label(rng: np.random.Generator) -> None:
    noise = rng.random((400, 8))
    labels = labelled(rng.random(400) < 0.5, 60)
    scores = stacked_scores(labels, noise, rng)
    known = ~np.isnan(labels)
    assert abs(np.corrcoef(scores[known], labels[known])[0, 1]) < 0.3


def test_unsure_answers_are_a_sign_of_their_own(rng: np.random.Generator) -> None:
    truth = rng.random(1000) < 0.5
    only_when_yes = np.where(truth, np.nan, 0.0)
    scores = stacked_scores(labelled(truth, 100), only_when_yes[:, None], rng)
    assert np.mean((scores > 0.5) == truth) > 0.99


def test_strata_need_labels_and_keep_cells_apart() -> None:
    score = np.repeat([0.0, 0.5, 1.0], 40)
    few = np.full(120, np.nan)
    few[[0, 1, 2, 3, 41, 80, 81, 82, 83]] = 0.0
    none = np.zeros(120, dtype=np.int64)
    both: Floats = (np.arange(120) % 2).astype(np.float64)
    assert np.unique(score_strata(score, few, none)).tolist() == [0]
    few[0] = 1.0
    assert np.unique(score_strata(score, few, none)).tolist() == [0, 1]
    assert np.unique(score_strata(score, both, none)).tolist() == [0, 1, 2]
    cells = np.arange(120) // 2 % 2
    strata = score_strata(score, both, cells)
    assert not set(strata[cells == 0]) & set(strata[cells == 1])
    fine = score_strata(
        np.linspace(0, 1, 1000), np.tile([0.0, 1.0], 500), np.zeros(1000, dtype=int)
    )
    assert np.bincount(fine).tolist() == pytest.approx([333, 333, 333], abs=12)


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0.0] * 19, [0.0] * 19, "at least 20"),
        ([0.0] * 20, [0.0] * 19, "one is needed"),
        ([2.0] * 20, [0.0] * 20, "one class at a time"),
        ([0.0] * 20, [np.inf] * 20, "must be finite"),
        ([0.0] * 20, [[0.0]] * 20, "stacked_scores"),
    ],
)
def test_what_does_not_fit_is_refused(
    labels: list[float], scores: list[float], message: str, rng: np.random.Generator
) -> None:
    with pytest.raises(ValueError, match=message):
        share_reading(labels, scores, rng)


def test_flags_that_do_not_fit_are_refused(rng: np.random.Generator) -> None:
    labels = np.zeros(30)
    with pytest.raises(ValueError, match="3 of either"):
        flagged_reading(labels, labels, np.zeros(30), rng)
    with pytest.raises(ValueError, match="threshold"):
        flagged_reading(labels, labels, np.full(30, 0.7), rng)
    with pytest.raises(ValueError, match="n_machines"):
        stacked_scores(labels, labels, rng)
    with pytest.raises(ValueError, match="one class at a time"):
        stacked_scores(labels + 2, labels[:, None], rng)
