"""Importance of columns and words to a fitted candidate, measured on held-out rows in limited time.

How many rows are looked at depends on the time: each column must be moved several times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.frames import Rows
from leadline.evaluation.held_out import HeldOut
from leadline.evaluation.scores import response_of, response_of_shares, score_of, shares_of
from leadline.phases.data import SplitKind
from leadline.phases.scoring import Metric, Task, scoring_of
from leadline.phases.search.importance import (
    ColumnImportance,
    Importance,
    MovedColumn,
    WordImportance,
)
from leadline.phases.verdict import Bounds
from leadline.stats import importance as stats
from leadline.stats.arrays import Ints

_MOST_ROWS = 2_000
_FEWEST_ROWS = 40
_TIMED_ROWS = (50, 500)
_N_TIMED = 2  # the first call is slower than those that come after
_LEAST_SHARE_OF_ROWS = 0.3  # of the time of a call: it is measured once, beside other work
_N_REPEATS = 10
_PLANNED_REPEATS = 5
_SHARE_MOVED_AGAIN = 0.5  # between alike rows: those that are used and go along with others
_SHARE_FOR_COLUMNS = 0.6  # of their time; surprises have the rest
_SHARE_FOR_WORDS = 0.4
_MOST_TEXTS = 500
_FEWEST_BLOCKS, _N_BLOCKS = 5, 20
_WORDS_KINDS = {"text"}
_NOT_GROUPED = {"text", "image"}


@dataclass(frozen=True)
class _Answering:
    """A fitted candidate as a function from rows to numbers, and their error."""

    held_out: HeldOut
    metric: Metric

    @property
    def task(self) -> Task:
        return self.held_out.spec.target.task

    @property
    def has_shares(self) -> bool:
        return self.task is Task.REGRESSION or hasattr(self.held_out.model, "predict_proba")

    def answers(self, frame: pl.DataFrame) -> NDArray[Any]:
        """Of a binary label the probability of the positive class; else of every class."""
        model = self.held_out.model
        if not self.has_shares:
            return np.asarray(response_of(model, frame, self.metric.name))
        shares = shares_of(model, frame, self.task).astype(np.float64)
        return shares[:, 1:] if self.task is Task.BINARY else shares

    def error(self, y: NDArray[Any], answers: NDArray[Any]) -> float:
        """Error of answers; NaN where it is not defined."""
        response: Any = answers
        if self.has_shares:
            if self.task is Task.BINARY:
                answers = np.hstack([1 - answers, answers])
            classes = np.asarray(getattr(self.held_out.model, "classes_", ()))
            response = response_of_shares(answers, classes, self.metric.name)
        return self.metric.error(score_of(y, response, self.metric.name))

    def class_of(self, output: int) -> str:
        """Class that an output is the probability of; empty where there is one output."""
        return str(self.held_out.model.classes_[output]) if self.task is Task.MULTICLASS else ""


def importance_of(
    held_out: HeldOut, name: str, *, left_s: Callable[[], float]
) -> Importance | None:
    """What a candidate leans on.

    Parameters
    ----------
    held_out : HeldOut
        The candidate, fitted, and its validation rows.
    name : str
        Of its trial.
    left_s : callable
        Returns the seconds that are left for it.

    Returns
    -------
    Importance or None
        None if there is not the time, there are too few rows, or each answer is paid for.
    """
    if held_out.is_paid:
        return None
    spec, pool = held_out.spec, held_out.pool
    metric = scoring_of(spec.scoring)
    answering = _Answering(held_out, metric)
    groups = _groups(pool.X[held_out.train[:_MOST_ROWS]], spec.data.features)
    has_text = answering.has_shares and "text" in spec.data.features.values()
    kept_s = _SHARE_FOR_WORDS * left_s() if has_text else 0.0
    rows = _rows(answering, _n_moves(groups), left_s() - kept_s)
    if rows is None:
        return None
    X, y = pool.X[rows], pool.y[rows]
    rng = np.random.default_rng(spec.seed)
    found = stats.permutation_importance(
        answering.answers,
        X,
        y,
        answering.error,
        rng=rng,
        n_repeats=_N_REPEATS,
        groups=groups,
        row_groups=_row_groups(held_out, rows),
        is_over=lambda: left_s() <= kept_s,
    )
    if found is None:
        return None
    nothing = metric.error(metric.chance(y))
    return Importance(
        scoring=metric.name,
        candidate=name,
        score=metric.score(found.error),
        score_of_nothing=metric.score(nothing),
        n_train=int(held_out.train.size),
        n_rows=found.n_rows,
        n_repeats=found.n_repeats,
        columns=tuple(_column(each, found.error, nothing, answering) for each in found.columns),
        words=_words(answering, X, left_s) if has_text else (),
    )


def _n_moves(groups: list[tuple[Any, ...]]) -> float:
    """How often something is moved in a repeat: each group, each of several alone, some again."""
    n_alone = sum(len(group) for group in groups if len(group) > 1)
    return (1 + _SHARE_MOVED_AGAIN) * len(groups) + n_alone


def _groups(frame: pl.DataFrame, kinds: Any) -> list[tuple[Any, ...]]:
    """Columns that are moved together; texts and images stand alone."""
    alone = [(name,) for name, kind in kinds.items() if kind in _NOT_GROUPED]
    others = [name for name, kind in kinds.items() if kind not in _NOT_GROUPED]
    return [*(stats.group_columns(frame.select(others)) if others else []), *alone]


def _rows(answering: _Answering, n_moves: float, left_s: float) -> Rows | None:
    """As many held-out rows, drawn at random, as there is time for; None if they are too few."""
    held_out, valid = answering.held_out, answering.held_out.valid
    few, many = (min(size, valid.size) for size in _TIMED_ROWS)
    many_s = min(_seconds(answering, valid[:many]) for _ in range(_N_TIMED))
    few_s = min(_seconds(answering, valid[:few]) for _ in range(_N_TIMED))
    # what a call costs beside its rows is not saved by fewer of them
    row_s = max((many_s - few_s) / max(many - few, 1), _LEAST_SHARE_OF_ROWS * many_s / many)
    call_s = max(min(few_s, many_s) - row_s * few, 0.0)
    move_s = _SHARE_FOR_COLUMNS * left_s / (n_moves * _PLANNED_REPEATS)
    n_rows = int(max((move_s - call_s) / row_s, move_s / (many_s / many)))
    n_rows = min(n_rows, valid.size, _MOST_ROWS)
    if n_rows < _FEWEST_ROWS:
        return None
    drawn = np.random.default_rng(held_out.spec.seed).permutation(valid.size)[:n_rows]
    return np.asarray(valid[np.sort(drawn)])


def _seconds(answering: _Answering, rows: Rows) -> float:
    """Seconds that it takes to answer some rows, and to judge the answers without each part."""
    pool = answering.held_out.pool
    started = time.perf_counter()
    answers = answering.answers(pool.X[rows])
    for _ in range(_N_BLOCKS):
        answering.error(pool.y[rows], answers)
    return time.perf_counter() - started


def _row_groups(held_out: HeldOut, rows: Rows) -> NDArray[Any] | None:
    """What belongs together: rows of one group, or of one stretch of time."""
    pool = held_out.pool
    if pool.kind is SplitKind.TIME:
        return np.arange(rows.size) * _N_BLOCKS // rows.size
    if pool.groups is None or np.unique(pool.groups[rows]).size < _FEWEST_BLOCKS:
        return None
    return np.asarray(pool.groups[rows])


def _column(
    found: stats.ColumnImportance, error: float, nothing: float, answering: _Answering
) -> ColumnImportance:
    """One column as the record holds it."""
    gain = nothing - error
    return ColumnImportance(
        **vars(_moved(found, error, answering)),
        share=found.rise / gain if gain > 0 else 0.0,
        p_value=found.p_value,
        is_used=found.is_used,
        is_useful=found.is_useful,
        members=tuple(_moved(each, error, answering) for each in found.members),
    )


def _moved(found: stats.ColumnImportance, error: float, answering: _Answering) -> MovedColumn:
    said = found.direction
    has_slope = said is not None and said.slope is not stats.Slope.NEITHER
    return MovedColumn(
        columns=tuple(str(name) for name in found.columns),
        rise=Bounds(estimate=found.rise, low=found.low, high=found.high),
        score_without=answering.metric.score(error + found.rise),
        direction=said.slope.value if said is not None and has_slope else "",
        level=said.level if said is not None else "",
        toward=answering.class_of(said.output) if said is not None else "",
    )


def _words(
    answering: _Answering, X: pl.DataFrame, left_s: Callable[[], float]
) -> tuple[WordImportance, ...]:
    """The words of each column of text that move the answers most."""
    kinds = answering.held_out.spec.data.features
    found: list[WordImportance] = []
    for name in (each for each, kind in kinds.items() if kind in _WORDS_KINDS):
        texts = X[:_MOST_TEXTS]

        def predict(changed: list[str], places: Ints, texts: Any = texts, name: str = name) -> Any:
            frame = texts[places].with_columns(pl.Series(name, changed, dtype=pl.String))
            return answering.answers(frame)

        effects = stats.word_effects(
            predict,
            texts[name].to_list(),
            rng=np.random.default_rng(answering.held_out.spec.seed),
            is_over=lambda: left_s() <= 0,
        )
        found += [
            WordImportance(
                word=each.word,
                column=name,
                effect=Bounds(estimate=each.effect, low=each.low, high=each.high),
                n_texts=each.n_texts,
                toward=answering.class_of(each.output),
            )
            for each in effects
        ]
    return tuple(sorted(found, key=lambda each: -each.effect.estimate))
