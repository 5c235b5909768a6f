"""The life-cycle table, and where every row stands."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import pkgutil

import pytest

import leadline.jobs
from leadline.phases.lifecycle import (
    ROWS,
    Mark,
    Owner,
    Stage,
    State,
    decision_of,
    is_decision,
    rows_of,
    standing,
)
from leadline.phases.verdict import Answer, Verdict

GO, NO, UNCLEAR = Answer
MACHINE_ROWS = [row for row in ROWS if not is_decision(row)]


class Story:
    """A record told in short: who says what, standing on whatever is newest then."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []

    def say(self, *rows: str, answer: Answer = GO) -> Story:
        for row in rows:
            newest = {mark.row: mark.number for mark in self.marks}
            on = {name: newest[name] for name in ROWS[row].stands_on if name in newest}
            self.marks.append(Mark(len(self.marks) + 1, row, on, answer))
        return self

    def states(self, *rows: str) -> list[str]:
        now = standing(self.marks)
        return [now[row].state.value for row in rows]

    def closed(self, row: str) -> str:
        now = standing(self.marks)[row]
        assert now.is_runnable == (now.closed == "")
        return now.closed


def test_an_empty_record_is_open_at_the_first_row_only() -> None:
    now = standing([])
    assert list(now) == list(ROWS)
    assert [row for row, here in now.items() if here.is_runnable] == ["problem"]
    assert now["problem"].state is State.OPEN
    assert {here.state for row, here in now.items() if row != "problem"} == {State.WAITING}
    assert now["data"].closed == "'data' needs a verdict of 'problem', and the record has none."
    assert now["decision.find"].closed == "Nothing of find is on the record yet."


def test_every_row_opens_when_what_it_stands_on_is_there() -> None:
    story = Story()
    for row in MACHINE_ROWS:
        assert story.closed(row) == ""
        assert story.states(row) == ["open"]
        story.say(row)
        assert story.states(row) == ["current"]
    assert set(story.states(*MACHINE_ROWS)) == {"current"}


@pytest.mark.parametrize("changed", MACHINE_ROWS)
def test_a_change_makes_stale_exactly_what_stands_on_it(changed: str) -> None:
    story = Story().say(*MACHINE_ROWS).say(changed)
    stale = {row for row in MACHINE_ROWS if story.states(row) == ["stale"]}
    assert stale == _standing_on(changed)
    assert story.states(changed) == ["current"]


def test_what_stands_on_something_stale_is_closed_until_that_is_mended() -> None:
    story = Story().say("problem", "data", "search", "problem")
    assert story.closed("data") == ""
    assert story.closed("search") == (
        "'search' needs a current verdict of 'data'; the one there is stale."
    )
    story.say("data")
    assert story.closed("search") == ""
    story.say("search")
    assert story.states("problem", "data", "search") == ["current"] * 3


def test_a_verdict_on_an_older_reading_is_stale_from_birth() -> None:
    story = Story().say("problem", "data", "problem")
    story.marks.append(Mark(4, "data", {"problem": 1}, GO))
    assert story.states("data") == ["stale"]


def test_the_order_in_which_marks_come_does_not_matter() -> None:
    marks = Story().say("problem", "data", "search", "problem").marks
    expected = standing(marks)
    assert all(standing(order) == expected for order in itertools.permutations(marks))


def test_a_row_of_another_version_does_not_matter() -> None:
    marks = [*Story().say("problem").marks, Mark(2, "weather", {}, NO)]
    assert standing(marks)["data"].is_runnable


# --------------------------------------------------------------------------- no, and overruling it


def test_a_no_closes_what_stands_on_it_and_every_later_stage() -> None:
    story = Story().say("problem", "data").say("feasibility", answer=NO)
    told = "The verdict of 'feasibility' is no, and nobody has decided to go on."
    assert story.closed("search") == told
    assert story.closed("labelling") == told
    assert story.closed("data") == ""
    assert story.closed("feasibility") == ""


def test_a_no_does_not_close_its_neighbours_in_the_stage() -> None:
    story = Story().say("problem", "data", "search").say("labelling", answer=NO)
    assert story.closed("curve") == ""
    assert "'labelling' is no" in story.closed("tuning")


def test_a_no_closes_its_own_stage_where_that_stands_on_it() -> None:
    story = Story().say("problem").say("data", answer=NO)
    assert "'data' is no" in story.closed("feasibility")


def test_an_unclear_answer_closes_nothing() -> None:
    story = Story().say("problem", "data").say("feasibility", answer=UNCLEAR)
    assert story.closed("search") == ""


