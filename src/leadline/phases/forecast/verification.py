"""Forecast verification: the errors that earlier forecasts promised beside those measured since.

Each forecast is asked only about sizes beyond those it
was made from. What is measured has an error of its own, so the range that should hold it is wider
than the one that should hold the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot, log
from statistics import median
from typing import TYPE_CHECKING

from leadline.phases.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leadline.stats.curves import CurvePosterior

_Z = 1.6449  # standard normal quantile of .95
_LEAST = 1e-9  # errors are compared as logarithms
_COVERAGE = 0.9
_RARE = 0.05


@dataclass(frozen=True, kw_only=True)
class Verified:
    """The error that one forecast promised at one size, and the one measured there since.

    Attributes
    ----------
    entry : int
        Number of the forecast.
    n_known : int
        Largest size measured when it was made.
    n_train : int
        Size measured since.
    median : float
        Error it promised.
    low, high : float
        Its 90 % range for the error that would be measured, the standard error of the measurement
        included.
    measured : float
        Mean error measured.
    is_same : bool
        Whether it was measured of the very model that the forecast spoke of.
    """

    entry: int
    n_known: int
    n_train: int
    median: float
    low: float
    high: float
    measured: float
    is_same: bool = True

    @property
    def is_inside(self) -> bool:
        """Whether the range holds what was measured."""
        return self.low <= self.measured <= self.high

    @property
    def miss(self) -> float:
        """How far off the promise was, as a share of it; above 0: it turned out worse."""
        return self.measured / self.median - 1


def verify(
    entry: int,
    posterior: CurvePosterior,
    points: Iterable[tuple[int, float, float]],
    *,
    is_same: bool = True,
) -> tuple[Verified, ...]:
    """Compare a forecast with what was measured since.

    Parameters
    ----------
    entry : int
        Number of the forecast.
    posterior : CurvePosterior
        Its posterior.
    points : iterable of (int, float, float)
        Train size, mean error and its standard error; sizes the forecast knew are passed over.
    is_same : bool
        Whether they are of the model it spoke of.

    Returns
    -------
    tuple of Verified
        One a new size, in the order of `points`.
    """
    new = [point for point in points if point[0] > posterior.n_largest]
    return tuple(
        _verified(entry, posterior, n_train, error, stderr, is_same)
        for n_train, error, stderr in new
    )


def farthest(checks: Sequence[Verified]) -> tuple[Verified, ...]:
    """Of each forecast its largest size, which is what money was spent on; oldest first.

    Sizes of one forecast err together, so that each forecast counts once.
    """
    by_entry: dict[int, Verified] = {}
    for check in checks:
        known = by_entry.get(check.entry)
        if known is None or check.n_train > known.n_train:
            by_entry[check.entry] = check
    return tuple(by_entry[entry] for entry in sorted(by_entry))


def verification_words(checks: Sequence[Verified]) -> str:
    """The result for earlier forecasts in a sentence; empty where none can be verified yet."""
    judged = farthest(checks)
    if not judged:
        return ""
    n_inside = sum(check.is_inside for check in judged)
    miss = median(abs(check.miss) for check in judged)
    others = sum(not check.is_same for check in judged)
    of_others = f"; {others} of them measured on another model than forecast" if others else ""
    return (
        f"{n_inside} of {plural(len(judged), 'earlier forecast')} held in "
        f"{'its' if len(judged) == 1 else 'their'} 90% range; typical miss {miss:.0%} of the "
        f"error promised{of_others}."
    )


def is_overconfident(checks: Sequence[Verified]) -> bool:
    """Whether so few held that ranges which hold nine in ten would rarely do so badly.

    One-sided binomial test at 5 %. Forecasts of one project share rows, so that a single bad
    streak can cause it.
    """
    # here, so that asking where a project stands does not wait for SciPy
    from scipy.special import bdtr

    judged = farthest(checks)
    n_inside = sum(check.is_inside for check in judged)
    return bool(judged) and float(bdtr(n_inside, len(judged), _COVERAGE)) < _RARE


def _verified(
    entry: int,
    posterior: CurvePosterior,
    n_train: int,
    error: float,
    stderr: float,
    is_same: bool,
) -> Verified:
    quantiles = posterior.quantile(n_train, [0.05, 0.5, 0.95])
    low, middle, high = (max(float(each), _LEAST) for each in quantiles)
    noise = _Z * stderr / middle
    return Verified(
        entry=entry,
        n_known=round(posterior.n_largest),
        n_train=n_train,
        median=middle,
        low=middle * exp(-hypot(log(middle / low), noise)),
        high=middle * exp(hypot(log(high / middle), noise)),
        measured=error,
        is_same=is_same,
    )
