"""What the record keeps of a block: its own rows and their own labels."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.examples import example_data, example_problem

from leadline.errors import DataError
from leadline.evaluation.predictions import Predictions
from leadline.monitoring.observations import _payload, _require_classes, _Scored
from leadline.phases.data import ClassCount
from leadline.phases.scoring import Task
from leadline.reading.schema import ReadingSchema
from leadline.reading.table import Table

SAID = np.array([1, 0, 1, 0, 1, 0])
SCORES = np.array([0.9, 0.1, 0.8, 0.2, 0.7, 0.3])
IS_LABELLED = np.array([True, False, True, True, True, True])
TRUTH = np.array([0, 0, 1, 1, 1])
"""Of rows 0, 2, 3, 4 and 5: two false alarms, a miss, a hit, a miss."""


def scored() -> _Scored:
    return _Scored(pl.DataFrame({"x": SCORES}), Predictions(SAID, SCORES), IS_LABELLED, TRUTH)


def test_rows_without_an_answer_are_neither_right_nor_wrong() -> None:
    labels, truth = np.array(["a", "b", "a", "b", "a", "b"]), np.array(["b", "a", "a", "a", "b"])
    said = Predictions(labels, SCORES, 0.5)
    block = _Scored(pl.DataFrame({"x": SCORES}), said, IS_LABELLED, truth)
    told = _payload(block, np.arange(6), Task.MULTICLASS, None)
    # answered are rows 0, 2 and 4, each with a; they are b, a and a
    assert (told["n_labelled"], told["n_wrong"]) == (3, 1)
    assert told["share_abstained"] == 0.5
    every = _Scored(pl.DataFrame({"x": SCORES}), Predictions(labels, SCORES), IS_LABELLED, truth)
    assert "share_abstained" not in _payload(every, np.arange(6), Task.MULTICLASS, None)


@pytest.mark.parametrize(
    ("rows", "n_labelled", "n_missed", "n_false_alarms"),
    [
        ([0, 1, 2, 3, 4, 5], 5, 2, 2),
        ([0, 1], 1, 0, 1),
        ([4, 5], 2, 1, 0),
        ([2, 3], 2, 1, 1),
        ([1], 0, 0, 0),
    ],
)
def test_errors_of_both_kinds_are_counted_block_by_block(
    rows: list[int], n_labelled: int, n_missed: int, n_false_alarms: int
) -> None:
    told = _payload(scored(), np.array(rows), Task.BINARY, None)
    assert told["n_labelled"] == n_labelled
    assert (told["n_missed"], told["n_false_alarms"]) == (n_missed, n_false_alarms)
    assert told["n_wrong"] == n_missed + n_false_alarms
    assert told["alert_share"] == SAID[rows].mean()
    assert told["mean_score"] == pytest.approx(SCORES[rows].mean())


@pytest.mark.parametrize(
    ("label", "is_refused"), [("gone", False), ("Left ", True), ("stayed", False), (None, False)]
)
def test_of_one_value_against_all_others_a_new_one_is_a_no(
    label: str | None, is_refused: bool
) -> None:
    counts = tuple(
        ClassCount(value=value, n_rows=n)
        for value, n in (("stayed", 60), ("left", 30), ("new", 10))
    )
    data = replace(example_data(), classes=counts, n_rows=100)
    problem = replace(example_problem(), label="state", positive="left", task=Task.BINARY)
    table = Table(pl.DataFrame({"state": ["stayed", label]}), ReadingSchema())
    with pytest.raises(DataError, match="'state' is \"Left \"") if is_refused else nullcontext():
        _require_classes(table, data, problem)
