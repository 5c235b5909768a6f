"""Answers as plain lists: parts of them, and several as one."""

from __future__ import annotations

import pytest

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers, free_names

BOTH = Answers({"score": [0.25, 0.75, 0.5], "label": ["a", None, "b"]})


def test_a_part_has_the_rows_that_were_asked_for() -> None:
    assert BOTH[1:] == Answers({"score": [0.75, 0.5], "label": [None, "b"]})
    assert len(BOTH[1:]) == 2
    assert len(BOTH[3:]) == 0


def test_rows_are_mappings_in_the_order_of_the_columns() -> None:
    rows = BOTH[:2].to_dicts()
    assert rows == [{"score": 0.25, "label": "a"}, {"score": 0.75, "label": None}]
    assert [list(row) for row in rows] == [["score", "label"]] * 2


def test_joined_parts_are_the_whole() -> None:
    assert Answers.joined([BOTH[:1], BOTH[1:1], BOTH[1:]]) == BOTH


def test_a_column_that_stands_beside_the_answer_is_not_written_over() -> None:
    """In one file of several, where columns were kept under a name of their own."""
    with pytest.raises(DataError, match=r"new\.csv has a column 'score' already"):
        free_names(["score"], ["age"], "new.csv", ["age", "score"])
