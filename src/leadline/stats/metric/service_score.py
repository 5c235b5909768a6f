"""Score in service: a project's own metric, from the labelled rows of the blocks of late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log

import numpy as np

from leadline.stats.arrays import Floats, Ints, check_share
from leadline.stats.interval import Estimate, Interval
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

_MOST_DRAWS, _FEWEST_DRAWS = 200, 50
# in all draws together: beyond, a few seconds are better spent elsewhere
_MOST_DRAWN = 5_000_000
# a score of rows that stand for several each is that of so many rows, each for one
_FEWEST_ROWS, _ROWS_A_LABEL, _MOST_ROWS = 2_000, 5, 20_000
_ALIKE = 1e-9
_FEWEST_LABELS = 20
# of each class
_FEWEST_OF_CLASS = 10
_FEWEST_BLOCKS = 3


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows with a label, what a model said of them, and what each stands for.

    Attributes
    ----------
    y : ndarray of shape (n_labels,)
        Labels.
    response : ndarray of shape (n_labels,) or ClassProbabilities
        What a metric asks of the model.
    weights : ndarray of float > 0, shape (n_labels,)
        Rows that each stands for.
    blocks : ndarray of int, shape (n_labels,)
        Block of each.
    """

    y: Labels
    response: Labels | ClassProbabilities
    weights: Floats
    blocks: Ints

    @classmethod
    def together(cls, every: Sequence[LabelledRows]) -> LabelledRows:
        """Rows of several blocks, at least one, each handed in on its own."""
        responses = [each.response for each in every]
        shares = [each for each in responses if isinstance(each, ClassProbabilities)]
        said = [each for each in responses if not isinstance(each, ClassProbabilities)]
        response: Labels | ClassProbabilities
        response = np.concatenate(said) if said else _concatenated(shares)
        return cls(
            np.concatenate([each.y for each in every]),
            response,
            np.concatenate([each.weights for each in every]),
            np.repeat(np.arange(len(every)), [each.y.size for each in every]),
        )

    @cached_property
    def are_alike(self) -> bool:
        """Whether each stands for as many."""
        return bool(np.ptp(self.weights) < _ALIKE * self.weights.max())

    def score(self, metric: Metric, rows: Ints | None = None) -> float:
        """A metric on as many rows as these, or all, stand for, or on as many as tell it."""
        own = np.arange(self.y.size) if rows is None else rows
        if self.are_alike:
            return metric.compute(self.y[own], self.response[own])
        reached = np.cumsum(self.weights[own])
        n = int(np.clip(_ROWS_A_LABEL * own.size, _FEWEST_ROWS, _MOST_ROWS))
        places = (np.arange(n) + 0.5) / n * reached[-1]
        shown = own[np.minimum(np.searchsorted(reached, places), own.size - 1)]
        return metric.compute(self.y[shown], self.response[shown])


