"""Share of rows that a model gets wrong, and the table of a machine's errors: a label's worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats

_SHARES = ("accuracy", "error_rate", "balanced_accuracy")
# where the metric does not tell: a sure task, on which a wrong label harms more
_NOT_KNOWN = 0.1
_LEAST, _MOST = 0.005, 0.495


def wrong_share(scoring: str, error: float) -> float:
    """Return the share of rows that a model of some error gets wrong.

    Parameters
    ----------
    scoring : str
        The metric.
    error : float
        Error as it declares it.

    Returns
    -------
    float in (0, 1/2)
        Of an area under the ROC curve that of two normal distributions of one spread, cut in the
        middle; of a log loss that of a model which is equally sure of all rows; of metrics that do
        not tell a tenth.

    Examples
    --------
    >>> [round(wrong_share(name, 0.2), 2) for name in ("accuracy", "roc_auc", "log_loss", "f1")]
    [0.2, 0.28, 0.05, 0.1]
    """
    if scoring in _SHARES:
        share = error
    elif scoring == "roc_auc":
        share = _of_area(error)
    elif scoring == "log_loss":
        share = _of_log_loss(error)
    else:
        share = _NOT_KNOWN
    return float(np.clip(share, _LEAST, _MOST))


def judged_classes(counts: ArrayLike) -> Floats:
    """Return the table of the classes that people judged a row of.

    Parameters
    ----------
    counts : array-like of int, shape (n_classes, n_classes)
        Rows by what people say (first axis) and what a machine says.

    Returns
    -------
    ndarray of shape (n_judged, n_judged)
        A class without a row is left out, as nothing is known of it. Rows that the machine puts
        there are wrong all the same: they count for another class.

    Examples
    --------
    >>> judged_classes([[8, 1, 1], [2, 6, 0], [0, 0, 0]]).tolist()
    [[8.0, 2.0], [2.0, 6.0]]
    """
    table = np.asarray(counts, dtype=np.float64)
    is_judged = table.sum(axis=1) > 0
    kept = table[np.ix_(is_judged, is_judged)]
    if len(kept) > 1:
        elsewhere = table[np.ix_(is_judged, ~is_judged)].sum(axis=1)
        other = (np.arange(len(kept)) + 1) % len(kept)
        kept[np.arange(len(kept)), other] += elsewhere
    return kept


def _of_area(error: float) -> float:
    from scipy.special import ndtr, ndtri

    return float(ndtr(ndtri(np.clip(error, 1e-6, 0.5)) / np.sqrt(2)))


def _of_log_loss(error: float) -> float:
    shares = np.linspace(1e-6, 0.5, 2000)
    entropy = -shares * np.log(shares) - (1 - shares) * np.log1p(-shares)
    return float(np.interp(error, entropy, shares))
