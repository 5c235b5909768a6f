from __future__ import annotations

import pytest

from leadline.stats.votes import majority_value


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