def test_nobody_overrules_what_keeps_anything_from_being_computed() -> None:
    story = Story().say("problem")
    story.marks.append(Mark(2, "data", {"problem": 1}, NO, barrier="No rows."))
    told = "The verdict of 'data' is no, which nobody can overrule: No rows."
    assert story.closed("feasibility") == told
    assert story.say("decision.define").closed("feasibility") == told
    assert story.say("data").closed("feasibility") == ""


def test_go_overrules_exactly_the_no_it_was_said_to() -> None:
    story = Story().say("problem", "data").say("feasibility", answer=NO).say("decision.define")
    assert story.closed("search") == ""
    story.say("search").say("feasibility", answer=NO)
    assert "'feasibility' is no" in story.closed("search")
    assert story.states("decision.define") == ["stale"]
    story.say("decision.define")
    assert story.closed("curve") == ""


def test_go_does_not_overrule_what_it_did_not_see() -> None:
    story = Story().say("problem", "data").say("decision.define").say("feasibility", answer=NO)
    assert "'feasibility' is no" in story.closed("search")


def test_go_on_one_stage_does_not_overrule_another() -> None:
    story = Story().say("problem", "data", "search").say("labelling", answer=NO)
    story.say("decision.find")
    assert "'labelling' is no" in story.closed("tuning")


def test_a_no_that_went_stale_closes_nothing_any_more() -> None:
    story = Story().say("problem", "data").say("feasibility", answer=NO).say("data")
    assert story.states("feasibility") == ["stale"]
    assert story.closed("search") == ""


def test_a_stop_closes_the_later_stages_only() -> None:
    story = Story().say("problem", "data", "feasibility", "search")
    story.say("decision.define", answer=NO)
    told = "The decision on define was not to go on."
    later = [row for row in MACHINE_ROWS if ROWS[row].stage is not Stage.DEFINE]
    assert {story.closed(row) for row in ("search", "labelling", "curve", "tuning")} == {told}
    assert all(story.closed(row) for row in later)
    assert {story.closed(row) for row in ("problem", "data", "feasibility")} == {""}
    story.say("decision.define")
    assert story.closed("curve") == ""


def test_a_stop_holds_until_its_stage_changes() -> None:
    story = Story().say("problem", "data").say("decision.define", answer=NO)
    assert story.closed("search")
    story.say("data")
    assert story.states("decision.define") == ["stale"]
    assert story.closed("search") == ""


def test_a_decision_may_be_taken_on_whatever_there_is() -> None:
    story = Story().say("problem")
    assert story.closed("decision.define") == ""
    assert "find" in story.closed("decision.find")
    story.say("data", answer=NO)
    assert story.closed("decision.define") == ""


# --------------------------------------------------------------------------- the table


def test_every_stage_ends_with_its_decision() -> None:
    assert [decision_of(stage) for stage in Stage] == [row for row in ROWS if is_decision(row)]
    for stage in Stage:
        names = [row.name for row in ROWS.values() if row.stage is stage]
        assert names == [*(row.name for row in rows_of(stage)), decision_of(stage)]
        assert ROWS[decision_of(stage)].stands_on == tuple(row.name for row in rows_of(stage))
        assert rows_of(stage.value) == rows_of(stage)
    with pytest.raises(ValueError, match="holiday"):
        decision_of("holiday")


def test_a_row_stands_on_earlier_rows_only() -> None:
    order = list(ROWS)
    for name, row in ROWS.items():
        assert row.name == name
        assert all(order.index(on) < order.index(name) for on in row.stands_on)
        assert len(set(row.stands_on)) == len(row.stands_on)
        assert is_decision(name) or not any(map(is_decision, row.stands_on))


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_its_module_evidence_and_verdict(name: str) -> None:
    row = ROWS[name]
    stem = name.partition(".")[0]
    module = importlib.import_module(f"leadline.phases.{stem}")
    assert getattr(module, stem.capitalize()) is row.verdict
    assert row.verdict.__name__ == stem.capitalize()
    assert issubclass(row.verdict, Verdict)
    assert issubclass(row.verdict, module.Evidence)
    for made in (row.verdict, module.Evidence):
        assert dataclasses.is_dataclass(made)
        assert vars(made)["__dataclass_params__"].frozen
    assert inspect.signature(module.assess).return_annotation == row.verdict.__name__
    assert list(inspect.signature(module.assess).parameters) == ["evidence"]
    assert (module.__doc__ or "").startswith(
        f"{row.stage if name == stem else 'any stage'} / {stem}"
    )
    assert row.question.endswith("?")
    assert (row.owner is Owner.PERSON) == (name == "problem" or is_decision(name))


def test_a_machine_runs_the_rows_that_have_a_job() -> None:
    jobs = {module.name for module in pkgutil.iter_modules(leadline.jobs.__path__)}
    assert {name for name, row in ROWS.items() if row.is_computed} == jobs
    assert {name for name, row in ROWS.items() if row.owner is Owner.MACHINE} <= jobs
    assert not {"problem", "review"} & jobs


