"""How long a fit will take at a size that was not tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import as_vector, check_share
from leadline.stats.interval import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats

# fit times on a shared machine scatter by about 15 %; two points alone would seem exact
_PRIOR_SPREAD = 0.15
_PRIOR_DOF = 2


@dataclass(frozen=True)
class TimeLaw:
    """Fit time ``seconds = scale_s * n^exponent``.

    Parameters
    ----------
    scale_s : float
        Seconds at one row.
    exponent : float
        1 for a learner whose time grows as the rows do.
    spread : float
        Standard deviation of a single fit about the law, in log seconds.
    dof : int
        Degrees of freedom behind `spread`.
    """

    scale_s: float
    exponent: float
    spread: float
    dof: int
    _centre: float
    _sum_squares: float
    _n_points: int

    def predict(self, n: ArrayLike) -> Floats:
        """Return the seconds to expect at train sizes `n` (the median), of the shape of `n`."""
        seconds: Floats = np.multiply(self.scale_s, np.power(_sizes(n), self.exponent))
        return seconds

    def interval(self, n: ArrayLike, *, confidence_level: float = 0.9) -> Interval[Floats]:
        """Return the range in which the time of one fit at each size should fall.

        Parameters
        ----------
        n : array-like of float, shape (...,)
            Train sizes, above 0.
        confidence_level : float in (0, 1), default=0.9
            Coverage, if the law holds beyond the sizes measured.

        Returns
        -------
        Interval
            Seconds, each end of the shape of `n`.
        """
        check_share(confidence_level, "confidence_level")
        offset = np.log(_sizes(n)) - self._centre
        doubt = np.sqrt(1 + 1 / self._n_points + offset**2 / self._sum_squares)
        reach = float(stdtrit(self.dof, (1 + confidence_level) / 2)) * self.spread * doubt
        middle = self.predict(n)
        return Interval(middle * np.exp(-reach), middle * np.exp(reach))


def fit_time_law(train_sizes: ArrayLike, seconds: ArrayLike) -> TimeLaw:
    """Fit a power law to fit times by least squares on logarithms.

    The scatter is shrunk towards 15 % with the weight of two observations, so that two or three
    points do not pretend to be exact. A constant start-up cost flattens the law at small sizes
    and makes the forecast too low: measure where fitting takes most of the time.

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

    Examples
    --------
    >>> law = fit_time_law([100, 200, 400], [1.0, 2.0, 4.0])
    >>> round(law.exponent, 3), round(float(law.predict(1000)), 3)
    (1.0, 10.0)
    """
    sizes = as_vector(train_sizes, "train_sizes", min_size=2)
    times = as_vector(seconds, "seconds", min_size=2)
    if sizes.size != times.size or np.any(sizes <= 0) or np.any(times <= 0):
        raise ValueError(
            "train_sizes and seconds must be as many and above 0; they are not. "
            "Pass the rows and the duration of each fit."
        )
    x, y = np.log(sizes), np.log(times)
    centre = float(np.mean(x))
    sum_squares = float(np.sum((x - centre) ** 2))
    if np.unique(sizes).size < 2:
        raise ValueError("train_sizes holds one size, two are needed. Time a second size.")
    exponent = float(np.sum((x - centre) * y) / sum_squares)
    residuals = y - np.mean(y) - exponent * (x - centre)
    dof = sizes.size - 2 + _PRIOR_DOF
    variance = (float(np.sum(residuals**2)) + _PRIOR_DOF * _PRIOR_SPREAD**2) / dof
    return TimeLaw(
        scale_s=float(np.exp(np.mean(y) - exponent * centre)),
        exponent=exponent,
        spread=float(np.sqrt(variance)),
        dof=dof,
        _centre=centre,
        _sum_squares=sum_squares,
        _n_points=sizes.size,
    )


def _sizes(n: ArrayLike) -> Floats:
    """Return train sizes as floats, or say what is wrong."""
    sizes: Floats = np.asarray(n, dtype=np.float64)
    if not np.all(sizes > 0):
        raise ValueError("n must be above 0; some sizes are not.")
    return sizes
