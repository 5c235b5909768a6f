"""Posterior of a share in each of many strata: what is claimed, shifted and stretched, and strays.

A row with claimed log odds x has the share ``q(x) = expit(a + b x)``, a stratum
``logit p = logit mean q + c + d - (s^2 + t^2) / 2``. Shift a and slope b are shared, c is the
random effect of the stratum's group and d its own: ``c ~ N(0, s^2)``, ``d ~ N(0, t^2)``. a, b, s
and t have priors and are summed over a grid, c and d over nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, logit, logsumexp

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.stratified_sampling import pick

_SHIFTS = np.linspace(-4.0, 4.0, 25)
_SHIFT_SPREAD = 2.0
_LOG_SLOPES = np.linspace(-1.5, 1.8, 12)
_SLOPE_SPREAD = 0.9
# however sure a claim is, so many rows are something else
_LEAST_SHARE = 0.001
_GROUP_SDS = np.array([0.1, 0.4, 1.0])
_OWN_SDS = np.array([0.1, 0.4, 1.0])
_SD_WEIGHTS = np.array([0.4, 0.4, 0.2])
_NODES = np.linspace(-2.6, 2.6, 9)
_STEP = float(_NODES[1] - _NODES[0])
_LOG_WEIGHTS = -0.5 * _NODES**2 - logsumexp(-0.5 * _NODES**2)


@dataclass(frozen=True)
class StratumCounts:
    """What was judged.

    Parameters
    ----------
    log_odds : ndarray of shape (n_strata, n_slices)
        Claimed of equal parts of the rows; all alike where nothing is.
    groups : ndarray of int of shape (n_strata,)
        Strata of one group share an effect.
    n_hits, n_judged : ndarray of int of shape (n_strata,)
        Of the rows judged, those that are, and all.
    """

    log_odds: Floats
    groups: Ints
    n_hits: Ints
    n_judged: Ints


def draw_shares(counts: StratumCounts, n_draws: int, rng: np.random.Generator) -> Floats:
    """Draw the share of each stratum from the posterior.

    Parameters
    ----------
    counts : StratumCounts
        The strata, and what was judged of them.
    n_draws : int
        Joint draws.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (n_draws, n_strata)
        In (0, 1).
    """
    cells = _cells()
    log_posterior = _log_prior(cells)
    for group in np.unique(counts.groups):
        here = np.flatnonzero((counts.groups == group) & (counts.n_judged > 0))
        if here.size:
            of_nodes, _ = _of_group(counts, here, cells)
            log_posterior = log_posterior + logsumexp(of_nodes, axis=1)
    picked = cells[pick(log_posterior, n_draws, rng)]
    # between the points of the grid
    picked[:, 0] += (_SHIFTS[1] - _SHIFTS[0]) * (rng.random(n_draws) - 0.5)
    found = np.empty((n_draws, counts.n_judged.size))
    for group in np.unique(counts.groups):
        here = np.flatnonzero(counts.groups == group)
        of_nodes, of_own = _of_group(counts, here, picked)
        shared = _node_of(of_nodes, rng)
        effects = picked[:, 2] * _moved(shared, rng)
        for place, stratum in enumerate(here):
            own = _node_of(of_own[place][np.arange(n_draws), shared], rng)
            claimed = _claimed(counts.log_odds[stratum], picked)
            found[:, stratum] = expit(claimed + effects + picked[:, 3] * _moved(own, rng))
    return found


def _cells() -> Floats:
    """The grid: shift, slope, spread of groups, spread of strata; shape (n_cells, 4)."""
    axes = np.meshgrid(_SHIFTS, np.exp(_LOG_SLOPES), _GROUP_SDS, _OWN_SDS, indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)


def _log_prior(cells: Floats) -> Floats:
    shift = -0.5 * (cells[:, 0] / _SHIFT_SPREAD) ** 2
    slope = -0.5 * (np.log(cells[:, 1]) / _SLOPE_SPREAD) ** 2
    weights = dict(zip(_GROUP_SDS.tolist(), np.log(_SD_WEIGHTS).tolist(), strict=True))
    sds = [weights[float(group)] + weights[float(own)] for group, own in cells[:, 2:]]
    return np.asarray(shift + slope + np.array(sds))


def _claimed(log_odds: Floats, cells: Floats) -> Floats:
    """Log odds of a stratum in each cell, before it strays."""
    each = cells[:, :1] + cells[:, 1:2] * log_odds
    found: Floats = logit(_LEAST_SHARE + (1 - 2 * _LEAST_SHARE) * expit(each).mean(axis=1))
    # strays raise rare shares on average: exp(c) has the mean exp(s^2 / 2)
    found -= (cells[:, 2] ** 2 + cells[:, 3] ** 2) / 2
    return found


def _of_group(counts: StratumCounts, here: Ints, cells: Floats) -> tuple[Floats, list[Floats]]:
    """Log weights of the nodes of a group's effect, and of the own effects of its strata.

    Returns
    -------
    ndarray of shape (n_cells, n_nodes)
        Of the group, the strata's own effects summed out.
    list of ndarray of shape (n_cells, n_nodes, n_nodes)
        Of each stratum, by the node of the group.
    """
    effects = cells[:, 2, None, None] * _NODES[:, None] + cells[:, 3, None, None] * _NODES
    total: Floats = np.tile(_LOG_WEIGHTS, (cells.shape[0], 1))
    every = []
    for stratum in here:
        at = _claimed(counts.log_odds[stratum], cells)[:, None, None] + effects
        hits, n = int(counts.n_hits[stratum]), int(counts.n_judged[stratum])
        # log p = x + log (1 - p)
        of_own: Floats = hits * at + n * log_expit(-at) + _LOG_WEIGHTS
        every.append(of_own)
        total = total + _log_sum(of_own)
    return total, every


def _log_sum(log_weights: Floats) -> Floats:
    """Logarithm of the sum over the last axis; as logsumexp, without its checks."""
    most = log_weights.max(axis=-1)
    found: Floats = most + np.log(np.exp(log_weights - most[..., None]).sum(axis=-1))
    return found


def _node_of(log_weights: Floats, rng: np.random.Generator) -> Ints:
    """Draw one node a row."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True)).cumsum(axis=1)
    level = rng.random(weights.shape[0]) * weights[:, -1]
    found: Ints = np.argmax(weights >= level[:, None], axis=1).astype(np.int64)
    return found


def _moved(nodes: Ints, rng: np.random.Generator) -> Floats:
    """Normal scores of nodes, moved at random within their cells."""
    found: Floats = _NODES[nodes] + _STEP * (rng.random(nodes.size) - 0.5)
    return found
