"""Prediction table of a release: a score a row, and a flag or a label beside it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import ReleaseError
from leadline.serving.compiled.answers import Answers
from leadline.serving.compiled.compiled_release import CompiledRelease
from leadline.serving.releases.manifest import Card
from leadline.stats.operating.class_costs import cheapest_classes, cost_matrix

_BESIDE: dict[str, dict[str, Any]] = {
    "binary": {"flagged": pl.Boolean},
    "multiclass": {"label": pl.String},
    "regression": {},
}


def prediction_columns(task: str, *, may_abstain: bool = False) -> dict[str, Any]:
    """Columns of an answer and their dtypes.

    Parameters
    ----------
    task : {"binary", "multiclass", "regression"}
        What kind of label it is.
    may_abstain : bool, default=False
        Whether rows may be left without an answer.

    Examples
    --------
    >>> list(prediction_columns("binary"))
    ['score', 'flagged']
    >>> list(prediction_columns("multiclass", may_abstain=True))
    ['score', 'label', 'abstains']
    """
    silence = {"abstains": pl.Boolean} if may_abstain else {}
    return {"score": pl.Float64, **_BESIDE[task], **silence}


def prediction_table(model: Any, card: Card, X: pl.DataFrame) -> pl.DataFrame:
    """What a model says of each row.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    card : Card
        Names the task, the positive class and the threshold.
    X : polars.DataFrame, shape (n_samples, n_features)
        Conformed.

    Returns
    -------
    polars.DataFrame, shape (n_samples, 1 to 3)
        ``score``: probability of the positive class (binary) or of the class answered
        (multi-class: the likeliest, or the one of least expected cost), or the predicted number
        (regression). Beside it ``flagged`` (binary) or ``label`` (multi-class), and, where the
        card has a confidence, ``abstains``: below it the
        label is null.

    Raises
    ------
    ReleaseError
        If a binary model has never seen the positive class.
    """
    schema = prediction_columns(card.task, may_abstain=card.may_abstain)
    if not X.height:
        # estimators refuse an empty input, and no rows have a plain answer
        return pl.DataFrame(schema=schema)
    if card.task == "regression":
        columns = {"score": np.asarray(model.predict(X), dtype=float)}
        return pl.DataFrame(columns, schema=schema)
    shares = np.asarray(model.predict_proba(X), dtype=float)
    if card.task == "multiclass":
        codes = _answered(model, card, shares)
        scores = shares[np.arange(codes.size), codes]
        labels = [str(model.classes_[index]) for index in codes]
        if card.confidence is None:
            return pl.DataFrame({"score": scores, "label": labels}, schema=schema)
        abstains = scores < card.confidence
        told = [None if silent else label for label, silent in zip(labels, abstains, strict=True)]
        answers = {"score": scores, "label": told, "abstains": abstains}
        return pl.DataFrame(answers, schema=schema)
    scores = np.clip(shares[:, positive_index(model, card)], 0.0, 1.0)
    return pl.DataFrame({"score": scores, "flagged": scores >= card.threshold}, schema=schema)


def compiled_table(
    compiled: CompiledRelease, card: Card, X: pl.DataFrame, *, at_once: int
) -> pl.DataFrame:
    """What the compiled form of a model says of each row, as `prediction_table`.

    Parameters
    ----------
    compiled : CompiledRelease
        Of the release.
    card : Card
        Names the task.
    X : polars.DataFrame, shape (n_samples, n_features)
        Conformed; at least one row.
    at_once : int > 0
        Rows of one call.
    """
    numbers = [values.fill_null(math.nan) if values.dtype.is_float() else values for values in X]
    columns = [values.to_list() for values in numbers]
    parts = [
        compiled.answer_read(
            [cells[at : at + at_once] for cells in columns], min(at_once, X.height - at)
        )
        for at in range(0, X.height, at_once)
    ]
    schema = prediction_columns(card.task, may_abstain=card.may_abstain)
    return pl.DataFrame(dict(Answers.joined(parts).columns), schema=schema)


def _answered(model: Any, card: Card, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Place of the class answered for each row."""
    if not card.confusion_costs:
        return np.asarray(shares.argmax(axis=1), dtype=np.int64)
    costs = cost_matrix([str(name) for name in model.classes_], card.confusion_costs)
    return cheapest_classes(shares, costs)


def positive_index(model: Any, card: Card) -> int:
    """Column of the positive class: it is called so, or coded as 1.

    Raises
    ------
    ReleaseError
        If the model has never seen it.
    """
    classes = [str(one) for one in model.classes_]
    for name in (card.positive, "1", "True"):
        if name in classes:
            return classes.index(name)
    raise ReleaseError(
        f"The model knows the classes {', '.join(classes)}; {card.positive!r} is not one.",
        "A binary release needs a model that has seen the positive class.",
        "Fit it to rows of both classes.",
    )
