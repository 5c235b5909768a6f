"""Error that a model leaves, as a share or a variance: it says what a machine's label is worth."""

from __future__ import annotations

from math import pi

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
    return min(max(share, _LEAST), _MOST)


def noise_variance(scoring: str, error: float, label_variance: float) -> float:
    """Return the variance that a model of some error leaves of a number.

    Parameters
    ----------
    scoring : str
        The metric.
    error : float
        Error as it declares it.
    label_variance : float
        Variance of the number itself.

    Returns
    -------
    float
        At least a thousandth of `label_variance`. Of a mean absolute error that of a normal law; of
        metrics that do not tell a tenth of `label_variance`.

    Examples
    --------
    >>> names = "root_mean_squared_error", "mean_absolute_error", "r2"
    >>> [round(noise_variance(name, 0.5, 4.0), 2) for name in names]
    [0.25, 0.39, 2.0]
    """
    if scoring == "root_mean_squared_error":
        found = error**2
    elif scoring == "mean_absolute_error":
        found = pi / 2 * error**2
    else:
        found = (error if scoring == "r2" else _NOT_KNOWN) * label_variance
    return max(found, label_variance / 1000)


def _of_area(error: float) -> float:
    # here, so that asking where a project stands does not wait for NumPy
    import numpy as np
    from scipy.special import ndtr, ndtri

    return float(ndtr(ndtri(np.clip(error, 1e-6, 0.5)) / np.sqrt(2)))


def _of_log_loss(error: float) -> float:
    import numpy as np

    shares = np.linspace(1e-6, 0.5, 2000)
    entropy = -shares * np.log(shares) - (1 - shares) * np.log1p(-shares)
    return float(np.interp(error, entropy, shares))
