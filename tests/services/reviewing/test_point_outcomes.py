from __future__ import annotations

import numpy as np
import pytest

from leadline.phases.review import StreamPoint
from leadline.phases.verdict import Bounds
from leadline.record import Judgment
from leadline.services.reviewing.majority_judgments import majority_judgments
from leadline.services.reviewing.point_outcomes import Consequence, Counts, _shares_of_wins


def judgment(row: int, judge: str, is_positive: bool | None) -> Judgment:
    return Judgment(tuning=1, row=row, judge=judge, is_positive=is_positive, seconds=1.0)


def test_the_majority_settles_a_row_and_a_tie_does_not() -> None:
    majority = majority_judgments(
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
    assert majority.answers == {1: True, 4: False}
    assert majority.n_unsure == 2
    assert majority.reviewers == ("a", "b", "c")


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
