"""What is told of shifts: at most five, the rest counted, never an alarm."""

from __future__ import annotations

from leadline.phases.monitor.input_shift import Shift, shift_findings, shift_lines
from leadline.phases.verdict import Severity

SHIFTS = [
    Shift(column=f"c{place}", distance=0.5, words=f"'c{place}' is higher", beside="all 9 blocks")
    for place in range(8)
]


def test_five_are_told_and_the_rest_is_counted() -> None:
    lines = shift_lines("2024-05-06", SHIFTS)
    assert lines[0].startswith("2024-05-06: 8 columns look different, compared with all 9 blocks.")
    assert lines[0].endswith("never an alarm: labels alone say whether answers are worse.")
    assert lines[1:6] == [f"'c{place}' is higher." for place in range(5)]
    assert lines[6:] == ["3 more: 'c5', 'c6', 'c7'."]
    assert shift_lines("2024-05-06", SHIFTS[:5])[1:] == lines[1:6]
    assert shift_lines("2024-05-06", []) == []


def test_findings_are_notes_about_their_columns() -> None:
    findings = shift_findings("2024-05-06", SHIFTS)
    assert {each.severity for each in findings} == {Severity.NOTE}
    assert [each.columns for each in findings] == [
        (), ("c0",), ("c1",), ("c2",), ("c3",), ("c4",), ("c5", "c6", "c7"),
    ]  # fmt: skip


def test_many_more_are_not_all_named() -> None:
    assert shift_lines("now", SHIFTS * 2)[-1] == "11 more: 'c5', 'c6', 'c7', 'c0', 'c1' and others."


def test_records_of_before_say_not_beside_what() -> None:
    old = Shift(column="age", distance=0.2, words="'age' is lower")
    assert shift_lines("now", [old])[0].startswith("now: 1 column looks different. That is")
