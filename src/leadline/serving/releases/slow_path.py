"""Slow path of a release: rows of a request through a frame, the encoders and the estimator.

The estimator may ask another server for each answer, as a prompted language model does: then it is
slow indeed, and what it says is held to golden rows less closely.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import ReleaseError
from leadline.reading.conform import conform
from leadline.serving.compiled.answers import Answers
from leadline.serving.releases.manifest import Card
from leadline.serving.releases.prediction_table import prediction_table

_DTYPES: dict[str, Any] = {
    "number": pl.Float64,
    "category": pl.String,
    "text": pl.String,
    "date": pl.String,
    "image": pl.Binary,
}

N_GOLDEN_ASKED = 16
"""Golden rows of a model that asks: each is asked about whenever the release is opened."""

ROWS_AT_ONCE = 200
"""Rows of a piece of a file, where the model asks: a piece that breaks off is asked about again."""

_UNKNOWN_S = 1.0
# The same server rounds otherwise when it reads other requests beside, and what it nearly says
# twice may turn: neither is another model.
_NEAR = 0.05
_MOST_FAR = 0.125


def slow_answers(
    model: Any, card: Card, rows: Sequence[tuple[Any, ...]], first: int = 0
) -> Answers:
    """The answer for each row of a request.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    card : Card
        Names columns, task, classes and threshold.
    rows : sequence of tuple
        Values in the order of the columns: numbers as float, images as bytes, all else as text;
        None where a value is not known.
    first : int, default=0
        What the first row is called in a message.

    Raises
    ------
    DataError
        If a value does not fit; it is said to be of ``rows[first + index]``.
    """
    schema = {name: _DTYPES[kind] for name, kind in card.columns.items()}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    X = conform(
        frame,
        card.columns,
        reading=card.reading_schema,
        place=lambda index: f"rows[{first + index}]",
    )
    return Answers(prediction_table(model, card, X).to_dict(as_series=False))


def golden_answers(model: Any, card: Card, X: pl.DataFrame) -> pl.DataFrame:
    """What golden rows are held to: scores, and of a model that asks the classes it answers.

    What a model that asks is sure of may hang on the class little or not at all: where its server
    tells no probabilities, any class scores the same.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    card : Card
        Names task, classes and threshold.
    X : polars.DataFrame, shape (n_golden, n_features)
        Conformed.

    Returns
    -------
    polars.DataFrame
        ``score``; and ``label``, also of rows that are left open, where one of several classes is
        asked for.
    """
    table = prediction_table(model, replace(card, confidence=None), X)
    has_labels = "label" in table.columns and waits_s(model) is not None
    return table.select("score", *(["label"] if has_labels else []))


def golden_bytes(model: Any, card: Card, X: pl.DataFrame) -> bytes:
    """Rows and what the model answers to them now, as they are kept."""
    answers = golden_answers(model, card, X)
    buffer = io.BytesIO()
    pl.DataFrame({"X": X.to_struct(), **answers.to_dict()}).write_parquet(buffer)
    return buffer.getvalue()


def refuse_other_answers(
    given: pl.DataFrame, golden: pl.DataFrame, card: Card, release_id: str, *, asks: bool
) -> None:
    """Refuse a release that does not answer as it did when it was sealed.

    Parameters
    ----------
    given, golden : polars.DataFrame
        As `golden_answers` gives them, now and then.
    card : Card
        Names the task.
    release_id : str
        What a message calls it.
    asks : bool
        Whether the model asks a server for each answer.

    Raises
    ------
    ReleaseError
        If they differ by more than other machines, or the same server on another day, explain.
    """
    if asks:
        _refuse_another_model(given, golden, card, release_id)
        return
    scores, expected = given["score"].to_numpy(), golden["score"].to_numpy()
    if scores.shape == expected.shape and np.allclose(scores, expected, rtol=1e-6, atol=1e-9):
        return
    worst = float(np.max(np.abs(scores - expected))) if scores.size == expected.size else None
    raise ReleaseError(
        f"Release {release_id} scores its golden rows differently here"
        f"{f' (by up to {worst:.3g})' if worst is not None else ''}.",
        "The scores it gave when it was sealed are needed.",
        "Install exactly what its lock names, or make the release again here.",
    )


def waits_s(model: Any) -> float | None:
    """Seconds that the model last waited for an answer; None if it answers by itself.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted. One that asks has an attribute ``seconds_per_row_``, as
        `leadline.engines.contract.Family` describes it.
    """
    if not hasattr(model, "seconds_per_row_"):
        return None
    return float(model.seconds_per_row_ or _UNKNOWN_S)


def _refuse_another_model(
    given: pl.DataFrame, golden: pl.DataFrame, card: Card, release_id: str
) -> None:
    """Refuse a release if another model seems to answer than the one it was sealed with.

    Of eight rows one may be far off, as an answer that is nearly a tie may turn; the others are to
    name the same class, with a score that is within .05, or within .05 of the range of numbers.

    Raises
    ------
    ReleaseError
        If more are.
    """
    scores, expected = given["score"].to_numpy(), golden["score"].to_numpy()
    unit = _range_of(expected) if card.task == "regression" else 1.0
    is_far = np.abs(scores - expected) > _NEAR * unit
    # releases of before know no classes of golden rows
    if "label" in golden.columns:
        is_far |= (given["label"] != golden["label"]).to_numpy()
    if is_far.mean() <= _MOST_FAR:
        return
    raise ReleaseError(
        f"Of {is_far.size} golden rows of release {release_id} {int(is_far.sum())} are answered "
        "otherwise than when it was sealed.",
        "The language model that it was sealed with is needed.",
        "See which model answers at its address, or make the release again with that one.",
    )


def _range_of(numbers: NDArray[np.float64]) -> float:
    """How far numbers reach, or how large the one is that they all are."""
    return float(np.ptp(numbers)) or float(np.max(np.abs(numbers))) or 1.0
