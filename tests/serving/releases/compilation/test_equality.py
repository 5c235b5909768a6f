"""The compiled form gives every digit of the slow path: each family, kind of column and task."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serving.releases.compilation.models import SETS, Fitted, fitted

from leadline.serving.compiled.compiled_release import CompiledRelease
from leadline.serving.releases.compilation.compiling import (
    compiled_form,
    compiled_or_not,
    first_difference,
)

FEW_TREES = {"forest": {"n_estimators": 15}, "boosting": {"max_iter": 15}}
N_ROWS = 600


def held(one: Fitted, n_odd_rows: int = N_ROWS) -> None:
    compiled = compiled_or_not(one.model, one.card, one.X[:30], one.slow, n_odd_rows=n_odd_rows)
    assert compiled.why_not == ""
    assert compiled.n_rows == 30 + n_odd_rows


@pytest.mark.parametrize("kinds", SETS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("family", ["linear", "forest", "boosting", "majority"])
def test_every_family_kind_of_column_and_task(family: str, task: str, kinds: str) -> None:
    held(fitted(family, task, SETS[kinds], FEW_TREES.get(family)))


@pytest.mark.parametrize("kinds", SETS)
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_bayes_knows_classes_only(task: str, kinds: str) -> None:
    held(fitted("bayes", task, SETS[kinds]))


@pytest.mark.parametrize(
    ("task", "params"),
    [
        ("binary", {"numbers": "bins"}),
        ("binary", {"weights": "presence", "terms": "pairs"}),
        ("multiclass", {"weights": "tfidf", "terms": "pieces", "alpha": 0.1}),
        ("multiclass", {"words": "complement"}),
    ],
)
def test_every_choice_of_bayes(task: str, params: dict[str, Any]) -> None:
    held(fitted("bayes", task, SETS["all"], params))


@pytest.mark.parametrize(
    ("family", "params"),
    [
        ("linear", {"pieces": False, "C": 10.0}),
        ("forest", {"method": "extra_trees", "max_features": 0.6, "n_estimators": 15}),
        ("boosting", {"max_leaf_nodes": 7, "max_iter": 40, "l2_regularization": 1.0}),
    ],
)
def test_other_parameters(family: str, params: dict[str, Any]) -> None:
    held(fitted(family, "multiclass", SETS["all"], params))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_an_ensemble_of_compiled_ones(task: str) -> None:
    members = {
        f"m{index}": json.dumps({"family": family, "params": params, "weight": weight})
        for index, (family, params, weight) in enumerate(
            [
                ("linear", {"C": 1.0}, 0.3),
                ("forest", {"n_estimators": 5}, 0.5),
                ("boosting", {"max_iter": 5}, 0.2),
            ]
        )
    }
    held(fitted("ensemble", task, SETS["all"], members))


@pytest.mark.parametrize("kinds", ["table", "all"])
def test_releases_without_a_reading_schema(kinds: str) -> None:
    held(fitted("linear", "binary", SETS[kinds], is_read=False))


def test_ten_thousand_odd_rows() -> None:
    held(fitted("linear", "binary", SETS["table"]), 10_000)


TABLE = fitted("boosting", "binary", SETS["all"], {"max_iter": 10})
TABLE_COMPILED = CompiledRelease.from_bytes(compiled_form(TABLE.model, TABLE.card))
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers().map(float)
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=40)
DATES = st.none() | st.datetimes().filter(lambda at: at.year >= 1000).map(lambda at: at.isoformat())
CELLS = {"number": NUMBERS, "category": TEXTS, "text": TEXTS, "date": DATES}


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(
    st.lists(
        st.tuples(*(CELLS[kind] for kind in TABLE.card.columns.values())), min_size=1, max_size=4
    )
)
def test_rows_that_nobody_thought_of(rows: list[tuple[Any, ...]]) -> None:
    assert first_difference(TABLE_COMPILED.answer, TABLE.slow, rows) == ""


def test_dates_do_not_depend_on_how_many_rows_are_asked() -> None:
    one = fitted("linear", "regression", ("color", "at"))
    alone = [one.slow([row]).columns["score"][0] for row in DATED]
    assert one.slow(DATED).columns["score"] == alone


DATED = [
    ("red", "2024-05-31T14:37:00"),
    (None, "1969-12-31T23:59:59.5"),
    ("red", "2001-09-09"),
    ("Blue", None),
]


def test_the_same_release_compiled_again_is_the_same_bytes() -> None:
    one = fitted("forest", "binary", SETS["table"], FEW_TREES["forest"])
    assert compiled_form(one.model, one.card) == compiled_form(one.model, one.card)


@pytest.mark.parametrize("family", ["linear", "forest"])
def test_the_class_of_least_cost_is_that_of_the_slow_path(family: str) -> None:
    one = fitted(family, "multiclass", SETS["table"], FEW_TREES.get(family))
    costs = {"a": {"b": 7.0, "c": 0.0}, "b": {"a": 0.5}, "c": {"a": 3.0}}
    card = type(one.card)(**{**vars(one.card), "confusion_costs": costs})
    held(Fitted(one.model, card, one.X))


def test_rows_without_an_answer_abstain_as_on_the_slow_path() -> None:
    one = fitted("linear", "multiclass", SETS["table"])
    scores = one.model.predict_proba(one.X).max(axis=1)
    card = type(one.card)(**{**vars(one.card), "confidence": float(np.median(scores))})
    other = Fitted(one.model, card, one.X)
    held(other)
    rows: list[tuple[Any, ...]] = one.X.with_columns(pl.col("at").dt.to_string("iso")).rows()
    answers = CompiledRelease.from_bytes(compiled_form(one.model, card)).answer(rows)
    assert list(answers.columns) == ["score", "label", "abstains"]
    assert 0 < sum(answers.columns["abstains"]) < len(rows)
