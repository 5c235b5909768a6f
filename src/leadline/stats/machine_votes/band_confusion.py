"""Confusion of a machine by band of a stream: what its reading of further rows says of each band.

In a band with the share p of positives a machine says yes to ``p s + (1 - p) f`` of the rows, where
s and f are how often it does so to a positive and to a negative. The rows that people judged say
what s and f are there, the rows that they did not how often it says yes; together they say what p
is. s and f need not be the same in every band: a machine that is misled by what misleads the model
says yes more often in each band than in the one below, to positives and to negatives alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, betaln, expit, logsumexp

from leadline.stats.arrays import Bools, Floats, Ints
from leadline.stats.judgments.band_prior import LOG_ODDS
from leadline.stats.judgments.band_walk import BandEvidence
from leadline.stats.judgments.bands import Bands

_JEFFREYS = 0.5
# what is known of s and f elsewhere counts as so many rows of the band, and by so much their log
# odds rise from band to band; weighed by evidence
_BORROWED = (2.0, 8.0, 32.0)
_RISES = (0.0, 0.5, 1.0, 2.0)
# what foretells the judged rows so much worse than the best does, as a log, is left out
_HOPELESS = 4.0
# rows of either kind that people must have found in a band
_FEWEST_OF_A_KIND = 2
# share of bands in which a machine that tells something elsewhere tells nothing
_BLIND = 0.1
_N_RATES, _N_SHARES = 32, 8
# steps to the rates of a machine where people are unsure, and rows that count as elsewhere there
_N_STEPS, _FEW = 20, 4.0
_RATE_LOG_ODDS = np.linspace(-14.0, 14.0, 281)


@dataclass(frozen=True)
class BandConfusion:
    """Rows of each slice of a stream that a machine has read, counted.

    Parameters
    ----------
    bands : Bands
        The stream.
    hits, misses : ndarray of shape (n_slices,)
        Rows that people say are positive, to which the machine says yes, and to which it does not.
        Of a row of which they are not sure, the part that is its probability of being positive.
    false_alarms, rejections : ndarray of shape (n_slices,)
        The same of rows that people say are negative.
    n_yes, n_no : ndarray of shape (n_bands,)
        The same of rows that nobody judged.
    """

    bands: Bands
    hits: Floats
    misses: Floats
    false_alarms: Floats
    rejections: Floats
    n_yes: Floats
    n_no: Floats

    @classmethod
    def of(
        cls,
        bands: Bands,
        judged: tuple[Floats, Floats, Bools],
        further: tuple[Floats, Bools],
    ) -> BandConfusion:
        """Count rows.

        Parameters
        ----------
        bands : Bands
            The stream.
        judged : tuple of ndarray, each of shape (n_judged,)
            Of the rows that were judged and read: the score, how probably it is positive by what
            people say, what the machine says.
        further : tuple of ndarray, each of shape (n_further,)
            Of rows read that nobody judged, drawn by chance within each band: the score, and what
            the machine says.
        """
        slices, said = bands.slice_of(judged[0]), judged[2]
        truth = _beside_machine(bands.bands[slices], judged[1], said)
        beside = bands.bands[bands.slice_of(further[0])]
        kinds = (truth * said, truth * ~said, (1 - truth) * said, (1 - truth) * ~said)
        counted = (_counted(slices, kind, bands.sizes.size) for kind in kinds)
        unjudged = (_counted(beside, kind, bands.n_bands) for kind in (further[1], ~further[1]))
        return cls(bands, *counted, *unjudged)

    @property
    def n_judged(self) -> int:
        """Rows that were judged and read."""
        return round(float(np.sum(self.hits + self.misses + self.false_alarms + self.rejections)))

    @property
    def association(self) -> float:
        """How surely the machine says yes to positives more often than to negatives alike in score.

        The statistic of Cochran, Mantel and Haenszel [1]_ over slices, as a standard normal
        deviate. A machine that repeats the model has about 0, however good the model is; one that
        says no to what is positive is below 0.

        References
        ----------
        .. [1] N. Mantel, W. Haenszel (1959), Statistical aspects of the analysis of data from
           retrospective studies of disease. J. Natl. Cancer Inst. 22, 719-748.
        """
        positive = self.hits + self.misses
        yes = self.hits + self.false_alarms
        n = yes + self.misses + self.rejections
        # a slice of one row tells nothing
        safe = np.maximum(n, 2)
        variance = yes * (n - yes) * positive * (n - positive) / (safe**2 * (safe - 1))
        told = np.where(n > 1, self.hits - yes * positive / safe, 0.0)
        total = float(variance.sum())
        return float(told.sum()) / total**0.5 if total else 0.0

    def evidence(self) -> BandEvidence:
        """What the rows that nobody judged say of each band's share of positives."""
        to_positive = _by_band(self.bands, self.hits), _by_band(self.bands, self.misses)
        to_negative = _by_band(self.bands, self.false_alarms), _by_band(self.bands, self.rejections)
        ways = [
            (_foretold(*to_positive, n_borrowed, rise), _foretold(*to_negative, n_borrowed, rise))
            for n_borrowed in _BORROWED
            for rise in _RISES
        ]
        fits = np.array([_log_beta(s, to_positive) + _log_beta(f, to_negative) for s, f in ways])
        likely = fits.sum(axis=1) > fits.sum(axis=1).max() - _HOPELESS
        curves = np.zeros((int(likely.sum()), self.bands.n_bands, LOG_ODDS.size))
        # a machine may be blind where hardly a row of a kind shows what it says to one
        shown = np.minimum(np.add(*to_positive), np.add(*to_negative)) >= _FEWEST_OF_A_KIND
        for band in np.flatnonzero(shown & (self.n_yes + self.n_no > 0)).tolist():
            further = float(self.n_yes[band]), float(self.n_no[band])
            seen = [_at(to_positive, band), _at(to_negative, band)]
            for place, way in enumerate(np.flatnonzero(likely).tolist()):
                s, f = (_at(prior, band) for prior in ways[way])
                curves[place, band] = _log_likelihood((s, seen[0]), (f, seen[1]), further)
        # how well each other band is foretold
        others = (fits.sum(axis=1, keepdims=True) - fits)[likely]
        mixed = logsumexp(curves + others[..., None], axis=0)
        return BandEvidence(mixed - mixed.max(axis=1, keepdims=True))


