"""Telling gaps: whether a column has a value goes with the label."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, mannwhitneyu

from leadline.phases.data import TellingGap

_FEWEST_ROWS = 20
_BY_CHANCE = 1e-6  # over all columns: rows may belong together, and then chance does more
_WEAKEST = 0.1
_SPIKE = 0.1
_MOST_SHOWN = 5


def telling_gaps(
    frame: pl.DataFrame, label: NDArray[np.generic], *, is_class: bool
) -> tuple[TellingGap, ...]:
    """Columns whose missing values go with the label (missing not at random).

    Classes are tested by Pearson's chi-squared, numbers by ranks (Mann and Whitney), in every
    column with at least 20 rows that have a value and 20 that have none, at a level of 1e-6 over
    all columns together (Bonferroni). Of numbers of which a tenth or more are one and the same, as
    the 0 of who had no claim, it is asked as well whether they are that one.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_features)
        Features.
    label : ndarray of shape (n_samples,)
        Classes as text, or numbers.
    is_class : bool
        Whether they are classes.

    Returns
    -------
    tuple of TellingGap
        Those whose strength is at least .1, the strongest first, at most five. Columns that are
        missing in the same rows are one.

    Examples
    --------
    >>> pay, y = [None, None, 1.0, 2.0] * 50, np.array([9.0, 8.0, 2.0, 1.0] * 50)
    >>> (gap,) = telling_gaps(pl.DataFrame({"pay": pay}), y, is_class=False)
    >>> gap.columns, gap.n_missing, gap.missing, gap.others, gap.is_leak
    (('pay',), 100, 8.5, 1.5, True)
    """
    masks: dict[bytes, tuple[NDArray[np.bool_], list[str]]] = {}
    for column in frame.iter_columns():
        n_missing = column.null_count()
        if min(n_missing, len(column) - n_missing) >= _FEWEST_ROWS:
            mask = column.is_null().to_numpy()
            masks.setdefault(mask.tobytes(), (mask, []))[1].append(column.name)
    level = _BY_CHANCE / max(len(masks), 1)
    found = []
    for mask, names in masks.values():
        asked = (_of_class,) if is_class else (_of_spike, _of_number)
        gaps = [gap for ask in asked if (gap := ask(label, mask, names, level))]
        strongest = max(gaps, key=lambda gap: gap.strength, default=None)
        if strongest is not None and strongest.strength >= _WEAKEST:
            found.append(strongest)
    return tuple(sorted(found, key=lambda gap: -gap.strength)[:_MOST_SHOWN])


def _of_class(
    label: NDArray[np.generic], mask: NDArray[np.bool_], names: list[str], level: float
) -> TellingGap | None:
    classes, codes = np.unique(label, return_inverse=True)
    if classes.size < 2:
        return None
    counts = np.stack([np.bincount(codes[rows], minlength=classes.size) for rows in (mask, ~mask)])
    test = chi2_contingency(counts, correction=False)
    if test.pvalue > level:
        return None
    shares = counts / counts.sum(axis=1, keepdims=True)
    # the class that there is the most more, or less, of
    told = int(np.argmax(np.abs(shares[0] - shares[1])))
    return TellingGap(
        columns=tuple(names),
        n_missing=int(mask.sum()),
        value=str(classes[told]),
        missing=float(shares[0, told]),
        others=float(shares[1, told]),
        strength=float(np.sqrt(test.statistic / codes.size)),
    )


def _of_spike(
    label: NDArray[np.generic], mask: NDArray[np.bool_], names: list[str], level: float
) -> TellingGap | None:
    values, counts = np.unique(label, return_counts=True)
    if counts.max() < _SPIKE * label.size:
        return None
    spike = values[np.argmax(counts)]
    told = np.where(label == spike, f"{float(spike):g}", "")
    gap = _of_class(told, mask, names, level)
    if gap is None or gap.value:
        return gap
    # told of the number itself, not of all others
    return TellingGap(
        columns=gap.columns,
        n_missing=gap.n_missing,
        value=f"{float(spike):g}",
        missing=1 - gap.missing,
        others=1 - gap.others,
        strength=gap.strength,
    )


def _of_number(
    label: NDArray[np.generic], mask: NDArray[np.bool_], names: list[str], level: float
) -> TellingGap | None:
    missing, others = label[mask].astype(float), label[~mask].astype(float)
    test = mannwhitneyu(missing, others)
    if test.pvalue > level:
        return None
    above = float(test.statistic) / (missing.size * others.size)
    return TellingGap(
        columns=tuple(names),
        n_missing=int(mask.sum()),
        value="",
        missing=float(np.median(missing)),
        others=float(np.median(others)),
        strength=abs(2 * above - 1),
    )
