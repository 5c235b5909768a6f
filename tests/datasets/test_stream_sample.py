from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
from tests.examples import example_tuning

from leadline.datasets.stream_sample import draw_stream_sample
from leadline.record import Artifacts
from leadline.snapshot import from_parquet


def test_rows_between_points_do_not_come_first() -> None:
    """Who knew that the first rows are borderline cases would know what the model thinks."""
    rng = np.random.default_rng(0)
    scores = rng.random(20_000)
    points = example_tuning().points
    loose, strict = points[-1].threshold, points[0].threshold
    frame = pl.DataFrame({"x": scores})
    places = []
    for _ in range(30):
        rows, _ = draw_stream_sample(
            Artifacts("memory://drawn"), frame, scores, points, 200, rng, break_even=0.2
        )
        assert np.unique(rows).size == 200
        is_between = (scores[rows] >= loose) & (scores[rows] < strict)
        assert is_between.sum() > 66
        places.append(np.flatnonzero(is_between).mean())
    assert abs(np.mean(places) - 99.5) < 5


def test_the_rows_that_show_a_change_lie_between_two_points_and_are_not_judged() -> None:
    points, store = example_tuning().points, Artifacts("memory://changes")
    scores = np.random.default_rng(0).random(60)
    frame = pl.DataFrame({"x": scores})
    rows, drawn = draw_stream_sample(store, frame, scores, points, 40, np.random.default_rng(1))
    shown = from_parquet(store.get(drawn.changes))["x"].to_list()
    assert shown
    assert not set(shown) & set(scores[rows].tolist())
    bounds = {loose.name: (loose.threshold, strict.threshold) for strict, loose in pairwise(points)}
    for name, score in zip(drawn.change_points, shown, strict=True):
        low, high = bounds[name]
        assert low <= score < high


def test_the_costs_that_are_stated_decide_which_rows_are_judged() -> None:
    points, store = example_tuning().points, Artifacts("memory://costs")
    scores = np.random.default_rng(0).random(20_000)
    frame = pl.DataFrame({"x": scores})

    def share_of_strict(break_even: float | None) -> float:
        rows, _ = draw_stream_sample(
            store, frame, scores, points, 200, np.random.default_rng(1), break_even=break_even
        )
        low, middle, high = sorted(point.threshold for point in points)
        between = scores[rows][(scores[rows] >= low) & (scores[rows] < high)]
        return float((between >= middle).mean())

    # a miss that costs little is worth an alert where hits are common: between the strict points
    assert share_of_strict(0.55) > share_of_strict(None) + 0.05 > share_of_strict(0.05) + 0.1
