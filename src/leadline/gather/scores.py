"""The score of a fitted estimator on some rows of the pool."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import get_scorer

from leadline.gather.frames import Pool, Rows
from leadline.phases.scoring import scoring_of

_SKLEARN_NAMES = {"mean_absolute_error": "neg_mean_absolute_error"}


def score_model(model: Any, pool: Pool, rows: Rows, scoring: str) -> float:
    """Score a fitted estimator; losses are positive."""
    scorer = get_scorer(_SKLEARN_NAMES.get(scoring, scoring))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = float(scorer(model, pool.X[rows], pool.y[rows]))
    return -value if scoring_of(scoring).is_loss else value


def positive_scores(model: Any, frame: Any) -> NDArray[np.float64]:
    """Probability of the positive class of a binary model.

    Returns
    -------
    ndarray of float of shape (n_samples,)
        In [0, 1].
    """
    probabilities = np.asarray(model.predict_proba(frame), dtype=float)
    classes = list(model.classes_)
    if 1 not in classes:
        return np.zeros(len(probabilities))
    scores: NDArray[np.float64] = np.clip(probabilities[:, classes.index(1)], 0.0, 1.0)
    return scores
