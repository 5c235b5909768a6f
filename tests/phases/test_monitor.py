from __future__ import annotations

from dataclasses import replace

from tests.examples import example_monitor
from tests.phases.again import again, notes, warnings

from leadline.phases.verdict import Answer

MONITOR = example_monitor()
GOOD, _, BAD, BLIND = MONITOR.blocks


def test_blocks_like_the_reference_are_a_go() -> None:
    verdict = again(MONITOR, blocks=(GOOD,))
    assert verdict.answer is Answer.GO
    assert verdict.summary == "Still good enough in the one labelled block."


def test_an_alarm_is_a_no_that_names_the_block() -> None:
    verdict = again(MONITOR, blocks=(GOOD, BAD))
    assert verdict.answer is Answer.NO
    assert verdict.summary.startswith("Retrain: 1 of 2 labelled blocks")
    assert verdict.summary.endswith("first 2025-01-20.")
    assert "2025-01-20: 35.0% wrong (4.6 standard deviations above the reference)." in warnings(
        verdict
    )


def test_without_labels_it_is_unclear() -> None:
    verdict = again(MONITOR, blocks=(BLIND,))
    assert verdict.answer is Answer.UNCLEAR
    assert "1 block scored, none with labels" in verdict.summary
    assert "1 blocks have fewer than 50 labels." in warnings(verdict)


def test_a_shift_of_the_inputs_is_information_only() -> None:
    shifted = replace(GOOD, shifts=BAD.shifts)
    verdict = again(MONITOR, blocks=(shifted,))
    assert verdict.answer is Answer.GO
    assert any("That is information, never an alarm" in what for what in notes(verdict))


def test_the_self_test_is_told_where_there_is_one() -> None:
    assert any("Self-test: 5% of the reference's own 20 blocks" in what for what in notes(MONITOR))
    assert not any("Self-test" in what for what in notes(again(MONITOR, false_alarm_rate=None)))


def test_without_a_reference_to_judge_by_it_is_unclear_however_bad() -> None:
    unjudged = replace(BAD, z=None, is_alarm=False)
    verdict = again(MONITOR, blocks=(unjudged,), n_reference_blocks=2, error_limit=None)
    assert verdict.answer is Answer.UNCLEAR
    assert any("no block can be judged" in what for what in warnings(verdict))


def test_rows_learnt_from_do_not_show_that_all_is_well() -> None:
    learnt = replace(GOOD, name="2024-12-30", n_learnt=300, is_learnt=True)
    verdict = again(MONITOR, blocks=(learnt,))
    assert verdict.answer is Answer.UNCLEAR
    assert "none without rows that the release learnt from" in verdict.summary
    assert any("300 of 310 rows of 2024-12-30 are rows" in what for what in warnings(verdict))
    verdict = again(MONITOR, blocks=(learnt, GOOD))
    assert verdict.answer is Answer.GO
    assert verdict.summary == "Still good enough in the one labelled block of new rows."
    few = replace(GOOD, n_learnt=3)
    assert not any("learnt" in what for what in warnings(again(MONITOR, blocks=(few,))))


def test_rows_learnt_from_can_alarm() -> None:
    learnt = replace(BAD, n_learnt=300, is_learnt=True)
    assert again(MONITOR, blocks=(learnt, GOOD)).answer is Answer.NO
