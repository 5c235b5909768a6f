"""Predicted numbers on a stream: share within a tolerance, error and bias, from a few judgments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import (
    Bools,
    Floats,
    Ints,
    as_labels,
    as_vector,
    check_positive,
    check_share,
)
from leadline.stats.interval import Estimate
from leadline.stats.judgments.bands import checked_rows
from leadline.stats.judgments.strata.joint_intervals import joint_intervals
from leadline.stats.judgments.strata.stratum_posterior import StratumCounts, draw_shares
from leadline.stats.judgments.strata.value_strata import ValueStrata
from leadline.stats.judgments.stratified_sampling import spread

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_DRAWS = 2000
_FEWEST_OF_A_STRATUM = 4


@dataclass(frozen=True)
class WidthCut:
    """The rows answered where the model stays silent about intervals wider than this.

    Parameters
    ----------
    width : float or None
        Answered are rows whose interval is at most as wide; None: all.
    answered : float in [0, 1]
        Share of the stream.
    within : Estimate of float
        Share of these that are off by at most the tolerance.
    """

    width: float | None
    answered: float
    within: Estimate[float]


@dataclass(frozen=True)
class ValueEstimate:
    """How near predicted numbers are on the stream.

    Parameters
    ----------
    within : Estimate of float
        Share of the stream that is off by at most the tolerance.
    mean_absolute_error : Estimate of float or None
        In the unit of the numbers; None where fewer than two values were judged.
    bias : Estimate of float or None
        Mean of truth minus prediction; None likewise.
    cuts : tuple of WidthCut
        All rows first, then by falling width. Their intervals hold all at once.
    """

    within: Estimate[float]
    mean_absolute_error: Estimate[float] | None
    bias: Estimate[float] | None
    cuts: tuple[WidthCut, ...]


def sample_values(
    predictions: ArrayLike,
    n: int,
    rng: np.random.Generator,
    *,
    interval_widths: ArrayLike | None = None,
) -> Ints:
    """Choose the rows of a stream of predicted numbers that reviewers should judge.

    The rows are ordered by width of interval, where the model gives one, and by the number said,
    and one is drawn of each of `n` equal parts: every row is as likely as any other.

    Parameters
    ----------
    predictions : array-like of float, shape (n_samples,)
        What the model says of each row of the stream.
    n : int >= 1
        Judgments wanted; with as many or more than there are rows, all rows are returned.
    rng : Generator
        Source of chance.
    interval_widths : array-like of float >= 0, shape (n_samples,), optional
        How wide the model's interval of each row is.

    Returns
    -------
    ndarray of int of shape (min(n, n_samples),)
        Different row numbers in random order.

    Raises
    ------
    ValueError
        If `n` is below 1, or an input is empty or not finite.

    Examples
    --------
    >>> rows = sample_values(np.arange(100), 10, np.random.default_rng(0))
    >>> sorted((rows // 10).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    values = as_vector(predictions, "predictions")
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}.")
    strata = ValueStrata.of(values, interval_widths)
    exceeded = strata.n_exceeded[strata.stratum_of(values, interval_widths)]
    order = np.lexsort((rng.random(values.size), values, exceeded))
    return rng.permutation(order[spread(values.size, min(n, values.size), rng)]).astype(np.int64)


def estimate_values(
    predictions: ArrayLike,
    rows: ArrayLike,
    truth: ArrayLike,
    tolerance: float,
    *,
    interval_widths: ArrayLike | None = None,
    widths: ArrayLike | None = None,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> ValueEstimate:
    """Estimate on the whole stream how near predicted numbers are.

    The share within the tolerance has a posterior: strata, by width of interval and by the number
    said, stray from a level that they share. The mean error and the bias have the classical
    intervals of stratified samples [1]_, that of the error on a logarithmic scale. Rows judged are
    known, so with all of them judged the intervals close.

    Parameters
    ----------
    predictions : array-like of float, shape (n_samples,)
        What the model says of each row of the stream.
    rows : array-like of int, shape (n_judged,)
        Rows judged, each once; as `sample_values` chose them.
    truth : array-like of float, shape (n_judged,)
        The judgments: the number that is right.
    tolerance : float > 0
        Off by at most this is near enough.
    interval_widths : array-like of float >= 0, shape (n_samples,), optional
        How wide the model's interval of each row is.
    widths : array-like of float, optional
        Widths up to which the model may answer; without them those above which a tenth, a
        quarter and half of the rows lie.
    confidence_level : float in (0, 1), default=0.9
        Of each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one, so that the same judgments give the same answer.

    Raises
    ------
    ValueError
        If no row was judged, a row is judged twice or does not exist, lengths differ, or the
        tolerance is not above 0.

    References
    ----------
    .. [1] W. G. Cochran (1977), Sampling Techniques, 3rd edition, chapter 5. Wiley.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import LinearRegression
    >>> from leadline.stats.judgments import sample_values
    >>> X, y = load_diabetes(return_X_y=True)
    >>> stream = LinearRegression().fit(X[:100], y[:100]).predict(X[100:])
    >>> rows = sample_values(stream, 80, np.random.default_rng(0))
    >>> result = estimate_values(stream, rows, y[100:][rows], tolerance=50)
    >>> truth = np.mean(np.abs(stream - y[100:]) <= 50)
    >>> bool(result.within.low <= truth <= result.within.high)
    True
    """
    values = as_vector(predictions, "predictions")
    judged = checked_rows(rows, values.size)
    told = as_vector(truth, "truth")
    check_positive(tolerance, "tolerance")
    if told.size != judged.size:
        raise ValueError(f"truth holds {told.size} values, {judged.size} are needed: one a row.")
    strata = ValueStrata.of(values, interval_widths, widths)
    errors = told - values[judged]
    spans = None if interval_widths is None else np.asarray(interval_widths)[judged]
    stratum = strata.stratum_of(values[judged], spans)
    return estimate_values_in(
        strata,
        stratum,
        np.abs(errors) <= tolerance,
        errors,
        confidence_level=confidence_level,
        rng=rng,
    )


def estimate_values_in(
    strata: ValueStrata,
    stratum: Ints,
    is_within: ArrayLike,
    errors: ArrayLike,
    *,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> ValueEstimate:
    """Estimate as `estimate_values` does, from a stream that is kept as strata.

    Parameters
    ----------
    strata : ValueStrata
        The stream.
    stratum : ndarray of int of shape (n_judged,)
        The stratum of each row judged.
    is_within : array-like of {0, 1}, shape (n_judged,)
        Whether it is off by at most the tolerance.
    errors : array-like of float, shape (n_judged,)
        Truth minus prediction; NaN where a judge said only whether it is near enough.
    confidence_level : float in (0, 1), default=0.9
        Of each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one.
    """
    check_share(confidence_level, "confidence_level")
    near = as_labels(is_within, "is_within", n_samples=stratum.size)
    if not stratum.size:
        raise ValueError("no row was judged; at least one is needed.")
    source = np.random.default_rng(0) if rng is None else rng
    drawn = _draw_within(strata, stratum, near, source)
    tail = (1 - confidence_level) / 2
    total = drawn.sum(axis=1) / strata.n_samples
    low, middle, high = (float(each) for each in np.quantile(total, [tail, 0.5, 1 - tail]))
    is_open = stratum.size < strata.n_samples
    off_by = np.asarray(errors, dtype=np.float64)
    told = np.isfinite(off_by)
    size = Estimate(
        0.0 if is_open and not near.any() else low,
        middle,
        1.0 if is_open and near.all() else high,
    )
    return ValueEstimate(
        within=size,
        mean_absolute_error=_log_mean(
            strata, stratum[told], np.abs(off_by[told]), confidence_level
        ),
        bias=_mean(strata, stratum[told], off_by[told], confidence_level),
        cuts=_cuts(strata, drawn, confidence_level),
    )


def _draw_within(strata: ValueStrata, stratum: Ints, near: Bools, rng: np.random.Generator) -> Ints:
    """Rows of each stratum within the tolerance, shape (n_draws, n_strata)."""
    n_judged = np.bincount(stratum, minlength=strata.sizes.size)
    n_near = np.bincount(stratum[near], minlength=strata.sizes.size)
    counts = StratumCounts(
        log_odds=np.zeros((strata.sizes.size, 1)),
        groups=strata.n_exceeded,
        n_hits=n_near.astype(np.int64),
        n_judged=n_judged.astype(np.int64),
    )
    shares = draw_shares(counts, _N_DRAWS, rng)
    return np.asarray(n_near + rng.binomial(strata.sizes - n_judged, shares), dtype=np.int64)


def _cuts(strata: ValueStrata, drawn: Ints, confidence_level: float) -> tuple[WidthCut, ...]:
    levels = np.arange(strata.widths.size, -1, -1)
    is_answered = strata.n_exceeded[:, None] <= levels
    n_answered = strata.sizes @ is_answered
    there = np.flatnonzero(n_answered > 0)
    found = joint_intervals((drawn @ is_answered[:, there]) / n_answered[there], confidence_level)
    return tuple(
        WidthCut(
            width=None
            if levels[column] == strata.widths.size
            else float(strata.widths[levels[column]]),
            answered=float(n_answered[column] / strata.n_samples),
            within=Estimate(
                float(found.low[place]), float(found.estimate[place]), float(found.high[place])
            ),
        )
        for place, column in enumerate(there)
    )


def _mean(
    strata: ValueStrata, stratum: Ints, values: Floats, confidence_level: float
) -> Estimate[float] | None:
    """Mean over the stream with its interval; None for fewer than two values."""
    if values.size < 2:
        return None
    middle, stderr, freedom = _stratified(strata, stratum, values)
    reach = stderr * float(stdtrit(freedom, (1 + confidence_level) / 2))
    return Estimate(middle - reach, middle, middle + reach)


def _log_mean(
    strata: ValueStrata, stratum: Ints, values: Floats, confidence_level: float
) -> Estimate[float] | None:
    """The same of values of at least 0, whose mean is skewed: on a logarithmic scale."""
    if values.size < 2:
        return None
    middle, stderr, freedom = _stratified(strata, stratum, values)
    if middle <= 0:
        return Estimate(0.0, 0.0, 0.0)
    reach = np.exp(stderr / middle * float(stdtrit(freedom, (1 + confidence_level) / 2)))
    return Estimate(float(middle / reach), middle, float(middle * reach))


def _stratified(strata: ValueStrata, stratum: Ints, values: Floats) -> tuple[float, float, float]:
    """Mean, its standard error, and the degrees of freedom by Satterthwaite."""
    parts = _joined(strata, stratum)
    sizes = np.bincount(parts, weights=strata.sizes)
    group = parts[stratum]
    n = np.bincount(group, minlength=sizes.size).astype(np.float64)
    means = np.bincount(group, weights=values, minlength=sizes.size) / n
    squares = np.bincount(group, weights=(values - means[group]) ** 2, minlength=sizes.size)
    weights = sizes / sizes.sum()
    each = weights**2 * (1 - n / sizes) * squares / (n - 1) / n
    freedom = each.sum() ** 2 / max(float(np.sum(each**2 / (n - 1))), 1e-300)
    return float(weights @ means), float(np.sqrt(each.sum())), max(float(freedom), 1.0)


def _joined(strata: ValueStrata, stratum: Ints) -> Ints:
    """A part for each stratum: neighbours are joined until four of each part are judged."""
    n = np.bincount(stratum, minlength=strata.sizes.size)
    parts, part, so_far = np.zeros(n.size, dtype=np.int64), 0, 0
    for place in range(n.size):
        parts[place] = part
        so_far += int(n[place])
        if so_far >= _FEWEST_OF_A_STRATUM and n[place + 1 :].sum() >= _FEWEST_OF_A_STRATUM:
            part, so_far = part + 1, 0
    return parts
