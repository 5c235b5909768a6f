"""Score in service: a project's own metric, from the labelled rows of the blocks of late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import log

import numpy as np

from leadline.stats.arrays import Floats, Ints, check_share
from leadline.stats.interval import Estimate
from leadline.stats.metric.all_metrics import metric_of
from leadline.stats.metric.entry import (
    ClassProbabilities,
    Labels,
    Metric,
    ResponseMethod,
    Task,
)
from leadline.stats.metric.score_interval import score_interval
from leadline.stats.metric.unseen_error import unseen_error

_N_DRAWS = 200
# a score of rows that stand for several each is that of so many rows, each for one
_FEWEST_ROWS, _ROWS_A_LABEL, _MOST_ROWS = 2_000, 5, 20_000
_FEWEST_LABELS = 20
# of each class
_FEWEST_OF_CLASS = 10
_FEWEST_BLOCKS = 3


def service_score(
    scoring: str,
    y: Labels,
    response: Labels | ClassProbabilities,
    weights: Floats,
    blocks: Ints,
    *,
    rng: np.random.Generator,
    classes: Collection[object] = (),
    confidence_level: float = 0.95,
) -> Estimate[float] | None:
    """Estimate what a model scores on all rows, from labelled ones that stand for several each.

    The interval is that of `leadline.stats.metric.score_interval`, for more rows of the same kind.
    Its standard error comes from drawing rows anew within blocks, or, where blocks differ by more,
    from leaving out one block at a time [1]_. A score that is the same however rows are drawn, as
    that of a model which says one class of all rows, or errs in none, is bounded by what so many
    rows hide: about four of them answered otherwise.

    Parameters
    ----------
    scoring : str
        Name of a metric.
    y : ndarray of shape (n_labels,)
        Labels.
    response : ndarray of shape (n_labels,) or ClassProbabilities
        What the metric asks of a model, on the same rows.
    weights : ndarray of float > 0, shape (n_labels,)
        Rows that each stands for.
    blocks : ndarray of int, shape (n_labels,)
        Block of each.
    rng : Generator
        Source of chance.
    classes : collection, default=()
        All that there are; empty: those among the labels.
    confidence_level : float in (0, 1), default=0.95
        Of the interval.

    Returns
    -------
    Estimate of float or None
        None below three blocks, twenty labels, or ten of a class, and where the score is not
        defined, or nothing tells its spread.

    Raises
    ------
    ValueError
        If no metric has the name, or the level is outside (0, 1).

    References
    ----------
    .. [1] B. Efron, R. J. Tibshirani (1993), An introduction to the bootstrap, sections 8.3 and
       11.5. Chapman & Hall.
    """
    check_share(confidence_level, "confidence_level")
    metric = metric_of(scoring)
    if np.unique(blocks).size < _FEWEST_BLOCKS or not _is_enough(metric, y, classes):
        return None
    labelled = _Labelled(metric, y, response, weights)
    score = labelled.score()
    if not np.isfinite(score):
        return None
    stderr = max(_drawn_anew(labelled, blocks, rng), _left_out(labelled, blocks))
    if not stderr > 0:
        return _without_spread(labelled, 1 - confidence_level)
    found = score_interval(scoring, score, stderr, confidence_level=confidence_level)
    return Estimate(found.low, score, found.high)


@dataclass(frozen=True, eq=False)
class _Labelled:
    """Rows with a label, and what each stands for."""

    metric: Metric
    y: Labels
    response: Labels | ClassProbabilities
    weights: Floats

    def score(self, rows: Ints | None = None) -> float:
        """The metric on as many rows as these, or all, stand for, or on as many as tell it."""
        own = np.arange(self.y.size) if rows is None else rows
        reached = np.cumsum(self.weights[own])
        n = int(np.clip(_ROWS_A_LABEL * own.size, _FEWEST_ROWS, _MOST_ROWS))
        places = (np.arange(n) + 0.5) / n * reached[-1]
        shown = own[np.minimum(np.searchsorted(reached, places), own.size - 1)]
        return self.metric.compute(self.y[shown], self.response[shown])


def _is_enough(metric: Metric, y: Labels, classes: Collection[object]) -> bool:
    """Whether there are labels enough, and enough of each class."""
    if y.size < _FEWEST_LABELS:
        return False
    if Task.REGRESSION in metric.tasks:
        return True
    names, counts = np.unique(y, return_counts=True)
    has_all = set(classes) <= set(names.tolist())
    return bool(has_all and counts.size > 1 and counts.min() >= _FEWEST_OF_CLASS)


def _without_spread(labelled: _Labelled, chance: float) -> Estimate[float] | None:
    """A score that every draw has, with what its rows may hide: those that stand for most."""
    metric, y, response, weights = (
        labelled.metric,
        labelled.y,
        labelled.response,
        labelled.weights,
    )
    score, (least, most) = labelled.score(), sorted((metric.best, metric.worst))
    if metric.response is ResponseMethod.PREDICT and Task.REGRESSION not in metric.tasks:
        assert not isinstance(response, ClassProbabilities)
        turned = [
            replace(labelled, response=_turned(response, row, name)).score()
            for row in _heaviest(y, response, weights)
            for name in np.unique(y)
        ]
        gaps = -log(chance / 2) * (np.array(turned) - score)
        low, high = score + min(gaps.min(), 0.0), score + max(gaps.max(), 0.0)
    else:
        hidden = unseen_error(metric, score, y, confidence_level=1 - chance)
        if hidden is None:
            return None
        low, high = sorted((score, metric.score(hidden * weights.max() / weights.mean())))
    low, high = (float(min(max(each, least), most)) for each in (low, high))
    return Estimate(low, score, high) if low < high else None


def _heaviest(y: Labels, response: Labels, weights: Floats) -> list[int]:
    """Of each class and answer the row that stands for most."""
    found: dict[tuple[object, object], int] = {}
    for row in np.argsort(weights, kind="stable").tolist():
        found[y[row], response[row]] = row
    return list(found.values())


def _turned(response: Labels, row: int, name: object) -> Labels:
    """The same answers, but of one row."""
    other = response.astype(object)
    other[row] = name
    return other


def _drawn_anew(labelled: _Labelled, blocks: Ints, rng: np.random.Generator) -> float:
    """Standard error by rows drawn anew within their blocks."""
    own = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    drawn = [
        labelled.score(np.concatenate([rng.choice(each, each.size) for each in own]))
        for _ in range(_N_DRAWS)
    ]
    known = np.array(drawn)[np.isfinite(drawn)]
    return float(known.std(ddof=1)) if known.size > _N_DRAWS // 2 else np.inf


def _left_out(labelled: _Labelled, blocks: Ints) -> float:
    """Standard error by leaving out one block at a time."""
    names = np.unique(blocks)
    scores = np.array([labelled.score(np.flatnonzero(blocks != name)) for name in names])
    known = scores[np.isfinite(scores)]
    if known.size < _FEWEST_BLOCKS:
        return 0.0
    return float(np.sqrt((known.size - 1) * known.var()))