def test_rows_have_a_page_a_command_and_a_task() -> None:
    for row in ROWS.values():
        assert row.page.startswith("/")
        assert row.command.startswith("leadline ")
        assert row.task
    assert (ROWS["curve"].page, ROWS["curve"].command) == ("/rows/curve", "leadline run curve")
    assert (ROWS["review"].page, ROWS["review"].command) == ("/review", "leadline review")
    assert ROWS["monitor"].command == "leadline watch"
    assert ROWS["decision.find"].page == "/decide/find"


def test_a_picture_is_drawn_from_a_field_of_the_verdict() -> None:
    for name, row in ROWS.items():
        known = {field.name for field in dataclasses.fields(row.verdict)}
        is_property = isinstance(getattr(row.verdict, row.drawn_from or "-", None), property)
        assert not row.has_picture or row.drawn_from in known or is_property, name


def _standing_on(changed: str) -> set[str]:
    """Every row that stands on a row, on one that stands on it, and so on."""
    reached = {changed}
    for name in MACHINE_ROWS:
        if reached & set(ROWS[name].stands_on):
            reached.add(name)
    return reached - {changed}


# --------------------------------------------------------------------------- views


def test_a_verdict_is_current_with_another_entry_that_says_the_same_to_it() -> None:
    first = Mark(1, "problem", {}, GO, {"data": "a", "search": "a"})
    data = Mark(2, "data", {"problem": 1}, GO, {"search": "b"})
    search = Mark(3, "search", {"problem": 1, "data": 2}, GO)
    again = Mark(4, "problem", {}, GO, {"data": "a", "search": "z"})
    states = {row: now.state for row, now in standing([first, data, search, again]).items()}
    assert (states["data"], states["search"]) == (State.CURRENT, State.STALE)
    back = Mark(5, "problem", {}, GO, {"data": "a", "search": "a"})
    rerun = Mark(6, "data", {"problem": 5}, GO, {"search": "b"})
    for marks in ([back], [back, rerun]):
        now = standing([first, data, search, again, *marks])
        assert {now[row].state for row in ("problem", "data", "search")} == {State.CURRENT}
    other = Mark(7, "data", {"problem": 5}, GO, {"search": "c"})
    assert standing([first, data, search, back, other])["search"].state is State.STALE


def test_a_person_who_overruled_a_no_has_overruled_the_same_no_again() -> None:
    marks = [
        Mark(1, "problem", {}, GO),
        Mark(2, "data", {"problem": 1}, GO),
        Mark(3, "feasibility", {"problem": 1, "data": 2}, NO, {"decision.define": "a"}),
        Mark(4, "decision.define", {"feasibility": 3}, GO),
        Mark(5, "feasibility", {"problem": 1, "data": 2}, NO, {"decision.define": "a"}),
    ]
    assert standing(marks)["search"].closed == ""
    marks[-1] = Mark(5, "feasibility", {"problem": 1, "data": 2}, NO, {"decision.define": "b"})
    assert "'feasibility' is no" in standing(marks)["search"].closed


def test_after_going_back_what_was_measured_is_of_the_release_that_serves() -> None:
    rows = [row for row in ROWS if not is_decision(row)]
    story = Story().say(*rows)
    first = {mark.row: mark.number for mark in story.marks}
    again = rows[rows.index("data") :]
    story.say(*again[: again.index("decay") + 1])
    newest = {mark.row: mark.number for mark in story.marks}
    before, after = standing(story.marks), standing(story.marks, first["release"])
    assert before["decay"].number == newest["decay"]
    assert before["monitor"].state is State.STALE
    for row in ("release", "capacity", "decay", "monitor"):
        assert (after[row].number, after[row].state) == (first[row], State.CURRENT)
    assert after["tuning"].number == newest["tuning"]


def test_what_was_never_measured_of_the_release_gone_back_to_is_open() -> None:
    rows = [row for row in ROWS if not is_decision(row)]
    story = Story().say(*rows[: rows.index("release") + 1])
    first = story.marks[-1].number
    story.say("release", "capacity", "decay")
    now = standing(story.marks, first)
    assert [now[row].state for row in ("release", "capacity")] == [State.CURRENT, State.OPEN]
    assert now["capacity"].number is None
    assert now["decay"].closed == ""


def test_going_back_does_not_hide_that_a_release_is_to_be_made_anew() -> None:
    rows = [row for row in ROWS if not is_decision(row)]
    story = Story().say(*rows[: rows.index("release") + 1])
    first = story.marks[-1].number
    story.say("release", "data")
    assert standing(story.marks, first)["release"].state is State.STALE
