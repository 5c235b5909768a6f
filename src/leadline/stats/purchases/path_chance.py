"""Chances along a path of labelling: of the target at each step, and curves drawn along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats
    from leadline.stats.curves.posterior import CurvePosterior
    from leadline.stats.interval import Estimate
    from leadline.stats.purchases.labelling_path import LabellingPath

N_CURVES = 1500
"""Curves that stand for a posterior."""
TINY = 1e-9
"""Least error, so that it has a logarithm."""

# values of what a machine label is worth that a chance is the mean over
_N_FACTORS = 9
# steps between the sizes at which a curve is drawn, and their length in log rows: within one it is
# all but straight, and together they make 400 times the rows
_N_SIZES = 24
_STEP = 0.25


@dataclass(frozen=True)
class Belief:
    """What is known of a project today.

    Parameters
    ----------
    posterior : CurvePosterior
        Posterior of the curve.
    target_error : float
        Error to reach.
    noise : float > 0
        Standard error of a log error measured with the rows there are.
    factor : Estimate of float in [0, 1], optional
        Clean rows that a machine label is worth, with its 90 % range; needed where a machine
        labels.
    """

    posterior: CurvePosterior
    target_error: float
    noise: float
    factor: Estimate[float] | None = None


def chance_along_path(belief: Belief, path: LabellingPath) -> Floats:
    """Return the chance today that each step of a path meets the target, shape (n_steps,).

    Once met, met: more rows never make it less likely that they were enough.
    """
    cdf, target = belief.posterior.cdf, belief.target_error
    if not path.has_machine or belief.factor is None:
        chance = cdf(path.n_person, target)
    else:
        worth = _factors(belief.factor, (np.arange(_N_FACTORS) + 0.5) / _N_FACTORS)
        chance = cdf(path.clean_rows(worth), target).mean(axis=0)
    return np.asarray(np.maximum.accumulate(chance))


def _factors(factor: Estimate[float], levels: Floats) -> Floats:
    """Quantiles of what a machine label is worth: straight between those known.

    Below them they go down to nothing, as a machine may teach its errors; a project that held that
    to be impossible would take a curve that stays where it was for hopeless.
    """
    high = min(factor.high + (factor.high - factor.estimate) / 2, 1.0)
    known = [0.0, factor.low, factor.estimate, factor.high, high]
    return np.asarray(np.interp(levels, [0.0, 0.05, 0.5, 0.95, 1.0], known))


def draw_factors(
    belief: Belief, path: LabellingPath, size: int, rng: np.random.Generator
) -> Floats:
    """Draw what a machine label is worth, shape (size,); nothing where no machine labels.

    As much chance is used up then, so that people alone go along the same curves.
    """
    levels = rng.random(size)
    if not path.has_machine or belief.factor is None:
        return np.zeros(size)
    return _factors(belief.factor, levels)


def draw_errors(
    belief: Belief, path: LabellingPath, factors: Floats, rng: np.random.Generator
) -> Floats:
    """Draw whole curves, read along a path.

    Parameters
    ----------
    belief : Belief
        What is known today.
    path : LabellingPath
        What is bought.
    factors : ndarray of float of shape (size,)
        What a machine label is worth, for each curve.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (size, n_steps)
        Errors, above 0.
    """
    clean = np.log(path.clean_rows(factors))
    # the same sizes for every path of usual length, so that with one seed all of them go along the
    # same curves; another budget would else draw others, and plans would jump with it
    longer = np.ceil(np.log2(max(np.ptp(clean) / (_N_SIZES * _STEP), 1.0)))
    sizes = clean.min() + _STEP * 2.0**longer * np.arange(_N_SIZES + 1)
    curves = belief.posterior.sample(np.exp(sizes), factors.size, rng=rng)
    read = [np.interp(rows, sizes, its) for rows, its in zip(clean, curves, strict=True)]
    return np.asarray(np.maximum(np.stack(read), TINY))


def as_measured(
    belief: Belief, path: LabellingPath, logs: Floats, rng: np.random.Generator
) -> Floats:
    """Return log errors along a path as they would be measured, shape (size, n_steps).

    Some of people's rows are test rows, and the more there are the less a measurement errs.
    """
    noise = belief.noise * np.sqrt(path.n_person[0] / path.n_person)
    # one draw a curve, as only one step is measured at a time: a step more changes no other
    return np.asarray(logs + noise * rng.standard_normal((len(logs), 1)))
