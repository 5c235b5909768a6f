from __future__ import annotations

import pytest
from tests.examples import example_decision
from tests.phases.again import again

from leadline.errors import SettingsError
from leadline.phases.decision import Choice
from leadline.phases.lifecycle import Stage
from leadline.phases.verdict import Answer

DECISION = example_decision(Stage.FIND)


@pytest.mark.parametrize(
    ("choice", "answer", "words"),
    [
        (Choice.GO, Answer.GO, "go on"),
        (Choice.BACK, Answer.NO, "go back"),
        (Choice.STOP, Answer.NO, "stop"),
    ],
)
def test_only_go_goes_on(choice: Choice, answer: Answer, words: str) -> None:
    verdict = again(DECISION, choice=choice, why="we know enough")
    assert verdict.answer is answer
    assert verdict.summary == f"Ada Ops says {words}: we know enough"


def test_what_was_signed_for_is_in_the_sentence() -> None:
    verdict = again(DECISION, why="it helps all the same", accepts="Measured 0.7; target 0.8.")
    assert verdict.summary == (
        "Ada Ops says go on, below the target (Measured 0.7; target 0.8): it helps all the same"
    )


@pytest.mark.parametrize(("blank", "word"), [("person", "name"), ("why", "reason")])
def test_nobody_decides_without_a_name_and_a_reason(blank: str, word: str) -> None:
    with pytest.raises(SettingsError, match=f"has no {word}"):
        again(DECISION, **{blank: "  "})
