"""Misses and false alarms of a block from labels drawn by strata: precision, recall and cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector, check_share
from leadline.stats.interval import Estimate
from leadline.stats.judgments.bands import checked_rows
from leadline.stats.monitoring.predicted_error import strata_of

_N_DRAWS = 2_000
# how far the odds of an error of one kind may be from the predicted ones, in log odds, beforehand
_SHIFT_SD = 1.0
_N_STEPS = 25
# what is predicted of a stratum counts as so many labels
_AS_LABELS = 5.0
# labels move the shift that all strata share, and then their own: they are used twice
_CAUTION = 1.15


@dataclass(frozen=True)
class ErrorKinds:
    """Errors of a block by their kind.

    Parameters
    ----------
    precision : Estimate of float or None
        Share of the flagged rows that are positive; None if no row is flagged.
    recall : Estimate of float or None
        Share of the positive rows that are flagged; None where there may be no positive row.
    cost_per_1000 : Estimate of float
        Of the errors on 1,000 rows, in the unit of the costs.
    n_positive : float
        Positive rows, about.
    """

    precision: Estimate[float] | None
    recall: Estimate[float] | None
    cost_per_1000: Estimate[float]
    n_positive: float


def error_kinds(
    expected: ArrayLike,
    said: ArrayLike,
    rows: ArrayLike,
    truth: ArrayLike,
    *,
    cost_miss: float,
    cost_false_alarm: float,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> ErrorKinds:
    """Estimate precision, recall and cost of a block of which some rows have a label.

    Within strata of the predicted error, and of what was said, labelled rows speak for the others.
    The share of errors in each is drawn from a beta posterior whose prior is the predicted error,
    moved by a shift in log odds that misses have in common, and false alarms; rows without a label
    are drawn from it. A block that is labelled whole is known exactly.

    Parameters
    ----------
    expected : array-like of float in (0, 1), shape (n,)
        Predicted error of each row of the block, as the monitor drew the rows by it.
    said : array-like of {0, 1}, shape (n,)
        Whether each is flagged.
    rows : array-like of int, shape (n_labels,)
        Those with a label, at least one.
    truth : array-like of {0, 1}, shape (n_labels,)
        Their labels.
    cost_miss, cost_false_alarm : float
        Of one error.
    rng : Generator
        Source of chance.
    confidence_level : float in (0, 1), default=0.95
        Of the intervals.

    Returns
    -------
    ErrorKinds

    Raises
    ------
    ValueError
        If a length or a value is not as above.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.random(400)
    >>> truth = rng.random(400) < scores
    >>> said = scores >= 0.5
    >>> rows = rng.permutation(400)[:80]
    >>> kinds = error_kinds(
    ...     np.minimum(scores, 1 - scores),
    ...     said,
    ...     rows,
    ...     truth[rows],
    ...     cost_miss=2,
    ...     cost_false_alarm=1,
    ...     rng=rng,
    ... )
    >>> bool(kinds.precision.low < np.mean(truth[said]) < kinds.precision.high)
    True
    """
    check_share(confidence_level, "confidence_level")
    predicted = as_vector(expected, "expected")
    flagged = as_labels(said, "said", n_samples=predicted.size)
    judged = checked_rows(np.asarray(rows), predicted.size)
    real = as_labels(truth, "truth", n_samples=judged.size)
    wrong = (real != flagged[judged]).astype(np.float64)
    strata = strata_of(predicted, judged.size)
    n_errors = {
        kind: _errors(predicted, flagged == kind, strata, judged, wrong, rng)
        for kind in (False, True)
    }
    missed, false = n_errors[False], n_errors[True]
    n_flagged = int(flagged.sum())
    hits = n_flagged - false
    positives = hits + missed
    cost = 1000 * (missed * cost_miss + false * cost_false_alarm) / predicted.size

    def within(drawn: Floats) -> Estimate[float]:
        tail = (1 - confidence_level) / 2
        low, middle, high = np.quantile(drawn, [tail, 0.5, 1 - tail])
        return Estimate(float(low), float(middle), float(high))

    return ErrorKinds(
        within(hits / n_flagged) if n_flagged else None,
        within(hits / positives) if np.all(positives > 0) else None,
        within(cost),
        float(np.median(positives)),
    )


def _errors(
    predicted: Floats,
    is_kind: np.ndarray,
    strata: Ints,
    judged: Ints,
    wrong: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Draws of how many rows of those flagged, or of the others, are wrong."""
    if not is_kind.any():
        return np.zeros(_N_DRAWS)
    n_strata = int(strata.max()) + 1
    sizes = np.bincount(strata[is_kind], minlength=n_strata)
    is_here = is_kind[judged]
    places = strata[judged[is_here]]
    counts = np.bincount(places, minlength=n_strata)
    ups: Floats = np.bincount(places, weights=wrong[is_here], minlength=n_strata).astype(np.float64)
    sums = np.bincount(strata[is_kind], weights=predicted[is_kind], minlength=n_strata)
    used = sizes > 0
    sizes, counts, ups = sizes[used], counts[used], ups[used]
    odds = logit(np.clip(sums[used] / sizes, 0.002, 0.998))
    shift, sd = _shift(odds, counts, ups)
    likely = expit(odds + rng.normal(shift, sd, (_N_DRAWS, 1)))
    a = ups + _AS_LABELS * likely
    b = counts - ups + _AS_LABELS * (1 - likely)
    drawn = np.clip(rng.beta(a, b), 0.0, 1.0)
    more = rng.binomial(sizes - counts, drawn).sum(axis=1).astype(np.float64)
    middle = more.mean()
    found: Floats = ups.sum() + np.clip(
        middle + _CAUTION * (more - middle), 0.0, float((sizes - counts).sum())
    )
    return found


def _shift(odds: Floats, counts: Ints, ups: Floats) -> tuple[float, float]:
    """By how much the log odds of an error are above the predicted ones, and how sure that is."""
    shift = 0.0
    for _ in range(_N_STEPS):
        p = expit(odds + shift)
        curve = float(counts @ (p * (1 - p))) + 1 / _SHIFT_SD**2
        step = (float(ups.sum() - counts @ p) - shift / _SHIFT_SD**2) / curve
        shift += float(np.clip(step, -1, 1))
        if abs(step) < 1e-8:
            break
    return shift, curve**-0.5
