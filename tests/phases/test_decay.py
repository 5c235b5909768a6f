from __future__ import annotations

from tests.examples import example_decay
from tests.phases.again import again, notes, warnings

from leadline.phases.verdict import Answer

DECAY = example_decay()


def test_a_model_that_ages_says_when_to_retrain() -> None:
    assert DECAY.answer is Answer.GO
    assert DECAY.summary == (
        "It ages: retrain every 3 months (anything from 2 to 5 costs nearly the same)."
    )
    assert notes(DECAY)[0].startswith("A model 7 months old makes +0.0241 more error")


def test_no_clear_ageing_is_a_go_without_a_schedule() -> None:
    for changes in ({"p_ages": 0.89}, {"retrain_every": None}):
        verdict = again(DECAY, **changes)
        assert verdict.answer is Answer.GO
        assert verdict.summary.startswith("No clear ageing over 7 months")


def test_rows_without_a_time_are_unclear() -> None:
    verdict = again(DECAY, is_dated=False, blocks=())
    assert verdict.answer is Answer.UNCLEAR
    assert warnings(verdict) == ["The rows carry no time."]


def test_few_blocks_are_unclear() -> None:
    verdict = again(DECAY, blocks=DECAY.blocks[:5])
    assert verdict.answer is Answer.UNCLEAR
    assert warnings(verdict) == ["The rows cover 5 months only."]
