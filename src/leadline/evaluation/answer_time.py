"""Time of an answer: seconds a row by a fitted model, alone and among a thousand."""

from __future__ import annotations

import time
from typing import Any

import polars as pl

from leadline.engines.encoded_rows import KEPT
from leadline.phases.search.answer_price import AnswerPrice
from leadline.workspace import Workspace

_N_ALONE = 5
_N_TOGETHER = 1_000


def answer_times(model: Any, X: pl.DataFrame) -> tuple[float, ...]:
    """Seconds a row takes to answer, with those of encoding it: who serves keeps no encoded rows.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    X : DataFrame of shape (n_samples, n_features)
        Rows to answer, at least one.

    Returns
    -------
    tuple of float
        Of a row that comes alone, the shortest of five: others may use the processor meanwhile. And
        of one among a thousand, or as many as there are. Of a model that asks a language model
        what it has measured itself for both, as kept answers come at once; nothing where all were
        kept.
    """
    if hasattr(model, "seconds_per_row_"):
        seconds = model.seconds_per_row_
        return () if seconds is None else (seconds, seconds)
    answer = getattr(model, "predict_proba", None) or model.predict
    together = X[:_N_TOGETHER]
    with KEPT.paused():
        alone = min(_seconds(answer, X[at : at + 1]) for at in range(min(_N_ALONE, X.height)))
        return alone, _seconds(answer, together) / together.height


def _seconds(answer: Any, rows: pl.DataFrame) -> float:
    started = time.perf_counter()
    answer(rows)
    return time.perf_counter() - started


def answer_price(workspace: Workspace) -> AnswerPrice | None:
    """The price of answers that the settings state; None where a part of it is missing."""
    serve, find = workspace.settings.serve, workspace.settings.find
    if not (serve.rows_per_year and serve.instance_per_hour and find.hundredth_worth):
        return None
    return AnswerPrice(
        rows_per_year=serve.rows_per_year,
        instance_per_hour=serve.instance_per_hour,
        hundredth_worth=find.hundredth_worth,
        currency=workspace.settings.problem.currency,
    )
