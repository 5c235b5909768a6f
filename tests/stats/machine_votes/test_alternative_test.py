from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ttest_1samp
from tests.stats.machine_votes.public_votes import public_votes

from leadline.stats.arrays import Floats, Ints
from leadline.stats.machine_votes.alternative_test import (
    EPSILONS,
    AlternativeTest,
    Scoring,
    alternative_test,
    alternative_tests,
)

# winning rate and advantage probability as the authors print them, to two digits
PUBLISHED: dict[str, tuple[Scoring, float, dict[str, tuple[float, float]]]] = {
    "framing": (
        "classes",
        0.15,
        {
            "gemini_flash": (1.00, 0.83),
            "gemini_pro": (1.00, 0.91),
            "gpt-4o": (1.00, 0.92),
            "llama-31": (0.50, 0.80),
            "gpt-4o-mini": (1.00, 0.87),
            "mistral-v03": (0.25, 0.80),
        },
    ),
    "cebab_aspects": (
        "classes",
        0.1,
        {
            "gemini_flash": (0.70, 0.91),
            "gemini_pro": (0.90, 0.94),
            "gpt-4o": (0.90, 0.93),
            "llama-31": (0.60, 0.89),
            "gpt-4o-mini": (0.50, 0.90),
            "mistral-v03": (0.10, 0.81),
        },
    ),
    "10k_prompts": (
        "numbers",
        0.15,
        {
            "gemini_flash": (0.31, 0.67),
            "gemini_pro": (0.08, 0.63),
            "gpt-4o": (0.69, 0.76),
            "llama-31": (0.15, 0.67),
            "gpt-4o-mini": (0.92, 0.80),
            "mistral-v03": (0.15, 0.67),
        },
    ),
}


def by_the_paper(
    item: Ints, annotator: Ints, label: Floats, machine: Floats, epsilon: float, scoring: Scoring
) -> tuple[float, float]:
    """Winning rate and advantage probability, written down from the paper, a row at a time."""

    def closeness(one: float, others: list[float]) -> float:
        if scoring == "classes":
            return sum(one == other for other in others) / len(others)
        return -math.sqrt(sum((one - other) ** 2 for other in others) / len(others))

    votes: dict[int, dict[int, float]] = {}
    for i, j, value in zip(item, annotator, label, strict=True):
        votes.setdefault(int(i), {})[int(j)] = float(value)
    p_values, advantages = [], []
    for person in sorted(set(annotator.tolist())):
        wins, losses = [], []
        for i, of_item in votes.items():
            others = [value for j, value in of_item.items() if j != person]
            if person not in of_item or not others or math.isnan(machine[i]):
                continue
            mine, its = closeness(of_item[person], others), closeness(machine[i], others)
            wins.append(float(its >= mine))
            losses.append(float(mine >= its))
        if len(wins) >= 30:
            gaps = np.array(losses) - np.array(wins)
            p_values.append(float(ttest_1samp(gaps, epsilon, alternative="less").pvalue))
            advantages.append(float(np.mean(wins)))
    m = len(p_values)
    ladder = [(r + 1) / m * 0.05 / sum(1 / k for k in range(1, m + 1)) for r in range(m)]
    under = [r + 1 for r, p in enumerate(sorted(p_values)) if p <= ladder[r]]
    return max(under, default=0) / m, float(np.mean(advantages))


@pytest.mark.parametrize("name", PUBLISHED)
def test_equals_what_the_authors_published(name: str) -> None:
    scoring, epsilon, published = PUBLISHED[name]
    votes = public_votes(name)
    assert votes.machines.keys() == published.keys()
    for machine, (winning_rate, advantage) in published.items():
        found = alternative_test(
            votes.item,
            votes.annotator,
            votes.label,
            votes.machines[machine],
            epsilon=epsilon,
            scoring=scoring,
        )
        assert found.winning_rate == pytest.approx(winning_rate, abs=0.005)
        assert found.advantage == pytest.approx(advantage, abs=0.005)
        assert found.passes == (winning_rate >= 0.5)


@pytest.mark.parametrize("scoring", ["classes", "numbers"])
def test_equals_the_paper_on_votes_with_gaps(scoring: Scoring) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        table = rng.integers(4, size=90)[:, None] + (rng.random((90, 5)) < 0.3)
        item, annotator = np.nonzero(rng.random((90, 5)) < 0.6)
        label = table[item, annotator].astype(float)
        machine = table[:, 0] + (rng.random(90) < rng.uniform(0.1, 0.4)) * 1.0
        machine[rng.random(90) < 0.1] = np.nan
        epsilon = float(rng.choice([0.0, 0.1, 0.2]))
        found = alternative_test(item, annotator, label, machine, epsilon=epsilon, scoring=scoring)
        rate, advantage = by_the_paper(item, annotator, label, machine, epsilon, scoring)
        assert found.winning_rate == pytest.approx(rate)
        assert found.advantage == pytest.approx(advantage)


def test_numbers_far_from_zero_keep_their_ties() -> None:
    item, annotator = np.tile(np.arange(40), 2), np.repeat([0, 1], 40)
    label = np.concatenate([np.full(40, 1e6), np.full(40, 1e6 + 0.3)])
    found = alternative_test(
        item, annotator, label, np.full(40, 1e6 + 0.6), epsilon=0.1, scoring="numbers"
    )
    # as far from the second person as the first is; further from the first than the second is
    assert [one.machine for one in found.against] == [1.0, 0.0]