def service_score(
    scoring: str,
    rows: LabelledRows,
    *,
    rng: np.random.Generator,
    classes: Collection[object] = (),
    confidence_level: float = 0.95,
) -> Estimate[float] | None:
    """Estimate what a model scores on all rows, from labelled ones that stand for several each.

    The interval is that of `leadline.stats.metric.score_interval`, for more rows of the same kind.
    Its standard error comes from drawing rows anew within blocks, or, where blocks differ by more,
    from leaving out one block at a time [1]_: by how much they differ is known from so many only,
    by Student's t. A score that is the same however rows are drawn,
    as that of a model which says one class of all rows, or errs in none, is bounded by what so many
    rows hide: about four of them answered otherwise.

    Parameters
    ----------
    scoring : str
        Name of a metric.
    rows : LabelledRows
        With what the metric asks of a model.
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
    if not _is_enough(metric, rows, classes):
        return None
    score = rows.score(metric)
    if not np.isfinite(score):
        return None
    stderr = max(_drawn_anew(metric, rows, rng), _left_out(metric, rows))
    if not stderr > 0:
        return _without_spread(metric, rows, 1 - confidence_level)
    found = score_interval(
        scoring,
        score,
        stderr,
        freedom=_n_blocks(rows) - 1,
        confidence_level=confidence_level,
    )
    return Estimate(found.low, score, found.high)


def falls_short(
    scoring: str,
    rows: LabelledRows,
    bound: float,
    *,
    rng: np.random.Generator,
    chance: float,
    classes: Collection[object] = (),
) -> bool:
    """Whether a model scores worse on all rows than a bound, and labels hardly show that by luck.

    Parameters
    ----------
    scoring, rows, rng, classes
        As for `service_score`.
    bound : float
        In the unit of the score.
    chance : float in (0, .5)
        Probability that this is said of a model whose score is the bound, at one look.

    Raises
    ------
    ValueError
        As for `service_score`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(0, 2, 400)
    >>> rows = LabelledRows(y, y + rng.normal(0, 2, 400), np.ones(400), np.arange(400) % 8)
    >>> [falls_short("roc_auc", rows, each, rng=rng, chance=1e-3) for each in (0.6, 0.65, 0.8)]
    [False, False, True]
    """
    metric, level = metric_of(scoring), 1 - 2 * chance

    def is_beyond(found: Interval[float]) -> bool:
        return not metric.is_met(found.low if metric.is_loss else found.high, bound)

    if not _is_enough(metric, rows, classes):
        return False
    score = rows.score(metric)
    if not np.isfinite(score) or metric.is_met(score, bound):
        return False
    # most looks end here: half of what rows alone leave open, without the hundreds of draws
    least, freedom = metric.standard_error(rows.y, rows.response) / 2, _n_blocks(rows) - 1
    if least > 0 and not is_beyond(
        score_interval(scoring, score, least, freedom=freedom, confidence_level=level)
    ):
        return False
    found = service_score(scoring, rows, rng=rng, classes=classes, confidence_level=level)
    return found is not None and is_beyond(Interval(found.low, found.high))


def _concatenated(shares: Sequence[ClassProbabilities]) -> ClassProbabilities:
    return ClassProbabilities(shares[0].classes, np.concatenate([each.values for each in shares]))


def _n_blocks(rows: LabelledRows) -> int:
    return int(np.unique(rows.blocks).size)


def _is_enough(metric: Metric, rows: LabelledRows, classes: Collection[object]) -> bool:
    """Whether there are blocks and labels enough, and enough of each class."""
    y = rows.y
    if _n_blocks(rows) < _FEWEST_BLOCKS or y.size < _FEWEST_LABELS:
        return False
    if Task.REGRESSION in metric.tasks:
        return True
    names, counts = np.unique(y, return_counts=True)
    has_all = set(classes) <= set(names.tolist())
    return bool(has_all and counts.size > 1 and counts.min() >= _FEWEST_OF_CLASS)


def _without_spread(metric: Metric, rows: LabelledRows, chance: float) -> Estimate[float] | None:
    """A score that every draw has, with what its rows may hide: those that stand for most."""
    y, response, weights = rows.y, rows.response, rows.weights
    score, (least, most) = rows.score(metric), sorted((metric.best, metric.worst))
    if metric.response is ResponseMethod.PREDICT and Task.REGRESSION not in metric.tasks:
        assert not isinstance(response, ClassProbabilities)
        turned = [
            replace(rows, response=_turned(response, row, name)).score(metric)
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


def _drawn_anew(metric: Metric, rows: LabelledRows, rng: np.random.Generator) -> float:
    """Standard error by rows drawn anew within their blocks."""
    blocks = rows.blocks
    own = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    n_draws = int(np.clip(_MOST_DRAWN // blocks.size, _FEWEST_DRAWS, _MOST_DRAWS))
    drawn = [
        rows.score(metric, np.concatenate([rng.choice(each, each.size) for each in own]))
        for _ in range(n_draws)
    ]
    known = np.array(drawn)[np.isfinite(drawn)]
    return float(known.std(ddof=1)) if known.size > n_draws // 2 else np.inf


def _left_out(metric: Metric, rows: LabelledRows) -> float:
    """Standard error by leaving out one block at a time."""
    kept = [np.flatnonzero(rows.blocks != name) for name in np.unique(rows.blocks)]
    scores = np.array([rows.score(metric, own) for own in kept])
    known = scores[np.isfinite(scores)]
    if known.size < _FEWEST_BLOCKS:
        return 0.0
    return float(np.sqrt((known.size - 1) * known.var()))