_Pair = tuple[float, float]
_Pairs = tuple[Floats, Floats]


def _beside_machine(band: Ints, truth: Floats, said: Bools) -> Floats:
    """Probability that each judged row is positive, given what the machine says of it, too.

    What two judges misjudge alike the machine sees otherwise: taken for positives, such rows would
    make it look blind. Its rates are found with the truth, by expectation and maximisation [1]_, a
    band's own with a few rows as the others have it. What judges leave no doubt of stays.

    References
    ----------
    .. [1] A. P. Dawid, A. M. Skene (1979), Maximum likelihood estimation of observer error-rates
       using the EM algorithm. Appl. Statist. 28, 20-28.
    """
    found = truth
    for _ in range(_N_STEPS if np.any((truth > 0) & (truth < 1)) else 0):
        to_positive, to_negative = (
            _rates(band, weights, said)[band] for weights in (found, 1 - found)
        )
        positive = truth * np.where(said, to_positive, 1 - to_positive)
        negative = (1 - truth) * np.where(said, to_negative, 1 - to_negative)
        found = positive / (positive + negative)
    return found


def _rates(band: Ints, weights: Floats, said: Bools) -> Floats:
    """Share of a yes in each band, by rows that are weighed."""
    n_bands = int(band.max()) + 1
    yes, rows = (_counted(band, each, n_bands) for each in (weights * said, weights))
    whole = (yes.sum() + _JEFFREYS) / (rows.sum() + 2 * _JEFFREYS)
    found: Floats = (yes + _FEW * whole) / (rows + _FEW)
    return found


def _by_band(bands: Bands, counts: Floats) -> Floats:
    return _counted(bands.bands, counts, bands.n_bands)


def _counted(places: Ints, counts: Floats | Bools, n_places: int) -> Floats:
    return np.bincount(places, counts, minlength=n_places).astype(np.float64)


