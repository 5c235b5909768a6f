"""No label covers another, wherever the numbers fall."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from leadline.charts.drawing.label_placement import (
    CHAR_PX,
    label_tiers,
    log_position,
    round_sizes,
    spread,
)


@pytest.mark.parametrize("seed", range(20))
def test_spread_keeps_order_and_distance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    positions = rng.uniform(0, 100, size=rng.integers(1, 9)).tolist()
    placed = spread(positions, gap=15)
    order = np.argsort(positions, kind="stable")
    sorted_ = [placed[i] for i in order]
    assert all(b - a >= 15 - 1e-9 for a, b in pairwise(sorted_))


def test_spread_leaves_alone_what_is_far_apart() -> None:
    assert spread([0, 40, 90], gap=15) == [0, 40, 90]
    assert spread([], gap=15) == []


@pytest.mark.parametrize("seed", range(20))
def test_labels_on_one_storey_do_not_touch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 600, size=6).tolist()
    texts = ["x" * int(n) for n in rng.integers(3, 25, size=6)]
    tiers = label_tiers(centres, texts)
    for tier in set(tiers):
        spans = sorted(
            (c - len(t) * CHAR_PX / 2, c + len(t) * CHAR_PX / 2)
            for c, t, s in zip(centres, texts, tiers, strict=True)
            if s == tier
        )
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_log_position_spans_the_axis() -> None:
    assert log_position(10, 10, 1000, 600) == 0
    assert log_position(100, 10, 1000, 600) == pytest.approx(300)
    assert log_position(1000, 10, 1000, 600) == pytest.approx(600)


@pytest.mark.parametrize(("low", "high"), [(3, 40), (80, 1_200), (100, 5_000_000), (120, 180)])
def test_axis_sizes_are_few_and_inside(low: float, high: float) -> None:
    sizes = round_sizes(low, high)
    assert 2 <= len(sizes) <= 9
    assert all(low <= size <= high for size in sizes)
