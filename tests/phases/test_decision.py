from __future__ import annotations

from typing import Any

import pytest
from tests.examples import example_decision
from tests.phases.again import again

from leadline.errors import SettingsError
from leadline.phases.decision import Choice, Decision, whereabouts
from leadline.phases.lifecycle import Stage
from leadline.phases.verdict import Answer
from leadline.record.codec import decode, encode

DECISION = example_decision(Stage.FIND)


BACK = {"choice": Choice.BACK, "to": "define", "change": "a lower target"}


@pytest.mark.parametrize(
    ("said", "answer", "words"),
    [
        ({"choice": Choice.GO}, Answer.GO, "go on: we know enough"),
        (BACK, Answer.NO, "go back to define: we know enough. Change: a lower target."),
        ({"choice": Choice.STOP}, Answer.NO, "stop: we know enough"),
    ],
)
def test_only_go_goes_on(said: dict[str, Any], answer: Answer, words: str) -> None:
    verdict = again(DECISION, why="we know enough", **said)
    assert verdict.answer is answer
    assert verdict.summary == f"Ada Ops says {words}"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (BACK | {"to": " "}, "does not say to which stage"),
        (BACK | {"change": " "}, "does not say what to change there"),
        (BACK | {"choice": Choice.STOP}, "names a stage or a change"),
        ({"choice": Choice.GO, "change": "all"}, "names a stage or a change"),
    ],
)
def test_who_goes_back_says_where_and_for_what(said: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        again(DECISION, **said)


def test_a_kept_decision_names_the_one_it_keeps() -> None:
    verdict = again(DECISION, why="it works", confirms=12)
    assert verdict.answer is Answer.GO
    assert "keeps the decision of entry 12 to go on" in verdict.summary


def test_decisions_of_before_open_and_say_less() -> None:
    stored = encode(DECISION) | {"choice": "back", "answer": "no", "why": "too dear"}
    for name in ("to", "change", "confirms"):
        del stored[name]
    old = decode(Decision, stored, 1)
    assert (old.to, old.change, old.confirms) == ("", "", None)
    said = "Back from find since 3 July 2013 by Ada Ops: too dear."
    assert whereabouts(old, "3 July 2013") == said


def test_what_was_signed_for_is_in_the_sentence() -> None:
    verdict = again(DECISION, why="it helps all the same", accepts="Measured 0.7; target 0.8.")
    assert verdict.summary == (
        "Ada Ops says go on, below the target (Measured 0.7; target 0.8): it helps all the same"
    )


@pytest.mark.parametrize(("blank", "word"), [("person", "name"), ("why", "reason")])
def test_nobody_decides_without_a_name_and_a_reason(blank: str, word: str) -> None:
    with pytest.raises(SettingsError, match=f"has no {word}"):
        again(DECISION, **{blank: "  "})
