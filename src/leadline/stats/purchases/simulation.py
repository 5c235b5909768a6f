"""Simulation of projects that buy rows in rounds, before any money is spent.

In each simulated project a curve drawn from the posterior is the truth. Rows are bought as
`purchase_planning` says; after each round the error at the new size is measured with noise, the
posterior is updated, and the project stops or plans anew. Many such projects show what the policy
costs and how often it reaches the target, which one forecast at one size cannot.

The first purchase is the one that `purchase_planning` plans today, the same in all projects. The
posterior after it is a weighted set of curves drawn from today's (importance weights), which needs
no new fit.

All sizes are measured on the same test rows, so most of the error of a measurement is shared: the
whole measured curve lies too high or too low, which a fit to it cannot see. Test rows grow with the
rows bought, and the sampling error of the first ones is diluted: with `n` rows after ``n_0`` the
measured curve has moved by a step of variance ``v (1 - n_0 / n)``, `v` being that of the shared
error today, and the posterior moves along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import check_positive
from leadline.stats.decision_levels import SURE, UNLIKELY
from leadline.stats.purchases.planning import chance_along, planned_steps

if TYPE_CHECKING:
    from leadline.stats.arrays import Bools, Floats, Ints
    from leadline.stats.curves.posterior import CurvePosterior

_N_PARTICLES = 1500
# of the variance of a measured log error, the part that all sizes share
_SHARED = 0.8
# a measurement sharper than this share of the posterior's spread would leave a handful of particles
_SHARPEST = 0.15
_TINY = 1e-9


@dataclass(frozen=True)
class PurchaseBudget:
    """The limits within which a project may buy rows.

    Parameters
    ----------
    n_most : float
        Train rows at most.
    penalty : float > 0
        Cost of missing the target, in rows: see `plan_rounds`.
    n_rounds : int >= 1, default=3
        Rounds in which rows may be bought.
    """

    n_most: float
    penalty: float
    n_rounds: int = 3


@dataclass(frozen=True)
class SimulationResult:
    """The end of each simulated project.

    Parameters
    ----------
    n_rows : ndarray of shape (size,)
        Train rows at the end.
    n_rounds : ndarray of int of shape (size,)
        Rounds in which rows were bought.
    is_met : ndarray of bool of shape (size,)
        Whether the error at the end is at most the target, but for the sampling error that the test
        rows of that time leave.
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


def simulate_rounds(
    posterior: CurvePosterior,
    target_error: float,
    n_now: float,
    budget: PurchaseBudget,
    *,
    noise: float,
    size: int,
    rng: np.random.Generator,
) -> SimulationResult:
    """Simulate some projects to their ends.

    Parameters
    ----------
    posterior : CurvePosterior
        Today's posterior of the curve.
    target_error : float
        Error to reach.
    n_now : float
        Train rows there are.
    budget : PurchaseBudget
        Limits of the purchases.
    noise : float > 0
        Standard error of a log error measured with the rows there are.
    size : int >= 1
        Projects.
    rng : Generator
        Source of chance.

    Returns
    -------
    SimulationResult
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
    >>> budget = PurchaseBudget(n_most=64e3, penalty=1e6)
    >>> ends = simulate_rounds(curve, 0.13, 1600, budget, noise=0.01, size=50, rng=rng)
    >>> bool(ends.is_met.mean() > 0.8), bool(np.all(ends.n_rows <= 64e3 + 1))
    (True, True)
    """
    for name, value in {"n_now": n_now, "penalty": budget.penalty, "noise": noise}.items():
        check_positive(value, name)
    if budget.n_rounds < 1 or size < 1:
        raise ValueError(f"n_rounds and size must be at least 1; got {budget.n_rounds} and {size}.")
    grid, today = chance_along(posterior, target_error, n_now, budget.n_most)
    curves = np.log(np.maximum(posterior.sample(grid, _N_PARTICLES + size, rng=rng), _TINY))
    simulation = _Simulation(
        grid=grid,
        today=today,
        particles=curves[:_N_PARTICLES],
        truths=curves[_N_PARTICLES:],
        target=float(np.log(max(target_error, _TINY))),
        penalty=budget.penalty,
        noise=noise,
    )
    return simulation.run(budget.n_rounds, rng)


@dataclass(frozen=True)
class _Simulation:
    """The grid of sizes, and log errors along it: the particles of the posterior, and the truths.

    `today` is the chance of the target at each size, before anything is bought.
    """

    grid: Floats
    today: Floats
    particles: Floats
    truths: Floats
    target: float
    penalty: float
    noise: float

    def run(self, n_rounds: int, rng: np.random.Generator) -> SimulationResult:
        size = len(self.truths)
        at = np.zeros(size, dtype=np.int64)
        logs, moved = np.zeros((size, len(self.particles))), np.zeros(size)
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
                moved += self._shared_error_step(before, visited[:, turn], rng)
                logs[is_open] += self._log_likelihoods(np.flatnonzero(is_open), at, rng)
        ends = self.truths[np.arange(size), at] + moved <= self.target
        return SimulationResult(self.grid[at], n_bought, ends, is_shown, visited)

    def _chance(self, log_weights: Floats, moved: float) -> Floats:
        """Chance in a project that the target is met at each size, by its own posterior."""
        weights = np.exp(log_weights - log_weights.max())
        share: Floats = (weights / weights.sum()) @ (self.particles <= self.target - moved)
        return share

    def _step(self, chance: Floats, at: int, n_left: int) -> int:
        """Steps on the grid that the next purchase goes; 0: stop."""
        if n_left == 0 or chance[0] >= SURE or chance[-1] < UNLIKELY or chance.size < 2:
            return 0
        steps = planned_steps(self.grid[at:], 1 - chance, n_left, self.penalty)
        return steps[0] if steps else 0

    def _shared_error_step(self, before: Floats, after: Floats, rng: np.random.Generator) -> Floats:
        """Draw how far the error shared by all sizes moves the measured curve as rows grow."""
        spread = self.noise * np.sqrt(_SHARED * self.grid[0] * (1 / before - 1 / after))
        moved: Floats = spread * rng.standard_normal(before.size)
        return moved

    def _log_likelihoods(self, projects: Ints, at: Ints, rng: np.random.Generator) -> Floats:
        """Draw a measurement at the new size; its log likelihood under each particle."""
        places = at[projects]
        truth = self.truths[projects, places]
        noise = self.noise * np.sqrt(self.grid[0] / self.grid[places])
        seen = truth + np.sqrt(1 - _SHARED) * noise * rng.standard_normal(projects.size)
        expected = self.particles[:, places].T
        sd = np.maximum(noise, _SHARPEST * expected.std(axis=1))
        log_likelihood: Floats = -0.5 * ((expected - seen[:, None]) / sd[:, None]) ** 2
        return log_likelihood
