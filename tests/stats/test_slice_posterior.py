"""A slice of a stream by its own judgments and by those of the rest."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.judgments import Bands
from leadline.stats.judgments.slice_figures import Counted, slice_figures
from leadline.stats.judgments.slice_posterior import (
    draw_slice_hits,
    rest_of_bands,
    rest_of_strata,
)

SIZES = np.array([4_000, 1_000])
REST = np.random.default_rng(0).beta([5, 60], [95, 40], (150, 2))


def shares(n_hits: list[int], n_judged: list[int]) -> np.ndarray:
    rng = np.random.default_rng(1)
    hits, *_ = draw_slice_hits(REST, SIZES, np.array(n_hits), np.array(n_judged), 2_000, rng)
    return np.asarray(hits / SIZES)


def test_without_judgments_of_its_own_a_slice_is_like_the_rest_with_more_doubt() -> None:
    found = shares([0, 0], [0, 0])
    expected, (rare, common) = np.median(REST, axis=0), np.median(found, axis=0)
    assert rare == pytest.approx(expected[0], abs=0.05)
    assert rare + 0.15 < common < expected[1] + 0.05, "scores may tell less of it"
    assert np.all(found.std(axis=0) > 2 * REST.std(axis=0))


def test_judgments_of_its_own_move_it() -> None:
    worse = shares([12, 20], [30, 40])
    assert np.median(worse[:, 0]) > 0.25, "12 of 30, where 5% are expected"
    assert np.median(worse[:, 1]) == pytest.approx(0.5, abs=0.1)


def test_where_all_rows_are_judged_nothing_is_drawn() -> None:
    hits, *_ = draw_slice_hits(
        REST, np.array([30, 0]), np.array([12, 0]), np.array([30, 0]), 50, np.random.default_rng(0)
    )
    assert np.all(hits == [12, 0])


def test_a_short_stream_that_is_all_judged_still_differs_by_chance() -> None:
    """14 of 40 wrong in the slice, 90 of 360 in the rest: no difference in the world is shown."""
    inside = Counted(np.array([40]), np.array([14]), np.array([40]))
    outside = Counted(np.array([360]), np.array([90]), np.array([360]))
    rest = np.random.default_rng(0).beta(90, 270, (150, 1))
    (found,) = slice_figures(inside, outside, rest, np.random.default_rng(1))
    assert found.wrong.low == found.wrong.high == 14 / 40
    assert found.spread > 0.05
    assert found.gap < 2 * found.spread


def test_precision_and_recall_of_a_slice_by_hand() -> None:
    """All judged: 8 of 10 flagged are real, and 2 of 10 others."""
    inside = Counted(np.array([10, 10]), np.array([2, 8]), np.array([10, 10]))
    outside = Counted(np.array([10, 10]), np.array([0, 10]), np.array([10, 10]))
    (found,) = slice_figures(
        inside, outside, REST, np.random.default_rng(0), alerts=[np.array([False, True])]
    )
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision.estimate == found.recall.estimate == 0.8
    assert found.wrong.estimate == 0.2
    assert found.rest == 0.0


def test_what_a_slice_said_is_taken_out_of_a_posterior() -> None:
    """Beta(1 + 30, 1 + 70) from all, of which the slice said 12 of 30: Beta(19, 53) is left."""
    drawn = np.random.default_rng(0).beta(31, 71, (60_000, 1))
    left = rest_of_strata(drawn, np.array([12]), np.array([30]), np.random.default_rng(1))
    assert left is not None
    assert left.shape == (150, 1)
    assert np.mean(left) == pytest.approx(19 / 72, abs=0.02)
    tight = np.random.default_rng(0).beta(310, 710, (500, 1))
    assert rest_of_strata(tight, np.array([290]), np.array([400]), np.random.default_rng(1)) is None


@pytest.mark.parametrize("follows", [True, False])
def test_the_rest_of_a_stream_by_bands(follows: bool) -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(5_000)
    bands = Bands.of(scores, [0.5, 0.8])
    rows = rng.choice(5_000, 400, replace=False)
    said = rng.random(400) < scores[rows]
    drawn = rest_of_bands(bands, scores[rows], said, rng, follows=follows)
    assert drawn.shape == (150, bands.n_bands)
    assert np.median(drawn[:, -1]) == pytest.approx(0.9, abs=0.07)
    assert np.median(drawn[:, 0]) < 0.35
    nothing = rest_of_bands(bands, scores[:0], said[:0], rng, follows=follows)
    assert np.all(nothing.std(axis=0) > drawn.std(axis=0))
