"""Posterior of the true classes of rows that were said to be of another one.

Of a stratum's errors, class j has the share ``q_j f_j / sum_l q_l f_l``: q is what the
probabilities claim, and f_j a factor a class, shared by all strata, for a stream in which classes
have other shares than where the model learnt. A model that boasts is too sure of the other class,
too: q is what the probabilities claim to the power of g, and g is weighed by the evidence for it.
The stratum strays by a Dirichlet distribution around these shares, whose concentration is weighed
so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.strata.class_strata import ClassStrata
from leadline.stats.judgments.stratified_sampling import pick

# prior errors that the claimed share of a class is worth
_PRIOR_ERRORS = 1.5
# prior errors that the shares of a stratum are worth
_CONCENTRATIONS = np.array([1.0, 3.0, 10.0, 30.0, 100.0])
_CONCENTRATION_WEIGHTS = np.array([0.05, 0.1, 0.2, 0.3, 0.35])
# powers of what is claimed: as it is, flatter, and hardly anything of it
_POWERS = np.array([1.0, 0.6, 0.35, 0.15])
_POWER_WEIGHTS = np.array([0.4, 0.25, 0.2, 0.15])
# of the claimed shares, the part that is spread over all classes
_SPREAD_EVENLY = 0.1
_N_SCALINGS = 30


def draw_true_classes(
    strata: ClassStrata, seen: Ints, n_wrong: Ints, rng: np.random.Generator
) -> Iterator[Floats]:
    """Draw the true classes of the rows that are wrong, stratum by stratum.

    Parameters
    ----------
    strata : ClassStrata
        The stream.
    seen : ndarray of int of shape (n_strata, n_classes)
        Rows judged, by their true class.
    n_wrong : ndarray of int of shape (n_draws, n_strata)
        Rows not judged that are wrong, as drawn.
    rng : Generator
        Source of chance.

    Yields
    ------
    ndarray of shape (n_draws, n_classes)
        Rows of one stratum by their true class; none of the class said. Rows judged count as
        judged.
    """
    n_draws, n_strata = n_wrong.shape
    counts = seen.astype(np.float64)
    counts[np.arange(n_strata), strata.said] = 0.0
    readings = [_Reading.of(strata, power, counts) for power in _POWERS]
    logs = np.array([reading.log_evidence for reading in readings])
    logs += np.log(_POWER_WEIGHTS)[:, None] + np.log(_CONCENTRATION_WEIGHTS)
    powers, worths = np.unravel_index(pick(logs, n_draws, rng), logs.shape)
    worth = _CONCENTRATIONS[worths]
    n_errors = counts.sum(axis=0)
    factors = rng.standard_gamma(_PRIOR_ERRORS + n_errors, (n_draws, n_errors.size))
    factors /= _PRIOR_ERRORS + np.stack([each.exposure for each in readings])[powers]
    claimed = np.stack([each.claimed for each in readings])
    for stratum, said in enumerate(strata.said):
        others = np.flatnonzero(np.arange(strata.n_classes) != said)
        shares = _scaled(claimed[powers, stratum][:, others], factors[:, others])
        alpha = worth[:, None] * shares + counts[stratum, others]
        drawn = np.maximum(rng.standard_gamma(alpha), 1e-300)
        p = drawn / drawn.sum(axis=1, keepdims=True)
        found = np.zeros((n_draws, strata.n_classes))
        found[:, others] = rng.multinomial(n_wrong[:, stratum], p) + counts[stratum, others]
        yield found


@dataclass(frozen=True)
class _Reading:
    """What is claimed, to one power, and how well it fits what was judged.

    Shares of the other classes among the errors of each stratum, errors of each class to expect
    at a factor of 1, and the log evidence for each concentration.
    """

    claimed: Floats
    exposure: Floats
    log_evidence: Floats

    @classmethod
    def of(cls, strata: ClassStrata, power: float, counts: Floats) -> _Reading:
        claimed = _claimed(strata, power)
        exposure = _exposure(claimed, counts)
        middle = (_PRIOR_ERRORS + counts.sum(axis=0)) / (_PRIOR_ERRORS + exposure)
        return cls(claimed, exposure, _log_evidence(_scaled(claimed, middle), counts))


def _claimed(strata: ClassStrata, power: float) -> Floats:
    """Claimed shares of the other classes among the errors of each stratum."""
    places = np.arange(strata.sizes.size)
    others = np.ones_like(strata.claimed)
    others[places, strata.said] = 0.0
    claimed = strata.claimed**power * others
    even = others / others.sum(axis=1, keepdims=True)
    sums = claimed.sum(axis=1, keepdims=True)
    shares = np.where(sums > 0, claimed / np.where(sums > 0, sums, 1.0), even)
    found: Floats = (1 - _SPREAD_EVENLY) * shares + _SPREAD_EVENLY * even
    return found


def _scaled(shares: Floats, factors: Floats) -> Floats:
    found: Floats = shares * factors
    found /= found.sum(axis=-1, keepdims=True)
    return found


def _exposure(claimed: Floats, counts: Floats) -> Floats:
    """Errors of each class to expect at a factor of 1, given the factors of the others."""
    n_wrong, n_errors = counts.sum(axis=1), counts.sum(axis=0)
    factors = np.ones(claimed.shape[1])
    exposure = n_wrong @ claimed
    for _ in range(_N_SCALINGS):
        exposure = (n_wrong / (claimed @ factors)) @ claimed
        factors = (_PRIOR_ERRORS + n_errors) / (_PRIOR_ERRORS + exposure)
    return np.asarray(exposure)


def _log_evidence(shares: Floats, counts: Floats) -> Floats:
    """Log evidence for each concentration, shape (n_concentrations,)."""
    n = counts.sum(axis=1)
    found = np.zeros(_CONCENTRATIONS.size)
    for place, worth in enumerate(_CONCENTRATIONS):
        alpha = worth * shares
        there = alpha > 0
        each = gammaln(alpha[there] + counts[there]) - gammaln(alpha[there])
        found[place] = each.sum() + np.sum(gammaln(worth) - gammaln(worth + n))
    return found
