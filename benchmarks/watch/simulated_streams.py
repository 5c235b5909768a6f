"""Simulated dated streams: what is to be learnt stands still, moves on, turns or jumps.

A block's concept is a number; a model has learnt the mean of the past ones, of the recent ones
more, and errs the more the farther the concept has moved since. On top: blocks that are hard or
easy for all models, alike in a row; what a model got wrong by its rows; and few rows a block.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_FIRST, _ROWS = 8, 200
_MEMORIES = (8, 20, 1000)


def simulate(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Errors of the models of n blocks, as ``dated_streams`` has them.

    Parameters
    ----------
    kind : str
        One of `KINDS`: how the concept moves.
    n : int
        Blocks that models learn up to.
    rng : Generator
        Source of chance.
    """
    concept = KINDS[kind](n + 1, rng)
    weights = 0.5 ** (np.arange(n + 1) / rng.choice(_MEMORIES))
    hard = _alike(rng.normal(0, 0.02, n + 1), 0.5) + rng.normal(0, 0.02, n + 1)
    own = _alike(rng.normal(0, 0.06, n) / np.sqrt(np.arange(n) + 4), 0.8)
    errors = np.full((n, n), np.nan)
    for origin in range(_FIRST, n):
        learnt = np.average(concept[: origin + 1], weights=weights[: origin + 1][::-1])
        apart = np.abs(concept[origin + 1 :] - learnt - own[origin])
        delays = np.arange(1, apart.size + 1)
        # models of one block answer alike: few rows tell them apart
        sampling = np.sqrt(np.minimum(0.05, 0.004 * np.sqrt(delays)) / _ROWS)
        added = 0.25 * apart**2 / (0.1 + apart) + sampling * rng.standard_normal(apart.size)
        errors[origin, : apart.size] = 0.15 + hard[origin + 1 :] + added
    return errors


def _alike(steps: np.ndarray, share: float) -> np.ndarray:
    """A series of which each value keeps a share of the one before."""
    series = steps.copy()
    for at in range(1, series.size):
        series[at] += share * series[at - 1]
    return series


def _early(n: int, rng: np.random.Generator) -> np.ndarray:
    return np.cumsum(rng.normal(0, 0.1, n) * np.exp(-3 * np.arange(n) / n))


def _season(n: int, rng: np.random.Generator) -> np.ndarray:
    year = 0.3 * np.sin(2 * np.pi * (np.arange(n) / 52 + rng.random()))
    return year + np.cumsum(rng.normal(0, 0.02, n))


KINDS: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "still": lambda n, _: np.zeros(n),
    "walk": lambda n, rng: np.cumsum(rng.normal(0, 0.05, n)),
    "back and forth": lambda n, rng: _alike(rng.normal(0, 0.1, n), 0.9),
    "season": _season,
    "jumps": lambda n, rng: np.cumsum((rng.random(n) < 0.04) * rng.normal(0, 0.4, n)),
    "trend": lambda n, rng: rng.choice([-1, 1]) * 0.02 * np.arange(n),
    "calmer": _early,
    "wilder": lambda n, rng: _early(n, rng)[::-1],
}
