"""Examples: validation rows with a candidate's prediction, right and wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.frames import Pool, Rows
from leadline.evaluation.explanations import amount_words, explain
from leadline.evaluation.fit_spec import FitSpec
from leadline.evaluation.held_out import HeldOut
from leadline.evaluation.scores import positive_scores
from leadline.phases.scoring import Task
from leadline.phases.search.trial import Example
from leadline.phases.wording import plain_text
from leadline.reading.images.pixels import thumbnail

_LONGEST_TEXT = 200
_MOST_EACH = 10


def held_out_examples(held_out: HeldOut) -> tuple[Example, ...]:
    """Right and wrong predictions on validation rows, ten of each at most.

    They are drawn at random: the best and worst would mislead.

    Parameters
    ----------
    held_out : HeldOut
        A candidate fitted to the train rows of a fold.

    Returns
    -------
    tuple of Example
        Right ones first. As many rows are predicted positive as there are positives: no
        operating point has been chosen yet.
    """
    spec, pool, model = held_out.spec, held_out.pool, held_out.model
    train, valid = held_out.train, held_out.valid
    guesses, scores = _guess(model, pool, valid, spec)
    truth = pool.y[valid]
    is_right = _is_right(truth, guesses, spec.target.task)
    rng = np.random.default_rng(spec.seed)
    chosen = [
        *rng.permutation(np.flatnonzero(is_right))[:_MOST_EACH],
        *rng.permutation(np.flatnonzero(~is_right))[:_MOST_EACH],
    ]
    rows = valid[np.asarray(chosen, dtype=np.intp)]
    predict = _predictor(model, guesses[chosen], spec.target.task)
    explained = {} if held_out.is_paid else spec.data.features
    why = explain(predict, pool.X[rows], pool.X[train], explained)
    return tuple(
        Example(
            values=_values(pool.frame[int(valid[i])], list(spec.data.features)),
            truth=_name(truth[i], spec),
            guess=_name(guesses[i], spec),
            score=None if scores is None else float(scores[i]),
            is_right=bool(is_right[i]),
            reasons=reasons,
        )
        for i, reasons in zip(chosen, why, strict=True)
    )


def _guess(
    model: Any, pool: Pool, rows: Rows, spec: FitSpec
) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
    frame = pool.X[rows]
    if spec.target.task is Task.BINARY:
        scores = positive_scores(model, frame)
        # as many flagged as there are hits: at .5 a rare class would never be guessed
        n_hits = int(np.sum(pool.y[rows] == 1))
        cut = np.sort(scores)[-n_hits] if n_hits else np.inf
        return (scores >= cut).astype(np.int64), scores
    guesses = np.asarray(model.predict(frame))
    return guesses, guesses.astype(float) if spec.target.task is Task.REGRESSION else None


def _predictor(
    model: Any, guesses: NDArray[Any], task: Task
) -> Callable[[pl.DataFrame, Sequence[int]], NDArray[np.float64]]:
    """A prediction as a number: probability of the positive or the guessed class, or itself."""

    def predict(frame: pl.DataFrame, of: Sequence[int]) -> NDArray[np.float64]:
        if task is Task.BINARY:
            return positive_scores(model, frame)
        if task is Task.REGRESSION:
            return np.asarray(model.predict(frame), dtype=float)
        shares = np.asarray(model.predict_proba(frame), dtype=float)
        places = np.searchsorted(model.classes_, guesses[list(of)])
        return np.asarray(shares[np.arange(len(shares)), places])

    return predict


def _is_right(truth: NDArray[Any], guesses: NDArray[Any], task: Task) -> NDArray[np.bool_]:
    if task is not Task.REGRESSION:
        return np.asarray(truth == guesses)
    gaps = np.abs(truth - guesses)
    return np.asarray(gaps <= gaps.mean())


def _name(value: Any, spec: FitSpec) -> str:
    if spec.target.task is Task.BINARY:
        return spec.target.positive if int(value) == 1 else _other_class(spec)
    return amount_words(value) if spec.target.task is Task.REGRESSION else str(value)


def _other_class(spec: FitSpec) -> str:
    others = [c.value for c in spec.data.classes if c.value != spec.target.positive]
    return others[0] if len(others) == 1 else f"not {spec.target.positive}"


def _values(row: pl.DataFrame, names: list[str]) -> dict[str, str]:
    values = row.row(0, named=True)
    return {name: _shown(values[name]) for name in names}


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return thumbnail(value)
    return f"{value:.6g}" if isinstance(value, float) else plain_text(value)[:_LONGEST_TEXT]
