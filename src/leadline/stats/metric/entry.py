"""An entry of the table of metrics, and the types that its functions take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from leadline.stats.arrays import Floats

Number = TypeVar("Number")
Labels: TypeAlias = NDArray[Any]


class Task(StrEnum):
    """What kind of label is predicted."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


class ResponseMethod(StrEnum):
    """What a metric asks of a fitted model, by the name of scikit-learn's method."""

    PREDICT = "predict"
    """Predicted class, or number."""
    DECISION_FUNCTION = "decision_function"
    """What orders rows; the probability of the positive class where a model has no other."""
    PREDICT_PROBA = "predict_proba"
    """Probability of every class, as `ClassProbabilities`."""


@dataclass(frozen=True)
class ClassProbabilities:
    """Probability of every class, for each row.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The classes that the model knows, sorted.
    values : ndarray of float of shape (n_samples, n_classes)
        In [0, 1]; rows sum to 1.
    """

    classes: Labels
    values: Floats

    def __getitem__(self, rows: Any) -> ClassProbabilities:
        """Return those of some rows, as an array does."""
        return ClassProbabilities(self.classes, self.values[rows])

    def of(self, y: Labels) -> Floats:
        """Return the probability that each row's own class was given; 0 of an unknown class.

        Examples
        --------
        >>> shares = ClassProbabilities(np.array(["a", "b"]), np.array([[0.2, 0.8], [0.6, 0.4]]))
        >>> shares.of(np.array(["b", "c"])).tolist()
        [0.8, 0.0]
        """
        column = np.searchsorted(self.classes, y).clip(max=self.classes.size - 1)
        is_known = self.classes[column] == y
        return np.where(is_known, self.values[np.arange(y.size), column], 0.0)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """All that is known of a metric.

    Attributes
    ----------
    name : str
        scikit-learn's name of the metric.
    words : str
        What a page calls it.
    plain : str
        A sentence that says what a score means, for people who do not know the metric. It may name
        ``{n}`` (a number of 100, by `of_100`), ``{amount}`` (the score in the unit of the label),
        ``{a_unit}``, ``{unit}`` and ``{units}`` (what a row is), ``{positive}`` and ``{negative}``
        (what it may be) and ``{label}``.
    tasks : tuple of Task
        Where it makes sense.
    response : ResponseMethod
        What of a model it judges.
    compute : callable
        From labels of shape (n_samples,) and a response to the score; a loss is positive. Binary
        labels are 1 for the positive class and 0 else. NaN where the score is not defined.
    standard_error : callable
        From the same to the standard error of the score for lack of more rows: how it would
        scatter over sets of as many rows, or of as many rows of each class. At least 0, and 0
        where it cannot be told.
    chance : callable
        From labels to the best score that is expected of answers that know nothing of the rows.
    unseen : callable
        From labels, the trial that each row is of and a probability to the largest error that so
        many trials hide with that probability; see `leadline.stats.metric.unseen_error`.
    of_100 : callable
        From a score to the number of 100 that `plain` names.
    is_loss : bool, default=False
        True where smaller is better: the error is the metric itself. Otherwise it is one minus
        the score.
    ceiling : float or None, default=1.0
        Largest error there can be; None where there is none.
    square_of : str or None, default=None
        The metric whose square the error is, up to a factor that train rows do not change. Learning
        curves are then forecast by the root of the error, as that metric's are, and squared.
    is_root : bool, default=False
        True where it is the root of a mean over rows.
    is_proportion : bool, default=False
        True where the score is a share of rows, so that binomial bounds apply.
    default_for : Task or None, default=None
        The task whose target is stated in it unless settings name another.
    is_scoring : bool, default=True
        False for what only forecasts take: no target can be stated in it.
    n_to_show : callable or None, default=None
        From target, true score and share of the positive class to the test rows that show the
        target, None if none do; None where no closed form is known.
    """

    name: str
    words: str
    plain: str
    tasks: tuple[Task, ...]
    response: ResponseMethod
    compute: Callable[[Labels, Any], float]
    standard_error: Callable[[Labels, Any], float]
    chance: Callable[[Labels], float]
    unseen: Callable[[Labels, Labels, float], float]
    of_100: Callable[[float], float] = lambda score: 100 * score
    is_loss: bool = False
    ceiling: float | None = 1.0
    square_of: str | None = None
    is_root: bool = False
    is_proportion: bool = False
    default_for: Task | None = None
    is_scoring: bool = True
    n_to_show: Callable[[float, float, float], int | None] | None = None

    @property
    def best(self) -> float:
        """The score without any error."""
        return self.score(0.0)

    @property
    def worst(self) -> float:
        """The score at the largest error there can be; may be infinite."""
        return self.score(inf if self.ceiling is None else self.ceiling)

    @property
    def curve_power(self) -> int:
        """The power of what learning curves are modelled in that the error is."""
        return 1 if self.square_of is None else 2

    def error(self, score: Number) -> Number:
        """Return the error that a score, or an array of scores, stands for.

        Examples
        --------
        >>> from leadline.stats.metric import METRICS
        >>> round(METRICS["roc_auc"].error(0.9), 6)
        0.1
        """
        return score if self.is_loss else 1.0 - score  # type: ignore[operator,return-value]

    def score(self, error: Number) -> Number:
        """Return the score that an error stands for; the inverse of `error`."""
        return self.error(error)

    def is_met(self, score: float, target: float) -> bool:
        """Whether a score meets a target, which is an upper limit of a loss."""
        return score <= target if self.is_loss else score >= target

    def target_words(self, target: float) -> str:
        """Return a target with the side on which a score meets it.

        Examples
        --------
        >>> from leadline.stats.metric import METRICS
        >>> METRICS["roc_auc"].target_words(0.9), METRICS["log_loss"].target_words(0.3)
        ('at least 0.9', 'at most 0.3')
        """
        return f"{'at most' if self.is_loss else 'at least'} {target:,.10g}"
