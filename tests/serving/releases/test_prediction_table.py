from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.serving.conftest import Sealed, make_frame

from leadline.serving.releases.manifest import Card
from leadline.serving.releases.prediction_table import prediction_columns, prediction_table

CARD = Card(
    project="p", label="y", task="binary", columns={"n": "number"}, positive="yes", threshold=0.5
)
X = pl.DataFrame({"n": [1.0, 2.0, 3.0]})


class Fixed:
    """Gives the shares it is made with."""

    def __init__(self, classes: list[Any], shares: list[list[float]]) -> None:
        self.classes_ = np.array(classes)
        self._shares = np.array(shares)

    def predict_proba(self, X: pl.DataFrame) -> Any:
        return self._shares[: X.height]


def test_a_score_at_the_threshold_is_flagged() -> None:
    model = Fixed(["no", "yes"], [[0.5, 0.5], [0.51, 0.49], [0.0, 1.0]])
    assert prediction_table(model, CARD, X)["flagged"].to_list() == [True, False, True]


def test_scores_are_probabilities_even_where_a_model_rounds() -> None:
    model = Fixed(["no", "yes"], [[-1e-12, 1 + 1e-12], [1 + 1e-12, -1e-12], [0.5, 0.5]])
    assert prediction_table(model, CARD, X)["score"].to_list() == [1.0, 0.0, 0.5]


@pytest.mark.parametrize("classes", [[0, 1], [False, True], ["no", "yes"]])
def test_the_positive_class_may_be_coded(classes: list[Any]) -> None:
    model = Fixed(classes, [[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    assert prediction_table(model, CARD, X)["score"].to_list() == [0.9, 0.2, 0.7]


def test_the_name_of_the_positive_class_comes_before_its_code() -> None:
    model = Fixed(["1", "yes"], [[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    assert prediction_table(model, CARD, X)["score"].to_list() == [0.9, 0.2, 0.7]


def test_of_many_classes_the_likeliest_is_the_label() -> None:
    card = replace(CARD, task="multiclass", positive="", threshold=None)
    model = Fixed(["a", "b", "c"], [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
    table = prediction_table(model, card, X)
    assert table.rows() == [(0.5, "b"), (0.6, "a"), (0.8, "c")]
    assert table.columns == list(prediction_columns("multiclass"))


def test_below_a_confidence_there_is_no_answer() -> None:
    card = replace(CARD, task="multiclass", positive="", threshold=None, confidence=0.6)
    model = Fixed(["a", "b", "c"], [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
    table = prediction_table(model, card, X)
    assert table.rows() == [(0.5, None, True), (0.6, "a", False), (0.8, "c", False)]
    assert table.columns == list(prediction_columns("multiclass", may_abstain=True))
    nothing = prediction_table(model, card, X[:0])
    assert nothing.schema == table.schema


@pytest.mark.parametrize(("task", "confidence"), [("multiclass", 0.0), ("multiclass", 1.2)])
def test_a_confidence_that_is_none_is_refused(task: str, confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence is"):
        replace(CARD, task=task, positive="", threshold=None, confidence=confidence)
    with pytest.raises(ValueError, match="of several classes only"):
        replace(CARD, confidence=0.5)


COSTS = {"a": {"c": 50.0}, "b": {"c": 3.0}}


def test_where_confusions_are_priced_what_costs_least_is_the_label() -> None:
    card = replace(
        CARD,
        task="multiclass",
        positive="",
        threshold=None,
        classes=("c", "a", "b"),
        confusion_costs=COSTS,
    )
    model = Fixed(["a", "b", "c"], [[0.1, 0.3, 0.6], [0.01, 0.09, 0.9], [0.0, 0.3, 0.7]])
    table = prediction_table(model, card, X)
    # of the first row c would cost 5.9 to expect, a .9 and b .7; of the last a cannot be
    assert table.rows() == [(0.3, "b"), (0.9, "c"), (0.3, "b")]
    assert table.columns == ["score", "label"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"task": "binary", "positive": "yes", "threshold": 0.5},
        {"confidence": 0.5},
        {"confusion_costs": {"a": {"d": 1.0}}},
        {"confusion_costs": {"a": {"b": -1.0}}},
        {"confusion_costs": {"a": {"b": float("inf")}}},
    ],
)
def test_costs_of_what_is_no_confusion_are_refused(wrong: dict[str, Any]) -> None:
    card = replace(CARD, task="multiclass", positive="", threshold=None, classes=("a", "b", "c"))
    with pytest.raises(ValueError, match="confusion_costs"):
        replace(card, **{"confusion_costs": COSTS, **wrong})


@pytest.mark.parametrize(
    ("task", "family"), [("binary", "linear"), ("multiclass", "bayes"), ("regression", "linear")]
)
def test_texts_of_a_file_are_scored_by_the_compiled_form_as_by_the_model(
    new_release: Callable[..., Sealed], task: str, family: str
) -> None:
    release = new_release(task, family)
    bundle = release.open()
    assert bundle.compiled is not None
    assert bundle.compiled.counts_terms
    gaps = pl.int_range(300) % 7 == 0
    X = make_frame(300).with_columns(
        pl.when(~gaps).then(pl.col("size", "at")), pl.when(gaps).then(pl.lit("a new late word"))
        .otherwise("said").alias("said"),
    )  # fmt: skip
    read = bundle.read(X)
    answered = bundle.answer(read)
    by_model = prediction_table(release.model, release.card, read)
    assert_frame_equal(answered, by_model, check_exact=True)
    assert bundle.answer(read.clear()).schema == answered.schema


def test_who_counts_no_words_scores_many_rows_by_the_model(
    new_release: Callable[..., Sealed],
) -> None:
    bundle = new_release("binary", "boosting").open()
    assert bundle.compiled is not None
    assert not bundle.compiled.counts_terms
