"""How a score becomes an error: what is forecast falls towards zero, whatever it is called.

Learning curves are modelled as logarithms of errors. Each metric declares which error it stands
for and the largest that error can be. Names are scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

Number = TypeVar("Number")


@dataclass(frozen=True)
class Metric:
    """A metric and the error it stands for.

    Attributes
    ----------
    name : str
        scikit-learn's name of the metric.
    is_loss : bool
        True where smaller is better: the error is the metric itself. Otherwise it is one minus
        the score.
    ceiling : float or None
        Largest error there can be; None where there is none.
    """

    name: str
    is_loss: bool
    ceiling: float | None

    def error(self, score: Number) -> Number:
        """Return the error that a score, or an array of scores, stands for.

        Examples
        --------
        >>> round(METRICS["roc_auc"].error(0.9), 6)
        0.1
        """
        return score if self.is_loss else 1.0 - score  # type: ignore[operator,return-value]

    def score(self, error: Number) -> Number:
        """Return the score that an error stands for; the inverse of `error`."""
        return self.error(error)


_SHARES = ("accuracy", "average_precision", "balanced_accuracy", "f1", "roc_auc")
_LOSSES = ("log_loss", "mean_absolute_error", "root_mean_squared_error")
METRICS = {
    metric.name: metric
    for metric in (
        Metric("error_rate", is_loss=True, ceiling=1.0),
        *(Metric(name, is_loss=False, ceiling=1.0) for name in _SHARES),
        *(Metric(name, is_loss=True, ceiling=None) for name in _LOSSES),
        # a model may do worse than the mean
        Metric("r2", is_loss=False, ceiling=None),
    )
}


def metric_of(name: str) -> Metric:
    """Return the metric of a name.

    Raises
    ------
    ValueError
        If no metric has the name.
    """
    if name not in METRICS:
        raise ValueError(
            f"metric is {name!r}, which is not known; one of {', '.join(sorted(METRICS))} is "
            "needed. Or hand in errors that fall towards 0 as 'mean_absolute_error'."
        )
    return METRICS[name]
