from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from leadline.stats.labels.annotators import (
    agreement_with_others,
    always_the_same,
    copied,
    too_fast,
)

Votes = list[tuple[int, int, int]]


def copied_in(votes: Votes) -> list[tuple[int, int]]:
    return copied(*np.array(votes).T)


def crowd(n_wrong: int) -> Votes:
    """Six annotators and forty items of class 0; the first two err together on some of them."""
    return [
        (item, annotator, int(annotator < 2 and item < n_wrong))
        for item in range(40)
        for annotator in range(6)
    ]


def pair_among_strangers(
    first: int, together: int, apart: int, others: tuple[int, ...], fresh: count[int]
) -> Votes:
    """Two annotators on forty items of their own; everybody else votes on one item only."""
    votes = []
    for place in range(40):
        item = 1000 * first + place
        votes.append((item, first, int(place < together + apart)))
        votes.append((item, first + 1, int(place < together)))
        votes += [(item, next(fresh), label) for label in others]
    return votes


def test_agreement_is_counted_vote_by_vote() -> None:
    found = agreement_with_others([7, 7, 7, 8, 8, 9], [3, 5, 4, 3, 5, 4], [1, 1, 0, 2, 2, 0])
    assert found.annotators.tolist() == [3, 4, 5]
    assert found.n_votes.tolist() == [2, 2, 2]
    assert found.n_pairs.tolist() == [3, 2, 3]
    assert found.shares == pytest.approx([2 / 3, 0, 2 / 3])
    assert np.isnan(agreement_with_others([1, 2], [1, 2], [0, 0]).shares).all()


def same_label(n_votes: int) -> object:
    """One annotator says 1 only, as another does in 684 of 1,000 votes."""
    annotator = [0] * n_votes + [1] * 1000
    return list(always_the_same(annotator, [1] * n_votes + [1] * 684 + [0] * 316))


def test_one_label_only_is_held_against_nobody_before_it_is_rare_for_all_of_them() -> None:
    # .684^20 is .0005: rare for one annotator and label, not for the four that were looked at
    assert same_label(20) == []
    assert same_label(22) == [0]


def test_one_label_must_be_given_nearly_always() -> None:
    rare = [0] * 700 + [1] * 300

    def suspects(n_other: int) -> object:
        labels = [1] * (40 - n_other) + [0] * n_other
        return list(always_the_same([0] * 40 + [1] * 1000, labels + rare))

    assert suspects(4) == [0]
    assert suspects(5) == []


def test_the_usual_frequency_is_that_of_the_others() -> None:
    """Most of the votes are by one who always says no; measured by oneself that would be usual."""
    annotator = np.repeat([0, 1, 2], [400, 40, 40])
    labels = np.concatenate([np.zeros(400), np.tile([0, 1], 40)])
    assert always_the_same(annotator, labels.astype(int)).tolist() == [0]


@pytest.mark.parametrize(("n_wrong", "found"), [(13, []), (14, [(0, 1)])])
def test_errors_in_common_must_be_rare_for_all_pairs_that_were_looked_at(
    n_wrong: int, found: list[tuple[int, int]]
) -> None:
    """2^-13 is below .001, but not below a fifteenth of it; where the others tie nobody errs."""
    assert copied_in(crowd(n_wrong)) == found


@pytest.mark.parametrize(
    ("others", "is_found"),
    [((0, 0), True), ((0, 0, 1), True), ((0,), False), ((0, 0, 1, 1), False)],
)
def test_a_majority_is_two_others_or_more_and_one_more_than_any_label(
    others: tuple[int, ...], is_found: bool
) -> None:
    votes = pair_among_strangers(0, 20, 0, others, count(100))
    assert copied_in(votes) == ([(0, 1)] if is_found else [])


def test_errors_that_all_pairs_share_are_no_copying() -> None:
    fresh = count(100)

    def found(others: int) -> list[tuple[int, int]]:
        """Pairs where the first shares 30 of 32 errors, and two other pairs so many."""
        shared = [(0, 30), (2, others), (4, others)]
        return copied_in(
            [
                vote
                for first, n in shared
                for vote in pair_among_strangers(first, n, 32 - n, (0, 0, 0), fresh)
            ]
        )

    assert found(5) == [(0, 1)]
    assert found(30) == []


def test_few_votes_are_held_against_nobody() -> None:
    seconds = np.repeat([9.0, 8.0, 1.0], [30, 30, 19])
    annotator = np.repeat([0, 1, 2], [30, 30, 19])
    assert too_fast(annotator, seconds).tolist() == []
    assert always_the_same([0] * 19 + [1] * 1000, [1] * 19 + [0] * 1000).tolist() == [1]
    assert copied_in([vote for vote in crowd(19) if vote[0] < 19]) == []


def test_fast_is_a_third_of_what_the_others_take() -> None:
    annotator = np.repeat([0, 1, 2, 3], 20)
    assert too_fast(annotator, np.repeat([9.0, 9.0, 3.1, 30.0], 20)).tolist() == []
    assert too_fast(annotator, np.repeat([9.0, 9.0, 2.9, 30.0], 20)).tolist() == [2]
    assert too_fast(annotator[:40], np.repeat([9.0, 1.0], 20)).tolist() == []
