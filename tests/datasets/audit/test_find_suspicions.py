"""Suspicions of a whole data set: what each search is given to look at."""

from __future__ import annotations

import numpy as np
import polars as pl
from tests.examples import example_problem

from leadline.datasets.audit.find_suspicions import Suspicions, find_suspicions
from leadline.phases.data import Column, Kind, Role
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task


def suspicions(frame: pl.DataFrame, **excluded: pl.Series) -> Suspicions:
    """Of numbers, and of the label ``late``; every fifth row is a test row."""
    columns = [
        Column(
            name=name, kind=Kind.NUMBER, role=Role.EXCLUDED if name in excluded else Role.FEATURE
        )
        for name in (*frame.drop("late").columns, *excluded)
    ]
    label = Column(name="late", kind=Kind.CATEGORY, role=Role.LABEL)
    more = {"task": Task.BINARY, "label": "late", "positive": "yes"}
    return find_suspicions(
        frame.with_columns(**excluded),
        (*columns, label),
        Problem(**{**vars(example_problem()), **more}),
        np.arange(frame.height) % 5 == 0,
        report=lambda *_: None,
    )


def flags(n_rows: int = 900) -> pl.DataFrame:
    """The label is yes where any flag is up."""
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: (rng.random(n_rows) < 0.06).astype(int) for name in "abc"})
    late = np.where(frame.max_horizontal().to_numpy() > 0, "yes", "no")
    return frame.with_columns(late=pl.Series(late))


def test_a_column_that_tells_the_label_alone_hides_none_that_do_so_together() -> None:
    frame = flags()
    found = suspicions(frame.with_columns(copy=(frame["late"] == "yes").cast(pl.Int64)))
    assert found.leaks[0].column == "copy"
    assert found.spread_leak is not None
    assert set(found.spread_leak.columns) == {"a", "b", "c"}


def test_values_of_excluded_columns_are_not_looked_at() -> None:
    frame, filled = flags(), pl.Series([-999.0] * 50 + [float(each) for each in range(850)])
    assert suspicions(frame.with_columns(x=filled)).sentinels[0].column == "x"
    assert suspicions(frame, x=filled).sentinels == ()
