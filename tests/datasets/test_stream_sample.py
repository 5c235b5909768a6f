from __future__ import annotations

import numpy as np
import polars as pl
from tests.examples import example_tuning

from leadline.datasets.stream_sample import draw_stream_sample
from leadline.record import Artifacts


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
