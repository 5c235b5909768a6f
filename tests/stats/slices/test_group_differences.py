from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.slices import group_differences


def people(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two places of about the same size; in the second twice as many are missed."""
    rng = np.random.default_rng(seed)
    place, truth = rng.choice(["in", "out"], n), rng.random(n) < 0.3
    found = np.where(place == "out", 0.5, 0.75)
    flagged = np.where(truth, rng.random(n) < found, rng.random(n) < 0.1)
    return place, truth, flagged


def test_rates_are_counted_as_fairness_has_them() -> None:
    place, truth, flagged = people(2_000, 0)
    found = {each.rule.words: each for each in group_differences("place", place, truth, flagged)}
    inside, outside = found["place = in"], found["place = out"]
    out = place == "out"
    assert outside.n_rows == out.sum()
    assert outside.selection.rate == flagged[out].mean()
    assert outside.miss.rate == (~flagged[out & truth]).mean()
    assert outside.false_alarm.rate == flagged[out & ~truth].mean()
    assert outside.miss.rest_rate == inside.miss.rate
    assert outside.miss.difference.estimate == -inside.miss.difference.estimate
    assert outside.miss.difference.low > 0 > inside.miss.difference.high
    assert outside.false_alarm.difference.low < 0 < outside.false_alarm.difference.high
    for its in (outside.selection, outside.miss):
        assert its.difference.low < its.difference.estimate < its.difference.high


def test_where_nothing_can_be_counted_nothing_is_ruled_out() -> None:
    (group, _) = group_differences("place", ["in", "out"], [1, 0], [1, 0])
    assert group.false_alarm.rate is None
    gap = group.false_alarm.difference
    assert (gap.low, gap.high) == (-1.0, 1.0)


def test_unknown_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="y_pred"):
        group_differences("place", ["in", "out"], [1, 0], [2, 0])
    with pytest.raises(ValueError, match="confidence_level"):
        group_differences("place", ["in", "out"], [1, 0], [1, 0], confidence_level=0)
