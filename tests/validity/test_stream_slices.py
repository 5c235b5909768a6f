"""Slices of a judged stream: ranges that hold, and names that are right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, ndtri

from leadline.stats.judgments import Bands, sample
from leadline.stats.judgments.slice_figures import Counted, SliceFigures, slice_figures
from leadline.stats.judgments.slice_posterior import rest_of_bands

CUTS = np.array([0.7, 0.4, 0.2])
N, N_JUDGED = 10_000, 200


class Judged:
    """A stream of which 200 rows are judged, and a slice of it."""

    def __init__(self, seed: int, kind: str, share: float) -> None:
        rng = self.rng = np.random.default_rng(seed)
        logits = rng.normal(-2, 1.6, N)
        self.inside = rng.random(N) < share
        p = expit(logits)
        p[self.inside] = {
            "alike": p,
            "more": expit(logits + 1.2),
            "fewer": expit(logits - 1.2),
            "flat": np.full(N, p.mean()),
            "half": expit(-1 + 0.4 * (logits + 2)),
        }[kind][self.inside]
        self.scores, self.truth = expit(logits), rng.random(N) < p
        self.bands = Bands.of(self.scores, CUTS)
        self.band = self.bands.bands[self.bands.slice_of(self.scores)]
        self.rows = sample(self.scores, CUTS, N_JUDGED, rng)

    def counted(self, inside: np.ndarray) -> Counted:
        n = self.bands.n_bands
        judged = self.rows[inside[self.rows]]
        return Counted(
            np.bincount(self.band[inside], minlength=n),
            np.bincount(self.band[judged][self.truth[judged]], minlength=n),
            np.bincount(self.band[judged], minlength=n),
        )

    def figures(self) -> SliceFigures:
        """At the middle threshold."""
        others = self.rows[~self.inside[self.rows]]
        scores, said = self.scores[others], self.truth[others]
        rest = rest_of_bands(self.bands, scores, said, self.rng, follows=True)
        alert = np.arange(self.bands.n_bands) >= self.bands.first_alerts[1]
        inside, outside = self.counted(self.inside), self.counted(~self.inside)
        return slice_figures(inside, outside, rest, self.rng, alerts=[alert])[0]

    def wrong(self) -> float:
        return float(((self.scores >= CUTS[1]) != self.truth)[self.inside].mean())

    def recall(self) -> float:
        hits = self.inside & self.truth
        return float((self.scores[hits] >= CUTS[1]).mean())


@pytest.mark.parametrize(
    ("kind", "share"),
    [("alike", 0.2), ("more", 0.15), ("fewer", 0.4), ("flat", 0.2), ("half", 0.3)],
)
def test_ranges_of_a_slice_hold_whatever_it_is_like(kind: str, share: float) -> None:
    wrong, recalled = [], []
    for seed in range(60):
        judged = Judged(seed, kind, share)
        found = judged.figures()
        wrong.append(found.wrong.low <= judged.wrong() <= found.wrong.high)
        assert found.recall is not None
        recalled.append(found.recall.low <= judged.recall() <= found.recall.high)
    # measured of 150: .98 .91 .91 .81 .87 of wrong, .99 .91 .94 .92 .87 of recall
    assert np.mean(wrong) > 0.7
    assert np.mean(recalled) > 0.78


def test_a_slice_like_the_rest_is_hardly_ever_named() -> None:
    limit, named = float(ndtri(1 - 0.05)), 0
    for seed in range(100):
        found = Judged(1_000 + seed, "alike", 0.2).figures()
        named += found.gap > limit * found.spread
    # at most 5 in 100 asked for
    assert named <= 9


def test_a_slice_on_which_scores_tell_nothing_is_found_where_enough_is_judged() -> None:
    limit, named = float(ndtri(1 - 0.05 / 10)), 0
    for seed in range(40):
        found = Judged(seed, "flat", 0.5).figures()
        named += found.gap > limit * found.spread
    assert named >= 4
