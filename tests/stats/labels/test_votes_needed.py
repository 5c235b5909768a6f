from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.stats.labels.votes_needed import places_left


@pytest.mark.parametrize(
    ("answers", "n_out", "votes", "most", "left"),
    [
        ([], 0, 1, 0, 1),
        ([], 1, 1, 0, 0),
        (["y"], 0, 2, 3, 1),
        (["y", "n"], 0, 2, 3, 1),
        (["y", "n"], 1, 2, 3, 0),
        (["y", "n"], 0, 2, 2, 0),
        (["y", "n", None], 0, 2, 3, 0),
        (["y", "n", "y"], 0, 2, 3, 0),
        (["y", "y"], 0, 2, 5, 0),
        (["y", "y", "n"], 0, 2, 5, 1),
        (["y", "y", "n", "y"], 0, 2, 5, 0),
        ([None], 0, 1, 2, 1),
        ([None, "y"], 0, 2, 3, 1),
        ([None], 0, 1, 0, 0),
    ],
)
def test_known_cases(
    answers: list[str | None], n_out: int, votes: int, most: int, left: int
) -> None:
    assert places_left(answers, n_out, votes=votes, most_votes=most) == left


@given(
    answers=st.lists(st.sampled_from(["a", "b", None]), max_size=8),
    n_out=st.integers(0, 4),
    votes=st.integers(1, 5),
    most=st.integers(0, 7),
)
def test_never_more_than_were_granted(
    answers: list[str | None], n_out: int, votes: int, most: int
) -> None:
    left = places_left(answers, n_out, votes=votes, most_votes=most)
    assert left >= 0
    assert left == 0 or len(answers) + n_out + left <= max(votes, most)


@given(said=st.lists(st.sampled_from(["a", "b"]), min_size=5, max_size=5))
def test_stopping_early_gives_the_label_that_asking_all_would(said: list[str]) -> None:
    asked: list[str | None] = []
    while places_left(asked, 0, votes=3, most_votes=5):
        asked.append(said[len(asked)])
    if len(asked) > 3 or len(set(asked)) > 1:
        assert max(set(asked), key=asked.count) == max(set(said), key=said.count)
