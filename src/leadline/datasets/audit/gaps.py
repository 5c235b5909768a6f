"""Telling gaps: whether a column has a value goes with the label."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, hypergeom, norm, rankdata

from leadline.phases.data import TellingGap

Bools = NDArray[np.bool_]
Ask = Callable[[Bools], TellingGap | None]

_FEWEST_ROWS = 20
_BY_CHANCE = 1e-6  # over all columns: rows may belong together, and then chance does more
_WEAKEST = 0.1
_SPIKE = 0.1
_MOST_SHOWN = 5
_TILTS = np.geomspace(0.1, 100, 60)  # any of them gives a bound


def telling_gaps(
    frame: pl.DataFrame, label: NDArray[np.generic], *, is_class: bool
) -> tuple[TellingGap, ...]:
    """Columns whose missing values go with the label (missing not at random).

    Each class is tested by Fisher's exact test, numbers by ranks (Mann and Whitney), in every
    column with at least 20 rows that have a value and 20 that have none, at a level of 1e-6 over
    all columns and classes together (Bonferroni). The normal distribution of ranks fails so far out
    where few rows are missing or most numbers are one: Chernoff's bound has to hold as well. Of
    numbers of which a tenth or more are one and the same, as the 0 of who had no claim, it is asked
    as well whether they are that one.

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
    names: dict[bytes, list[str]] = {}
    for column in frame.iter_columns():
        n_missing = column.null_count()
        if min(n_missing, len(column) - n_missing) >= _FEWEST_ROWS:
            key = hashlib.sha256(_mask(column).tobytes()).digest()
            names.setdefault(key, []).append(column.name)
    level = _BY_CHANCE / max(len(names), 1)
    asked = [_of_class(label, level)] if is_class else _of_numbers(label, level)
    found = []
    for together in names.values():
        mask = _mask(frame[together[0]])
        gaps = [gap for ask in asked if (gap := ask(mask))]
        strongest = max(gaps, key=lambda gap: gap.strength, default=None)
        if strongest is not None and strongest.strength >= _WEAKEST:
            found.append(replace(strongest, columns=tuple(together)))
    return tuple(sorted(found, key=lambda gap: -gap.strength)[:_MOST_SHOWN])


def _mask(column: pl.Series) -> Bools:
    return column.is_null().to_numpy()


def _of_numbers(label: NDArray[np.generic], level: float) -> list[Ask]:
    y = label.astype(np.float64)
    values, counts = np.unique(y, return_counts=True)
    if not y.size or counts.max() < _SPIKE * y.size:
        return [_of_ranks(y, level)]
    spike = float(values[np.argmax(counts)])
    name = f"{spike:.12g}"
    told = np.where(y == spike, name, "")
    return [_of_class(told, level, name), _of_ranks(y, level)]


def _of_class(label: NDArray[np.generic], level: float, value: str = "") -> Ask:
    """Whether classes are others where values are missing; one of them, or that of `value`."""
    classes, codes = np.unique(label, return_inverse=True)

    def ask(mask: Bools) -> TellingGap | None:
        if classes.size < 2:
            return None
        counts = np.stack([np.bincount(codes[rows], minlength=classes.size)
                           for rows in (mask, ~mask)])  # fmt: skip
        n_missing = int(mask.sum())
        chance = hypergeom(codes.size, counts.sum(axis=0), n_missing)
        tails = np.minimum(chance.sf(counts[0] - 1), chance.cdf(counts[0]))
        if 2 * classes.size * tails.min() > level:
            return None
        statistic = chi2_contingency(counts, correction=False).statistic
        shares = counts / counts.sum(axis=1, keepdims=True)
        # the class that there is the most more, or less, of
        most = int(np.argmax(np.abs(shares[0] - shares[1])))
        told = int(np.searchsorted(classes, value)) if value else most
        return TellingGap(
            columns=(),
            n_missing=n_missing,
            value=str(classes[told]),
            missing=float(shares[0, told]),
            others=float(shares[1, told]),
            strength=float(np.sqrt(statistic / codes.size)),
        )

    return ask


def _of_ranks(y: NDArray[np.float64], level: float) -> Ask:
    """Whether numbers are larger, or smaller, where values are missing: ranked once for all."""
    ranks = rankdata(y)
    _, ties = np.unique(y, return_counts=True)
    n = y.size
    spread = (n + 1 - np.sum(ties.astype(np.float64) ** 3 - ties) / max(n * (n - 1), 1)) / 12

    def ask(mask: Bools) -> TellingGap | None:
        n_missing = int(mask.sum())
        n_pairs = n_missing * (n - n_missing)
        above = (ranks[mask].sum() - n_missing * (n_missing + 1) / 2) / n_pairs
        if spread <= 0 or 2 * norm.sf(abs(above - 0.5) * np.sqrt(n_pairs / spread)) > level:
            return None
        if _chernoff(ranks, mask if 2 * n_missing <= n else ~mask) > level:
            return None
        missing, others = float(np.median(y[mask])), float(np.median(y[~mask]))
        if is_mean := missing == others:
            missing, others = float(y[mask].mean()), float(y[~mask].mean())
        return TellingGap(
            columns=(),
            n_missing=n_missing,
            value="",
            missing=missing,
            others=others,
            is_mean=is_mean,
            strength=float(abs(2 * above - 1)),
        )

    return ask


def _chernoff(ranks: NDArray[np.float64], part: Bools) -> float:
    """Most that the chance can be of so far a mean rank of a part, drawn without replacement.

    The bound of draws with replacement holds for them too: Hoeffding 1963, J. Am. Stat. Assoc. 58,
    theorem 4.
    """
    off = (ranks - ranks.mean()) / ranks.size
    mean = off[part].mean()
    values, counts = np.unique(off if mean > 0 else -off, return_counts=True)
    exponents = [
        np.log(np.average(np.exp(tilt * values), weights=counts)) - tilt * abs(mean)
        for tilt in _TILTS
    ]
    return float(2 * np.exp(np.count_nonzero(part) * min(exponents)))
