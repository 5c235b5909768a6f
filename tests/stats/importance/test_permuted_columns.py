from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from leadline.stats.importance import Slope, permutation_importance
from leadline.stats.importance.permuted_columns import ColumnImportance

NAMES = ("tall", "short", "noise")


def squared(y: NDArray[Any], answers: NDArray[Any]) -> float:
    return float(np.mean((y - answers) ** 2))


def sample(n: int = 300, seed: int = 0) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    rng = np.random.default_rng(seed)
    X = {name: rng.normal(size=n) for name in NAMES}
    return X, 2 * X["tall"] - X["short"] + rng.normal(size=n)


def model(table: Any) -> NDArray[Any]:
    return np.asarray(2 * np.asarray(table["tall"]) - np.asarray(table["short"]))


def importance(table: Any, y: Any, predict: Any = model, **options: Any) -> Any:
    rng = np.random.default_rng(1)
    return permutation_importance(predict, table, y, squared, rng=rng, **options)


def by_name(found: Any) -> dict[str, ColumnImportance]:
    return {str(each.columns[0]): each for each in found.columns}


def test_a_column_is_worth_twice_what_its_part_of_the_answer_varies() -> None:
    X, y = sample(3000)
    found = by_name(importance(X, y))
    # moved, the answer is off by the difference of two draws
    assert found["tall"].rise == pytest.approx(2 * 4, abs=0.6)
    assert found["short"].rise == pytest.approx(2 * 1, abs=0.3)
    assert found["tall"].low < 8 < found["tall"].high
    assert found["noise"].rise == 0
    assert [each.is_useful for each in (found["tall"], found["short"], found["noise"])] == [
        True,
        True,
        False,
    ]


def test_directions_are_those_of_the_model() -> None:
    X, y = sample()
    found = by_name(importance(X, y))
    assert found["tall"].direction is not None
    assert found["tall"].direction.slope is Slope.RISES
    assert found["short"].direction is not None
    assert found["short"].direction.slope is Slope.FALLS
    assert found["noise"].direction is not None
    assert found["noise"].direction.slope is Slope.NEITHER


def test_mappings_arrays_and_frames_say_the_same() -> None:
    X, y = sample()
    of_mapping = importance(X, y)
    of_frame = importance(pl.DataFrame(X), y)
    array = np.column_stack([X[name] for name in NAMES])
    of_array = importance(array, y, lambda table: 2 * table[:, 0] - table[:, 1])
    rises = [[each.rise for each in found.columns] for found in (of_mapping, of_frame, of_array)]
    assert rises[0] == rises[1] == rises[2]
    assert [each.columns for each in of_array.columns] == [(0,), (1,), (2,)]


def test_pandas_frames_are_moved_too() -> None:
    pandas = pytest.importorskip("pandas")
    X, y = sample()
    frame = pandas.DataFrame(X, index=np.arange(300)[::-1])
    assert [each.rise for each in importance(frame, y).columns] == [
        each.rise for each in importance(X, y).columns
    ]


def test_columns_that_say_the_same_are_moved_together() -> None:
    X, y = sample(600)
    X["twin"] = X["tall"] + 0.05 * np.random.default_rng(2).normal(size=600)

    def half_each(table: Any) -> NDArray[Any]:
        return np.asarray(table["tall"] + table["twin"] - table["short"])

    found = importance(X, y, half_each)
    first = found.columns[0]
    assert first.columns == ("tall", "twin")
    assert first.is_useful
    assert first.direction is None
    assert {each.columns for each in first.members} == {("tall",), ("twin",)}
    # moved alone, each is stood in for by the other
    assert all(each.rise < first.rise / 2 for each in first.members)


def test_a_column_whose_friend_knows_it_all_is_used_but_not_useful() -> None:
    X, y = sample(1500)
    rng = np.random.default_rng(3)
    X["friend"] = 0.5 * X["tall"] + np.sqrt(0.75) * rng.normal(size=1500)

    def overfitted(table: Any) -> NDArray[Any]:
        # what a deep tree does: a rule that holds where the two go together
        return np.asarray(model(table) + 0.6 * np.maximum(table["friend"] - table["tall"] - 1, 0))

    found = by_name(importance(X, y, overfitted))
    assert found["tall"].is_useful
    assert not found["friend"].is_useful


def test_a_column_that_goes_along_and_says_more_is_useful() -> None:
    X, y = sample(600)
    X["friend"] = 0.5 * X["tall"] + np.sqrt(0.75) * X["short"]
    found = by_name(
        importance(
            {"tall": X["tall"], "friend": X["friend"]},
            y,
            lambda t: 2 * t["tall"] - (t["friend"] - 0.5 * t["tall"]) / np.sqrt(0.75),
            groups=[("tall",), ("friend",)],
        )
    )
    assert found["tall"].is_useful
    assert found["friend"].is_useful


def test_time_that_ends_leaves_whole_repeats() -> None:
    X, y = sample()
    calls = []

    def counted(table: Any) -> NDArray[Any]:
        calls.append(1)
        return model(table)

    found = importance(X, y, counted, is_over=lambda: len(calls) > 1 + 3 * 4)
    assert found.n_repeats == 4
    assert importance(X, y, counted, is_over=lambda: True) is None


def test_rows_of_one_group_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(60), 10)
    x = rng.normal(size=60)[person]
    y = x + rng.normal(size=60)[person]
    table = {"x": x, "z": rng.normal(size=600)}
    alone = importance(table, y, lambda t: t["x"])
    together = importance(table, y, lambda t: t["x"], row_groups=person)
    widths = [each.columns[0].high - each.columns[0].low for each in (alone, together)]
    assert widths[1] > 1.5 * widths[0]


def test_classes_need_no_numbers() -> None:
    rng = np.random.default_rng(0)
    kind = rng.choice(["a", "b"], 200)
    found = permutation_importance(
        lambda table: table["kind"],
        {"kind": kind, "other": rng.normal(size=200)},
        kind,
        lambda y, answers: float(np.mean(y != answers)),
        rng=rng,
    )
    assert found is not None
    assert found.columns[0].columns == ("kind",)
    assert found.columns[0].is_useful
    assert found.columns[0].direction is None


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        ({"x": np.zeros(30)}, np.zeros(29), {}, "30 rows and 29 labels"),
        ({"x": np.zeros(5)}, np.zeros(5), {}, "at least 20"),
        ({"x": np.zeros(30)}, np.full(30, np.nan), {}, "The error of the rows as they are"),
        ({"x": np.zeros(30)}, np.zeros(30), {"groups": [("z",)]}, "every column once"),
        ({"x": np.zeros(30)}, np.zeros(30), {"family_error": 1.0}, "family_error"),
    ],
)
def test_what_cannot_be_is_refused(X: Any, y: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        importance(X, y, lambda table: table["x"], **options)
