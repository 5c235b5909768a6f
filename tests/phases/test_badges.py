"""The badge of a stage is the gravest of its rows; who overrules a row has seen it."""

from __future__ import annotations

from tests.phases.test_lifecycle import NO, Story

from leadline.phases.lifecycle import Stage, rows_of, standing
from leadline.phases.lifecycle.badges import Badges


def badges(story: Story) -> Badges:
    return Badges({mark.row: mark for mark in story.marks}, standing(story.marks))


def test_a_no_is_graver_than_what_is_out_of_date() -> None:
    story = Story().say("problem", "data", "feasibility").say("problem", answer=NO)
    assert badges(story).of_row("data").tone == "stale"
    assert badges(story).of_stage(Stage.DEFINE).tone == "no"
    assert badges(story.say("problem")).of_stage(Stage.DEFINE).tone == "stale"


def test_a_go_overrules_the_rows_it_stood_on_only() -> None:
    story = Story().say("problem").say("data", answer=NO).say("decision.define")
    assert badges(story).of_row("data").text == "no, going on"
    assert badges(story.say("feasibility", answer=NO)).of_row("feasibility").text == "no"


def test_a_decision_says_where_a_stage_stands() -> None:
    story = Story().say(*(row.name for row in rows_of(Stage.DEFINE)))
    assert badges(story).of_stage(Stage.DEFINE).text == "go"
    assert badges(story.say("decision.define", answer=NO)).of_stage(Stage.DEFINE).tone == "no"
    assert badges(Story()).of_stage(Stage.DEFINE).text == "next"
    assert badges(Story()).of_stage(Stage.WATCH).text == "not yet"