def planted(rng: np.random.Generator, of_machine: float, n: int = 100) -> AlternativeTest:
    """Three people who are right .95, .9, .85 of the time, and a machine."""
    truth = rng.integers(3, size=n)

    def labels(accuracy: float) -> Ints:
        return np.where(rng.random(n) < accuracy, truth, (truth + rng.integers(1, 3, n)) % 3)

    votes = np.concatenate([labels(0.95), labels(0.9), labels(0.85)])
    return alternative_test(
        np.tile(np.arange(n), 3),
        np.repeat(np.arange(3), n),
        votes,
        labels(of_machine),
        epsilon=EPSILONS["crowd"],
    )


def test_false_yes_is_rare_and_true_yes_is_not() -> None:
    rng = np.random.default_rng(2)
    assert np.mean([planted(rng, 0.7).passes for _ in range(300)]) <= 0.05
    assert np.mean([planted(rng, 0.95).passes for _ in range(100)]) >= 0.95


def test_of_50_rows_on_which_nearly_all_agree_a_false_yes_is_rare_too() -> None:
    rng, n = np.random.default_rng(4), 50

    def said(share_lost: float) -> AlternativeTest:
        """Three people who always agree, and a machine that differs on some rows."""
        machine = (rng.random(n) < share_lost).astype(float)
        item, annotator = np.tile(np.arange(n), 3), np.repeat(np.arange(3), n)
        return alternative_test(item, annotator, np.zeros(3 * n), machine, epsilon=0.1)

    assert np.mean([said(0.1).passes for _ in range(400)]) <= 0.05
    assert np.mean([said(0.0).passes for _ in range(10)]) == 1.0


def test_what_epsilon_forgives_is_said() -> None:
    truth = np.zeros(400)
    votes = np.zeros((3, 400))
    for person in range(3):
        votes[person, person * 8 : person * 8 + 8] = 1
    machine = truth.copy()
    machine[100:116] = 1
    found = alternative_test(
        np.tile(np.arange(400), 3),
        np.repeat(np.arange(3), 400),
        votes.ravel(),
        machine,
        epsilon=0.1,
    )
    assert found.passes
    assert found.is_behind_everybody


def test_few_rows_are_no_evidence_or_scored() -> None:
    item, annotator = np.tile(np.arange(20), 3), np.repeat(np.arange(3), 20)
    label, machine = np.zeros(60), np.zeros(20)
    silent = alternative_test(item, annotator, label, machine, epsilon=0.2)
    assert (silent.passes, silent.winning_rate, silent.advantage) == (None, None, None)
    assert silent.skipped == (0, 1, 2)
    scored = alternative_test(item, annotator, label, machine, epsilon=0.2, few_rows="score")
    assert [0.8**20 <= one.p_value < 0.025 for one in scored.against] == [True] * 3


def test_unsure_machine_has_no_evidence() -> None:
    found = alternative_test([0, 0, 1, 1], [0, 1, 0, 1], [0] * 4, [np.nan] * 2, epsilon=0.1)
    assert (found.passes, found.n_rows, found.n_unsure) == (None, 0, 2)


def test_groups_are_corrected_together() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(2, size=400)
    item, annotator = np.tile(np.arange(400), 3), np.repeat(np.arange(3), 400)
    label = np.concatenate([np.where(rng.random(400) < 0.95, truth, 1 - truth) for _ in range(3)])
    blind_to_ones = np.where(truth == 1, rng.integers(2, size=400), truth)
    by_class = alternative_tests(item, annotator, label, blind_to_ones, epsilon=0.1)
    assert {group: one.passes for group, one in by_class.items()} == {0: True, 1: False}
    assert {one.n_tests for one in by_class.values()} == {6}
    slices = np.where(np.arange(400) < 200, 0, np.where(np.arange(400) < 395, 1, -1))
    by_slice = alternative_tests(
        item, annotator, label, truth.astype(float), groups=slices, epsilon=0.1
    )
    assert {group: one.n_rows for group, one in by_slice.items()} == {0: 200, 1: 195}
    assert all(one.passes for one in by_slice.values())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"item": [0, 0, 1, 5]}, "positions in machine"),
        ({"item": [0, 0, 0, 1]}, "voted twice"),
        ({"item": [0, 0, 1]}, "one is needed"),
        ({"annotator": [0, 1, 2, 2], "item": [0, 1, 2, 3], "machine": [0] * 4}, "two votes"),
        ({"label": [0, 1, 0.5, 0]}, "class codes"),
        ({"label": [0, 1, np.nan, 0]}, "not finite"),
        ({"machine": [0, -1]}, "machine must be class codes"),
        ({"machine": [0, 0.5]}, "machine must be class codes"),
        ({"machine": [0, np.inf]}, "machine must be finite"),
        ({"scoring": "number"}, "scoring must be"),
        ({"epsilon": 15}, "epsilon must lie"),
        ({"groups": [0]}, "groups has shape"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, object], message: str) -> None:
    given: dict[str, object] = {
        "item": [0, 0, 1, 1],
        "annotator": [0, 1, 0, 1],
        "label": [0, 1, 1, 1],
        "machine": [0, 1],
        "epsilon": 0.1,
    }
    with pytest.raises(ValueError, match=message):
        alternative_tests(**given | changed)  # type: ignore[arg-type]