def _at(pairs: _Pairs, band: int) -> _Pair:
    return float(pairs[0][band]), float(pairs[1][band])


def _foretold(yes: Floats, no: Floats, n_borrowed: float, rise: float) -> _Pairs:
    """Beta prior of a rate in each band: Jeffreys', and a few rows as the other bands have it."""
    bands = np.arange(yes.size)
    # of each band, on a grid of its own log odds: the mean rate that the others would have
    weights = np.where(bands[:, None] == bands, 0.0, yes + no)
    n = weights.sum(axis=1)
    away = rise * (bands - bands[:, None])
    rates = expit(_RATE_LOG_ODDS[:, None, None] + away)
    expected = np.sum(rates * weights, axis=2) / np.maximum(n, 1)
    seen = (yes.sum() - yes + _JEFFREYS) / (n + 2 * _JEFFREYS)
    rate = np.array(
        [expit(np.interp(seen[band], expected[:, band], _RATE_LOG_ODDS)) for band in bands]
    )
    borrowed = np.minimum(n_borrowed, n)
    return _JEFFREYS + borrowed * rate, _JEFFREYS + borrowed * (1 - rate)


def _log_likelihood(
    to_positive: tuple[_Pair, _Pair], to_negative: tuple[_Pair, _Pair], further: _Pair
) -> Floats:
    """Of a band's share of positives, on the grid: the machine tells something there, or nothing.

    Each rate comes as its prior and what was counted. Where the machine tells nothing it says yes
    to positives as often as to negatives: this says nothing of the share, and keeps what is said
    from ruling out anything for sure.
    """
    (ps, seen), (pf, not_seen) = to_positive, to_negative
    blind = _log_beta(pf, (seen[0] + not_seen[0] + further[0], seen[1] + not_seen[1] + further[1]))
    # the integral is over the share of yes, whose law given the count is a beta
    n = sum(further)
    telling = _log_beta(ps, seen) + _log_beta(pf, not_seen)
    telling += float(betaln(further[0] + 1, n - further[0] + 1))
    s, f = _added(ps, seen), _added(pf, not_seen)
    yes = betaincinv(further[0] + 1, n - further[0] + 1, _middles(_N_SHARES))[:, None]
    p = expit(LOG_ODDS)
    # solved for the rate that the share of yes says more of
    below = p <= 0.5
    mean = np.concatenate([_solved(f, s, 1 - p[below], yes), _solved(s, f, p[~below], yes)])
    found: Floats = np.logaddexp(np.log(_BLIND) + blind, np.log1p(-_BLIND) + telling + mean)
    return found


def _solved(wanted: _Pair, other: _Pair, weight: Floats, yes: Floats) -> Floats:
    """Log mean density of a rate that the share of yes and the other rate leave no choice."""
    rates = betaincinv(*other, _middles(_N_RATES))
    weight = weight[:, None, None]
    rate = (yes - (1 - weight) * rates) / weight
    inside = (rate > 0) & (rate < 1)
    safe = np.where(inside, rate, 0.5)
    a, b = wanted
    density = (a - 1) * np.log(safe) + (b - 1) * np.log1p(-safe) - betaln(a, b)
    most = density.max()
    total = np.sum(np.exp(density - most), axis=(1, 2), where=inside)
    with np.errstate(divide="ignore"):
        found: Floats = np.log(total / (yes.size * rates.size)) + most - np.log(weight[:, 0, 0])
    return found


def _log_beta(prior: _Pair | _Pairs, counts: _Pair | _Pairs) -> Floats:
    """Log probability of rows in the order they came, their rate unknown; of each band."""
    whole = betaln(prior[0] + counts[0], prior[1] + counts[1])
    return np.asarray(whole - betaln(*prior), dtype=np.float64)


def _added(prior: _Pair, counts: _Pair) -> _Pair:
    return prior[0] + counts[0], prior[1] + counts[1]


def _middles(n: int) -> Floats:
    """Levels in the middle of n equal parts of (0, 1)."""
    found: Floats = (np.arange(n) + 0.5) / n
    return found
