"""Posterior of the positives of each band: a logistic calibration with a random effect of bands.

A slice with log odds l has ``logit p = a + b (l - l0) + d``. Shift a and slope b are shared, d is
the random effect of the band, ``d ~ N(0, t^2)``. a, b and t have priors and are summed over a grid,
d is integrated on nodes. Two scales of l compete, weighted by their evidence: the log odds that the
scores claim, and their order alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.bands import Bands

_N_SHIFTS, _N_SLOPES = 37, 15
_REACH = 2.8
_BAND_SDS = np.array([0.1, 0.25, 0.6])
_BAND_SD_WEIGHTS = np.array([0.5, 0.35, 0.15])
_NODES = np.linspace(-3, 3, 13)
# log odds at which the likelihood of a band is tabled
_LOWEST, _HIGHEST, _STEP = -18.0, 12.0, 0.1
_TABLE = np.arange(_LOWEST, _HIGHEST + _STEP / 2, _STEP)
_N_WITHIN = 65
_NEGLIGIBLE = 12.0


@dataclass(frozen=True)
class Judged:
    """Judged rows, counted by slice and by what the votes say.

    Parameters
    ----------
    slices : ndarray of int of shape (n_groups,)
        Slice of each group of rows.
    if_positive, if_negative : ndarray of shape (n_groups,)
        Probability of the votes given the truth: 1 and 0 where a reviewer is never wrong and says
        yes.
    counts : ndarray of int of shape (n_groups,)
        Rows of the group.
    """

    slices: Ints
    if_positive: Floats
    if_negative: Floats
    counts: Ints


@dataclass(frozen=True)
class _Scale:
    """One reading of the scores, with its priors."""

    positions: Floats
    weight: float
    shift: float
    shift_spread: float
    slope: float
    slope_spread: float


def draw_positives(
    bands: Bands,
    judged: Sequence[tuple[float, Judged]],
    n_draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Draw the positives of each band from the posterior.

    Parameters
    ----------
    bands : Bands
        The stream.
    judged : sequence of (float, Judged)
        Judged rows, and the prior probability of that reading of them: one where reviewers are
        taken to be right, several where their error rates are uncertain.
    n_draws : int
        Joint draws.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (n_draws, n_bands)
        Whole numbers; rows judged are counted as judged, the others are drawn.
    """
    tables = [
        (prior * scale.weight, _Tables.of(bands, reading, scale))
        for prior, reading in judged
        for scale in _scales(bands)
    ]
    evidence = np.array([np.log(prior) + logsumexp(each.log_posterior) for prior, each in tables])
    counts = rng.multinomial(n_draws, np.exp(evidence - logsumexp(evidence)))
    drawn = [each.draw(int(n), rng) for (_, each), n in zip(tables, counts, strict=True) if n]
    found: Floats = rng.permutation(np.concatenate(drawn), axis=0)
    return found


def likeliest_shares(bands: Bands, judged: Judged) -> Floats:
    """Share of positives of each slice by the most probable shift and slope.

    Parameters
    ----------
    bands : Bands
        The stream.
    judged : Judged
        What was judged.

    Returns
    -------
    ndarray of shape (n_slices,)
        In (0, 1).
    """
    tables = [_Tables.of(bands, judged, scale) for scale in _scales(bands)]
    best = max(tables, key=lambda t: float(np.log(t.scale.weight) + logsumexp(t.log_posterior)))
    _, shift, slope = np.unravel_index(np.argmax(best.log_posterior), best.log_posterior.shape)
    found: Floats = expit(best.shifts[shift] + best.slopes[slope] * best.scale.positions)
    return found


def _scales(bands: Bands) -> tuple[_Scale, ...]:
    """The readings of the scores, the claimed log odds and the order."""
    lowest = float(np.min(bands.thresholds))
    above = bands.edges.searchsorted(lowest, side="right")
    place = float(bands.ranks[min(int(above), bands.ranks.size - 1)])
    claimed = _Scale(bands.log_odds, 0.8, 0.0, 1.5, 1.0, 0.5)
    ordered = _Scale(bands.ranks - place, 0.2, -1.0, 2.0, 2.0, 0.6)
    return claimed, ordered


