from __future__ import annotations

import polars as pl
import pytest

from leadline.labelling.vote_table import Rule, labels_of, vote_counts, vote_table, with_votes
from leadline.record import Vote
from leadline.snapshot import content_hashes

FRAME = pl.DataFrame({"x": [1, 2, 3, 4], "late": ["yes", None, None, None]})


def votes_on(row: int, *values: str | None) -> list[Vote]:
    item = f"{int(content_hashes(FRAME, ['x'])[row]):016x}"
    return [Vote(item, f"judge {i}", value, 1.0) for i, value in enumerate(values)]


def voted(frame: pl.DataFrame, *votes: Vote) -> list[object]:
    return with_votes(frame, votes, label="late", identity=["x"])["late"].to_list()


def test_votes_fill_what_is_missing_and_nothing_else() -> None:
    votes = [*votes_on(0, "no", "no"), *votes_on(1, "no"), *votes_on(2, "yes", "yes", "no")]
    assert voted(FRAME, *votes) == ["yes", "no", "yes", None]


def test_ties_and_unsure_votes_are_no_label() -> None:
    assert voted(FRAME, *votes_on(1, "yes", "no"), *votes_on(2, None)) == ["yes", None, None, None]
    assert voted(FRAME, *votes_on(1, "yes", None)) == ["yes", "yes", None, None]


def test_weighed_votes_break_ties_and_may_overrule() -> None:
    votes = []
    for item in range(30):
        truth = "yes" if item % 3 else "no"
        other = "no" if item % 3 else "yes"
        votes += [Vote(f"{item}", name, truth, 1.0) for name in ("al", "bo")]
        votes.append(Vote(f"{item}", "cy", other if item % 2 else truth, 1.0))
    votes += [Vote("last", "al", "yes", 1.0), Vote("last", "cy", "no", 1.0)]
    assert "last" not in labels_of(votes)
    assert labels_of(votes, "dawid-skene")["last"] == "yes"
    assert labels_of([], "dawid-skene") == {}


@pytest.mark.parametrize("rule", ["majority", "dawid-skene"])
def test_what_somebody_decided_is_the_label_by_either_rule(rule: Rule) -> None:
    votes = [*votes_on(0, "no", "no"), *votes_on(1, "yes", "no"), *votes_on(2, "yes", "no")]
    keys = [votes_on(row, "no")[0].item for row in range(4)]
    adjudicated = {keys[0]: "no", keys[1]: "no", keys[2]: None}
    found = with_votes(
        FRAME, votes, label="late", identity=["x"], rule=rule, adjudicated=adjudicated
    )
    assert found["late"].to_list() == ["yes", "no", None, None], "what came with the file stays"


@pytest.mark.parametrize(
    ("given", "vote", "expected"),
    [
        (True, "false", False),
        (False, "true", True),
        (7, "12", 12),
        (7, " 12.0 ", 12),
        (7, "12.5", 12.5),
        (0.5, "1.5", 1.5),
    ],
)
def test_a_vote_takes_the_type_of_the_column(given: object, vote: str, expected: object) -> None:
    frame = FRAME.with_columns(pl.Series("late", [given, None, None, None]))
    assert voted(frame, *votes_on(1, vote))[1] == expected


def test_counts_are_of_items_with_two_votes() -> None:
    votes = [*votes_on(1, "yes", "yes", "no"), *votes_on(2, "yes"), *votes_on(3, "no", None)]
    n_most, n_votes = vote_counts(votes)
    assert n_most.tolist() == [2]
    assert n_votes.tolist() == [3]
    assert vote_counts([])[1].size == 0


def test_the_table_holds_a_row_a_judge_and_a_column_an_item() -> None:
    votes = [
        Vote("a", "bo", "yes", 1.0),
        Vote("b", "bo", None, 1.0),
        Vote("a", "al", "no", 1.0),
        Vote("b", "al", "yes", 1.0),
    ]
    assert vote_table(votes).tolist() == [[0, 1], [1, -1]]
