"""Labels that came in over HTTP mean what they mean in a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from tests.examples import example_data, example_problem

from leadline.monitoring.served_rows import _labels
from leadline.phases.data import ClassCount
from leadline.phases.scoring import Task
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema

KEYS = pl.DataFrame({"key": ["r:0", "r:1", "s:0"]})


def labels(known: dict[tuple[str, int], Any], task: Task, *classes: str, **reading: Any) -> Any:
    counts = tuple(ClassCount(value=value, n_rows=10) for value in classes)
    column = ColumnReading(name="late", **{"type": CellType.WORDS, **reading})
    data = replace(example_data(), classes=counts, reading=ReadingSchema((column,)))
    problem = replace(example_problem(), label="late", task=task, positive="yes")
    return _labels(KEYS, known, frozenset({"u:0"}), data, problem)


def test_each_row_has_its_label() -> None:
    found, told = labels({("s", 0): "yes", ("r", 1): "no"}, Task.BINARY, "no", "yes")
    assert found.to_list() == [None, "no", "yes"]
    assert told == []


def test_a_class_that_is_a_number_is_no_text_with_marks() -> None:
    """Of a file with decimal commas, "2.500" would be two thousand five hundred."""
    marks = {"type": CellType.NUMBER, "decimal": ",", "thousands": "."}
    found, _ = labels({("r", 0): "2.5", ("s", 0): "3"}, Task.MULTICLASS, "2.5", "3", **marks)
    assert found.to_list() == [2.5, None, 3.0]


def test_a_number_stays_one() -> None:
    found, _ = labels({("r", 0): 2.5}, Task.REGRESSION)
    assert found.to_list() == [2.5, None, None]
    assert found.dtype == pl.Float64


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_no_label_at_all(task: Task) -> None:
    found, told = labels({}, task, "no", "yes")
    assert found.to_list() == [None] * 3
    assert told == []


def test_what_belongs_to_no_row_is_counted() -> None:
    known = {("r", 0): "perhaps", ("t", 0): "yes", ("r", 9): "no", ("u", 0): "yes"}
    found, told = labels(known, Task.BINARY, "no", "yes")
    assert found.null_count() == 3
    assert told == [
        "1 outcome with a label that is no class left out.",
        "2 outcomes of rows that the log does not hold.",
    ]