@dataclass(frozen=True)
class _Tables:
    """Likelihoods of one scale on the grid."""

    bands: Bands
    judged: Judged
    scale: _Scale
    shifts: Floats
    slopes: Floats
    centres: Floats
    within: tuple[Floats, ...]
    log_posterior: Floats

    @classmethod
    def of(cls, bands: Bands, judged: Judged, scale: _Scale) -> _Tables:
        z = np.linspace(-_REACH, _REACH, _N_SHIFTS)
        shifts = scale.shift + scale.shift_spread * z
        u = np.linspace(-_REACH, _REACH, _N_SLOPES)
        slopes = scale.slope * np.exp(scale.slope_spread * u)
        weights = bands.sizes
        centres = np.bincount(
            bands.bands, weights=weights * scale.positions, minlength=bands.n_bands
        ) / np.maximum(bands.band_sizes, 1)
        within = tuple(
            _band_table(bands, judged, scale.positions, band, centres[band], slopes)
            for band in range(bands.n_bands)
        )
        prior = (
            np.log(_BAND_SD_WEIGHTS)[:, None, None] - 0.5 * z[:, None] ** 2 - 0.5 * u[None, :] ** 2
        )
        prior = prior - logsumexp(prior)
        total = prior
        for band in np.unique(bands.bands[judged.slices]):
            total = total + _marginal(within[band], centres[band], shifts, slopes)
        return cls(bands, judged, scale, shifts, slopes, centres, within, total)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw the positives of each band, shape (n, n_bands)."""
        flat = np.exp(self.log_posterior - self.log_posterior.max()).ravel()
        picked = _pick(flat, n, rng)
        band_sd, shift, slope = np.unravel_index(picked, self.log_posterior.shape)
        step = self.shifts[1] - self.shifts[0]
        shifts = self.shifts[shift] + step * (rng.random(n) - 0.5)
        band_sds = _BAND_SDS[band_sd]
        found = np.zeros((n, self.bands.n_bands))
        for band in np.unique(self.bands.bands):
            means = shifts + self.slopes[slope] * self.centres[band]
            log_odds = _draw_log_odds(self.within[band], slope, means, band_sds, rng)
            found[:, band] = self._positives(band, log_odds, self.slopes[slope], rng)
        return found

    def _positives(
        self, band: int, log_odds: Floats, slopes: Floats, rng: np.random.Generator
    ) -> Floats:
        """Finite population: rows judged are as the votes say, the rest is drawn."""
        here = np.flatnonzero(self.bands.bands == band)
        offsets = self.scale.positions[here] - self.centres[band]
        p = expit(log_odds[:, None] + slopes[:, None] * offsets)
        mine = np.isin(self.judged.slices, here)
        slices = self.judged.slices[mine] - here[0]
        counts = self.judged.counts[mine]
        n_judged = np.bincount(slices, weights=counts, minlength=here.size)
        left = self.bands.sizes[here] - n_judged
        n_left = int(left.sum())
        found = np.zeros(log_odds.size)
        if n_left:
            found += rng.binomial(n_left, np.clip(p @ (left / n_left), 0, 1))
        yes, no = self.judged.if_positive[mine], self.judged.if_negative[mine]
        sure = (yes == 0) | (no == 0)
        found += counts[sure] @ (no[sure] == 0)
        if not sure.all():
            at = p[:, slices[~sure]]
            real = at * yes[~sure] / (at * yes[~sure] + (1 - at) * no[~sure])
            found += rng.binomial(counts[~sure], real).sum(axis=1)
        return found


def _band_table(
    bands: Bands, judged: Judged, positions: Floats, band: int, centre: float, slopes: Floats
) -> Floats:
    """Log likelihood of what was judged in a band, shape (n_slopes, n_table)."""
    table = np.zeros((slopes.size, _TABLE.size))
    for group in np.flatnonzero(bands.bands[judged.slices] == band):
        offset = positions[judged.slices[group]] - centre
        p = expit(_TABLE + (slopes * offset)[:, None])
        yes, no = judged.if_positive[group], judged.if_negative[group]
        table += judged.counts[group] * np.log(np.maximum(p * yes + (1 - p) * no, 1e-300))
    return table


def _marginal(table: Floats, centre: float, shifts: Floats, slopes: Floats) -> Floats:
    """Log likelihood of a band, its random effect integrated out: (n_sds, n_shifts, n_slopes)."""
    weights = np.exp(-0.5 * _NODES**2)
    weights = np.log(weights / weights.sum())
    means = shifts[:, None] + slopes * centre
    at = means[None, ..., None] + _BAND_SDS[:, None, None, None] * _NODES
    which = np.arange(slopes.size)[:, None]
    return logsumexp(_looked_up(table, which, at) + weights, axis=-1)


def _looked_up(table: Floats, which: Ints, at: Floats) -> Floats:
    """Linear interpolation in the row `which` of a table."""
    place = np.clip((at - _LOWEST) / _STEP, 0, _TABLE.size - 1.001)
    first = place.astype(np.int64)
    part = place - first
    return table[which, first] * (1 - part) + table[which, first + 1] * part


def _draw_log_odds(
    table: Floats, slope: Ints, means: Floats, band_sds: Floats, rng: np.random.Generator
) -> Floats:
    """Draw the log odds at a band's centre, given shift, slope and the sd of bands."""
    low, high = np.min(means - 3.5 * band_sds), np.max(means + 3.5 * band_sds)
    profile = table.max(axis=0)
    likely = _TABLE[profile > profile.max() - _NEGLIGIBLE]
    # the two ranges may not overlap where judgments contradict the scores
    low, high = max(low, likely[0] - _STEP), min(high, likely[-1] + _STEP)
    if low >= high:
        low, high = np.min(means - 3.5 * band_sds), np.max(means + 3.5 * band_sds)
    nodes = np.linspace(low, high, _N_WITHIN)
    log = _looked_up(table, np.arange(table.shape[0])[:, None], nodes[None, :])[slope]
    log -= 0.5 * ((nodes - means[:, None]) / band_sds[:, None]) ** 2
    density = np.cumsum(np.exp(log - log.max(axis=1, keepdims=True)), axis=1)
    level = rng.random(means.size) * density[:, -1]
    found: Floats = nodes[np.argmax(density >= level[:, None], axis=1)]
    spread: Floats = (nodes[1] - nodes[0]) * (rng.random(means.size) - 0.5)
    return found + spread


def _pick(weights: Floats, n: int, rng: np.random.Generator) -> Ints:
    """Draw places in proportion to weights, evenly spread: the same law with less noise."""
    cumulated = np.cumsum(weights)
    levels = (np.arange(n) + rng.random()) / n * cumulated[-1]
    places = np.searchsorted(cumulated, levels, side="right")
    return rng.permutation(np.minimum(places, weights.size - 1)).astype(np.int64)
