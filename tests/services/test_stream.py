from __future__ import annotations

import numpy as np

from leadline.phases.review import StreamPoint
from leadline.phases.verdict import Bounds
from leadline.record import Judgment
from leadline.services.stream import Consequence, _shares_of_wins, settle


def judgment(row: int, judge: str, is_positive: bool | None) -> Judgment:
    return Judgment(tuning=1, row=row, judge=judge, is_positive=is_positive, seconds=1.0)


def test_the_majority_settles_a_row_and_a_tie_does_not() -> None:
    settled = settle(
        [
            judgment(1, "a", True),
            judgment(1, "b", True),
            judgment(1, "c", False),
            judgment(2, "a", True),
            judgment(2, "b", False),
            judgment(3, "a", None),
            judgment(4, "b", None),
            judgment(4, "a", False),
        ]
    )
    assert settled.answers == {1: True, 4: False}
    assert settled.n_unsure == 2
    assert settled.judges == ("a", "b", "c")


def test_points_that_cost_the_same_share_the_win() -> None:
    costs = np.array([[1.0, 1.0, 2.0], [3.0, 2.0, 2.0], [1.0, 5.0, 5.0], [9.0, 9.0, 9.0]])
    assert np.allclose(_shares_of_wins(costs), [11 / 24, 8 / 24, 5 / 24])


def test_false_alarms_are_what_is_flagged_and_not_real() -> None:
    bounds = Bounds(estimate=0.5, low=0.5, high=0.5)
    point = StreamPoint(
        name="balanced",
        threshold=0.5,
        precision=bounds,
        recall=bounds,
        test_precision=bounds,
        test_recall=bounds,
        n_alerts=10,
        cost_per_1000=1.0,
        p_cheapest=1.0,
    )
    real = Bounds(estimate=0.25, low=0.125, high=0.375)
    consequence = Consequence(point, 0.5, real, bounds)
    assert consequence.false_alarms == Bounds(estimate=0.25, low=0.125, high=0.375)
