"""Walk of the log odds from band to band: filtered down from the top, sampled back up.

From the top band down, ``x_h = x_(h-1) - b (l_(h-1) - l_h) + e_h``: the log odds of a band follow
what the scores say, l, up to a slope b, and stray by e_h. Strays add up, so that a band far below
what was judged may lie anywhere, and bands near each other are alike: a floor of positives, a tail
sharper than its scores, ranks and ties are such walks. A stray is normal with the sd t or, now and
then, wide. b and t are summed over by their evidence. x lives on a grid, so the posterior is exact
up to its step, by filtering and sampling [1]_.

References
----------
.. [1] C. K. Carter, R. Kohn (1994), On Gibbs sampling for state space models. Biometrika 81,
   541-553.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.band_prior import LOG_ODDS, STEP, BandPrior, ScalePrior
from leadline.stats.judgments.bands import Bands
from leadline.stats.judgments.stratified_sampling import pick

# claims that are no shares are brought to this spread, that of log odds of usual scores
_USUAL_SPREAD = 2.0
_TINY = 1e-300
_TINY_SHARE = 1e-9


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

    @classmethod
    def nothing(cls) -> Judged:
        """Before the first judgment."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))

    @classmethod
    def of(cls, bands: Bands, scores: Floats, is_positive: NDArray[np.bool_]) -> Judged:
        """By reviewers who are never wrong."""
        codes = bands.slice_of(scores) * 2 + is_positive
        kinds, counts = np.unique(codes, return_counts=True)
        is_yes = (kinds % 2).astype(np.float64)
        return cls(kinds // 2, is_yes, 1 - is_yes, counts)

    @property
    def is_sure(self) -> bool:
        """Whether reviewers are taken to be right."""
        return bool(np.all((self.if_positive == 0) | (self.if_negative == 0)))

    def believed(self, shares: Floats) -> Floats:
        """Probability that a row of each group is positive, shape (n_draws, n_groups).

        Parameters
        ----------
        shares : ndarray of shape (n_draws, n_slices)
            Share of positives of each slice.
        """
        p = shares[:, self.slices]
        found: Floats = p * self.if_positive
        found /= np.maximum(found + (1 - p) * self.if_negative, _TINY)
        return found

    def told(self, bands: Bands) -> tuple[Ints, Ints]:
        """Rows more likely positive by their votes, and the others, of each slice."""
        is_yes = self.if_positive > self.if_negative
        yes, no = (
            np.bincount(self.slices, weights=self.counts * said, minlength=bands.sizes.size).astype(
                np.int64
            )
            for said in (is_yes, ~is_yes)
        )
        return yes, no


@dataclass(frozen=True)
class BandEvidence:
    """What is known of the bands beside judgments.

    Parameters
    ----------
    log_likelihood : ndarray of shape (n_bands, n_grid)
        Of a band's share of positives, at the shares whose log odds are `LOG_ODDS`.
    """

    log_likelihood: Floats

    def at(self, band: int, shares: Floats) -> Floats:
        """Log likelihood of shares of positives of a band, of their shape."""
        inside = np.clip(shares, _TINY_SHARE, 1 - _TINY_SHARE)
        found: Floats = np.interp(logit(inside), LOG_ODDS, self.log_likelihood[band])
        return found


@dataclass(frozen=True)
class Scale:
    """One reading of the scores of a stream.

    Parameters
    ----------
    positions : ndarray of shape (n_slices,)
        What the scores say of each slice, in units of log odds.
    level : float
        Log odds expected of the top band.
    prior : ScalePrior
        Of the slope and the level.
    shares : ndarray of shape (n_slices, n_slopes, n_grid)
        Share of positives of each slice, given the log odds of its band.
    """

    positions: Floats
    level: float
    prior: ScalePrior
    shares: Floats

    @classmethod
    def of(cls, bands: Bands, positions: Floats, level: float, prior: ScalePrior) -> Scale:
        """Read the scores of a stream so."""
        offsets = positions - band_means(bands, positions)[bands.bands]
        log_odds = LOG_ODDS + (prior.slopes * offsets[:, None])[:, :, None]
        return cls(positions, level, prior, expit(log_odds))


def scales_of(bands: Bands, prior: BandPrior) -> tuple[Scale, Scale]:
    """The readings of a stream's scores: the log odds that they claim, and their order alone."""
    if bands.are_shares:
        claims = np.clip(bands.log_odds, -prior.furthest_claim, prior.furthest_claim)
        level = float(band_means(bands, claims)[bands.bands.max()])
    else:
        middle = np.average(bands.log_odds, weights=bands.sizes)
        spread = np.sqrt(np.average((bands.log_odds - middle) ** 2, weights=bands.sizes))
        claims = _USUAL_SPREAD * (bands.log_odds - middle) / max(spread, _TINY)
        level = 0.0
    return (
        Scale.of(bands, claims, level, prior.claimed),
        Scale.of(bands, bands.ranks, 0.0, prior.ordered),
    )


def band_means(bands: Bands, values: Floats) -> Floats:
    """Mean over the rows of each band of a value of its slices, along the last axis.

    0 for an empty band.
    """
    member = (bands.bands[:, None] == np.arange(bands.n_bands)) * bands.sizes[:, None]
    found: Floats = values @ member / np.maximum(bands.band_sizes, 1)
    return found


@dataclass(frozen=True)
class Walk:
    """Posterior of the log odds of each band by one reading of the scores.

    Parameters
    ----------
    bands : Bands
        The stream.
    judged : Judged
        What was judged.
    scale : Scale
        The reading.
    prior : BandPrior
        Of how bands stray.
    order : ndarray of int of shape (n_used,)
        The bands that have rows, from the top down.
    filtered : sequence of ndarray of shape (n_sds, n_slopes, n_grid)
        One a band: law of its log odds given what was judged in it and above.
    falls : sequence of ndarray of shape (n_slopes,)
        By how much the scores say that a band lies below the one above; the first is 0.
    log_evidence : ndarray of shape (n_sds, n_slopes)
        With the prior of each.
    """

    bands: Bands
    judged: Judged
    scale: Scale
    prior: BandPrior
    order: Ints
    filtered: Sequence[Floats]
    falls: Sequence[Floats]
    log_evidence: Floats

    @classmethod
    def of(
        cls,
        bands: Bands,
        judged: Judged,
        scale: Scale,
        prior: BandPrior,
        evidence: BandEvidence | None = None,
    ) -> Walk:
        """Filter what was judged, from the top band down."""
        slopes = scale.prior.slopes
        centres = band_means(bands, scale.positions)
        order = np.unique(bands.bands)[::-1].astype(np.int64)
        falls = np.diff(centres[order], prepend=centres[order[0]])[:, None] * -slopes
        start = np.exp(-0.5 * ((LOG_ODDS - scale.level) / scale.prior.level_sd) ** 2)
        state = np.tile(start / start.sum(), (prior.sds.size, slopes.size, 1))
        log = np.log(prior.sd_weights)[:, None] + np.log(scale.prior.slope_weights)
        filtered = []
        for place, band in enumerate(order):
            if place:
                state = _fallen(np.matmul(state, prior.kernels), falls[place])
            likely = _log_likelihood(bands, judged, scale, int(band))
            if evidence is not None:
                likely = likely + _beside(evidence, bands, scale, int(band))
            most = likely.max(axis=1, keepdims=True)
            state = state * np.exp(likely - most)
            total = np.maximum(state.sum(axis=-1), _TINY)
            log = log + np.log(total) + most[:, 0]
            state = state / total[..., None]
            filtered.append(state)
        return cls(bands, judged, scale, prior, order, filtered, list(falls), log)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw the share of positives of each slice, jointly, shape (n, n_slices)."""
        sd, slope = np.unravel_index(pick(self.log_evidence, n, rng), self.log_evidence.shape)
        slopes = self.scale.prior.slopes[slope]
        centres = band_means(self.bands, self.scale.positions)
        shares = np.zeros((n, self.bands.sizes.size))
        came = np.zeros(n, np.int64)
        for place in range(self.order.size - 1, -1, -1):
            drawn = self._back(place, sd, slope, came, rng)
            values = LOG_ODDS[drawn] + STEP * (rng.random(n) - 0.5)
            here = self.bands.bands == self.order[place]
            offsets = self.scale.positions[here] - centres[self.order[place]]
            shares[:, here] = expit(values[:, None] + slopes[:, None] * offsets)
            came = _nearest(LOG_ODDS[drawn] + self.falls[place][slope])
        return shares

    def _back(
        self, place: int, sd: Ints, slope: Ints, came: Ints, rng: np.random.Generator
    ) -> Ints:
        """Draw a band's log odds, given where the band below it came from; many draws are alike."""
        is_last = place == self.order.size - 1
        shape = (*self.log_evidence.shape, LOG_ODDS.size)
        states = np.ravel_multi_index((sd, slope, came), shape)
        kinds, which = np.unique(states, return_inverse=True)
        sds, slopes, ends = np.unravel_index(kinds, shape)
        weights = self.filtered[place][sds, slopes]
        if not is_last:
            weights = weights * self.prior.kernels[sds, :, ends]
        return _draw(weights, which, rng)


def _log_likelihood(bands: Bands, judged: Judged, scale: Scale, band: int) -> Floats:
    """Of what was judged in a band, given its log odds, shape (n_slopes, n_grid)."""
    here = np.flatnonzero(bands.bands[judged.slices] == band)
    yes, no = (each[here, None, None] for each in (judged.if_positive, judged.if_negative))
    votes = no + scale.shares[judged.slices[here]] * (yes - no)
    counts = judged.counts[here].astype(np.float64)
    found: Floats = np.tensordot(counts, np.log(np.maximum(votes, _TINY)), axes=1)
    return found


def _beside(evidence: BandEvidence, bands: Bands, scale: Scale, band: int) -> Floats:
    """Of what else is known of a band, given its log odds, shape (n_slopes, n_grid)."""
    here = bands.bands == band
    weights = bands.sizes[here] / bands.sizes[here].sum()
    return evidence.at(band, np.tensordot(weights, scale.shares[here], axes=1))


def _fallen(state: Floats, falls: Floats) -> Floats:
    """The law of each slope, moved down by its fall; what would leave the grid stays at its end."""
    found = np.zeros_like(state)
    n = LOG_ODDS.size
    for slope, fall in enumerate(np.clip(np.rint(falls / STEP).astype(int), 0, n - 1)):
        found[:, slope, : n - fall] = state[:, slope, fall:]
        found[:, slope, 0] += state[:, slope, :fall].sum(axis=-1)
    return found


def _nearest(log_odds: Floats) -> Ints:
    places = np.rint((log_odds - LOG_ODDS[0]) / STEP)
    found: Ints = np.clip(places, 0, LOG_ODDS.size - 1).astype(np.int64)
    return found


def _draw(weights: Floats, rows: Ints, rng: np.random.Generator) -> Ints:
    """One place for each of `rows`, in proportion to the weights of that row."""
    cumulated = np.cumsum(weights, axis=1)
    # one rising sequence over all rows: a level is looked up in its own row
    rising = cumulated / cumulated[:, -1:] + np.arange(weights.shape[0])[:, None]
    places = np.searchsorted(rising.ravel(), rows + rng.random(rows.size))
    found: Ints = (places % weights.shape[1]).astype(np.int64)
    return found
