"""Figures of a slice of a stream beside the rest of it: share wrong, precision and recall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.stats.arrays import Bools, Floats, Ints
from leadline.stats.interval import Estimate
from leadline.stats.judgments.draw_interval import interval_of, ratio_of
from leadline.stats.judgments.slice_posterior import draw_slice_hits

_N_DRAWS = 1500
_LEVEL = 0.9


@dataclass(frozen=True)
class Counted:
    """Rows by stratum, and what was judged of them.

    Parameters
    ----------
    sizes, n_hits, n_judged : ndarray of int of shape (n_strata,)
        Rows; of those judged the hits, and all.
    """

    sizes: Ints
    n_hits: Ints
    n_judged: Ints


@dataclass(frozen=True)
class SliceFigures:
    """A slice at one operating point, with 90 % intervals.

    Parameters
    ----------
    wrong : Estimate of float
        Share of its rows that is wrong.
    rest : float
        The same of the rest, the mean.
    gap, spread : float
        Mean and standard deviation of the difference in the world that the stream is drawn from:
        where all of a short stream is judged, its slices still differ by chance.
    precision, recall : Estimate of float or None
        None where nothing is flagged or not.
    """

    wrong: Estimate[float]
    rest: float
    gap: float
    spread: float
    precision: Estimate[float] | None = None
    recall: Estimate[float] | None = None


def slice_figures(
    inside: Counted,
    outside: Counted,
    rest: Floats,
    rng: np.random.Generator,
    *,
    alerts: list[Bools] | None = None,
) -> list[SliceFigures]:
    """Read the figures of a slice off joint draws.

    Parameters
    ----------
    inside, outside : Counted
        The slice, and the rest of the stream. Hits are positives, or wrong rows where nothing is
        flagged.
    rest : ndarray of shape (n_rest, n_strata)
        Draws of the share of hits of each stratum, from judgments outside the slice.
    rng : Generator
        Source of chance.
    alerts : list of ndarray of bool of shape (n_strata,), optional
        Which strata each operating point flags. Without it a hit is wrong.

    Returns
    -------
    list of SliceFigures
        One an operating point; one where there is none.

    Examples
    --------
    >>> inside = Counted(np.array([500, 100]), np.array([0, 5]), np.array([20, 20]))
    >>> outside = Counted(np.array([5000, 900]), np.array([1, 90]), np.array([100, 100]))
    >>> rng = np.random.default_rng(0)
    >>> rest = np.column_stack([rng.beta(2, 100, 150), rng.beta(91, 11, 150)])
    >>> (found,) = slice_figures(inside, outside, rest, rng, alerts=[np.array([False, True])])
    >>> bool(found.precision.high < 0.6), bool(found.gap > 0)
    (True, True)
    """
    hits, shares, taken = draw_slice_hits(
        rest, inside.sizes, inside.n_hits, inside.n_judged, _N_DRAWS, rng
    )
    left = np.maximum(outside.sizes - outside.n_judged, 0)
    others = outside.n_hits + rng.binomial(left, np.clip(rest[taken], 0, 1))
    worlds = shares * inside.sizes, rest[taken] * outside.sizes
    found = []
    for alert in [None] if alerts is None else alerts:
        wrong = _wrong_share(hits, inside.sizes, alert)
        of_rest = _wrong_share(others, outside.sizes, alert)
        gap = _wrong_share(worlds[0], inside.sizes, alert)
        gap = gap - _wrong_share(worlds[1], outside.sizes, alert)
        ends = np.quantile(wrong, [(1 - _LEVEL) / 2, 0.5, (1 + _LEVEL) / 2])
        precision, recall = (None, None) if alert is None else _ratios(inside, hits, alert)
        found.append(
            SliceFigures(
                wrong=Estimate(*(float(end) for end in ends)),
                rest=float(of_rest.mean()),
                gap=float(gap.mean()),
                spread=float(gap.std()),
                precision=precision,
                recall=recall,
            )
        )
    return found


def _wrong_share(hits: Floats | Ints, sizes: Ints, alert: Bools | None) -> Floats:
    """Share of rows flagged wrongly or missed, of each draw; without alerts a hit is wrong."""
    wrong = hits if alert is None else np.where(alert, sizes - hits, hits)
    share: Floats = wrong.sum(axis=1) / max(int(sizes.sum()), 1)
    return share


def _ratios(
    inside: Counted, hits: Ints, alert: Bools
) -> tuple[Estimate[float] | None, Estimate[float] | None]:
    found, total = hits[:, alert].sum(axis=1).astype(float), hits.sum(axis=1).astype(float)
    n_flagged = np.full(found.size, float(inside.sizes[alert].sum()))
    yes = int(inside.n_hits[alert].sum())
    no = int(inside.n_judged[alert].sum()) - yes
    missed = int(inside.n_hits[~alert].sum())
    precision = None
    if n_flagged[0]:
        precision = _ends(ratio_of(found, n_flagged), is_low=not yes, is_high=not no)
    return precision, _ends(ratio_of(found, total), is_low=not yes, is_high=not missed)


def _ends(draws: Floats, *, is_low: bool, is_high: bool) -> Estimate[float]:
    return Estimate(*interval_of(draws, _LEVEL, is_low=is_low, is_high=is_high))
