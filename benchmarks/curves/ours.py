"""Leadline's forecast behind the same call as the peers, with its interval.

The one file that knows `leadline.stats.curves`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from learn import crossed

from leadline.stats.curves.learnt import Learnt

NAME = "Leadline"
LEVELS = np.array([0.05, 0.5, 0.95])


def forecast(
    sizes: np.ndarray,
    errors: np.ndarray,
    stderr: np.ndarray | None,
    at: np.ndarray,
    *,
    family: str | None = None,
    metric: str = "error_rate",
    n_repeats: int | None = None,
    learnt: Learnt | None = None,
) -> np.ndarray:
    """Low, median and high of the 90 % interval, shape (3, n)."""
    from leadline.stats.curves import fit

    posterior = fit(
        sizes, errors, stderr, metric=metric, family=family, n_repeats=n_repeats, prior=learnt
    )
    return np.asarray(posterior.quantile(at, LEVELS))


def forecast_many(curves: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]]) -> object:
    """Fit a batch in one call; for its time only."""
    from leadline.stats.curves import fit_all

    return fit_all(list(curves))


def learnt_without(fold: int) -> Learnt:
    """Prior and calibration learnt on the train half less one fold of its data sets."""
    return crossed(fold)
