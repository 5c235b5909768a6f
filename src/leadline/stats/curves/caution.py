"""Warnings about a forecast, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats
    from leadline.stats.curves.measured import Measured
    from leadline.stats.metric import Metric

FEWEST_SIZES = 5
FEWEST_REPEATS = 3
TRUSTED_RATIO = 64.0
"""Multiple of the largest measured size up to which forecasts were calibrated."""
LEAST_SPAN = 4.0
"""Multiple of the smallest size that the largest was at least where forecasts were calibrated."""
_ROUNDED = 0.9  # sizes are whole numbers of rows, and groups stay together
_SIGNIFICANT = 2.0  # standard errors
_LEAST_FALL = 0.02  # of log error
_NEAR_BOUND = 0.995
_NEAR_ZERO = 1e-3


def cautions(data: Measured, metric: Metric, n_repeats: int | None) -> tuple[str, ...]:
    """Return sentences about the measured points."""
    sentences = []
    if not data.used.all():
        at = ", ".join(f"{size:,.0f}" for size in data.sizes[~data.used])
        sentences.append(f"Errors beyond all measure are left out: those at {at} rows.")
    n_used = int(data.used.sum())
    if n_used < FEWEST_SIZES:
        which = "were measured" if data.used.all() else "are left"
        sentences.append(
            f"Only {n_used} train sizes {which}; a curve needs at least {FEWEST_SIZES} to be read."
        )
    sizes = data.sizes[data.used]
    span = float(sizes[-1] / sizes[0])
    if span < _ROUNDED * LEAST_SPAN:
        sentences.append(
            f"The largest train size is only {span:.3g} times the smallest: sizes so near each "
            "other hardly show a curve. Forecasts were calibrated on curves that span "
            f"{LEAST_SPAN:.0f} times."
        )
    if data.stderr is None:
        sentences.append(
            "The errors came without standard errors, so noise had to be told from signal by the "
            f"curve alone; measure each size {FEWEST_REPEATS} times."
        )
    elif n_repeats is not None and n_repeats < FEWEST_REPEATS:
        sentences.append(
            f"Each size was measured {n_repeats} time{'s' if n_repeats > 1 else ''} only; "
            f"{FEWEST_REPEATS} repeats are needed to know the noise."
        )
    sentences += _about_the_shape(data)
    # a loss may be any multiple of the others at the smallest size
    known = data.errors[data.used]
    usual = np.max(known) if metric.ceiling is not None else np.median(known)
    last = float(data.errors[-1])
    if metric.ceiling is not None and last >= _NEAR_BOUND * metric.ceiling:
        sentences.append("The error is as large as it can be: nothing has been learnt yet.")
    elif last <= _NEAR_ZERO * float(usual):
        sentences.append(
            "The error is so close to 0 that ratios mean little; look at counts of errors instead."
        )
    return tuple(sentences)


def caution_at(n: float, n_largest: float) -> str | None:
    """Return a sentence where `n` lies beyond what was calibrated, else None.

    Examples
    --------
    >>> caution_at(8_000, 1_000) is None
    True
    """
    ratio = n / n_largest
    if ratio <= TRUSTED_RATIO:
        return None
    return (
        f"The forecast reaches {ratio:.0f} times beyond the largest measured size; it was "
        f"calibrated up to {TRUSTED_RATIO:.0f} times."
    )


_RISING_WORDS = (
    "The error rises at the largest sizes measured: look for a fault (duplicates, order, a "
    "learner at its limit) before buying rows."
)
_FLAT_WORDS = (
    "The errors hardly fall over the measured sizes: these data do not show that more rows help, "
    "nor that they will not. A curve may wait at the error of guessing before it begins to fall."
)


def _about_the_shape(data: Measured) -> list[str]:
    """A tail that rises, a curve that does not fall."""
    spread = np.sqrt(data.variance)
    tail = data.y[-3:]
    rise = float(tail[-1] - np.min(tail[:-1]))
    noise = float(np.sqrt(spread[-1] ** 2 + np.max(spread[-3:-1]) ** 2))
    if rise > max(_SIGNIFICANT * noise, _LEAST_FALL / data.power):
        return [_RISING_WORDS]
    return [] if has_begun_to_fall(data) else [_FLAT_WORDS]


def has_begun_to_fall(data: Measured) -> bool:
    """Return whether the later half of the errors, or the last of them, lies below the first half.

    By two standard errors and a fiftieth of the error at least; in logarithms, or as measured: of
    hardly an error the logarithm is next to unknown.
    """
    if _falls(data.y, data.variance, _LEAST_FALL / data.power):
        return True
    if data.stderr is None:
        return False
    errors = data.errors[data.used]
    half = errors.size // 2
    return _falls(errors, data.stderr[data.used] ** 2, _LEAST_FALL * float(np.mean(errors[:half])))


def _falls(values: Floats, variances: Floats, least: float) -> bool:
    half = len(values) // 2
    early = values[:half]
    for late in (values[half:], values[-1:]):
        variance = float(np.mean(variances)) * (1 / early.size + 1 / late.size)
        fall = float(np.mean(early) - np.mean(late))
        if fall >= max(_SIGNIFICANT * float(np.sqrt(variance)), least):
            return True
    return False
