"""Forecasts of a candidate's error: at the largest size, at the affordable size, between them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.phases.search.trial import Expected
from leadline.stats.curves import fit
from leadline.stats.curves.design import share_removed
from leadline.stats.curves.measured import typical_error
from leadline.stats.metric import metric_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.phases.curve import Point
    from leadline.stats.arrays import Floats
    from leadline.stats.curves.posterior import CurvePosterior

LEAST_ERROR = 1e-6
"""Errors below it are held to be this large: curves are modelled as logarithms."""

_LEAST_STDERR = 1e-4  # of a metric without a ceiling both are shares of the typical error
_FEWEST_SIZES = 3
_N_SHOWN = 5  # sizes of a forecast that go on the record
_INTERVAL = (0.05, 0.95)
# below three sizes, where there is no curve
_SHARE_REMOVED = 0.5
_STD_PER_DOUBLING = 0.1  # of log error: by so much most curves change when the rows are doubled


@dataclass(frozen=True)
class Floors:
    """Least error and standard error that are told from 0, in the metric's own unit.

    Attributes
    ----------
    error, stderr : float > 0
        What is smaller is held to be this large.
    """

    error: float
    stderr: float


def floors_of(points: Sequence[Point], scoring: str) -> Floors:
    """Return the floors for a curve: of a share absolute, else relative to its typical error.

    Parameters
    ----------
    points : sequence of Point
        At one size or more.
    scoring : str
        The metric of their errors.
    """
    unit = 1.0
    if metric_of(scoring).ceiling is None:
        # an error may be counted in millions or in millionths
        unit = typical_error([point.mean for point in points])
    return Floors(LEAST_ERROR * unit, _LEAST_STDERR * unit)


def curve_posterior_of(points: Sequence[Point], *, scoring: str, family: str) -> CurvePosterior:
    """The posterior of a candidate's learning curve, given its measured points.

    Parameters
    ----------
    points : sequence of Point
        At three sizes or more.
    scoring : str
        The metric of their errors.
    family : str
        Of the candidate.

    Raises
    ------
    ValueError
        If there are fewer than three sizes.
    """
    # what folds do to others may lift a candidate above the worst there is
    ceiling = metric_of(scoring).ceiling
    most = inf if ceiling is None else ceiling
    floors = floors_of(points, scoring)
    return fit(
        [float(point.n_train) for point in points],
        [min(max(point.mean, floors.error), most) for point in points],
        [max(point.stderr or 0.0, floors.stderr) for point in points],
        metric=scoring,
        family=family,
        n_repeats=min(len(point.errors) for point in points),
    )


@dataclass(frozen=True)
class ErrorForecast:
    """What is believed of a candidate's error.

    Attributes
    ----------
    draws : ndarray of shape (n_draws,)
        Of its error at the largest size that any candidate can be measured at.
    share_removed : float in [0, 1]
        Share of the variance of their logarithm that the next measurement is expected to remove.
    log_error_change : float
        Logarithm of its error at the affordable size over that at the largest size: the median.
    log_error_std : float
        Standard deviation of the logarithm of its error at the affordable size.
    """

    draws: Floats
    share_removed: float
    log_error_change: float
    log_error_std: float

    @property
    def posterior_means(self) -> Floats:
        """Draws of the mean error after the next measurement, shape (n_draws,).

        Their mean is that of `draws`: no measurement is expected to raise or lower it.
        """
        mean = float(np.mean(self.draws))
        return np.asarray(mean + np.sqrt(self.share_removed) * (self.draws - mean))


@dataclass(frozen=True)
class Shape:
    """How the error of a family's default changes with the rows.

    A candidate with less than three sizes has no curve of its own; it is taken to change as this
    does.

    Attributes
    ----------
    points : sequence of Point
        What was measured of the default.
    forecast : ErrorForecast
        Of the default.
    scoring : str
        The metric of both.
    """

    points: Sequence[Point]
    forecast: ErrorForecast
    scoring: str

    def log_change(self, n_from: int, n_to: int) -> float | None:
        """Change of log error between two sizes; None where it was not measured at both."""
        least = floors_of(self.points, self.scoring).error
        by_size = {point.n_train: max(point.mean, least) for point in self.points}
        if n_from not in by_size or n_to not in by_size:
            return None
        return float(np.log(by_size[n_to] / by_size[n_from]))


def error_forecast_of(  # noqa: PLR0913 -- a curve and its family, what is asked of it, and a seed
    points: Sequence[Point],
    n_largest: int,
    n_affordable: int,
    n_next: int | None,
    *,
    scoring: str,
    family: str,
    n_draws: int,
    seed: int,
    shape: Shape | None = None,
) -> ErrorForecast:
    """Forecast a candidate's error, however few points were measured.

    Below three sizes there is no curve: from the last size on the error is taken to change as that
    of the family's default, or not at all where that is not known, with a standard deviation that
    grows with the distance as curves usually change.

    Parameters
    ----------
    points : sequence of Point
        At one size or more.
    n_largest : int
        Largest size that any candidate can be measured at.
    n_affordable : int
        Train rows that can be afforded.
    n_next : int or None
        Size of the candidate's next measurement; None: there is none.
    scoring, family : str
        As in `curve_posterior_of`.
    n_draws, seed : int
        Draws of different seeds are independent of each other.
    shape : Shape, optional
        Of the family's default.
    """
    rng = np.random.default_rng(seed)
    last, floors = points[-1], floors_of(points, scoring)
    error = max(last.mean, floors.error)
    noise = _log_std(error, max(last.stderr or 0.0, floors.stderr))
    if len(points) < _FEWEST_SIZES:
        measured = _Measured(last.n_train, error, noise)
        return _without_curve(measured, n_largest, n_affordable, n_next, n_draws, rng, shape)
    share = 0.0 if n_next is None else _SHARE_REMOVED
    posterior = curve_posterior_of(points, scoring=scoring, family=family)
    sizes = [n_largest, n_affordable, *([] if n_next is None else [n_next])]
    drawn = np.maximum(posterior.sample(sizes, n_draws, rng=rng), floors.error)
    logs = np.log(drawn)
    medians = posterior.quantile([n_largest, n_affordable], 0.5)
    at_largest, at_affordable = np.log(np.maximum(medians, floors.error))
    if last.n_train == n_largest:
        # measured there: the curve says no more about it than the measurement does
        draws = error * np.exp(rng.normal(0.0, noise, n_draws))
    else:
        draws = drawn[:, 0]
        if n_next is not None:
            share = float(share_removed(logs[:, 2:], logs[:, 0], [noise])[0])
    return ErrorForecast(draws, share, float(at_affordable - at_largest), float(np.std(logs[:, 1])))


def _log_std(error: float, stderr: float) -> float:
    """Standard deviation of a log error: the ratio of the two while it is small.

    Of an error below its standard error, such as that of a candidate that was never wrong, it is
    that of the log-normal distribution with this ratio: else its mean would know no bounds.
    """
    ratio = stderr / error
    return ratio if ratio <= 1 else max(1.0, float(np.sqrt(np.log1p(ratio**2))))


class _Measured(NamedTuple):
    """The last measurement: its size, error and the standard deviation of its logarithm."""

    n_train: int
    error: float
    noise: float


def _without_curve(
    last: _Measured,
    n_largest: int,
    n_affordable: int,
    n_next: int | None,
    n_draws: int,
    rng: np.random.Generator,
    shape: Shape | None,
) -> ErrorForecast:
    """The forecast of a candidate with less than three sizes."""
    error = last.error
    at_largest, at_affordable = (
        float(np.hypot(last.noise, _STD_PER_DOUBLING * abs(np.log2(n / last.n_train))))
        for n in (n_largest, n_affordable)
    )
    change = 0.0
    if shape is not None:
        known = shape.log_change(last.n_train, n_largest)
        if known is not None:
            error *= float(np.exp(known))
        change, at_affordable = shape.forecast.log_error_change, shape.forecast.log_error_std
    draws = error * np.exp(rng.normal(0.0, at_largest, n_draws))
    share = 0.0 if n_next is None else _SHARE_REMOVED
    return ErrorForecast(draws, share, change, at_affordable)


def mean_and_interval(draws: Floats, n_train: int) -> Expected:
    """Mean and 90 % interval of drawn errors.

    Parameters
    ----------
    draws : ndarray of shape (n_draws,)
        Errors at one size.
    n_train : int
        The size.
    """
    low, high = np.quantile(draws, _INTERVAL)
    return Expected(n_train=n_train, error=float(np.mean(draws)), low=float(low), high=float(high))


def forecast_beyond(
    points: Sequence[Point], n_affordable: int, *, scoring: str, family: str
) -> tuple[Expected, ...]:
    """Median and 90 % interval of the error, from the largest measured size to the affordable one.

    Parameters
    ----------
    points : sequence of Point
        The smallest size first.
    n_affordable : int
        Train rows that can be afforded.
    scoring, family : str
        As in `curve_posterior_of`.

    Returns
    -------
    tuple of Expected
        At five sizes at most, the smallest first; empty below three measured sizes.
    """
    if len(points) < _FEWEST_SIZES:
        return ()
    last = points[-1].n_train
    posterior = curve_posterior_of(points, scoring=scoring, family=family)
    sizes = np.unique(np.geomspace(last, max(n_affordable, last), _N_SHOWN).round().astype(int))
    low, high = _INTERVAL
    quantiles = posterior.quantile(sizes, [low, 0.5, high]).T
    return tuple(
        Expected(n_train=int(n), error=float(median), low=float(lower), high=float(upper))
        for n, (lower, median, upper) in zip(sizes, quantiles, strict=True)
    )
