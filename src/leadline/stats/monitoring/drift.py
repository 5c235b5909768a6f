"""Drift of a block of data from the reference: of its inputs, and of its error.

`share_shift` and `number_shift` describe inputs. Their p-values treat rows as independent, which
rows of one day are not, so they are information and never an alarm. `block_alarm` tests the error,
with whole blocks as observations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, kolmogorov, stdtr

from leadline.stats.arrays import Floats, as_vector, check_positive, check_share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


_BISECTIONS = 40


@dataclass(frozen=True)
class ShareShift:
    """Shift of the shares of categories.

    Parameters
    ----------
    total_variation : float in [0, 1]
        Share of rows that would have to change category to undo the shift.
    p_value : float in [0, 1]
        Two-sample chi-square test that nothing moved, rows taken as independent.
    """

    total_variation: float
    p_value: float


@dataclass(frozen=True)
class NumberShift:
    """Shift of the distribution of a number.

    Parameters
    ----------
    statistic : float in [0, 1]
        Largest distance of the two cumulative distributions (Kolmogorov-Smirnov).
    p_value : float in [0, 1]
        That nothing moved, rows taken as independent.
    """

    statistic: float
    p_value: float


@dataclass(frozen=True)
class BlockAlarm:
    """Test of a block's error.

    Parameters
    ----------
    z : float
        Excess over the reference in units of its block-to-block spread.
    p_value : float in [0, 1]
        One-sided, Student's t with one degree of freedom less than there are reference blocks.
    alarm : bool
        Whether `p_value` is at most the false-alarm rate asked for.
    """

    z: float
    p_value: float
    alarm: bool


@dataclass(frozen=True)
class FalseAlarms:
    """Rates at which blocks that are no worse alarm.

    Parameters
    ----------
    per_block : float in [0, 1]
        Share of shuffled blocks that alarmed.
    per_run : float in [0, 1]
        Share of shuffles in which any of the blocks alarmed.
    """

    per_block: float
    per_run: float


def share_shift(block_counts: ArrayLike, reference_counts: ArrayLike) -> ShareShift:
    """Compare the shares of categories in a block with those of the reference.

    Parameters
    ----------
    block_counts, reference_counts : array-like of int, shape (n_categories,)
        Rows in each category, in the same order; 0 where a category does not occur.

    Returns
    -------
    ShareShift
        Categories that occur in neither are left out; with one category nothing can move.

    Raises
    ------
    ValueError
        If the lengths differ, a count is negative, or one side has no rows.

    Examples
    --------
    >>> shift = share_shift([30, 70], [500, 500])
    >>> round(shift.total_variation, 3), shift.p_value < 0.001
    (0.2, True)
    """
    block = as_vector(block_counts, "block_counts")
    reference = as_vector(reference_counts, "reference_counts")
    if block.size != reference.size or np.any(block < 0) or np.any(reference < 0):
        raise ValueError(
            "block_counts and reference_counts must be as many and not negative; they are not. "
            "Count both over the same list of categories."
        )
    table = np.stack([block, reference])[:, block + reference > 0]
    rows = table.sum(axis=1)
    if np.any(rows == 0):
        raise ValueError("block or reference has no rows, both need some. Wait for more data.")
    shares = table / rows[:, None]
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    if table.shape[1] < 2:
        return ShareShift(0.0, 1.0)
    expected = rows[:, None] * table.sum(axis=0) / rows.sum()
    chi2 = float(np.sum((table - expected) ** 2 / expected))
    return ShareShift(distance, float(chdtrc(table.shape[1] - 1, chi2)))


def number_shift(block: ArrayLike, reference: ArrayLike) -> NumberShift:
    """Compare the distribution of a number in a block with that of the reference.

    Two-sample Kolmogorov-Smirnov test; the p-value is the asymptotic one with Stephens's
    correction for few rows [1]_. It is too large where many values are tied.

    Parameters
    ----------
    block, reference : array-like of float, shape (n_rows,)
        Values; leave missing ones out (their share is a category).

    Returns
    -------
    NumberShift
        Distance and p-value.

    Raises
    ------
    ValueError
        If one side is empty or holds values that are not finite.

    References
    ----------
    .. [1] M. A. Stephens (1970), Use of the Kolmogorov-Smirnov, Cramer-von Mises and related
       statistics without extensive tables. J. Roy. Statist. Soc. B 32, 115-122.

    Examples
    --------
    >>> number_shift([1, 2, 3], [4, 5, 6]).statistic
    1.0
    """
    new, old = np.sort(as_vector(block, "block")), np.sort(as_vector(reference, "reference"))
    places = np.concatenate([new, old])
    cumulative_new = np.searchsorted(new, places, side="right") / new.size
    cumulative_old = np.searchsorted(old, places, side="right") / old.size
    statistic = float(np.max(np.abs(cumulative_new - cumulative_old)))
    root = math.sqrt(new.size * old.size / (new.size + old.size))
    return NumberShift(statistic, float(kolmogorov((root + 0.12 + 0.11 / root) * statistic)))


def block_alarm(
    reference_block_means: ArrayLike,
    block_mean: float,
    n_block: float,
    *,
    n_reference: float | None = None,
    tolerance: float = 0.0,
    false_alarm_rate: float = 0.01,
) -> BlockAlarm:
    """Test the error of one block against the variation among reference blocks.

    Errors cluster within a day or week: bad weather, a campaign, a broken feed. A test that
    counts rows takes each such day for a change of the world and alarms on streams where nothing
    drifts. Here a whole block is one observation, and the variance is that among blocks.

    Parameters
    ----------
    reference_block_means : array-like of float in [0, 1], shape (n_reference,)
        Error rates of reference blocks, at least three.
    block_mean : float in [0, 1]
        Error rate of the new block.
    n_block : float > 0
        Labelled rows in the new block. A small block scatters more than the reference blocks do:
        the spread is never taken below the binomial one of `n_block` rows.
    n_reference : float > 0, optional
        Labelled rows in each reference block; as many as in the new one if not given.
    tolerance : float >= 0, default=0
        Rise of the error rate that is accepted.
    false_alarm_rate : float in (0, 1), default=0.01
        Chance of an alarm on a block that is like the reference.

    Returns
    -------
    BlockAlarm
        One-sided: only a rise alarms.

    Raises
    ------
    ValueError
        If there are fewer than three reference blocks or a number is out of range.

    Examples
    --------
    >>> result = block_alarm([0.10, 0.12, 0.09, 0.11, 0.10], 0.20, n_block=500)
    >>> result.alarm, round(result.z, 1)
    (True, 6.0)
    """
    reference = _error_rates(reference_block_means, 3)
    new = as_vector([block_mean], "block_mean")
    if n_reference is not None:
        check_positive(n_reference, "n_reference")
    sizes = (n_block, n_block if n_reference is None else n_reference)
    z, p_value = _excess(reference[None], new[None], sizes, tolerance, false_alarm_rate)
    p = float(p_value[0, 0])
    return BlockAlarm(float(z[0, 0]), p, p <= false_alarm_rate)


def alarm_limit(
    reference_block_means: ArrayLike,
    n_block: float,
    *,
    n_reference: float | None = None,
    false_alarm_rate: float = 0.01,
) -> float:
    """Return the error rate above which `block_alarm` alarms.

    Parameters
    ----------
    reference_block_means : array-like of float in [0, 1], shape (n_reference,)
        Error rates of reference blocks, at least three.
    n_block : float > 0
        Labelled rows in the new block.
    n_reference, false_alarm_rate : float
        As for `block_alarm`.

    Returns
    -------
    float
        In [0, 1]; 1 where no block of that size can alarm.

    Examples
    --------
    >>> limit = alarm_limit([0.1, 0.12, 0.09, 0.11], 500)
    >>> block_alarm([0.1, 0.12, 0.09, 0.11], limit + 1e-6, 500).alarm
    True
    >>> block_alarm([0.1, 0.12, 0.09, 0.11], limit - 1e-6, 500).alarm
    False
    """
    reference = _error_rates(reference_block_means, 3)

    def alarms(error: float) -> bool:
        return block_alarm(
            reference,
            error,
            n_block,
            n_reference=n_reference,
            false_alarm_rate=false_alarm_rate,
        ).alarm

    low, high = float(reference.mean()), 1.0
    if not alarms(high):
        return high
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if alarms(middle) else (middle, high)
    return high


def effective_false_alarm_rate(
    reference_block_means: ArrayLike,
    n_block: float,
    *,
    rng: np.random.Generator,
    tolerance: float = 0.0,
    false_alarm_rate: float = 0.01,
    n_shuffles: int = 500,
) -> FalseAlarms:
    """Measure the false alarms of `block_alarm` by shuffling the reference's own blocks.

    Each shuffle keeps half of the blocks as reference and watches the others, among which nothing
    has changed but their order.

    Parameters
    ----------
    reference_block_means : array-like of float in [0, 1], shape (n_reference,)
        Error rates, at least six.
    n_block : float > 0
        Labelled rows a block.
    rng : Generator
        Source of chance.
    tolerance, false_alarm_rate : float
        As for `block_alarm`.
    n_shuffles : int >= 1, default=500
        Shuffles.

    Returns
    -------
    FalseAlarms
        Rates to print beside the monitor. They describe a reference half as long as the real
        one, so that the real monitor is rather better. Slow trends inside the reference are
        broken up by the shuffle and do not show.

    Raises
    ------
    ValueError
        If there are fewer than six blocks or a number is out of range.
    """
    reference = _error_rates(reference_block_means, 6)
    if n_shuffles < 1:
        raise ValueError(f"n_shuffles must be at least 1; got {n_shuffles}.")
    shuffled = rng.permuted(np.tile(reference, (n_shuffles, 1)), axis=1)
    half = -(-reference.size // 2)
    kept, watched = shuffled[:, :half], shuffled[:, half:]
    _, p_value = _excess(kept, watched, (n_block, n_block), tolerance, false_alarm_rate)
    alarms = p_value <= false_alarm_rate
    return FalseAlarms(float(np.mean(alarms)), float(np.mean(np.any(alarms, axis=1))))


def _error_rates(means: ArrayLike, at_least: int) -> Floats:
    """Return error rates of blocks; raise a ValueError otherwise."""
    rates = as_vector(means, "reference_block_means", min_size=at_least)
    if np.any((rates < 0) | (rates > 1)):
        raise ValueError("reference_block_means must lie in [0, 1]; some do not. Pass error rates.")
    return rates


def _excess(
    reference: Floats,
    new: Floats,
    sizes: tuple[float, float],
    tolerance: float,
    false_alarm_rate: float,
) -> tuple[Floats, Floats]:
    """Prediction-interval z and its p-value; one row a run, one column a new block."""
    n_block, n_reference = sizes
    check_positive(n_block, "n_block")
    check_share(false_alarm_rate, "false_alarm_rate")
    if tolerance < 0:
        raise ValueError(f"tolerance must not be negative; got {tolerance}.")
    n = reference.shape[1]
    mean = reference.mean(axis=1, keepdims=True)
    # pooled with the new block, as if nothing had changed: a reference without errors must not
    # have a variance of 0
    n_before = n * n_reference
    pooled = (mean * n_before + new * n_block + 0.5) / (n_before + n_block + 1)
    binomial = np.sqrt(pooled * (1 - pooled) / n_block)
    spread = np.maximum(reference.std(axis=1, ddof=1, keepdims=True), binomial)
    known = max(1 / n, n_block / n_before)
    z = (new - mean - tolerance) / (spread * math.sqrt(1 + known))
    return z, stdtr(n - 1, -z)
