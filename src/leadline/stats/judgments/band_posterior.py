"""Posterior of the positives of each band: what was judged, and a walk that ties bands together.

Two readings of the scores compete by their evidence: the log odds that they claim, and their order
alone. Where neither fits what was judged, each band speaks for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from leadline.stats.arrays import Floats
from leadline.stats.judgments.band_prior import band_prior
from leadline.stats.judgments.band_walk import BandEvidence, Judged, Walk, scales_of
from leadline.stats.judgments.bands import Bands

Readings = Sequence[tuple[float, Judged]]
_JEFFREYS = 0.5
_N_SMOOTH = 200
_N_BELIEVED = 1000


@dataclass(frozen=True)
class BandPosterior:
    """What is known of a stream's shares of positives.

    Parameters
    ----------
    bands : Bands
        The stream.
    walks : sequence of Walk
        One for each reading of the judgments and of the scores.
    log_weights : ndarray of shape (n_walks,)
        Log posterior probability of each, up to a constant.
    """

    bands: Bands
    walks: Sequence[Walk]
    log_weights: Floats

    @classmethod
    def of(
        cls, bands: Bands, judged: Readings, evidence: BandEvidence | None = None
    ) -> BandPosterior:
        """Weigh the readings by what was judged.

        Parameters
        ----------
        bands : Bands
            The stream.
        judged : sequence of (float, Judged)
            Judged rows, and the prior probability of that reading of them: one where reviewers are
            taken to be right, several where their error rates are uncertain.
        evidence : BandEvidence, optional
            What is known of the bands beside.
        """
        prior = band_prior()
        scales = scales_of(bands, prior)
        weighed = [
            (weight * scale.prior.weight, Walk.of(bands, reading, scale, prior, evidence))
            for weight, reading in judged
            for scale in scales
        ]
        logs = np.array([np.log(weight) + logsumexp(walk.log_evidence) for weight, walk in weighed])
        return cls(bands, [walk for _, walk in weighed], logs)

    def draw_shares(self, n_draws: int, rng: np.random.Generator) -> Floats:
        """Draw the share of positives of each slice, jointly, shape (n_draws, n_slices)."""
        return np.concatenate([shares for _, shares in self._by_walk(n_draws, rng)])

    def draw_positives(self, n_draws: int, rng: np.random.Generator) -> Floats:
        """Draw the positives of each band, shape (n_draws, n_bands).

        Whole numbers; rows judged are counted as judged, the others are drawn.
        """
        drawn = [
            positives_of(self.bands, judged, shares, rng)
            for judged, shares in self._by_walk(n_draws, rng)
        ]
        found: Floats = rng.permutation(np.concatenate(drawn), axis=0)
        return found

    def believed(self, rng: np.random.Generator) -> Floats:
        """Probability that a judged row is positive, of each group of them, shape (n_groups,).

        All readings of the judgments must have the same groups.
        """
        walks = self._by_walk(_N_BELIEVED, rng)
        found = [judged.believed(shares).sum(axis=0) for judged, shares in walks]
        return np.asarray(np.sum(found, axis=0) / _N_BELIEVED, dtype=np.float64)

    def _by_walk(self, n_draws: int, rng: np.random.Generator) -> list[tuple[Judged, Floats]]:
        """Draws of shares by each walk, as many as it is likely."""
        shares = np.exp(self.log_weights - logsumexp(self.log_weights))
        counts = rng.multinomial(n_draws, shares / shares.sum())
        return [
            (walk.judged, walk.draw(int(n), rng))
            for walk, n in zip(self.walks, counts, strict=True)
            if n
        ]


def draw_apart(bands: Bands, judged: Judged, n_draws: int, rng: np.random.Generator) -> Floats:
    """Draw the positives of each band where bands say nothing of each other.

    Parameters
    ----------
    bands : Bands
        The stream.
    judged : Judged
        By reviewers who are taken to be right.
    n_draws : int
        Joint draws.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (n_draws, n_bands)
        Whole numbers, by Jeffreys' prior for each band.
    """
    yes, no = (
        np.bincount(bands.bands, weights=told, minlength=bands.n_bands)
        for told in judged.told(bands)
    )
    shares = rng.beta(yes + _JEFFREYS, no + _JEFFREYS, size=(n_draws, bands.n_bands))
    left = np.maximum(bands.band_sizes - yes - no, 0).astype(np.int64)
    found: Floats = (yes + rng.binomial(left, shares)).astype(np.float64)
    return found


def smooth_shares(bands: Bands, judged: Judged) -> Floats:
    """Share of positives of each slice where no band strays: what the scores make of judgments.

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
    prior = band_prior().smooth
    walks = [Walk.of(bands, judged, scale, prior) for scale in scales_of(bands, prior)]
    best = max(walks, key=lambda w: float(np.log(w.scale.prior.weight) + logsumexp(w.log_evidence)))
    found: Floats = best.draw(_N_SMOOTH, np.random.default_rng(0)).mean(axis=0)
    return found


def positives_of(bands: Bands, judged: Judged, shares: Floats, rng: np.random.Generator) -> Floats:
    """Draw the positives of a finite stream: rows judged are as the votes say, the rest is drawn.

    Parameters
    ----------
    bands : Bands
        The stream.
    judged : Judged
        What was judged.
    shares : ndarray of shape (n_draws, n_slices)
        Share of positives of each slice.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (n_draws, n_bands)
        Whole numbers.
    """
    n_judged = np.bincount(judged.slices, weights=judged.counts, minlength=bands.sizes.size)
    left = bands.sizes - n_judged
    found = np.zeros((shares.shape[0], bands.n_bands))
    for band in np.unique(bands.bands):
        here = bands.bands == band
        n_left = int(left[here].sum())
        if n_left:
            mean = shares[:, here] @ (left[here] / n_left)
            found[:, band] = rng.binomial(n_left, np.clip(mean, 0, 1))
    real = judged.believed(shares)
    for group, band in enumerate(bands.bands[judged.slices]):
        if judged.if_negative[group] == 0:
            found[:, band] += judged.counts[group]
        elif judged.if_positive[group]:
            found[:, band] += rng.binomial(judged.counts[group], real[:, group])
    return found
