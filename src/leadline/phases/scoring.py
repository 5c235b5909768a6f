"""Metrics of targets: names, tasks, and the error that each one stands for.

Learning curves are forecast as errors that fall towards a floor, so each metric
declares how it turns into one; `leadline.stats.metric` says how. Names are scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leadline.errors import SettingsError
from leadline.stats.metric import metric_of


class Task(StrEnum):
    """What kind of label is predicted."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


@dataclass(frozen=True)
class Scoring:
    """A metric and its error.

    Attributes
    ----------
    name : str
        scikit-learn's name of the scorer.
    words : str
        What a page calls it.
    tasks : tuple of Task
        Where it makes sense.
    is_proportion : bool
        True where the score is a share of rows, so that binomial bounds apply.
    """

    name: str
    words: str
    tasks: tuple[Task, ...]
    is_proportion: bool = False

    @property
    def is_loss(self) -> bool:
        """True where smaller is better: the target is then an upper limit."""
        return metric_of(self.name).is_loss

    def error(self, score: float) -> float:
        """The error that a score stands for.

        Examples
        --------
        >>> round(scoring_of("roc_auc").error(0.9), 6)
        0.1
        """
        return metric_of(self.name).error(score)

    def score(self, error: float) -> float:
        """The score that an error stands for; the inverse of `error`."""
        return metric_of(self.name).score(error)

    def is_met(self, score: float, target: float) -> bool:
        """Whether a score meets a target."""
        return score <= target if self.is_loss else score >= target


_CLASSES = (Task.BINARY, Task.MULTICLASS)
_SCORINGS = (
    Scoring("roc_auc", "ranking quality (ROC AUC)", (Task.BINARY,)),
    Scoring("average_precision", "average precision", (Task.BINARY,)),
    Scoring("accuracy", "accuracy", _CLASSES, is_proportion=True),
    Scoring("balanced_accuracy", "balanced accuracy", _CLASSES),
    Scoring("f1", "F1 score", (Task.BINARY,)),
    Scoring("r2", "explained variance (R²)", (Task.REGRESSION,)),
    Scoring("mean_absolute_error", "mean absolute error", (Task.REGRESSION,)),
)
SCORINGS = {scoring.name: scoring for scoring in _SCORINGS}
DEFAULT_SCORING = {
    Task.BINARY: "roc_auc",
    Task.MULTICLASS: "accuracy",
    Task.REGRESSION: "r2",
}


def scoring_of(name: str) -> Scoring:
    """The metric of a name.

    Raises
    ------
    SettingsError
        If no metric has the name.
    """
    if name not in SCORINGS:
        raise SettingsError(
            f"scoring is {name!r}, which is not known.",
            f"One of {', '.join(sorted(SCORINGS))} is needed.",
            "Change [problem] scoring in leadline.toml.",
        )
    return SCORINGS[name]
