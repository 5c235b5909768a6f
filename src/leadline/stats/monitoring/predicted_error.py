"""Predicted error of each row by its score, recalibrated on labelled blocks; strata by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from leadline.stats.arrays import Floats, Ints

_EDGE = 1e-4
_RIDGE = 1.0
_N_STEPS = 25
_A_STRATUM = 5
# more gain nothing, and take time where a large block is labelled whole
_MOST_STRATA = 200


@dataclass(frozen=True)
class PredictedError:
    """Logistic regression of being wrong on the doubt of what was said, apart for both answers.

    Parameters
    ----------
    weights : ndarray of shape (4,)
        Of 1, the doubt, the answer, and their product.
    low, high : float
        Least and largest score of the reference, where some are no shares; else 0 and 1.
    """

    weights: Floats
    low: float
    high: float

    @classmethod
    def of(cls, blocks: Sequence[tuple[Floats, ...]]) -> PredictedError:
        """Learn from fully labelled blocks of scores, answers and truth."""
        scores, said, truth = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        are_shares = bool(scores.min() >= 0 and scores.max() <= 1)
        low, high = (0.0, 1.0) if are_shares else (float(scores.min()), float(scores.max()))
        blank = cls(np.zeros(4), low, high)
        columns = blank.columns(scores, said)
        return cls(_logistic(columns, (said != truth).astype(float)), low, high)

    @classmethod
    def constant(cls, share: float) -> PredictedError:
        """The same of every row: where nothing is known but the share of errors, in [0, 1]."""
        return cls(np.array([logit(np.clip(share, 0.002, 0.998)), 0.0, 0.0, 0.0]), 0.0, 1.0)

    def columns(self, scores: Floats, said: Floats) -> Floats:
        """What the regression sees of each row, shape (n, 4)."""
        shares = np.clip((scores - self.low) / max(self.high - self.low, _EDGE), _EDGE, 1 - _EDGE)
        # the log odds of the other answer
        doubt = np.where(said > 0, -1.0, 1.0) * logit(shares)
        return np.column_stack([np.ones(doubt.size), doubt, said, said * doubt])

    def __call__(self, scores: Floats, said: Floats) -> Floats:
        """Probability that each row is wrong."""
        found: Floats = np.clip(expit(self.columns(scores, said) @ self.weights), 0.002, 0.998)
        return found


def strata_of(expected: Floats, n_labels: int) -> Ints:
    """Stratum of each row: by rising predicted error, each with as much of its spread.

    Parameters
    ----------
    expected : ndarray of shape (n,)
        Predicted error.
    n_labels : int
        About five of them fall into each stratum, or more where there are above a thousand.
    """
    n_strata = min(max(1, n_labels // _A_STRATUM), _MOST_STRATA)
    order = np.argsort(expected, kind="stable")
    spread = np.cumsum(np.sqrt(expected[order] * (1 - expected[order])))
    strata = np.empty(expected.size, dtype=np.int64)
    strata[order] = np.minimum((spread / spread[-1] * n_strata).astype(np.int64), n_strata - 1)
    return np.unique(strata, return_inverse=True)[1].astype(np.int64)


def _logistic(columns: Floats, wrong: Floats) -> Floats:
    """Weights by Newton's method, drawn a little towards 0."""
    weights = np.zeros(columns.shape[1])
    penalty = _RIDGE * np.eye(columns.shape[1])
    for _ in range(_N_STEPS):
        p = expit(columns @ weights)
        slope = columns.T @ (wrong - p) - penalty @ weights
        curve = (columns * (p * (1 - p))[:, None]).T @ columns + penalty
        step = np.linalg.solve(curve, slope)
        weights = weights + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return weights
