"""Joint forecast of candidates: by how much their forecasts miss, each and together, by kind.

What data do to all candidates alike does not decide which is the best, so differences between
candidates are better known than the error of each. And some kinds are forecast worse than others:
the curves of discriminant analysis and of polynomial kernels turn. Both was learnt from published
curves; `benchmarks/find/learn_residuals.py` makes the file beside this module and says from which.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.stats.arrays import Floats, Ints

ANY_KIND = "any"
"""Stands for kinds of candidates that were not learnt from."""

# chosen on the learning half of LCDB 1.1 for the smallest regret: see docs/benchmarks.md
_SHARE_OF_LEAD = 0.5
_STD_OF_HALF_WEIGHT = 0.4
_MOST_LEAD = 0.4


@dataclass(frozen=True)
class ResidualTable:
    """Residuals of forecasts: log error as it came less log error as forecast.

    Parameters
    ----------
    kinds : tuple of str
        Families of candidates, `ANY_KIND` first.
    ratios : ndarray of shape (n_ratios,)
        Sizes forecast, as multiples of the largest measured, ascending, above 1.
    mean : ndarray of shape (n_ratios, n_kinds)
        Of the residuals, those of all candidates on the same data taken as 0.
    between : ndarray of shape (n_ratios, n_kinds, n_kinds)
        Covariance of what two candidates of these kinds share.
    own : ndarray of shape (n_ratios, n_kinds)
        Variance of what a candidate shares with no other.
    scales : ndarray of shape (n_scales,)
        Equally likely factors of the standard deviations, their mean square 1: on some data all
        candidates are forecast well, and on some all badly.
    """

    kinds: tuple[str, ...]
    ratios: Floats
    mean: Floats
    between: Floats
    own: Floats
    scales: Floats

    def at(self, ratio: float) -> tuple[Floats, Floats, Floats]:
        """Mean, between and own at one ratio.

        Linear in the logarithm of the ratio, from nothing at 1; beyond the largest as there.
        """
        knots = np.log([1.0, *self.ratios])
        where = float(np.clip(np.log(ratio), 0.0, knots[-1]))
        upper = int(np.clip(np.searchsorted(knots, where), 1, len(knots) - 1))
        share = (where - knots[upper - 1]) / (knots[upper] - knots[upper - 1])
        found = []
        for values in (self.mean, self.between, self.own):
            below = values[upper - 2] if upper > 1 else np.zeros_like(values[0])
            found.append((1 - share) * below + share * values[upper - 1])
        return found[0], found[1], found[2]

    def places(self, kinds: Sequence[str]) -> Ints:
        """Place of each kind in the table; that of any kind where it is unknown."""
        known = {kind: place for place, kind in enumerate(self.kinds)}
        return np.array([known.get(kind, 0) for kind in kinds], dtype=np.int64)


@cache
def residual_table() -> ResidualTable:
    """What ships with Leadline.

    Examples
    --------
    >>> residual_table().kinds[0] == ANY_KIND
    True
    """
    text = files("leadline.stats").joinpath("candidate_residuals.json").read_text("utf-8")
    return unpacked(json.loads(text))


def unpacked(stored: dict[str, object]) -> ResidualTable:
    """The table that a mapping of its fields to lists describes."""
    arrays = {
        name: np.asarray(stored[name], dtype=np.float64)
        for name in ("ratios", "mean", "between", "own", "scales")
    }
    return ResidualTable(kinds=tuple(map(str, stored["kinds"])), **arrays)  # type: ignore[call-overload]


def joint_log_errors(
    log_errors: Floats,
    changes: Floats,
    stds: Floats,
    kinds: Sequence[str],
    ratio: float,
    *,
    table: ResidualTable | None = None,
) -> Floats:
    r"""Log of the error that each candidate is expected to have beyond what was measured.

    About the candidate :math:`1` with the smallest measured error, whose own change all are
    thought to share:

    .. math::

        \log e_i + \frac{1}{2} \frac{c_i - c_1}{1 + (s^2 + v_{i1}) / 0.4^2}
        + m_i - m_1 + \frac{1}{2} (v_i - v_1)

    with :math:`e` the measured error, :math:`c` the forecast change of its logarithm, :math:`s`
    the larger one of the two standard deviations, :math:`m` and :math:`v` mean and variance of the
    residuals of its kind, and :math:`v_{i1}` the variance of the difference of two residuals. The
    last term makes a median a mean: who may err by a lot is expected to err more. Of a forecast
    lead about a half came true, less where forecast or kind are uncertain; it counts up to 0.4.

    Parameters
    ----------
    log_errors : ndarray of shape (n_candidates,)
        At the largest size measured.
    changes : ndarray of shape (n_candidates,)
        Log error forecast at the size asked about, less that at the largest measured: medians.
    stds : ndarray of shape (n_candidates,)
        Standard deviations of the log error forecast.
    kinds : sequence of str
        Families of the candidates; one that is unknown has the pooled values.
    ratio : float >= 1
        The size asked about over the largest measured.
    table : ResidualTable, optional
        Instead of what ships with Leadline; for cross-validation.

    Returns
    -------
    ndarray of shape (n_candidates,)
        The first one's is its measured one: only differences have a meaning.

    Raises
    ------
    ValueError
        If there is no candidate, the lengths differ or the ratio is below 1.

    Examples
    --------
    A candidate of a kind that is forecast badly needs a larger lead.

    >>> same = np.log([0.2, 0.2])
    >>> kinds = ["forest", "quadratic discriminant"]
    >>> found = joint_log_errors(same, np.array([-0.3, -0.3]), np.array([0.1, 0.1]), kinds, 8.0)
    >>> bool(found[0] < found[1])
    True
    """
    _check(log_errors, changes, stds, kinds, ratio)
    used = residual_table() if table is None else table
    mean, between, own = used.at(ratio)
    place = used.places(kinds)
    first = int(np.argmin(log_errors))
    variance = np.diag(between) + own
    apart = variance[place] + variance[place[first]] - 2 * between[place, place[first]]
    apart[first] = 0.0
    lead = np.clip(changes - changes[first], -_MOST_LEAD, _MOST_LEAD)
    lead_variance = np.maximum(stds, stds[first]) ** 2 + apart
    shift = mean + variance / 2
    joint: Floats = (
        log_errors
        + _SHARE_OF_LEAD * lead / (1 + lead_variance / _STD_OF_HALF_WEIGHT**2)
        + (shift[place] - shift[place[first]])
    )
    return joint


def residual_draws(
    kinds: Sequence[str],
    ratio: float,
    size: int,
    *,
    rng: np.random.Generator,
    table: ResidualTable | None = None,
) -> Floats:
    """Factors by which the errors of candidates turn out other than expected, drawn together.

    Parameters
    ----------
    kinds, ratio, table
        As `joint_log_errors`.
    size : int >= 1
        Number of draws.
    rng : Generator
        Source of random numbers.

    Returns
    -------
    ndarray of shape (size, n_candidates)
        Each row belongs together; the mean of each column is 1.
    """
    used = residual_table() if table is None else table
    _, between, own = used.at(ratio)
    place = used.places(kinds)
    values, vectors = np.linalg.eigh(between)
    shared = rng.normal(size=(size, len(values))) * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    alone = rng.normal(size=(size, len(kinds))) * np.sqrt(own[place])
    scale = rng.choice(used.scales, size=(size, 1))
    half = scale**2 * (np.diag(between) + own)[place] / 2
    factors: Floats = np.exp(scale * (shared[:, place] + alone) - half)
    return factors


def _check(
    log_errors: Floats, changes: Floats, stds: Floats, kinds: Sequence[str], ratio: float
) -> None:
    if not len(kinds) or any(
        values.shape != (len(kinds),) for values in (log_errors, changes, stds)
    ):
        raise ValueError(
            f"log_errors, changes and stds need one value for each of {len(kinds)} kinds, at least "
            f"one; they have shapes {log_errors.shape}, {changes.shape} and {stds.shape}."
        )
    if not ratio >= 1:
        raise ValueError(
            f"ratio must be at least 1; got {ratio}. Forecasts go beyond what is known."
        )
