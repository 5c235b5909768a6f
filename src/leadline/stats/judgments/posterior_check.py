"""Check of the posterior against what was judged: a posterior predictive probability [1]_.

References
----------
.. [1] D. B. Rubin (1984), Bayesianly justifiable and relevant frequency calculations for the
   applied statistician. Ann. Statist. 12, 1151-1172.
"""

from __future__ import annotations

import numpy as np

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.band_posterior import BandPosterior
from leadline.stats.judgments.band_walk import Judged
from leadline.stats.judgments.bands import Bands

_N_DRAWS = 400
_LEAST_VARIANCE = 0.05


def predictive_probability(
    posterior: BandPosterior, judged: Judged, rng: np.random.Generator
) -> float:
    """Probability that judgments drawn from the posterior stray from it as far as the real ones.

    How far they stray is the sum over the halves of all bands of ``(y - n p)^2 / (n p (1 - p))``.

    Parameters
    ----------
    posterior : BandPosterior
        Given what was judged.
    judged : Judged
        By reviewers who are taken to be right.
    rng : Generator
        Source of chance.

    Returns
    -------
    float in [0, 1]
        Small where neither what scores claim nor their order fits what was judged.
    """
    bands = posterior.bands
    yes, no = judged.told(bands)
    n_judged = (yes + no).astype(np.float64)
    shares = posterior.draw_shares(_N_DRAWS, rng)
    again = rng.binomial(n_judged.astype(np.int64), shares)
    groups = _halves(bands, n_judged)
    real = _strays(np.broadcast_to(yes, shares.shape), n_judged, shares, groups)
    drawn = _strays(again.astype(np.float64), n_judged, shares, groups)
    return float(np.mean(drawn >= real))


def _halves(bands: Bands, n_judged: Floats) -> Ints:
    """The half of a band that each slice is in, halves having about as many judgments."""
    halves = np.zeros(bands.sizes.size, np.int64)
    for band in np.unique(bands.bands):
        here = bands.bands == band
        before = np.cumsum(n_judged[here]) - n_judged[here] / 2
        halves[here] = 2 * band + (before > n_judged[here].sum() / 2)
    return halves


def _strays(yes: Floats, n_judged: Floats, shares: Floats, groups: Ints) -> Floats:
    """Sum over groups of the squared standardised distance, one a draw."""
    member = (groups[:, None] == np.unique(groups)).astype(np.float64)
    distance = (yes - n_judged * shares) @ member
    variance = (n_judged * shares * (1 - shares)) @ member
    found: Floats = np.sum(distance**2 / np.maximum(variance, _LEAST_VARIANCE), axis=1)
    return found
