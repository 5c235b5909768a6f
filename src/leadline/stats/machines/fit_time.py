"""Fit time by train size: a power law with a start-up time, and its uncertainty.

Reading, copying and compiling cost the same at every size and flatten the power law where it is
measured. So an unknown start-up time is part of the law, and the posterior is a mixture over all
laws that fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from leadline.stats.arrays import as_vector, check_share
from leadline.stats.interval import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats

# share of the time at the largest measured size that is start-up
_START_SHARES = np.append(0.0, np.geomspace(1e-4, 0.99, 13))
_NO_START = 0.1
_EXPONENTS = np.linspace(0.0, 3.0, 31)
_EXPONENT, _EXPONENT_SPREAD = 1.2, 0.4
# fit times scatter by about 10 %, known as well as from two fits
_SCATTER, _SCATTER_DOF = 0.1, 2
# random walk of true times about any law, in variances of a fit a unit of log size
_DRIFTS = (0.0, 0.5, 2.0)
# standard deviation of a change of the exponent beyond the sizes seen (caches, solvers)
_BEND = 0.1
_LEAST_WEIGHT = 1e-4
_MOST_STEPS = 60
_PATIENCE = 12
_CLOSE = 1e-9  # of log seconds


@dataclass(frozen=True)
class TimeLaw:
    """Posterior of fit time ``seconds = start + scale * n^exponent``.

    Parameters
    ----------
    start_s : float
        Seconds that every fit takes whatever its size (posterior mean).
    exponent : float
        1 for a learner whose time grows as the rows do (posterior mean).
    """

    start_s: float
    exponent: float
    _mixture: _Mixture = field(repr=False)

    def predict(self, n: ArrayLike) -> Floats:
        """Return the seconds to expect at train sizes `n` (the median), of the shape of `n`."""
        return self._mixture.quantile(_sizes(n), 0.5)

    def interval(self, n: ArrayLike, *, confidence_level: float = 0.9) -> Interval[Floats]:
        """Return the range in which the time of one fit at each size should fall.

        Parameters
        ----------
        n : array-like of float, shape (...,)
            Train sizes, above 0.
        confidence_level : float in (0, 1), default=0.9
            Coverage. Measured at 8 and 16 times the largest size: `benchmarks/curves/timing.py`.

        Returns
        -------
        Interval
            Seconds, each end of the shape of `n`.
        """
        check_share(confidence_level, "confidence_level")
        sizes, tail = _sizes(n), (1 - confidence_level) / 2
        return Interval(
            self._mixture.quantile(sizes, tail), self._mixture.quantile(sizes, 1 - tail)
        )


@dataclass(frozen=True)
class _Mixture:
    """Student t distributions of log seconds, one a law that fits.

    All arrays but `n_ref` and `dof` are of shape (n_laws,). A law says ``log level + log(start +
    (1 - start) (n / n_ref)^exponent)``; `variance` is that of a new fit at `n_ref`, `drift` what
    is added to it a unit of log size.
    """

    weight: Floats
    start: Floats
    exponent: Floats
    log_level: Floats
    variance: Floats
    drift: Floats
    n_ref: float
    dof: int

    def quantile(self, n: Floats, q: float) -> Floats:
        """Return a quantile of the seconds at each size, of the shape of `n`."""
        x = np.log(n.ravel() / self.n_ref)[:, None]
        middle = self.log_level + _log_shape(self.start, self.exponent, np.exp(x))
        spread = np.sqrt(self.variance + self.drift * np.abs(x) + (_BEND * np.maximum(x, 0.0)) ** 2)
        # a quantile lies between those of the laws; Newton's steps, or the half where they leave
        its = middle + stdtrit(self.dof, q) * spread
        low, high, here = np.min(its, axis=1), np.max(its, axis=1), its @ self.weight
        for number in range(_MOST_STEPS):
            z = (here[:, None] - middle) / spread
            excess = stdtr(self.dof, z) @ self.weight - q
            low, high = np.where(excess < 0, here, low), np.where(excess < 0, high, here)
            with np.errstate(divide="ignore", invalid="ignore"):
                there = here - excess / (_density(self.dof, z) / spread @ self.weight)
            # beside a wide law a narrow one makes steps creep: halving does not
            is_step = (there >= low) & (there <= high) & (number < _PATIENCE or number % 2 > 0)
            onward = np.where(is_step, there, (low + high) / 2)
            moved, here = np.abs(onward - here), onward
            if np.all(moved < _CLOSE):
                break
        seconds: Floats = np.exp(here).reshape(n.shape)
        return seconds


def fit_time_law(train_sizes: ArrayLike, seconds: ArrayLike) -> TimeLaw:
    r"""Fit the law of fit times, with its uncertainty.

    Log seconds are ``c + log(start + (1 - start) (n / n_max)^b)`` plus a slow drift and scatter.
    On a grid of start-up shares, exponents and drifts the rest has a closed form: a flat prior on
    ``c`` and an inverse chi-squared one on the scatter, about 10 % with the weight of two fits,
    make every prediction a Student t, and the grid a mixture of them. The exponent is
    :math:`N(1.2, 0.4^2)` beforehand, so that two points do not run away.

    Parameters
    ----------
    train_sizes : array-like of float, shape (n_fits,)
        Rows of each fit, at least two different sizes.
    seconds : array-like of float, shape (n_fits,)
        Seconds each took, above 0.

    Returns
    -------
    TimeLaw
        With `predict` and `interval`.

    Raises
    ------
    ValueError
        If the inputs differ in length, a value is not above 0, or there is only one size.

    References
    ----------
    .. [1] A. Gelman, J. Carlin, H. Stern, D. Dunson, A. Vehtari, D. Rubin (2013), Bayesian Data
       Analysis, 3rd ed., section 14.2: the marginal likelihood and the predictive t.

    Examples
    --------
    >>> law = fit_time_law([100, 200, 400, 800], [0.6, 0.7, 0.9, 1.3])
    >>> round(law.start_s, 1), round(float(law.predict(6400)), 0)
    (0.5, 8.0)
    """
    sizes = as_vector(train_sizes, "train_sizes", min_size=2)
    times = as_vector(seconds, "seconds", min_size=2)
    if sizes.size != times.size or np.any(sizes <= 0) or np.any(times <= 0):
        raise ValueError(
            "train_sizes and seconds must be as many and above 0; they are not. "
            "Pass the rows and the duration of each fit."
        )
    if np.unique(sizes).size < 2:
        raise ValueError("train_sizes holds one size, two are needed. Time a second size.")
    mixture = _weigh(sizes, times)
    starts = mixture.start * np.exp(mixture.log_level)
    return TimeLaw(
        start_s=float(mixture.weight @ starts),
        exponent=float(mixture.weight @ mixture.exponent),
        _mixture=mixture,
    )


def _weigh(sizes: Floats, times: Floats) -> _Mixture:
    """Every law on the grid under every drift, weighted by its posterior probability."""
    start, exponent = (g.ravel() for g in np.meshgrid(_START_SHARES, _EXPONENTS, indexing="ij"))
    n_ref = float(np.max(sizes))
    x, y = np.log(sizes / n_ref), np.log(times)
    residual = y - _log_shape(start[:, None], exponent[:, None], np.exp(x))
    prior = np.where(start == 0, _NO_START, (1 - _NO_START) / (_START_SHARES.size - 1))
    log_prior = np.log(prior) - 0.5 * ((exponent - _EXPONENT) / _EXPONENT_SPREAD) ** 2
    dof = sizes.size - 1 + _SCATTER_DOF
    parts = []
    for drift in _DRIFTS:
        covariance = np.eye(sizes.size) + drift * np.minimum.outer(-x, -x)
        inverse = np.linalg.inv(covariance)
        total = float(inverse.sum())
        level = residual @ inverse.sum(axis=0) / total
        rest = residual - level[:, None]
        misfit = np.einsum("ci,ij,cj->c", rest, inverse, rest)
        variance = (misfit + _SCATTER_DOF * _SCATTER**2) / dof
        log_det = float(np.linalg.slogdet(covariance)[1])
        log_weight = log_prior - 0.5 * (dof * np.log(variance) + log_det + np.log(total))
        of_new = variance * (1 + 1 / total)
        parts.append(np.vstack([log_weight, start, exponent, level, of_new, variance * drift]))
    log_weight, *laws = np.hstack(parts)
    weight = np.exp(log_weight - log_weight.max())
    kept = weight > _LEAST_WEIGHT
    start, exponent, level, variance, drift_variance = (law[kept] for law in laws)
    weight = weight[kept] / weight[kept].sum()
    return _Mixture(weight, start, exponent, level, variance, drift_variance, n_ref, dof)


def _density(dof: int, z: Floats) -> Floats:
    """Density of Student's t distribution."""
    peak = np.exp(gammaln((dof + 1) / 2) - gammaln(dof / 2)) / np.sqrt(dof * np.pi)
    density: Floats = peak * (1 + z * z / dof) ** (-(dof + 1) / 2)
    return density


def _log_shape(start: Floats, exponent: Floats, ratio: Floats) -> Floats:
    """Log time relative to that at the largest measured size."""
    shape: Floats = np.log(start + (1 - start) * ratio**exponent)
    return shape


def _sizes(n: ArrayLike) -> Floats:
    """Return train sizes as floats; raise a ValueError otherwise."""
    sizes: Floats = np.asarray(n, dtype=np.float64)
    if not np.all(sizes > 0):
        raise ValueError("n must be above 0; some sizes are not.")
    return sizes
