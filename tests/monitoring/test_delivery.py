"""What a file holds: rows, labels, keys."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import polars as pl
import pytest
from tests.examples import example_data, example_problem

from leadline.errors import DataError
from leadline.monitoring.delivery import require_classes, truth_of
from leadline.phases.data import ClassCount
from leadline.phases.scoring import Task
from leadline.reading.schema import ReadingSchema
from leadline.reading.table import Table


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
        require_classes(table, data, problem)


@pytest.mark.parametrize(
    ("task", "given", "truth"),
    [
        (Task.BINARY, ["yes", None, "no"], [1, None, 0]),
        (Task.MULTICLASS, ["a", None, "b"], ["a", None, "b"]),
        (Task.REGRESSION, [1.5, None, float("nan")], [1.5, None, None]),
        (Task.BINARY, [None, None, None], [None, None, None]),
    ],
)
def test_labels_are_as_estimators_get_them_and_null_where_there_is_none(
    task: Task, given: list[object], truth: list[object]
) -> None:
    problem = replace(example_problem(), label="y", positive="yes", task=task)
    assert truth_of(pl.DataFrame({"y": given}), problem).to_list() == truth
    assert truth_of(pl.DataFrame({"x": given}), problem).null_count() == 3
