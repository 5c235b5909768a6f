from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.stats.labels.label_aggregation import dawid_skene, is_unresolved, majority_value


@pytest.mark.parametrize(
    ("votes", "value"),
    [
        (["yes"], "yes"),
        (["no", "yes", "yes"], "yes"),
        (["yes", "no"], None),
        (["a", "b", "c"], None),
        (["a", "a", "b", "b", "c"], None),
        (["a", "a", "b", "c"], "a"),
    ],
)
def test_the_most_frequent_value_wins_unless_it_is_tied(
    votes: list[str], value: str | None
) -> None:
    assert majority_value(votes) == value
    assert majority_value(votes[::-1]) == value


def crowd(
    right: np.ndarray, n_items: int = 400, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Every annotator votes on every item of three classes."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n_items)
    wrong = (truth[:, None] + rng.integers(1, 3, (n_items, right.size))) % 3
    votes = np.where(rng.random(wrong.shape) < right, truth[:, None], wrong)
    item, annotator = np.indices(votes.shape)
    return truth, item.ravel(), annotator.ravel(), votes.ravel()


def test_one_who_knows_outweighs_three_who_guess() -> None:
    right = np.array([0.97, 0.36, 0.36, 0.36, 0.8])
    truth, item, annotator, label = crowd(right)
    found = dawid_skene(item, annotator, label)
    assert np.mean(found.labels == truth) > 0.94
    assert np.allclose(found.skills, right, atol=0.07)
    assert np.allclose(found.confusions.sum(axis=2), 1)
    assert np.allclose(found.shares.sum(axis=1), 1)


def test_who_always_says_the_opposite_is_understood() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 300)
    right = np.array([0.9, 0.85, 0.8, 0.8, 0.05])
    votes = np.where(rng.random((300, 5)) < right, truth[:, None], 1 - truth[:, None])
    item, annotator = np.indices(votes.shape)
    found = dawid_skene(item.ravel(), annotator.ravel(), votes.ravel())
    assert np.mean(found.labels == truth) > 0.97
    assert found.skills[4] < 0.15


def test_numbers_of_items_judges_and_labels_may_have_gaps_and_come_in_any_order() -> None:
    _, item, annotator, label = crowd(np.array([0.9, 0.8, 0.7]), 60)
    plain = dawid_skene(item, annotator, label)
    order = np.random.default_rng(2).permutation(item.size)
    odd = dawid_skene(1000 - 7 * item[order], 5 * annotator[order] - 3, 10 * label[order])
    assert odd.items.tolist() == sorted((1000 - 7 * np.arange(60)).tolist())
    assert odd.labels.tolist() == (10 * plain.labels[::-1]).tolist()
    assert odd.classes.tolist() == [0, 10, 20]


def test_one_vote_and_one_class_are_no_error() -> None:
    assert dawid_skene([7], [1], [3]).labels.tolist() == [3]
    assert dawid_skene([0, 0, 1], [0, 1, 0], [2, 2, 2]).labels.tolist() == [2, 2]


@pytest.mark.parametrize(
    ("item", "annotator", "label", "said"),
    [
        ([], [], [], "at least one vote"),
        ([1, 2], [1], [0, 1], "hold 2, 1 and 2 values"),
        ([1.5], [1], [0], "integers"),
        ([1], [1], ["yes"], "integers"),
        ([[1]], [[1]], [[0]], "flat"),
    ],
)
def test_what_is_no_vote_is_refused(
    item: list[Any], annotator: list[Any], label: list[Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        dawid_skene(item, annotator, label)


def test_of_two_that_contradict_each_other_the_frequent_class_wins() -> None:
    first = [0] * 40 + [1] * 2 + [0, 1]
    second = [0] * 40 + [1] * 2 + [1, 0]
    votes = np.array([first, second])
    annotator, item = np.indices(votes.shape)
    found = dawid_skene(item.ravel(), annotator.ravel(), votes.ravel())
    assert found.labels[-2:].tolist() == [0, 0]


def test_skill_is_the_share_that_is_right_of_classes_as_frequent_as_they_are() -> None:
    truth = np.arange(200) % 10 == 0
    votes = np.column_stack([truth, truth, truth, np.zeros(200, dtype=bool)]).astype(int)
    item, annotator = np.indices(votes.shape)
    found = dawid_skene(item.ravel(), annotator.ravel(), votes.ravel())
    assert found.skills[3] == pytest.approx(0.9, abs=0.02), (
        "who never says 1 is right on nine of ten"
    )


def test_an_annotator_begins_with_two_votes_of_which_seven_tenths_are_right() -> None:
    truth = np.arange(200) % 2
    votes = np.column_stack([truth, truth, truth])
    item, annotator = (each.ravel() for each in np.indices(votes.shape))
    once = dawid_skene([*item, 0], [*annotator, 3], [*votes.ravel(), 0])
    assert once.confusions[3] == pytest.approx(np.array([[2.4 / 3, 0.2], [0.3, 0.7]]), abs=1e-3)


@pytest.mark.parametrize(
    ("answers", "is_open"),
    [([], False), ([None], True), (["yes"], False), (["yes", "no"], True), (["yes", None], False)],
)
def test_what_nobody_answered_is_not_unresolved(answers: list[str | None], is_open: bool) -> None:
    assert is_unresolved(answers) == is_open
