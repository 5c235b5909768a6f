from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.examples import example_problem

from leadline.datasets.audit.leaks import filled_leaks, single_column_scores
from leadline.phases.data import Column, FilledLeak, Kind, Role
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task

COLUMNS = (
    Column(name="told", kind=Kind.CATEGORY),
    Column(name="noise", kind=Kind.NUMBER),
    Column(name="at", kind=Kind.DATE),
    Column(name="words", kind=Kind.TEXT),
    Column(name="late", kind=Kind.CATEGORY, role=Role.LABEL),
)


def problem(task: Task, positive: str = "") -> Problem:
    return Problem(**{**vars(example_problem()), "task": task, "positive": positive})


def rows(n_rows: int = 300) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    late = np.where(rng.random(n_rows) < 0.3, "yes", "no")
    return pl.DataFrame(
        {
            "told": np.where(late == "yes", "refunded", "kept"),
            "noise": np.where(rng.random(n_rows) < 0.1, np.nan, rng.normal(size=n_rows)),
            "at": pl.Series(rng.integers(0, 10**15, n_rows)).cast(pl.Datetime("us")),
            "words": late,
            "late": late,
        }
    ).with_columns(pl.col("noise").fill_nan(None))


def test_a_column_that_tells_the_label_scores_one_and_noise_does_not() -> None:
    scores = single_column_scores(rows(), COLUMNS, problem(Task.BINARY, "yes"))
    assert scores[0].column == "told"
    assert scores[0].score == pytest.approx(1.0)
    assert {leak.column for leak in scores} == {"told", "noise", "at"}
    assert all(leak.score < 0.7 for leak in scores[1:])


def test_classes_and_numbers_have_scores_of_their_own() -> None:
    classes = rows().with_columns(pl.Series("late", list("abc") * 100))
    told = classes.with_columns(pl.col("late").alias("told"))
    assert single_column_scores(told, COLUMNS, problem(Task.MULTICLASS))[0].score > 0.99
    numbers = classes.with_columns(pl.int_range(300).cast(pl.Float64).alias("late"))
    assert single_column_scores(numbers, COLUMNS, problem(Task.REGRESSION))[0].score < 0.2


def test_too_few_rows_say_nothing() -> None:
    alone = rows().with_columns(pl.lit("no").alias("late"))
    assert single_column_scores(alone, COLUMNS, problem(Task.BINARY, "yes")) == ()
    few = rows(5).with_columns(pl.int_range(5).cast(pl.Float64).alias("late"))
    assert single_column_scores(few, COLUMNS, problem(Task.REGRESSION)) == ()


def test_the_column_that_tells_most_comes_first_wherever_it_stands() -> None:
    scores = single_column_scores(rows(), COLUMNS[::-1], problem(Task.BINARY, "yes"))
    assert scores[0].column == "told"
    assert [leak.score for leak in scores] == sorted((leak.score for leak in scores), reverse=True)
    wide = rows().with_columns(pl.col("noise").alias(f"noise-{n}") for n in range(5))
    columns = [Column(name=f"noise-{n}", kind=Kind.NUMBER) for n in range(5)]
    found = single_column_scores(wide, (*columns, *COLUMNS), problem(Task.BINARY, "yes"))
    assert len(found) == 5
    assert found[0].column == "told"


def test_of_very_many_columns_the_strongest_are_tried() -> None:
    rng = np.random.default_rng(0)
    names = [f"n{each}" for each in range(200)]
    frame = (
        rows()
        .select("told", "late")
        .with_columns(pl.Series(name, rng.normal(size=300)) for name in names)
    )
    columns = (*(Column(name=name, kind=Kind.NUMBER) for name in names), COLUMNS[0], COLUMNS[-1])
    scores = single_column_scores(frame, columns, problem(Task.BINARY, "yes"))
    assert scores[0].column == "told"


def test_a_column_that_is_written_for_one_class_only_is_told() -> None:
    rng = np.random.default_rng(3)
    left = rng.random(400) < 0.25
    label = np.where(left, "1", "0")
    is_asked, is_empty = rng.random(400) < 0.7, rng.random(400) < 0.5
    frame = pl.DataFrame(
        {
            "why": [("price" if asks else None) if leaves else None
                    for leaves, asks in zip(left, is_asked, strict=True)],
            "income": [None if empty else 1.0 for empty in is_empty],
            "invoice": [1.0 if leaves or asks else None
                        for leaves, asks in zip(left, is_asked, strict=True)],
            "few": [1.0 if row in set(np.flatnonzero(left)[:9]) else None for row in range(400)],
        }
    )  # fmt: skip
    why, invoice = sorted(filled_leaks(frame, label), key=lambda leak: not leak.is_filled)
    assert (why.column, why.is_filled, why.value) == ("why", True, "1")
    assert why.n_rows == why.n_of_value == int((left & is_asked).sum())
    assert why.share == pytest.approx(left.mean())
    assert (invoice.column, invoice.is_filled, invoice.value) == ("invoice", False, "0")
    assert filled_leaks(frame, np.full(400, "1")) == ()
    assert filled_leaks(frame[:0], label[:0]) == ()


def test_a_column_that_is_filled_half_as_often_for_a_rare_class_is_no_leak() -> None:
    rng = np.random.default_rng(4)
    is_rare = rng.random(40_000) < 0.015
    label = np.where(is_rare, "rare", "other")

    def filled(for_rare: float, for_others: float) -> tuple[FilledLeak, ...]:
        is_filled = rng.random(label.size) < np.where(is_rare, for_rare, for_others)
        return filled_leaks(
            pl.DataFrame({"x": np.where(is_filled, 1.0, np.nan)}).fill_nan(None), label
        )

    assert filled(0.15, 0.3) == ()
    (told,) = filled(0.005, 0.3)
    assert (told.is_filled, told.value) == (True, "other")
