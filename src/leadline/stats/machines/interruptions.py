"""Duration of work on spot machines: interruptions, checkpoints, restarts.

Clouds sell spare machines cheaply and interrupt them when somebody pays more. Work is saved at
checkpoints; an interruption costs what was done since the last one, and a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, check_positive

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_RISK = 30.0  # interruptions a checkpoint, above which no work would ever be finished


def interrupted_hours(
    work: float,
    *,
    per_hour: float,
    restart: float,
    checkpoint: float,
    size: int,
    rng: np.random.Generator,
) -> Floats:
    """Draw the hours that some hours of work take where interruptions come at random.

    Interruptions are a Poisson process; none comes during a restart.

    Parameters
    ----------
    work : float >= 0
        Hours it takes without interruptions.
    per_hour : float >= 0
        Interruptions an hour.
    restart : float >= 0
        Hours until work goes on after one.
    checkpoint : float > 0
        Hours of work between two checkpoints.
    size : int >= 1
        Draws.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (size,)
        Hours from beginning to end; all of them are paid for.

    Raises
    ------
    ValueError
        If an argument is out of range, or work is interrupted so often that it never ends.

    References
    ----------
    J. T. Daly (2006), A higher order estimate of the optimum checkpoint interval for restart
    dumps. Future Generation Computer Systems 22(3).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> hours = interrupted_hours(10, per_hour=0.1, restart=0.2, checkpoint=1, size=20_000, rng=rng)
    >>> closed = expected_hours(10, per_hour=0.1, restart=0.2, checkpoint=1)
    >>> round(closed, 2), bool(abs(hours.mean() - closed) < 0.02)
    (10.73, True)
    """
    _check({"work": work, "per_hour": per_hour, "restart": restart}, checkpoint)
    if size < 1:
        raise ValueError(f"size must be at least 1; got {size}.")
    if per_hour == 0 or work == 0:
        return np.full(size, float(work))
    hours = np.full(size, float(work))
    whole, rest = divmod(work, checkpoint)
    for n_parts, part in ((int(whole), checkpoint), (1, rest)):
        if n_parts and part > 0:
            hours += _lost(n_parts, part, per_hour, restart, size, rng)
    return hours


def expected_hours(work: float, *, per_hour: float, restart: float, checkpoint: float) -> float:
    """Mean of what `interrupted_hours` draws, in closed form.

    Each period of c hours between checkpoints takes ``(exp(r c) - 1) (1 / r + restart)`` where
    r interruptions come an hour.

    Parameters
    ----------
    work, per_hour, restart, checkpoint : float
        As in `interrupted_hours`.
    """
    _check({"work": work, "per_hour": per_hour, "restart": restart}, checkpoint)
    if per_hour == 0 or work == 0:
        return float(work)
    whole, rest = divmod(work, checkpoint)
    parts = np.array([checkpoint] * int(whole) + [rest])
    return float(np.sum(np.expm1(per_hour * parts) * (1 / per_hour + restart)))


def _lost(
    n_parts: int, part: float, per_hour: float, restart: float, size: int, rng: np.random.Generator
) -> Floats:
    """Hours lost in periods of work of one length, each begun again until it is finished."""
    finished = np.exp(-per_hour * part)
    n_failed = rng.negative_binomial(n_parts, finished, size)
    # how far each failed attempt came: exponential, cut off at the checkpoint
    drawn = rng.random(int(n_failed.sum()))
    came = -np.log1p(-drawn * (1 - finished)) / per_hour
    of = np.repeat(np.arange(size), n_failed)
    lost: Floats = np.bincount(of, came + restart, minlength=size).astype(np.float64)
    return lost


def _check(numbers: Mapping[str, float], checkpoint: float) -> None:
    check_positive(checkpoint, "checkpoint")
    for name, value in numbers.items():
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be a finite number of at least 0; got {value}.")
    if numbers["per_hour"] * min(checkpoint, numbers["work"]) > _LARGEST_RISK:
        raise ValueError(
            f"{numbers['per_hour']:g} interruptions an hour leave no stretch of {checkpoint:g} "
            "hours whole. Save more often."
        )
