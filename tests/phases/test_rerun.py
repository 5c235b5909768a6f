"""What running something again makes stale, and which decisions may be kept."""

from __future__ import annotations

import pytest
from tests.phases.test_lifecycle import GO, MACHINE_ROWS, NO, Story, _standing_on

from leadline.phases.lifecycle import (
    ROWS,
    Mark,
    Stage,
    decision_of,
    is_turned_back,
    may_be_kept,
    stale_after,
    standing,
)

DECISIONS = [decision_of(stage) for stage in Stage]


@pytest.mark.parametrize("row", MACHINE_ROWS)
def test_the_preview_is_what_then_happens(row: str) -> None:
    story = Story().say(*ROWS)
    told = stale_after(story.marks, [row])
    before = standing(story.marks)
    after = standing(story.say(row).marks)
    happened = {name for name in ROWS if before[name].state is not after[name].state}
    assert set(told) == happened
    assert _standing_on(row) <= set(told)
    assert decision_of(ROWS[row].stage) in told, "the decision on a stage stands on all its rows"


def test_a_verdict_that_is_known_spares_who_reads_the_same() -> None:
    story = Story().say("problem", "data", "search")
    views = dict.fromkeys(("data", "search"), "a")
    story.marks[0] = Mark(1, "problem", {}, GO, views)
    assert stale_after(story.marks, ["problem"]) == ("data", "search")
    assert stale_after(story.marks, ["problem"], views={"problem": views}) == ()
    other = {"problem": views | {"search": "b"}}
    assert stale_after(story.marks, ["problem"], views=other) == ("search",)


def test_what_is_stale_already_is_not_lost_again() -> None:
    story = Story().say(*ROWS).say("problem")
    assert stale_after(story.marks, ["search"]) == ()
    assert stale_after([], ["problem"]) == ()


def test_a_new_release_takes_the_place_of_the_one_gone_back_to() -> None:
    story = Story().say(*ROWS)
    gone_back_to = next(mark.number for mark in story.marks if mark.row == "release")
    story.say("release")
    before = standing(story.marks, gone_back_to)
    told = stale_after(story.marks, ["release"], serving=gone_back_to)
    after = standing(story.say("release").marks)
    assert {name for name in ROWS if before[name].state is not after[name].state} == set(told)
    assert "monitor" in told, "it watches the release that was gone back to"


def kept(story: Story, name: str) -> bool:
    mark = next(mark for mark in reversed(story.marks) if mark.row == name)
    return may_be_kept(mark, story.marks, standing(story.marks))


def test_a_decision_is_kept_on_the_same_answers_alone() -> None:
    story = Story().say("problem", "data", "feasibility", "decision.define")
    assert not kept(story, "decision.define"), "it stands anyhow"
    story.say("data")
    assert not kept(story, "decision.define"), "feasibility is not current"
    story.say("feasibility")
    assert kept(story, "decision.define")
    story.say("feasibility", answer=NO)
    assert not kept(story, "decision.define"), "the answer is another one"


def test_a_decision_is_not_kept_over_an_answer_it_has_not_seen() -> None:
    story = Story().say("problem", "data", "decision.define", "data", "feasibility")
    assert not kept(story, "decision.define")


def turned_back(story: Story, name: str) -> bool:
    mark = next(mark for mark in reversed(story.marks) if mark.row == name)
    return is_turned_back(mark, standing(story.marks))


def test_a_project_is_back_until_the_stage_has_come_through_again() -> None:
    story = Story().say("problem", "data", "search").say("decision.find", answer=NO)
    assert turned_back(story, "decision.find")
    story.say("problem")
    assert turned_back(story, "decision.find"), "the change is made, the search is not yet run"
    story.say("data")
    assert turned_back(story, "decision.find")
    assert not turned_back(story.say("search"), "decision.find")


def test_a_new_decision_ends_the_way_back() -> None:
    story = Story().say("problem", "data", "search").say("decision.find", answer=NO)
    first = story.marks[-1]
    story.say("decision.find")
    assert not is_turned_back(first, standing(story.marks))
    assert not turned_back(story, "decision.find"), "it says go"


def test_one_row_that_is_behind_keeps_the_project_back() -> None:
    story = Story().say(
        "problem", "data", "feasibility", "search", "labelling", "curve", "forecast"
    )
    story.say("decision.train", answer=NO).say("curve")
    assert turned_back(story, "decision.train"), "the forecast is behind"
    assert not turned_back(story.say("forecast"), "decision.train")
