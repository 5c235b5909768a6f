"""Unseen error: how bad a score may truly be of which the test rows show no error at all."""

from __future__ import annotations

from math import log, log1p
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.stats.arrays import check_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadline.stats.metric.entry import Labels, Metric

_NO_ERROR = 1e-9  # of what guessing errs by: less is rounding


def unseen_error(
    metric: Metric,
    score: float,
    y: Labels,
    groups: NDArray[Any] | None = None,
    *,
    confidence_level: float = 0.9,
) -> float | None:
    """Largest error that rows without one do not rule out.

    Of a share it is the bound of Clopper and Pearson [1]_, about three in as many rows as there
    are. Of an area under the ROC curve it is that of the rows of the rarer class: were a share p
    of them ranked below all others, n rows would hide it with probability ``(1 - p)**n``, and no
    other way of being wrong hides more. Of numbers and of a log loss nothing is a bound without an
    assumption: a row that the model fails is taken to be as wrong as a guess.

    Parameters
    ----------
    metric : Metric
        Of the score.
    score : float
        On the rows.
    y : ndarray of shape (n_samples,)
        Their labels.
    groups : ndarray of shape (n_samples,), optional
        What errs together; a group is then one trial, as a row is without.
    confidence_level : float in (0, 1), default=0.9
        Of a two-sided interval, of which this is one end.

    Returns
    -------
    float or None
        An error as `Metric.error` has it; None where the rows do show an error, or are all of one
        group.

    References
    ----------
    .. [1] C. J. Clopper, E. S. Pearson (1934), The use of confidence or fiducial limits illustrated
       in the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> from leadline.stats.metric import metric_of
    >>> y = np.repeat([0, 1], [300, 100])
    >>> [round(unseen_error(metric_of(name), 1.0, y), 4) for name in ("accuracy", "roc_auc")]
    [0.0075, 0.0295]
    """
    check_share(confidence_level, "confidence_level")
    chance = metric.error(metric.chance(y))
    trials = np.arange(y.size) if groups is None else np.asarray(groups)
    if metric.error(score) > _NO_ERROR * chance or np.unique(trials).size < 2:
        return None
    return float(metric.unseen(y, trials, (1 - confidence_level) / 2))


def chance_without_error(metric: Metric, worst: float, aim: float, tail: float) -> float:
    """Probability that the true error is at most `aim`, where no row showed one.

    Parameters
    ----------
    metric : Metric
        Of both errors.
    worst : float > 0
        Error that the rows hide with probability `tail`, as `unseen_error` has it.
    aim : float
        Error that is asked about.
    tail : float in (0, 1)
        Probability that the true error is larger than `worst`.

    Examples
    --------
    >>> from leadline.stats.metric import metric_of
    >>> names = ("accuracy", "mean_absolute_error", "root_mean_squared_error")
    >>> [round(chance_without_error(metric_of(each), 0.2, 0.1, 0.05), 3) for each in names]
    [0.757, 0.776, 0.527]
    """
    if aim <= 0:
        return 0.0
    if metric.ceiling is not None:
        n_times = log1p(-aim) / log1p(-worst) if max(aim, worst) < 1 else aim / worst
    else:
        # rows that fail are few, and each as wrong as a guess: their share goes with the error
        n_times = (aim / worst) ** (2 if metric.is_root else 1)
    return 1 - float(tail**n_times)


def of_all(y: Labels, trials: Labels, tail: float) -> float:  # noqa: ARG001
    """Share that is wrong, of which as many trials show none."""
    return _share(np.unique(trials).size, tail)


def of_rarest_class(y: Labels, trials: Labels, tail: float) -> float:
    """The same of the class of the fewest trials."""
    return _share(_fewest(y, trials), tail)


def of_mean_of_classes(y: Labels, trials: Labels, tail: float) -> float:
    """Most that the mean of the classes' shares can be: of the rarest, or of all a little."""
    n = _fewest(y, trials)
    return min(_share(n, tail), -log(tail) / (n * np.unique(y).size))


def of_f1(y: Labels, trials: Labels, tail: float) -> float:
    """As many positives missed as there may be: as many false alarms come to a little less."""
    missed = _share(_n_positive(y, trials), tail)
    return missed / (2 - missed)


def of_average_precision(y: Labels, trials: Labels, tail: float) -> float:
    """Negatives above all positives, or positives below all negatives: the worse of the two."""
    n, odds = _n_positive(y, trials), -log(tail)
    above = odds / n * log1p(n / odds)
    return max(min(above, 1.0), _share(n, tail) * float(np.mean(y != 1)))


def _share(n_trials: int, tail: float) -> float:
    return float(1 - tail ** (1 / n_trials))


def _fewest(y: Labels, trials: Labels) -> int:
    return min(np.unique(trials[y == one]).size for one in np.unique(y))


def _n_positive(y: Labels, trials: Labels) -> int:
    return max(np.unique(trials[y == 1]).size, 1)
