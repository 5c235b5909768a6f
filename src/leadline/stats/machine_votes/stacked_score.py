"""Stacked score: several machines, whose errors go together, as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from leadline.stats.arrays import Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_FOLDS = 5
# of columns in units of their own spread; less, and what five folds learn differs too much
_RIDGE = 5.0
_MOST_STEPS = 25


def stacked_scores(labels: ArrayLike, scores: ArrayLike, rng: np.random.Generator) -> Floats:
    """Join the scores of several machines by logistic regression on people's labels.

    Machines make the same errors: as independent votes they would be sure and wrong. Here people's
    labels say how much the machines are worth together. The score of a row comes from labels
    of other rows only, labelled or not: rows are put into five folds, and a fold is scored by what
    the labels of the other four say.

    Parameters
    ----------
    labels : array-like of float, shape (n_rows,)
        1 for the class asked about, 0 for others, nan where nobody labelled.
    scores : array-like of float, shape (n_rows, n_machines)
        On any scale; nan where a machine is unsure, which is taken for a sign of its own.
    rng : numpy.random.Generator
        Deals the folds.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        In (0, 1).

    Raises
    ------
    ValueError
        If the arrays do not fit, or labels are not 0, 1 or nan.

    References
    ----------
    .. [1] T. Zrnic, E. J. Candes (2024), Cross-prediction-powered inference. PNAS 121(15).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.random(500) < 0.5
    >>> machines = [truth ^ (rng.random(500) < wrong) for wrong in (0.1, 0.2, 0.5)]
    >>> labels = np.where(np.arange(500) < 100, truth, np.nan)
    >>> score = stacked_scores(labels, np.column_stack(machines), rng)
    >>> bool(np.mean((score > 0.5) == truth) > 0.85)
    True
    """
    said: Floats = np.asarray(labels, dtype=np.float64)
    columns: Floats = np.asarray(scores, dtype=np.float64)
    if columns.ndim != 2 or said.shape != columns.shape[:1]:
        raise ValueError(
            f"scores has shape {columns.shape}, ({said.size}, n_machines) is needed. "
            "Pass one row a row of labels, one column a machine."
        )
    known = said[~np.isnan(said)]
    if not np.all((known == 0) | (known == 1)):
        raise ValueError("labels must be 0, 1 or nan; some are not. Ask about one class at a time.")
    if np.any(np.isinf(columns)):
        raise ValueError("scores must be finite, or nan where a machine is unsure; some are not.")
    X = _inputs(columns)
    folds = _folds(said, rng)
    found = np.empty(said.size)
    for fold in range(_N_FOLDS):
        learnt = (folds != fold) & ~np.isnan(said)
        found[folds == fold] = expit(X[folds == fold] @ _ridge_logistic(X[learnt], said[learnt]))
    return found


def _inputs(columns: Floats) -> Floats:
    """Centre and scale the columns, with one of ones and one for each machine that is unsure."""
    unsure = np.isnan(columns)
    counts = np.maximum(np.sum(~unsure, axis=0), 1)
    means = np.sum(np.where(unsure, 0.0, columns), axis=0) / counts
    parts = [np.where(unsure, means, columns), unsure[:, unsure.any(axis=0)]]
    X = np.hstack(parts).astype(np.float64)
    X = X - X.mean(axis=0)
    spread = X.std(axis=0)
    X = X[:, spread > 0] / spread[spread > 0]
    return np.column_stack([np.ones(X.shape[0]), X])


def _folds(said: Floats, rng: np.random.Generator) -> Ints:
    """Deal the rows of each class, and those without a label, evenly."""
    folds = np.empty(said.size, dtype=np.int64)
    for rows in (
        np.flatnonzero(said == 1),
        np.flatnonzero(said == 0),
        np.flatnonzero(np.isnan(said)),
    ):
        folds[rng.permutation(rows)] = np.arange(rows.size) % _N_FOLDS
    return folds


def _ridge_logistic(X: Floats, y: Floats) -> Floats:
    """Fit coefficients by Newton's method; the first column's is hardly held back."""
    penalty = np.full(X.shape[1], _RIDGE)
    penalty[0] = 1e-2
    coefficients = np.zeros(X.shape[1])
    for _ in range(_MOST_STEPS):
        p = expit(X @ coefficients)
        gradient = X.T @ (y - p) - penalty * coefficients
        curvature = (X.T * (p * (1 - p))) @ X + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        coefficients = coefficients + step
        if np.max(np.abs(step)) < 1e-6:
            break
    return coefficients
