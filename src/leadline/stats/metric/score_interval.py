"""Interval of a score from its standard error, inside the range that the metric allows."""

from __future__ import annotations

from math import exp, log

from scipy.special import stdtrit

from leadline.stats.interval import Interval, two_sided_z, wilson_interval
from leadline.stats.metric.all_metrics import metric_of

_LONGEST = 300.0  # of a step of logarithms: what lies beyond is an end of the range


def score_interval(
    scoring: str,
    score: float,
    standard_error: float,
    *,
    freedom: int | None = None,
    n_rows: int | None = None,
    confidence_level: float = 0.9,
) -> Interval[float]:
    """Normal interval of the error on its own scale: log odds where it is bounded, else the log.

    A score near its best cannot be better than that, so its interval is longer on the other
    side [1]_. A share of rows that err alone has Wilson's interval, as the size of a proof has
    it; of a score without an error `leadline.stats.metric.unseen_error` tells the other end.

    Parameters
    ----------
    scoring : str
        Name of a metric.
    score : float
        As the metric computes it.
    standard_error : float > 0
        As `Metric.standard_error` gives it, in the unit of the score.
    freedom : int > 0, optional
        Degrees of freedom of the standard error, where it comes of few groups: Student's t then
        takes the place of the normal distribution.
    n_rows : int > 0, optional
        Rows behind the score, where they err alone.
    confidence_level : float in (0, 1), default=0.9
        Coverage aimed at.

    Returns
    -------
    Interval
        `low` and `high`, in the unit of the score; they hold the score.

    Raises
    ------
    ValueError
        If no metric has the name, the standard error is not above 0, or a level is outside (0, 1).

    References
    ----------
    .. [1] M. S. Pepe (2003), The statistical evaluation of medical tests for classification and
       prediction, section 5.2: the interval of an AUC by its log odds. Oxford University Press.

    Examples
    --------
    >>> found = score_interval("roc_auc", 0.95, 0.02)
    >>> round(found.low, 3), round(found.high, 3)
    (0.905, 0.974)
    >>> found = score_interval("mean_absolute_error", 12.0, 1.0)
    >>> round(found.low, 1), round(found.high, 1)
    (10.5, 13.8)
    """
    if not standard_error > 0:
        raise ValueError(f"standard_error must be above 0; got {standard_error}")
    metric = metric_of(scoring)
    z, error, ceiling = two_sided_z(confidence_level), metric.error(score), metric.ceiling
    if freedom is not None:
        z = float(stdtrit(freedom, (1 + confidence_level) / 2))
    if metric.is_proportion and n_rows is not None:
        n_wrong = min(max(round(error * n_rows), 0), n_rows)
        found = wilson_interval(n_wrong, n_rows, confidence_level=confidence_level)
        ends = (found.low, found.high)
    elif error <= 0 or (ceiling is not None and error >= ceiling):
        # at the end of the range there is no scale to speak of
        top = error + z * standard_error
        ends = (max(error - z * standard_error, 0.0), top if ceiling is None else min(top, ceiling))
    elif ceiling is None:
        step = min(z * standard_error / error, _LONGEST)
        ends = (error * exp(-step), error * exp(step))
    else:
        share = error / ceiling
        step = min(z * standard_error / ceiling / (share * (1 - share)), _LONGEST)
        middle = log(share / (1 - share))
        ends = (ceiling / (1 + exp(step - middle)), ceiling / (1 + exp(-step - middle)))
    low, high = sorted(metric.score(end) for end in ends)
    return Interval(low, high)
