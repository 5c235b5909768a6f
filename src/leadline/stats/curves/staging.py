"""Projects that buy rows in rounds, played through before a cent is spent.

A curve is drawn from what is believed: in this project it is the truth. Rows are bought as
`buying` plans them; after each round the error at the new size is measured with noise, belief is
updated, and the project stops or the plan is made anew. Who repeats this sees what the policy will
cost and how likely it gets there, not what one forecast says of one size.

The first purchase is the one that `buying` plans today, the same in all projects. Belief after it
is a weighted set of curves drawn from the posterior (importance resampling), which needs no new
fit.

All sizes are measured on the same held-out rows, so most of the error of a measurement is shared:
the whole measured curve lies too high or too low, which a fit to it cannot see. Rows held out grow
with the rows bought, and the luck of the first ones is diluted: with `n` rows after ``n_0`` the
measured curve has moved by a step of variance ``v (1 - n_0 / n)``, `v` being that of the shared
error today, and belief moves along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import check_positive
from leadline.stats.curves.buying import SURE, chance_along, cheapest_steps

if TYPE_CHECKING:
    from leadline.stats.arrays import Bools, Floats, Ints
    from leadline.stats.curves.posterior import CurvePosterior

_N_BELIEFS = 1500
# of the variance of a measured log error, what the sizes share
_SHARED = 0.8
# a measurement sharper than this share of what was doubted would leave a handful of curves
_SHARPEST = 0.15
_TINY = 1e-9
UNLIKELY = 0.2
"""Chance by all that can be afforded, below which nobody goes on buying."""


@dataclass(frozen=True)
class Purse:
    """What the money of a project reaches.

    Parameters
    ----------
    n_most : float
        Train rows at most.
    penalty : float > 0
        What missing the target costs, in rows: see `plan_rounds`.
    n_rounds : int >= 1, default=3
        Rounds in which rows may be bought.
    """

    n_most: float
    penalty: float
    n_rounds: int = 3


@dataclass(frozen=True)
class Staged:
    """What became of each project.

    Parameters
    ----------
    n_rows : ndarray of shape (size,)
        Train rows at the end.
    n_rounds : ndarray of int of shape (size,)
        Rounds in which rows were bought.
    is_met : ndarray of bool of shape (size,)
        Whether the error at the end is at most the target, but for what luck is left in the rows
        held out by then.
    is_shown : ndarray of bool of shape (size,)
        Whether the project knew it: with probability .9 after its last measurement.
    visited : ndarray of shape (size, n_rounds)
        Train rows after each round; the last repeats where a project had ended.
    """

    n_rows: Floats
    n_rounds: Ints
    is_met: Bools
    is_shown: Bools
    visited: Floats


def play_rounds(
    posterior: CurvePosterior,
    target_error: float,
    n_now: float,
    purse: Purse,
    *,
    noise: float,
    size: int,
    rng: np.random.Generator,
) -> Staged:
    """Play some projects through.

    Parameters
    ----------
    posterior : CurvePosterior
        What is believed of the curve today.
    target_error : float
        Error to reach.
    n_now : float
        Train rows there are.
    purse : Purse
        What the money reaches.
    noise : float > 0
        Standard error of a log error measured with the rows there are.
    size : int >= 1
        Projects.
    rng : Generator
        Source of chance.

    Returns
    -------
    Staged
        Every array has an entry a project.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> from leadline.stats.curves import fit
    >>> n = np.array([100, 200, 400, 800, 1600])
    >>> curve = fit(n, 0.1 + 2 * n**-0.5, np.full(5, 0.001))
    >>> rng = np.random.default_rng(0)
    >>> purse = Purse(n_most=64e3, penalty=1e6)
    >>> ends = play_rounds(curve, 0.13, 1600, purse, noise=0.01, size=50, rng=rng)
    >>> bool(ends.is_met.mean() > 0.8), bool(np.all(ends.n_rows <= 64e3 + 1))
    (True, True)
    """
    for name, value in {"n_now": n_now, "penalty": purse.penalty, "noise": noise}.items():
        check_positive(value, name)
    if purse.n_rounds < 1 or size < 1:
        raise ValueError(f"n_rounds and size must be at least 1; got {purse.n_rounds} and {size}.")
    grid, today = chance_along(posterior, target_error, n_now, purse.n_most)
    curves = np.log(np.maximum(posterior.sample(grid, _N_BELIEFS + size, rng=rng), _TINY))
    game = _Game(
        grid=grid,
        today=today,
        beliefs=curves[:_N_BELIEFS],
        truths=curves[_N_BELIEFS:],
        target=float(np.log(max(target_error, _TINY))),
        penalty=purse.penalty,
        noise=noise,
    )
    return game.play(purse.n_rounds, rng)


@dataclass(frozen=True)
class _Game:
    """The grid of sizes, and log errors along it: what is believed, and what is true.

    `today` is the chance of the target at each size, before anything is bought.
    """

    grid: Floats
    today: Floats
    beliefs: Floats
    truths: Floats
    target: float
    penalty: float
    noise: float

    def play(self, n_rounds: int, rng: np.random.Generator) -> Staged:
        size = len(self.truths)
        at = np.zeros(size, dtype=np.int64)
        logs, moved = np.zeros((size, len(self.beliefs))), np.zeros(size)
        is_open, n_bought = np.ones(size, dtype=bool), np.zeros(size, dtype=np.int64)
        is_shown = np.zeros(size, dtype=bool)
        visited = np.empty((size, n_rounds))
        for turn in range(n_rounds + 1):
            for project in np.flatnonzero(is_open):
                chance = self._chance(logs[project], moved[project]) if turn else self.today
                chance = np.maximum.accumulate(chance[at[project] :])
                step = self._step(chance, at[project], n_rounds - turn)
                is_shown[project] = chance[0] >= SURE
                is_open[project] = step > 0
                n_bought[project] += step > 0
                at[project] += step
            if turn < n_rounds:
                before = visited[:, turn - 1] if turn else np.full(size, self.grid[0])
                visited[:, turn] = self.grid[at]
                moved += self._step_of_luck(before, visited[:, turn], rng)
                logs[is_open] += self._told(np.flatnonzero(is_open), at, rng)
        ends = self.truths[np.arange(size), at] + moved <= self.target
        return Staged(self.grid[at], n_bought, ends, is_shown, visited)

    def _chance(self, log: Floats, moved: float) -> Floats:
        """Chance in a project that the target is met at each size, by its own beliefs."""
        weights = np.exp(log - log.max())
        share: Floats = (weights / weights.sum()) @ (self.beliefs <= self.target - moved)
        return share

    def _step(self, chance: Floats, at: int, n_left: int) -> int:
        """How many places on the grid the next purchase goes; 0: stop."""
        if n_left == 0 or chance[0] >= SURE or chance[-1] < UNLIKELY or chance.size < 2:
            return 0
        steps, _ = cheapest_steps(self.grid[at:], 1 - chance, n_left, self.penalty)
        return steps[0] if steps else 0

    def _step_of_luck(self, before: Floats, after: Floats, rng: np.random.Generator) -> Floats:
        """How far the measured curve moves while the rows grow."""
        spread = self.noise * np.sqrt(_SHARED * self.grid[0] * (1 / before - 1 / after))
        moved: Floats = spread * rng.standard_normal(before.size)
        return moved

    def _told(self, projects: Ints, at: Ints, rng: np.random.Generator) -> Floats:
        """What a measurement at the new size says of each belief, in log odds."""
        places = at[projects]
        truth = self.truths[projects, places]
        noise = self.noise * np.sqrt(self.grid[0] / self.grid[places])
        seen = truth + np.sqrt(1 - _SHARED) * noise * rng.standard_normal(projects.size)
        believed = self.beliefs[:, places].T
        blur = np.maximum(noise, _SHARPEST * believed.std(axis=1))
        told: Floats = -0.5 * ((believed - seen[:, None]) / blur[:, None]) ** 2
        return told
