"""Prior of shapes and kernels, learnt from other curves by the EM algorithm.

Three priors are mixed: one over pairs of kernel and shape, which knows that wild curves have
wild shapes; one that takes the two as independent, which needs fewer curves to be learnt; and a
uniform one, for what has not been seen yet.

References
----------
A. P. Dempster, N. M. Laird, D. B. Rubin (1977), Maximum likelihood from incomplete data via the EM
algorithm. J. R. Statist. Soc. B 39, 1-38. On a grid it is the empirical Bayes estimate of
N. Laird (1978), Nonparametric maximum likelihood estimation of a mixing distribution, JASA 73.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadline.stats.arrays import Floats

_CHUNK = 32  # small enough to stay in the cache
_TINY = 1e-12
_STRENGTH = 80.0  # pseudo-counts, in curves, towards which each of the few steps is shrunk


def learn_joint(likelihoods: NDArray[np.floating[Any]], *, n_iterations: int = 20) -> Floats:
    """Learn the weights of pairs of kernel and shape.

    Parameters
    ----------
    likelihoods : ndarray of shape (n_curves, n_kernels, n_shapes)
        Log likelihoods, up to a constant a curve; any float type.
    n_iterations : int >= 1, default=20
        Few on purpose: stopping early keeps what is rare from vanishing.

    Returns
    -------
    ndarray of shape (n_kernels, n_shapes)
        Sum to 1.

    Examples
    --------
    >>> sure = np.log([[[0.9, 0.1]], [[0.9, 0.1]], [[0.1, 0.9]]])
    >>> bool(learn_joint(sure, n_iterations=200)[0, 0] > 0.6)
    True
    """
    shape = likelihoods.shape[1:]
    weights = np.full(shape, 1 / np.prod(shape))
    for _ in range(n_iterations):
        weights = responsibilities(likelihoods, np.log(weights + _TINY)) / len(likelihoods)
    return weights


def learn_independent(likelihoods: NDArray[np.floating[Any]], *, n_iterations: int = 15) -> Floats:
    """Learn the weights of kernels and of shapes apart.

    Returns
    -------
    ndarray of shape (n_kernels, n_shapes)
        The outer product of the two; sums to 1.
    """
    n_kernels, n_shapes = likelihoods.shape[1:]
    kernel_weights, shape_weights = (
        np.full(n_kernels, 1 / n_kernels),
        np.full(n_shapes, 1 / n_shapes),
    )
    for _ in range(n_iterations):
        both = np.outer(kernel_weights, shape_weights)
        mean = responsibilities(likelihoods, np.log(both + _TINY)) / len(likelihoods)
        kernel_weights, shape_weights = mean.sum(axis=1), mean.sum(axis=0)
    return np.outer(kernel_weights, shape_weights)


def mixed(joint: Floats, independent: Floats, shares: Sequence[float]) -> Floats:
    """Mix the two with a uniform prior, which gets the rest of the shares."""
    uniform = 1 / joint.size
    return shares[0] * joint + shares[1] * independent + (1 - shares[0] - shares[1]) * uniform


def learn_tilt(likelihoods: NDArray[np.floating[Any]], prior: Floats) -> tuple[Floats, Floats]:
    """Learn what one family of learners adds to the log prior of each kernel and each shape.

    Parameters
    ----------
    likelihoods : ndarray of shape (n_curves, n_kernels, n_shapes)
        Of the family's curves.
    prior : ndarray of shape (n_kernels, n_shapes)
        Of all families; sums to 1.

    Returns
    -------
    tuple of ndarray
        Of shape (n_kernels,) and (n_shapes,).
    """
    by_kernel, by_shape = np.zeros(prior.shape[0]), np.zeros(prior.shape[1])
    n_curves = len(likelihoods)
    for _ in range(6):
        log_weights = np.log(prior) + by_kernel[:, None] + by_shape
        weights = np.exp(log_weights)
        weights /= weights.sum()
        seen = responsibilities(likelihoods, np.log(weights))
        # damped steps: the two tilts share what they explain
        by_kernel += 0.7 * _step(seen.sum(axis=1), weights.sum(axis=1), n_curves, prior.sum(axis=1))
        by_shape += 0.7 * _step(seen.sum(axis=0), weights.sum(axis=0), n_curves, prior.sum(axis=0))
    return by_kernel, by_shape


def _step(seen: Floats, expected: Floats, n_curves: int, prior: Floats) -> Floats:
    """Log ratio of observed to expected counts, shrunk by the pseudo-counts of the prior."""
    step: Floats = np.log((seen + _STRENGTH * prior) / (n_curves * expected + _STRENGTH * prior))
    return step


def responsibilities(likelihoods: NDArray[np.floating[Any]], log_prior: Floats) -> Floats:
    """Return the posterior weights summed over curves, of shape (n_kernels, n_shapes)."""
    total = np.zeros(log_prior.size)
    flat, prior = likelihoods.reshape(len(likelihoods), -1), log_prior.ravel().astype(np.float32)
    for start in range(0, len(flat), _CHUNK):
        weights = flat[start : start + _CHUNK].astype(np.float32) + prior
        weights -= weights.max(axis=1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=1, keepdims=True)
        total += weights.sum(axis=0, dtype=np.float64)
    return total.reshape(log_prior.shape)
