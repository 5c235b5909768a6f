"""Posterior of a learning curve: quantiles, probabilities, required rows, draws, regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.mixture import mixture_cdf, mixture_quantile
from leadline.stats.curves.regions import Regions, regions_of
from leadline.stats.curves.requirement import rows_for

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats
    from leadline.stats.curves.calibration import Calibration
    from leadline.stats.curves.components import Components
    from leadline.stats.curves.measured import Measured
    from leadline.stats.metric import Metric

_N_READ = 129  # draws whose probability is computed
_MOST_Z = 6.0  # beyond this a probability is 0 or 1 to nine digits


@dataclass(frozen=True)
class CurvePosterior:
    """Posterior of the expected error as a function of the train size.

    The expectation is over training runs and test sets; a single run scatters about it.

    Parameters
    ----------
    measured : Measured
        The points it was made from.
    metric : Metric
        Whose error it is; nothing is forecast above its ceiling.
    caution : tuple of str
        Plain sentences that belong beside every forecast made from this.
    """

    measured: Measured = field(repr=False)
    metric: Metric
    caution: tuple[str, ...]
    components: Components = field(repr=False)
    calibration: Calibration = field(repr=False)

    @property
    def n_largest(self) -> float:
        """Largest train size that was measured."""
        return self.measured.n_ref

    @property
    def noise(self) -> float:
        """Standard error of a log error as it is measured at the largest size."""
        scatter = self.components.weight @ kernels().noise[self.components.kernel]
        variance = self.measured.variance[-1] + scatter**2 * self.measured.unit_variance[-1]
        return self.measured.power * float(np.sqrt(variance))

    def quantile(self, n: ArrayLike, q: ArrayLike) -> Floats:
        """Return quantiles of the error at train size `n`.

        Parameters
        ----------
        n : array-like of float, shape (*n_shape,)
            Train sizes, above 0.
        q : array-like of float in [0, 1], shape (*q_shape,)
            Probabilities.

        Returns
        -------
        ndarray of shape (*q_shape, *n_shape)
            As `numpy.quantile`: the probabilities come first. A scalar where both are.
        """
        x, levels = self._x(n), np.asarray(q, dtype=np.float64)
        if not np.all((levels >= 0) & (levels <= 1)):
            raise ValueError("q must lie in [0, 1]; some do not. Write a percentage as a fraction.")
        z = ndtri(levels.ravel()).clip(-_MOST_Z, _MOST_Z)
        mean, variance = self.components.moments(x.ravel())
        wanted = ndtr(self.calibration.plain(np.tile(z[:, None], x.size), x.ravel()))
        values = mixture_quantile(self.components.weight, mean, np.sqrt(variance), wanted)
        errors: Floats = self._error(values).reshape(levels.shape + x.shape)
        return errors

    def cdf(self, n: ArrayLike, error: ArrayLike) -> Floats:
        """Return the probability that the error at train size `n` is at most `error`.

        Parameters
        ----------
        n, error : array-like of float
            Train sizes and errors; broadcast against each other.

        Returns
        -------
        ndarray
            Probabilities in [0, 1] of the broadcast shape.

        Raises
        ------
        ValueError
            If a size is not above 0 or an error is NaN.
        """
        sizes, errors = np.broadcast_arrays(self._x(n), np.asarray(error, dtype=np.float64))
        if np.any(np.isnan(errors)):
            raise ValueError("error must be a number; some are NaN. Leave them out.")
        x, place = np.unique(sizes, return_inverse=True)
        values = errors.ravel()
        mean, variance = self.components.moments(x)
        z = self._z(values, mean[:, place.ravel()], variance[:, place.ravel()], sizes.ravel())
        probability = ndtr(z)
        if self.metric.ceiling is not None:
            probability = np.where(values >= self.metric.ceiling, 1.0, probability)
        reached: Floats = np.where(values <= 0, 0.0, probability).reshape(sizes.shape)
        return reached

    def rows_for(self, error: ArrayLike, probability: ArrayLike) -> float | Floats | None:
        """Return the rows at which the error is at most `error` with this probability.

        Parameters
        ----------
        error : array-like of float
            Errors to reach.
        probability : array-like of float in (0, 1)
            Wanted certainty; broadcast against `error`.

        Returns
        -------
        float, None or ndarray
            At least 1. None, or infinity in an array: not reached by 1,000 times the largest
            measured size, so that it cannot be promised.

        Raises
        ------
        ValueError
            If a `probability` is outside (0, 1) or an `error` is not finite.
        """
        return rows_for(self.cdf, self.measured, error, probability)

    def sample(self, n: ArrayLike, size: int, *, rng: np.random.Generator | None = None) -> Floats:
        """Draw whole curves, read at the train sizes `n`.

        Parameters
        ----------
        n : array-like of float, shape (*n_shape,)
            Train sizes, above 0.
        size : int >= 1
            Number of curves.
        rng : Generator, optional
            Source of random numbers. Without it the same call gives the same answer.

        Returns
        -------
        ndarray of shape (size, *n_shape)
            Each first index is one curve, so values at different sizes belong together. At each
            size they are distributed as `quantile` says.
        """
        if size < 1:
            raise ValueError(f"size must be at least 1; got {size}.")
        x = self._x(n)
        chance = np.random.default_rng(0) if rng is None else rng
        distinct, place = np.unique(x, return_inverse=True)
        curves, _ = self._draws(distinct, size, chance)
        drawn: Floats = self._error(curves)[:, place.ravel()].reshape(size, *x.shape)
        return drawn

    def regions(self, n: ArrayLike | None = None, *, chance_error: float | None = None) -> Regions:
        """Say where the curve is no better than chance, a power law, or near its floor.

        Parameters
        ----------
        n : array-like of float, shape (*n_shape,), optional
            Train sizes; the largest measured one if not given.
        chance_error : float, optional
            Error of a model that learns nothing. Without it no size is held to be small data.

        Returns
        -------
        Regions
            Probabilities at each size, slope and floor with their intervals, and in words.
        """
        sizes = np.asarray(self.n_largest if n is None else n, dtype=np.float64)
        self._x(sizes)
        return regions_of(self.sample, self._floors, self.measured, sizes, chance_error)

    def _floors(self, size: int) -> Floats:
        """Draws of the error that no data remove."""
        curves, floors = self._draws(np.zeros(1), size, np.random.default_rng(0))
        return self._error(curves[:, 0] + floors)

    def _draws(self, x: Floats, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Calibrated draws: each value is moved to its own place in the calibrated forecast."""
        curves, floors = self.components.draws(x, size, rng)
        beyond = np.flatnonzero(x > 0)
        if beyond.size:
            mean, variance = self.components.moments(x[beyond])
            sd = np.sqrt(variance)
            # read off the probabilities of some draws, between which they hardly bend
            some = np.quantile(curves[:, beyond], ndtr(np.linspace(-4, 4, _N_READ)), axis=0)
            u = mixture_cdf(self.components.weight, mean, sd, some)
            known = ndtri(u.clip(1e-9, 1 - 1e-9))
            # a draw at quantile z of the uncalibrated forecast moves to that of the calibrated one
            knots = np.linspace(-4.0, 4.0, 33)
            places = ndtr(self.calibration.plain(np.tile(knots[:, None], beyond.size), x[beyond]))
            values = mixture_quantile(self.components.weight, mean, sd, places)
            for column, of in enumerate(beyond):
                z = np.interp(curves[:, of], some[:, column], known[:, column])
                curves[:, of] = np.interp(z, knots, values[:, column])
        return curves, floors

    def _z(self, values: Floats, mean: Floats, variance: Floats, x: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.maximum(values, 0.0) / self.measured.error_ref
            logs = np.log(ratios) / self.measured.power
        logs = np.maximum(logs, -1e3)
        below = mixture_cdf(self.components.weight, mean, np.sqrt(variance), logs[None])
        z = ndtri(below.clip(1e-9, 1 - 1e-9))
        levels: Floats = self.calibration.calibrated(z, x)[0]
        return levels

    def _error(self, logs: Floats) -> Floats:
        """Errors of relative logs as they are modelled, never above the ceiling."""
        own = self.measured.power * np.minimum(logs, 50.0)
        errors: Floats = self.measured.error_ref * np.exp(own)
        return errors if self.metric.ceiling is None else np.minimum(errors, self.metric.ceiling)

    def _x(self, n: ArrayLike) -> Floats:
        """Log ratio of sizes to the largest measured one."""
        sizes = np.asarray(n, dtype=np.float64)
        if not np.all(np.isfinite(sizes) & (sizes > 0)):
            raise ValueError("n must be above 0; some sizes are not. A curve starts at one row.")
        x: Floats = np.log(sizes / self.n_largest)
        return x
