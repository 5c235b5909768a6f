from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.examples import example_tuning

from leadline.phases.performance.stream_point import StreamPoint
from leadline.phases.verdict import Bounds
from leadline.record import Artifacts
from leadline.services.reviewing.majority_judgments import MajorityJudgments
from leadline.services.reviewing.point_outcomes import (
    Consequence,
    Counts,
    _shares_of_wins,
    consequences,
)


def test_points_that_cost_the_same_share_the_win() -> None:
    costs = np.array([[1.0, 1.0, 2.0], [3.0, 2.0, 2.0], [1.0, 5.0, 5.0], [9.0, 9.0, 9.0]])
    assert np.allclose(_shares_of_wins(costs), [11 / 24, 8 / 24, 5 / 24])


def consequence(flagged: float, real: Bounds, missed: Bounds) -> Consequence:
    point = StreamPoint(
        name="balanced",
        threshold=0.5,
        precision=missed,
        recall=missed,
        test_precision=missed,
        test_recall=missed,
        n_alerts=10,
        cost_per_1000=1.0,
        p_cheapest=1.0,
    )
    return Consequence(point, flagged, real, missed)


def test_false_alarms_are_what_is_flagged_and_not_real() -> None:
    real = Bounds(estimate=0.25, low=0.125, high=0.375)
    found = consequence(0.5, real, Bounds(estimate=0.5, low=0.5, high=0.5))
    assert found.false_alarms == Bounds(estimate=0.25, low=0.125, high=0.375)


@pytest.mark.parametrize(
    ("flagged", "real", "missed", "parts"),
    [
        (0.0226, 0.0164, 0.1, Counts(23, 977, 16, 7, 100, 877)),
        (0.5006, 0.0, 0.4996, Counts(501, 499, 0, 501, 499, 0)),
    ],
)
def test_counts_add_up_to_their_whole(
    flagged: float, real: float, missed: float, parts: Counts
) -> None:
    bounds = [Bounds(estimate=each, low=0.0, high=1.0) for each in (real, missed)]
    assert consequence(flagged, *bounds).counts(1000) == parts


def test_without_judgments_outcomes_are_those_of_the_test_set(tmp_path: Path) -> None:
    example = example_tuning()
    nobody = MajorityJudgments({}, 0, ())
    found = consequences(
        Artifacts(str(tmp_path)), example, nobody, cost_miss=40.0, cost_false_alarm=10.0
    )
    assert [each.point.name for each in found] == [point.name for point in example.points]
    share_positive = example.n_positive / example.n_test
    for each, point in zip(found, example.points, strict=True):
        assert each.flagged == point.alert_share
        assert each.real.low == pytest.approx(point.alert_share * point.precision.low)
        assert each.real.high == pytest.approx(point.alert_share * point.precision.high)
        assert each.missed.low == pytest.approx(share_positive * (1 - point.recall.high))
        assert each.missed.high == pytest.approx(share_positive * (1 - point.recall.low))
        cost = 40.0 * each.missed.estimate + 10.0 * each.false_alarms.estimate
        assert each.point.cost_per_1000 == pytest.approx(1000 * cost)
        assert each.point.p_cheapest == pytest.approx(1 / len(example.points))
