"""Fitting: from measured points to the posterior of a learning curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.stats.curves.calibration import Calibration
from leadline.stats.curves.caution import cautions
from leadline.stats.curves.learnt import Learnt, groups_of, learnt
from leadline.stats.curves.marginal_likelihood import DesignMatrices, posterior_components
from leadline.stats.curves.measured import measured
from leadline.stats.curves.posterior import CurvePosterior
from leadline.stats.metric import metric_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

FEW_REPEATS = 5
"""Of fewer, standard errors say less about the noise than the curve's own scatter does."""


def fit(
    train_sizes: ArrayLike,
    errors: ArrayLike,
    stderr: ArrayLike | None = None,
    *,
    metric: str = "error_rate",
    family: str | None = None,
    n_repeats: int | None = None,
    prior: Learnt | None = None,
) -> CurvePosterior:
    """Forecast a learning curve from a handful of measured points.

    Log errors are one of 839 shapes times a coefficient near 1, plus a Gaussian process (a level
    that is a random walk, a slope that reverts to its mean), plus noise. Every shape under every
    kernel is weighted by its likelihood and by its frequency among other curves. The forecast is
    their Gaussian mixture, calibrated so that on curves not learnt from, its 90 % intervals held
    the truth in 90 % of cases.

    Parameters
    ----------
    train_sizes : array-like of float, shape (n_sizes,)
        Rows trained on, at least three different sizes; sizes may repeat.
    errors : array-like of float >= 0, shape (n_sizes,)
        Mean error at each size, e.g. 1 - score.
    stderr : array-like of float >= 0, shape (n_sizes,), optional
        Standard errors of those means. Without them the noise is estimated from the curve.
    metric : str, default="error_rate"
        Which metric's error it is; see `leadline.stats.metric`. Errors of a metric with a ceiling
        are noisier, relative to their size, the smaller they are.
    family : str, optional
        Kind of learner, e.g. ``"linear"``, ``"boosting"`` or ``"text-network"``; of a language
        model, whose loss falls with the tokens it has read, ``"language-model"``.
    n_repeats : int >= 1, optional
        Repeats behind each standard error; with few of them it is a poor estimate. Curves of fewer
        than five are fitted with the table that was learnt without standard errors.
    prior : Learnt, optional
        Instead of what ships with Leadline; for cross-validation.

    Returns
    -------
    CurvePosterior
        Forecast at any size.

    Raises
    ------
    ValueError
        If the inputs differ in length, hold fewer than three sizes, or a value is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> n = np.array([100, 200, 400, 800, 1600])
    >>> curve = fit(n, 0.1 + 2 * n**-0.5, np.full(5, 0.002), n_repeats=5)
    >>> bool(abs(curve.quantile(6400, 0.5) - 0.125) < 0.01)
    True
    >>> curve.rows_for(0.05, probability=0.9) is None
    True
    """
    curve = (train_sizes, errors, stderr)
    return _fit_all([curve], metric, family, n_repeats, learnt() if prior is None else prior)[0]


def fit_all(
    curves: Iterable[tuple[ArrayLike, ArrayLike, ArrayLike | None]],
    *,
    metric: str = "error_rate",
    family: str | None = None,
    n_repeats: int | None = None,
) -> list[CurvePosterior]:
    """Forecast many curves, each ``(train_sizes, errors, stderr)`` as `fit` takes them.

    Curves measured at sizes of the same ratios share what does not depend on their errors.

    Raises
    ------
    ValueError
        As `fit`.
    """
    return _fit_all(curves, metric, family, n_repeats, learnt())


def _fit_all(
    curves: Iterable[tuple[ArrayLike, ArrayLike, ArrayLike | None]],
    metric: str,
    family: str | None,
    n_repeats: int | None,
    both: Learnt,
) -> list[CurvePosterior]:
    if n_repeats is not None and n_repeats < 1:
        raise ValueError(f"n_repeats must be at least 1; got {n_repeats}.")
    kind = metric_of(metric)
    names = groups_of(family, kind, n_repeats)
    networks = Calibration.of(both.networks, names)
    found = []
    for train_sizes, errors, stderr in curves:
        data = measured(train_sizes, errors, stderr, kind, n_repeats)
        few = n_repeats is not None and n_repeats < FEW_REPEATS
        table = both.hidden if few or data.stderr is None else both.known
        prior = both.mixture(table, names)
        design = DesignMatrices.at(data.x, prior.active)
        components = posterior_components(data, prior.log_prior, design)
        share = prior.share_of_networks(components.kernel, components.shape, components.weight)
        found.append(
            CurvePosterior(
                measured=data,
                metric=kind,
                caution=cautions(data, kind, n_repeats),
                components=components,
                calibration=Calibration.of(table, names).towards(networks, share),
            )
        )
    return found
