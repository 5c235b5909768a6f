"""Worth of noisy numbers: how far a machine's numbers are off, and what they teach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import Floats, check_share
from leadline.stats.interval import Estimate
from leadline.stats.machine_votes.noisy_labels import NoisyWorth, boosted_factors

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_DRAWS = 4000
_FEWEST = 20
# how far the formula was from learning curves of linear models, as a standard deviation of the log:
# benchmarks/machines/number_noise.py
_FORMULA_SD = 0.25


@dataclass(frozen=True)
class NumberErrors:
    """How far a machine's numbers are from people's, on rows that both gave one for.

    Parameters
    ----------
    n_rows : int
        Rows.
    bias : Estimate of float
        Mean of the machine's number less people's, in the unit of the label.
    variance : float
        Of these differences about their mean, in the square of that unit.
    freedom : float
        Degrees of freedom of the variance: fewer than rows where a few of them are far off.
    """

    n_rows: int
    bias: Estimate[float]
    variance: float
    freedom: float


def number_errors(
    people: ArrayLike, machine: ArrayLike, *, confidence_level: float = 0.9
) -> NumberErrors:
    """Hold a machine's numbers beside people's.

    Parameters
    ----------
    people : array-like of float, shape (n_rows,)
        What people say of a random sample of rows, of several people the median.
    machine : array-like of float, shape (n_rows,)
        What the machine says of them.
    confidence_level : float in (0, 1), default=0.9
        Of the interval of the bias.

    Returns
    -------
    NumberErrors
        The bias and the noise, told apart.

    Raises
    ------
    ValueError
        If shapes differ, a number is not finite, or fewer than 20 rows are given.

    Notes
    -----
    The variance of a sample variance is ``s^4 (2 / (n - 1) + k / n)``, k being the excess kurtosis
    [1]_; the degrees of freedom are those of a normal law with as much.

    References
    ----------
    .. [1] B. O'Neill (2014), Some useful moment results in sampling problems. Amer. Statist. 68,
       282-296.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> people = rng.normal(50, 10, 100)
    >>> found = number_errors(people, people + 3 + rng.normal(0, 2, 100))
    >>> found.bias.low < 3 < found.bias.high, round(found.variance**0.5)
    (True, 2)
    """
    check_share(confidence_level, "confidence_level")
    truth, said = (np.asarray(each, dtype=np.float64) for each in (people, machine))
    if truth.ndim != 1 or truth.shape != said.shape:
        raise ValueError(
            f"people and machine have shapes {truth.shape} and {said.shape}, one is needed. "
            "Pass one number a row."
        )
    if not np.all(np.isfinite(truth) & np.isfinite(said)):
        raise ValueError("Numbers must be finite; some are not. Leave out rows without an answer.")
    n = truth.size
    if n < _FEWEST:
        raise ValueError(
            f"{n} rows have both numbers, at least {_FEWEST} are needed. Have people judge more."
        )
    off: Floats = said - truth
    bias, variance = float(off.mean()), float(off.var(ddof=1))
    half = float(stdtrit(n - 1, (1 + confidence_level) / 2)) * (variance / n) ** 0.5
    return NumberErrors(n, Estimate(bias - half, bias, bias + half), variance, _freedom(off))


def noisy_number_worth(
    n_rows: int,
    errors: NumberErrors,
    noise_variance: float,
    rng: np.random.Generator,
    *,
    boosted: bool = False,
    confidence_level: float = 0.9,
) -> NoisyWorth:
    """Say how many clean rows a number of rows is worth whose numbers a machine gave.

    Parameters
    ----------
    n_rows : int
        Rows that the machine labels, at least 1.
    errors : NumberErrors
        As `number_errors` gives them.
    noise_variance : float > 0
        Variance of people's numbers about the best prediction, in the square of their unit: of a
        forecast, the squared error at the end. The surer a task, the more a machine's noise harms.
    rng : numpy.random.Generator
        Draws the variance of the machine's error.
    boosted : bool, default=False
        Whether boosted trees learn from them, which learn single wrong numbers by heart: what is
        left to them is as for classes, see `noisy_worth`.
    confidence_level : float in (0, 1), default=0.9
        Of the range, which holds what is unknown of that variance and how far the formula was from
        learning curves.

    Returns
    -------
    NoisyWorth
        Factor and clean rows, with their ranges.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    What a regression learns from n rows goes with n over the variance of their noise [1]_, so a
    label is worth ``s^2 / (s^2 + t^2)`` clean ones, s^2 being the noise of clean labels and t^2
    the variance of the machine's error. People's own noise counts against the machine: it is part
    of what the two are apart.

    It is for numbers from which the bias was taken off: a bias is no noise, and no number of rows
    makes it less. It holds for errors that do not depend on the row: a machine that errs alike on
    rows that look alike teaches its errors. A forest makes half of it where numbers are noisy.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani, J. Friedman (2009), The elements of statistical learning, 2nd
       ed., section 7.3. Springer.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> people = rng.normal(50, 10, 100)
    >>> errors = number_errors(people, people + rng.normal(0, 4, 100))
    >>> found = noisy_number_worth(10_000, errors, 16.0, rng)
    >>> bool(0.4 < found.factor.estimate < 0.6)
    True
    """
    check_share(confidence_level, "confidence_level")
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1; got {n_rows}.")
    if not 0 < noise_variance < np.inf:
        raise ValueError(f"noise_variance must be above 0 and finite; got {noise_variance}.")
    of_machine = errors.variance * errors.freedom / rng.chisquare(errors.freedom, _N_DRAWS)
    factors = noise_variance / (noise_variance + of_machine)
    factors = np.minimum(factors * np.exp(_FORMULA_SD * rng.standard_normal(_N_DRAWS)), 1.0)
    if boosted:
        factors = boosted_factors(factors)
    tail = (1 - confidence_level) / 2
    low, middle, high = map(float, np.quantile(factors, [tail, 0.5, 1 - tail]))
    return NoisyWorth(n_rows, Estimate(low, middle, high), 0.0)


def _freedom(off: Floats) -> float:
    """Degrees of freedom of a variance of these values."""
    from scipy.stats import kurtosis  # long to import, and needed here only

    n = off.size
    excess = float(kurtosis(off, bias=False)) if np.ptp(off) else 0.0
    return 2 / (2 / (n - 1) + max(excess, 0.0) / n)
