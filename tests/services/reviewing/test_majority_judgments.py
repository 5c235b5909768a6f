from __future__ import annotations

from leadline.record import Judgment
from leadline.services.reviewing.majority_judgments import majority_judgments


def judgment(row: int, judge: str, is_positive: bool | None) -> Judgment:
    return Judgment(tuning=1, row=row, reviewer=judge, is_positive=is_positive, seconds=1.0)


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


def test_agreement_is_among_rows_with_two_answers_or_more() -> None:
    majority = majority_judgments(
        [
            judgment(1, "a", True),
            judgment(1, "b", True),
            judgment(2, "a", True),
            judgment(2, "b", False),
            judgment(3, "a", False),
            judgment(4, "a", False),
            judgment(4, "b", None),
            judgment(5, "a", False),
            judgment(5, "b", False),
        ]
    )
    assert majority.agreement == (2, 3)
