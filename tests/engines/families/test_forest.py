"""Forests on real data, and the order they give to categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split

from leadline.engines.families.forest import (
    Forest,
    ForestClassifier,
    ForestRegressor,
    category_places,
)
from leadline.engines.loading import load


def real(loader: Any) -> tuple[pl.DataFrame, np.ndarray[Any, Any], dict[str, str]]:
    """A data set as a frame of numbers, with its labels and kinds."""
    X, y = loader(return_X_y=True)
    frame = pl.DataFrame({f"x{i}": column.astype(float) for i, column in enumerate(X.T)})
    return frame, y, dict.fromkeys(frame.columns, "number")


def held_out(name: str, params: Any, task: str, X: pl.DataFrame, y: Any, kinds: Any) -> float:
    """Score on a third of the rows: accuracy, or R²."""
    train, valid = train_test_split(np.arange(X.height), test_size=1 / 3, random_state=0)
    model = load("families", name)().build(params, task, kinds, 0).fit(X[train], y[train])
    score = r2_score if task == "regression" else accuracy_score
    return float(score(y[valid], model.predict(X[valid])))


@pytest.mark.parametrize(
    ("loader", "task", "least"),
    [
        (load_breast_cancer, "binary", 0.93),
        (load_digits, "multiclass", 0.93),
        (load_diabetes, "regression", 0.3),
    ],
)
def test_every_candidate_beats_the_majority_on_real_data(
    loader: Any, task: str, least: float
) -> None:
    X, y, kinds = real(loader)
    y = y if task == "regression" else y.astype(str)
    baseline = held_out("majority", {}, task, X, y, kinds)
    for params in Forest().candidates(task, kinds, X.height):
        score = held_out("forest", params, task, X, y, kinds)
        assert score > max(baseline + 0.2, least), params


def test_categories_with_like_targets_lie_side_by_side() -> None:
    codes = np.repeat(np.arange(6.0), 50)
    target = np.repeat([0.1, 0.9, 0.2, 0.8, 0.0, 1.0], 50)[:, np.newaxis]
    places = category_places(codes, target)
    assert places[:6].argsort().tolist() == [4, 0, 2, 3, 1, 5]
    assert places[6] == 0.0, "one that was not seen is in the middle"


def test_the_order_of_categories_is_that_of_the_classes_whichever_way_round() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 8, 4_000).astype(float)
    y = rng.random(4_000) < np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6])[codes.astype(int)]
    order = category_places(codes, np.eye(2)[y.astype(int)])[:8].argsort().tolist()
    assert order in ([0, 2, 4, 6, 7, 5, 3, 1], [1, 3, 5, 7, 6, 4, 2, 0])


def test_a_category_seen_once_is_not_at_the_end_of_the_line() -> None:
    codes = np.array([0.0] * 20 + [1.0] * 20 + [2.0])
    target = np.array([0.0] * 20 + [1.0] * 20 + [1.0])[:, np.newaxis]
    assert category_places(codes, target)[:3].argsort().tolist() == [0, 2, 1]


def test_missing_categories_alone_have_one_place() -> None:
    assert category_places(np.full(3, np.nan), np.ones((3, 1))).tolist() == [0.0]


@pytest.mark.parametrize("method", ["random_forest", "extra_trees"])
def test_one_cut_parts_categories_that_the_alphabet_mixes(method: str) -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 26, 3_000)
    frame = pl.DataFrame({"letter": [chr(97 + code) for code in codes]})
    y = np.where(codes % 2 == 0, "even", "odd")
    model = ForestClassifier({"letter": "category"}, method, n_estimators=5).fit(frame, y)
    assert (model.predict(frame) == y).all()
    assert max(tree.get_depth() for tree in model.model_.estimators_) <= 3


def test_a_missing_number_may_be_the_signal() -> None:
    rng = np.random.default_rng(2)
    y = rng.choice(["no", "yes"], 300)
    frame = pl.DataFrame({"size": pl.Series(rng.normal(size=300)).set(pl.Series(y == "yes"), None)})
    for method in ("random_forest", "extra_trees"):
        model = ForestClassifier({"size": "number"}, method, n_estimators=20).fit(frame, y)
        assert (model.predict(frame) == y).all()


def test_numbers_beyond_32_bits_are_answered() -> None:
    frame = pl.DataFrame({"size": [1.0, 2.0, 1e200, -1e200, None]})
    model = ForestRegressor({"size": "number"}, n_estimators=5, max_features=1.0)
    assert np.isfinite(model.fit(frame, np.arange(5.0)).predict(frame)).all()


def test_trees_of_many_rows_have_larger_leaves() -> None:
    few, many = (Forest().candidates("binary", {"n": "number"}, n)[0] for n in (500, 50_000))
    assert (few["min_samples_leaf"], many["min_samples_leaf"]) == (1, 5)


def test_cuts_at_random_look_at_all_columns_where_numbers_are_predicted() -> None:
    """One column in six tells all: who looks at a third of them mostly cuts others."""
    rng = np.random.default_rng(3)
    X = rng.uniform(size=(1_500, 6))
    frame = pl.DataFrame({f"x{i}": column for i, column in enumerate(X.T)})
    y, kinds = np.sin(12 * X[:, 0]), dict.fromkeys(frame.columns, "number")
    _, random_cuts, *_ = Forest().candidates("regression", kinds, 6_000)
    assert (random_cuts["max_features"], random_cuts["min_samples_leaf"]) == (1.0, 2)
    third = {**random_cuts, "max_features": 1 / 3, "min_samples_leaf": 5}
    rises = [
        held_out("forest", each, "regression", frame, y, kinds) for each in (third, random_cuts)
    ]
    assert rises[0] + 0.05 < rises[1]


def test_a_forest_of_many_numbers_fits_the_memory() -> None:
    leaves = [
        Forest().candidates("regression", {"n": "number"}, n)[1]["min_samples_leaf"]
        for n in (4_999, 5_000, 40_000, 200_000)
    ]
    assert leaves == [1, 2, 2, 10]


def test_another_seed_is_another_forest() -> None:
    X, y, kinds = real(load_diabetes)
    params = Forest().candidates("regression", kinds, X.height)[0]
    one, other = (
        Forest().build(params, "regression", kinds, seed).fit(X, y).predict(X) for seed in (0, 1)
    )
    assert not np.array_equal(one, other)


def test_an_unknown_method_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="method is 'jungle'; one of random_forest, extra_trees"):
        ForestRegressor({"n": "number"}, "jungle").fit(pl.DataFrame({"n": [1.0]}), np.ones(1))
