from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.judgments import (
    Bands,
    cheapest,
    estimate,
    estimate_in,
    estimate_votes,
    judgments_to_settle,
    sample,
    sample_between,
    surprising,
)


def stream(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are true probabilities, and the labels drawn from them."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.3, 2.0, n)
    return scores, rng.random(n) < scores


def test_rows_are_different_and_in_random_order() -> None:
    scores, _ = stream(5000)
    rows = sample(scores, [0.3, 0.7], 150, np.random.default_rng(1))
    assert len(set(rows.tolist())) == 150
    # neither position nor score may run with the order of asking
    order = np.arange(150)
    assert abs(np.corrcoef(order, scores[rows])[0, 1]) < 0.25
    assert abs(np.corrcoef(order, rows)[0, 1]) < 0.25


def test_every_band_gets_its_floor() -> None:
    scores, _ = stream(5000)
    rows = sample(scores, [0.7, 0.3, 0.95], 60, np.random.default_rng(1))
    edges = [0.3, 0.7, 0.95]
    n_above = np.histogram(scores[rows], [*edges, 1.01])[0]
    sizes = np.histogram(scores, [*edges, 1.01])[0]
    assert np.all(n_above >= np.minimum(8, sizes))
    below = np.sort(scores[scores < 0.3])[::-1]
    nearest = scores[rows] >= below[int(0.05 * below.size)]
    assert np.sum(nearest & (scores[rows] < 0.3)) >= 8


def test_small_streams_and_small_requests() -> None:
    rng = np.random.default_rng(2)
    assert sorted(sample([0.1, 0.5, 0.9], [0.4], 10, rng).tolist()) == [0, 1, 2]
    assert sample(np.linspace(0, 1, 100), [0.4], 3, rng).size == 3
    assert sample(np.full(100, 0.5), [0.4], 20, rng).size == 20
    assert sample(np.full(100, 0.5), [0.6], 20, rng).size == 20
    assert sample(np.linspace(-5, 5, 100), [-1.0, 9.0], 30, rng).size == 30


def test_judging_everything_gives_the_truth() -> None:
    scores, labels = stream(400)
    thresholds = np.array([0.2, 0.8, 0.5])
    result = estimate(scores, thresholds, np.arange(400), labels)
    alerts = scores[:, None] >= thresholds
    hits = (labels[:, None] & alerts).sum(axis=0)
    for got in (result.precision.low, result.precision.estimate, result.precision.high):
        assert got == pytest.approx(hits / alerts.sum(axis=0))
    assert result.recall.estimate == pytest.approx(hits / labels.sum())
    assert result.n_alerts.tolist() == alerts.sum(axis=0).tolist()
    assert result.share_positive.estimate == pytest.approx(labels.mean())


def test_more_judgments_narrow_the_intervals() -> None:
    scores, labels = stream(20_000)
    widths = []
    for n in (60, 600):
        rows = sample(scores, [0.5], n, np.random.default_rng(3))
        result = estimate(scores, [0.5], rows, labels[rows])
        widths.append(result.recall.high - result.recall.low)
    assert widths[1] < 0.6 * widths[0]


def test_the_same_judgments_give_the_same_answer() -> None:
    scores, labels = stream(1000)
    rows = sample(scores, [0.5], 50, np.random.default_rng(3))
    first, second = (estimate(scores, [0.5], rows, labels[rows]) for _ in range(2))
    assert first.recall.low == second.recall.low


def test_a_threshold_that_nothing_reaches_is_unknown() -> None:
    result = estimate(np.linspace(0, 1, 50), [2.0], [1, 2], [0, 1])
    assert result.n_alerts.tolist() == [0]
    assert (result.precision.low[0], result.precision.high[0]) == (0.0, 1.0)
    assert result.recall.high[0] == 0


def test_cheapest_follows_the_costs() -> None:
    scores, labels = stream(20_000)
    thresholds = [0.8, 0.4, 0.1]
    rows = sample(scores, thresholds, 400, np.random.default_rng(4))
    result = estimate(scores, thresholds, rows, labels[rows])
    assert cheapest(result, cost_miss=1, cost_false_alarm=20).index == 0
    assert cheapest(result, cost_miss=20, cost_false_alarm=1).index == 2
    clear = cheapest(result, cost_miss=20, cost_false_alarm=1)
    assert clear.probability > 0.99
    assert np.all(clear.cost.low <= clear.cost.estimate)


def test_break_even_is_too_close_to_call() -> None:
    # half of the rows between the thresholds are positive: at equal costs both cost the same
    scores = np.repeat([0.1, 0.5, 0.9], 1000)
    labels = np.concatenate([np.zeros(1000), np.tile([0, 1], 500), np.ones(1000)])
    rows = np.concatenate([np.arange(20), np.arange(1000, 1040), np.arange(2000, 2020)])
    result = estimate(scores, [0.4, 0.8], rows, labels[rows])
    assert cheapest(result, cost_miss=1, cost_false_alarm=1).probability < 0.7


def test_identical_thresholds_share_the_lead() -> None:
    scores, labels = stream(500)
    rows = np.arange(100)
    result = estimate(scores, [0.5, 0.5], rows, labels[rows])
    choice = cheapest(result, cost_miss=0.3, cost_false_alarm=0.1)
    assert (choice.index, choice.probability) == (0, 1.0)


def test_votes_of_a_row_come_together() -> None:
    """Named twice, its weight would be counted twice."""
    with pytest.raises(ValueError, match="twice"):
        estimate_votes([0.1, 0.5, 0.9], [0.5], [0, 0], [1, 1], [0, 0])


@pytest.mark.parametrize(
    ("rows", "answers", "message"),
    [
        ([], [], "at least one"),
        ([0.5], [1], "row numbers"),
        ([0, 0], [1, 1], "twice"),
        ([5], [1], "between 0 and 2"),
        ([-1], [1], "between 0 and 2"),
        ([0, 1], [1], "has shape"),
        ([0], [2], "other than 0 and 1"),
    ],
)
def test_bad_judgments_are_refused(rows: list[int], answers: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        estimate([0.1, 0.5, 0.9], [0.5], rows, answers)


def test_bad_requests_are_refused() -> None:
    with pytest.raises(ValueError, match="n must be at least 1"):
        sample([0.1], [0.5], 0, np.random.default_rng(0))
    result = estimate([0.1, 0.9], [0.5], [0, 1], [0, 1])
    with pytest.raises(ValueError, match="cost_false_alarm"):
        cheapest(result, cost_miss=1, cost_false_alarm=0)


@pytest.mark.parametrize("scale", ["ranks", "log odds", "whole numbers", "wide"])
def test_scores_need_not_be_probabilities(scale: str) -> None:
    claimed, labels = stream(20_000, seed=6)
    odds = np.log(claimed / (1 - claimed)).clip(-30, 30)
    scores = {
        "ranks": np.argsort(np.argsort(claimed)) / claimed.size,
        "log odds": odds,
        "whole numbers": np.round(100 * claimed),
        "wide": 1e6 * odds - 5e8,
    }[scale]
    cuts = np.quantile(scores, [0.95, 0.85])
    rows = sample(scores, cuts, 200, np.random.default_rng(6))
    result = estimate(scores, cuts, rows, labels[rows])
    alerts = scores[:, None] >= cuts
    hits = (labels[:, None] & alerts).sum(axis=0)
    assert result.precision.estimate == pytest.approx(hits / alerts.sum(axis=0), abs=0.15)
    assert result.recall.estimate == pytest.approx(hits / labels.sum(), abs=0.2)


def test_a_stream_is_kept_as_a_few_numbers() -> None:
    scores, labels = stream(5_000)
    cuts = [0.7, 0.3]
    rows = sample(scores, cuts, 80, np.random.default_rng(2))
    bands = Bands.of(scores, cuts)
    again = Bands.from_dict(bands.as_dict())
    assert bands.sizes.size < 60
    assert bands.n_samples == 5_000
    kept = estimate_in(again, scores[rows], labels[rows])
    assert kept.recall.low == pytest.approx(estimate(scores, cuts, rows, labels[rows]).recall.low)
    assert kept.n_alerts.tolist() == [int(np.sum(scores >= cut)) for cut in cuts]


def test_only_rows_between_thresholds_decide() -> None:
    scores, _ = stream(3_000)
    rows = sample_between(scores, [0.2, 0.5, 0.9], 60, np.random.default_rng(0))
    assert np.all((scores[rows] >= 0.2) & (scores[rows] < 0.9))
    assert np.sum(scores[rows] < 0.5) == 30
    assert sample_between(scores, [0.5], 60, np.random.default_rng(0)).size == 0
    with pytest.raises(ValueError, match="n must be at least 1"):
        sample_between(scores, [0.5, 0.6], 0, np.random.default_rng(0))


def test_the_gap_nearest_to_break_even_gets_most() -> None:
    scores, _ = stream(3_000)
    cuts = [0.2, 0.5, 0.9]

    def n_low(break_even: float, values: np.ndarray = scores) -> int:
        rng = np.random.default_rng(0)
        rows = sample_between(values, cuts, 60, rng, break_even=break_even)
        return int(np.sum(scores[rows] < 0.5))

    assert n_low(0.3) > 33
    assert n_low(0.7) < 27
    assert n_low(0.3, scores + 1.0 * (scores > 0.95)) == 30, "scores that are no probabilities"
    with pytest.raises(ValueError, match="break_even"):
        n_low(1.5)


def test_a_yes_where_nothing_is_positive_surprises_most() -> None:
    scores, labels = stream(20_000)
    rows = sample(scores, [0.8, 0.5], 150, np.random.default_rng(1))
    said = labels[rows].copy()
    lowest = int(np.argmin(scores[rows]))
    said[lowest] = True
    assert surprising(scores, [0.8, 0.5], rows, said, 3)[0] == rows[lowest]


def test_more_votes_that_agree_are_believed() -> None:
    scores, labels = stream(20_000)
    cuts = [0.8, 0.5]
    rows = sample(scores, cuts, 150, np.random.default_rng(1))
    yes = labels[rows].astype(int)
    several = estimate_votes(scores, cuts, rows, 5 * yes, 5 * (1 - yes))
    once = estimate(scores, cuts, rows, yes)
    assert several.precision.estimate == pytest.approx(once.precision.estimate, abs=0.03)


def test_the_nearer_to_break_even_the_more_judgments() -> None:
    near, far = (judgments_to_settle(50, share, 0.5) for share in (0.45, 0.3))
    assert near > far >= 0
    assert judgments_to_settle(1_000, 0.9, 0.5) == 0
    assert judgments_to_settle(50, 0.5, 0.5) == float("inf")


def two_bands(n_low: int) -> int:
    """First to ask again: a yes among rows that score .03, or a no among fifty that score .95."""
    scores = np.repeat([0.03, 0.95], [n_low, 50])
    rows = np.concatenate([np.arange(60), n_low + np.arange(30)])
    said = np.ones(90)
    said[2:60] = 0
    said[[70, 80]] = 0
    return int(surprising(scores, [0.5], rows, said, 1)[0])


def test_a_judgment_that_stands_for_many_rows_is_asked_about_first() -> None:
    # the no is the likelier error; the yes stands for a hundred rows
    assert two_bands(n_low=60) >= 60
    assert two_bands(n_low=6_000) < 60


def test_misses_are_commoner_than_false_yes() -> None:
    scores, said = np.full(200, 0.5), np.tile([1, 0], 100)
    order = surprising(scores, [0.4], np.arange(200), said, 200)
    assert not said[order[:100]].any()


def test_votes_against_the_scores_are_believed_where_they_agree() -> None:
    scores = np.repeat([0.1, 0.5], 1000)
    rows = np.concatenate([np.arange(40), 1000 + np.arange(40)])
    none = estimate_votes(scores, [0.4], rows, np.zeros(80), np.full(80, 3))
    every = estimate_votes(scores, [0.4], rows, np.full(80, 3), np.zeros(80))
    assert none.precision.high[0] < 0.15
    assert every.precision.low[0] > 0.85


def test_a_lone_no_is_doubted_more_than_a_lone_yes() -> None:
    """Reviewers miss positives more often than they see some that are none."""
    scores = np.full(2_000, 0.5)
    yes = np.tile([1, 0], 50)
    found = estimate_votes(scores, [0.4], np.arange(100), yes, 1 - yes)
    assert found.precision.estimate[0] > 0.51


def test_a_share_of_none_after_two_judgments_is_not_certain() -> None:
    assert judgments_to_settle(2, 0.0, 0.3) > 3


def test_judgments_are_allocated_as_neyman_says() -> None:
    """In proportion to a band's part in the variances of precision and recall, once it is known."""
    scores, labels = stream(100_000)
    rng = np.random.default_rng(0)
    bands = Bands.of(scores, [0.3, 0.7])
    sizes, band = bands.band_sizes, bands.bands[bands.slice_of(scores)]
    first = np.concatenate(
        [rng.permutation(np.flatnonzero(band == each))[:300] for each in range(sizes.size)]
    )
    shares = np.bincount(band, labels) / sizes

    def measures(p: np.ndarray) -> np.ndarray:
        hits = np.cumsum((sizes * p)[::-1])[::-1]
        alerts = np.cumsum(sizes[::-1])[::-1]
        return np.concatenate([np.sqrt(1.5) * hits[3:] / alerts[3:], hits[3:] / hits[0]])

    step = 1e-6 * np.eye(sizes.size)
    slopes = np.array([(measures(shares + d) - measures(shares - d)) / 2e-6 for d in step])
    gain = np.sqrt(np.sum(slopes**2, axis=1) * shares * (1 - shares))
    rows = sample(scores, [0.3, 0.7], 4_000, rng, rows=first, is_positive=labels[first])
    counts = np.bincount(band[np.append(first, rows)], minlength=sizes.size)
    # a band that had more than its share gets none; the others share the rest
    more = counts > 300
    assert more.sum() >= 3
    assert counts[more] / counts[more].sum() == pytest.approx(
        gain[more] / gain[more].sum(), abs=0.02
    )


def test_a_row_is_judged_once() -> None:
    scores, labels = stream(3_000)
    rng = np.random.default_rng(0)
    first = sample(scores, [0.5], 40, rng)
    second = sample(scores, [0.5], 30, rng, rows=first, is_positive=labels[first])
    assert np.unique(np.append(first, second)).size == 70
    rest = sample(scores, [0.5], 10_000, rng, rows=first, is_positive=labels[first])
    assert np.unique(np.append(first, rest)).size == 3_000


@pytest.mark.parametrize(
    ("rows", "answers", "why"),
    [
        ([1, 1], [0, 1], "twice"),
        ([1, 2], [1], "one value a score"),
        ([1.5], [1], "row numbers"),
        ([], [1], "one value a score"),
        ([3_000], [1], "between 0 and"),
    ],
)
def test_judgments_that_cannot_be_are_refused(
    rows: list[float], answers: list[int], why: str
) -> None:
    scores, _ = stream(3_000)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=why):
        sample(scores, [0.5], 10, rng, rows=rows, is_positive=answers)
