"""Simulation of projects that buy rows in rounds, before any money is spent.

In each simulated project a curve drawn from the posterior is the truth. Rows are bought as
`lookahead` says; after each round the error at the new size is measured with noise, the posterior
is updated, and the project stops or plans anew. Many such projects show what the policy costs and
how often it reaches the target, which one forecast at one size cannot.

The first purchase is the one that is planned today, the same in all projects. The posterior after
it is a weighted set of curves drawn from today's (importance weights), which needs no new fit.

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
from leadline.stats.decision_levels import SURE
from leadline.stats.purchases.labelling_path import LabellingPath, people_path, purchase_sizes
from leadline.stats.purchases.lookahead import Lookahead
from leadline.stats.purchases.path_chance import (
    N_CURVES,
    TINY,
    Belief,
    as_measured,
    draw_errors,
    draw_factors,
)

if TYPE_CHECKING:
    from leadline.stats.arrays import Bools, Floats, Ints
    from leadline.stats.curves.posterior import CurvePosterior

# of the variance of a measured log error, the part that all sizes share
_SHARED = 0.8
# a measurement sharper than this share of the posterior's spread would leave a handful of particles
_SHARPEST = 0.15


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


@dataclass(frozen=True)
class PathResult:
    """The end of each simulated project, as steps of a path.

    Parameters
    ----------
    places : ndarray of int of shape (size,)
        Step at the end.
    n_rounds, is_met, is_shown
        As of `SimulationResult`.
    visited : ndarray of int of shape (size, n_rounds)
        Step after each round.
    errors : ndarray of float of shape (size,)
        Error at the end.
    """

    places: Ints
    n_rounds: Ints
    is_met: Bools
    is_shown: Bools
    visited: Ints
    errors: Floats


@dataclass(frozen=True)
class Truth:
    """What is true in all projects, without their knowing; what is None is drawn from the belief.

    Parameters
    ----------
    factor : float in [0, 1], optional
        Clean rows that a machine label is worth.
    errors : ndarray of float of shape (size, n_steps), optional
        Errors along the path.
    """

    factor: float | None = None
    errors: Floats | None = None


@dataclass(frozen=True)
class PathLimits:
    """What a missed target costs, and how often rows may be bought.

    Parameters
    ----------
    penalty : float > 0
        Of a miss, in the unit of the path's cost.
    n_rounds : int >= 1, default=3
        Rounds in which rows may be bought.
    """

    penalty: float
    n_rounds: int = 3


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
    check_positive(n_now, "n_now")
    sizes = purchase_sizes(n_now, budget.n_most)
    path = people_path(sizes)
    limits = PathLimits(budget.penalty, budget.n_rounds)
    belief = Belief(posterior, target_error, noise)
    ends = simulate_path(belief, path, limits, size=size, rng=rng)
    return SimulationResult(
        sizes[ends.places], ends.n_rounds, ends.is_met, ends.is_shown, sizes[ends.visited]
    )


def simulate_path(
    belief: Belief,
    path: LabellingPath,
    limits: PathLimits,
    *,
    size: int,
    rng: np.random.Generator,
    truth: Truth | None = None,
    first_step: int | None = None,
) -> PathResult:
    """Simulate some projects that buy along a path.

    Parameters
    ----------
    belief : Belief
        What is known today.
    path : LabellingPath
        What is bought, in which order.
    limits : PathLimits
        Cost of a miss, and rounds.
    size : int >= 1
        Projects.
    rng : Generator
        Source of chance.
    truth : Truth, optional
        What is true in all of them; everything is drawn if not given.
    first_step : int, optional
        Step of the first purchase, 0 for none; as `lookahead` finds it if not given.

    Returns
    -------
    PathResult
        An end for each project.

    Raises
    ------
    ValueError
        If a number is out of range, or a machine labels and no factor is given.
    """
    check_positive(limits.penalty, "penalty")
    check_positive(belief.noise, "noise")
    if limits.n_rounds < 1 or size < 1:
        counts = f"{limits.n_rounds} and {size}"
        raise ValueError(f"n_rounds and size must be at least 1; got {counts}.")
    if path.has_machine and belief.factor is None:
        raise ValueError("A machine labels rows; say what a label is worth: factor is missing.")
    truth = truth or Truth()
    factors = draw_factors(belief, path, N_CURVES + size, rng)
    if path.has_machine and truth.factor is not None:
        factors[N_CURVES:] = truth.factor
    curves = np.log(draw_errors(belief, path, factors, rng))
    known, particles = truth.errors, curves[:N_CURVES]
    simulation = _Simulation(
        path=path,
        first_step=first_step,
        lookahead=Lookahead(path.cost, particles, as_measured(belief, path, particles, rng)),
        truths=curves[N_CURVES:] if known is None else np.log(np.maximum(known, TINY)),
        target=float(np.log(max(belief.target_error, TINY))),
        penalty=limits.penalty,
        noise=belief.noise,
    )
    return simulation.run(limits.n_rounds, rng)


@dataclass(frozen=True)
class _Simulation:
    """A path, log errors of the curves that stand for the posterior, and those of the truths."""

    path: LabellingPath
    first_step: int | None
    lookahead: Lookahead
    truths: Floats
    target: float
    penalty: float
    noise: float

    @property
    def _particles(self) -> Floats:
        return self.lookahead.errors

    def run(self, n_rounds: int, rng: np.random.Generator) -> PathResult:
        size = len(self.truths)
        at = np.zeros(size, dtype=np.int64)
        logs, moved = np.zeros((size, len(self._particles))), np.zeros(size)
        is_open, n_bought = np.ones(size, dtype=bool), np.zeros(size, dtype=np.int64)
        is_shown = np.zeros(size, dtype=bool)
        visited = np.zeros((size, n_rounds), dtype=np.int64)
        n_judged = self.path.n_person
        for turn in range(n_rounds + 1):
            before = at.copy()
            first = None if turn else self._first(n_rounds)
            for project in np.flatnonzero(is_open):
                weights, target = _weights(logs[project]), self.target - moved[project]
                chance = float(weights @ (self._particles[:, at[project]] <= target))
                is_shown[project] = chance >= SURE
                step = self._next(target, n_rounds - turn, at[project], weights, first)
                is_open[project] = step > at[project]
                at[project] = step
            n_bought += is_open
            if turn < n_rounds:
                visited[:, turn] = at
                moved += self._shared_error_step(n_judged[before], n_judged[at], rng)
                logs[is_open] += self._log_likelihoods(np.flatnonzero(is_open), at, rng)
        ends = self.truths[np.arange(size), at] + moved
        return PathResult(at, n_bought, ends <= self.target, is_shown, visited, np.exp(ends))

    def _first(self, n_rounds: int) -> int:
        """Step of the first purchase, the same in all projects."""
        if self.first_step is not None:
            return self.first_step
        weights = _weights(np.zeros(len(self._particles)))
        return self._next(self.target, n_rounds, 0, weights)

    def _next(
        self, target: float, n_left: int, at: int, weights: Floats, planned: int | None = None
    ) -> int:
        """The step to buy up to, planned or looked for."""
        if planned is not None:
            return planned
        return self.lookahead.next_step(target, n_left, self.penalty, at=at, weights=weights)

    def _shared_error_step(self, before: Floats, after: Floats, rng: np.random.Generator) -> Floats:
        """Draw how far the error shared by all sizes moves the measured curve as rows grow."""
        first = self.path.n_person[0]
        spread = self.noise * np.sqrt(_SHARED * first * (1 / before - 1 / after))
        moved: Floats = spread * rng.standard_normal(before.size)
        return moved

    def _log_likelihoods(self, projects: Ints, at: Ints, rng: np.random.Generator) -> Floats:
        """Draw a measurement at the new size; its log likelihood under each particle."""
        places = at[projects]
        truth = self.truths[projects, places]
        noise = self.noise * np.sqrt(self.path.n_person[0] / self.path.n_person[places])
        # drawn for those that have ended too, or two plans would part where one project ends
        luck = rng.standard_normal(len(self.truths))[projects]
        seen = truth + np.sqrt(1 - _SHARED) * noise * luck
        expected = self._particles[:, places].T
        sd = np.maximum(noise, _SHARPEST * expected.std(axis=1))
        log_likelihood: Floats = -0.5 * ((expected - seen[:, None]) / sd[:, None]) ** 2
        return log_likelihood


def _weights(logs: Floats) -> Floats:
    """Weights that sum to 1, of log likelihoods."""
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
