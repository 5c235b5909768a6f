"""Kinds, tasks and roles of columns."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from leadline.errors import DataError
from leadline.phases.data import Kind, Role
from leadline.phases.scoring import Task
from leadline.snapshot import class_texts, columns_of, infer_kinds, infer_task

N = 200


@pytest.fixture
def frame() -> pl.DataFrame:
    start = datetime(2020, 1, 1)  # noqa: DTZ001
    return pl.DataFrame(
        {
            "row": range(10, 10 + N),
            "user_id": [(i * 7919) % 10_007 for i in range(N)],
            "uuid": [f"u{i * 7919:x}" for i in range(N)],
            "text": [f"some words in row {i}" for i in range(N)],
            "town": [f"town {i % 7}" for i in range(N)],
            "flag": [i % 2 for i in range(N)],
            "same": ["x"] * N,
            "some": ["x", None] * (N // 2),
            "none": pl.Series([None] * N, dtype=pl.String),
            "day": [start + timedelta(days=i) for i in range(N)],
            "patient": [f"p{i % 20}" for i in range(N)],
            "y": ["no", "yes"] * (N // 2),
        }
    )


def test_kinds(frame: pl.DataFrame) -> None:
    kinds = infer_kinds(frame, label="y")
    assert "y" not in kinds
    assert kinds["row"] is kinds["flag"] is Kind.NUMBER
    assert kinds["text"] is Kind.TEXT
    assert kinds["town"] is kinds["uuid"] is kinds["none"] is Kind.CATEGORY
    assert kinds["day"] is Kind.DATE


def test_short_sentences_are_text_even_in_a_small_file() -> None:
    texts = pl.DataFrame({"t": [f"number {i} is here" for i in range(20)]})
    assert infer_kinds(texts)["t"] is Kind.TEXT


def test_telephone_numbers_are_no_texts() -> None:
    numbers = [f"+49 170 {n:07d}" for n in range(1_000_000, 1_000_200)]
    assert infer_kinds(pl.DataFrame({"t": numbers}))["t"] is Kind.CATEGORY


def test_roles(frame: pl.DataFrame) -> None:
    columns = {
        column.name: column
        for column in columns_of(frame, label="y", exclude=["flag"], time="day", group="patient")
    }
    why = {name: column.why for name, column in columns.items() if column.role is Role.EXCLUDED}
    assert set(why) == {"row", "user_id", "uuid", "flag", "same", "none", "day", "patient"}
    assert all(why.values())
    assert columns["y"].role is Role.LABEL
    assert columns["some"].n_missing == N // 2
    assert columns["town"].n_unique == 7
    assert columns["town"].example == "town 0"
    assert [column.name for column in columns_of(frame, label="y")] == frame.columns


def test_unknown_columns_are_refused_with_the_nearest(frame: pl.DataFrame) -> None:
    with pytest.raises(DataError, match=r"no column 'twon'.*Did you mean 'town'"):
        columns_of(frame, label="y", exclude=["twon"])


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["no", "yes", None], Task.BINARY),
        ([0, 1, 1], Task.BINARY),
        (["a", "b", "c"], Task.MULTICLASS),
        ([digit for digit in range(10) for _ in range(20)], Task.MULTICLASS),
        ([1.0, 2.0, 3.0] * 10, Task.MULTICLASS),
        ([1.5, 2.0, 3.0] * 10, Task.REGRESSION),
        (list(range(100)), Task.REGRESSION),
        ([3, 1, 2], Task.REGRESSION),
        (["one"], Task.BINARY),
    ],
)
def test_tasks(values: list[str | float | None], task: Task) -> None:
    assert infer_task(pl.Series("y", values)) is task


def test_labels_that_cannot_be_learnt() -> None:
    for values, found in (
        (pl.Series("y", [None, None], dtype=pl.String), "no value"),
        (pl.Series("y", [datetime(2020, 1, 1)]), "dates"),  # noqa: DTZ001
        (pl.Series("y", [f"word {i}" for i in range(201)]), "201 different words"),
    ):
        with pytest.raises(DataError, match=found):
            infer_task(values)


def test_class_texts() -> None:
    assert class_texts(pl.Series([1.0, None, 0.0])).to_list() == ["1", None, "0"]
    assert class_texts(pl.Series([1.5, 0.0])).to_list() == ["1.5", "0.0"]
    assert class_texts(pl.Series([1, 0])).to_list() == ["1", "0"]
    assert class_texts(pl.Series(["a", None])).to_list() == ["a", None]


def test_words_that_never_come_back_are_kept_as_text_where_they_are_all_there_is() -> None:
    words = [f"word{number}x" for number in range(60)]
    frame = pl.DataFrame({"word": words, "bad": ["yes", "no"] * 30})
    word, _ = columns_of(frame, label="bad")
    assert (word.role, word.kind) == (Role.FEATURE, Kind.TEXT)
    other = frame.with_columns(pl.Series("length", [3.0, 4.0, 5.0] * 20))
    assert columns_of(other, label="bad")[0].role is Role.EXCLUDED


def test_an_id_that_hardly_ever_comes_back_is_left_out() -> None:
    account = [*range(300, 400), 311, 305]
    frame = pl.DataFrame({"account_id": account, "amount": account, "shop_id": [7, 8, 9] * 34})
    account_id, amount, shop = columns_of(
        frame.sample(fraction=1.0, shuffle=True, seed=1).with_columns(y=pl.lit("a")), label="y"
    )[:3]
    assert account_id.role is Role.EXCLUDED
    assert "96% of its values stand in one row only" in account_id.why
    assert (amount.role, shop.role) == (Role.FEATURE, Role.FEATURE)
