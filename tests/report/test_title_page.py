"""Six words, a cost, a chance and what is wanted: right for every state of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.examples import example_problem, example_verdicts
from tests.report.entries import entries_of, example_entries, standing_of

from leadline.phases import decision
from leadline.phases.verdict import Answer
from leadline.record import Entry
from leadline.report.title_page import TitlePage, title_page


def read(entries: Sequence[Entry]) -> TitlePage:
    return title_page(entries, standing_of(entries))


def stage_words(entries: Sequence[Entry]) -> list[str]:
    return [stage.badge.text for stage in read(entries).stages]


def test_an_empty_record_has_come_nowhere() -> None:
    shown = read([])
    assert [stage.badge.text for stage in shown.stages] == ["next", *["not yet"] * 5]
    assert "Not known" in shown.cost
    assert "Not known yet" in shown.success
    assert "'problem'" in shown.next


def test_a_stage_is_go_when_all_its_rows_are() -> None:
    assert stage_words(example_entries("feasibility"))[:2] == ["go", "next"]
    assert stage_words(example_entries("data"))[:2] == ["under way", "next"]


def test_the_next_row_is_named() -> None:
    assert "'feasibility'" in read(example_entries("data")).next
    assert "People are asked for 'review'" in read(example_entries("tuning")).next


def test_a_no_asks_for_a_decision() -> None:
    verdicts = list(example_verdicts().items())[:3]
    row, feasibility = verdicts[2]
    verdicts[2] = (row, replace(feasibility, answer=Answer.NO, summary="No signal found."))
    entries = entries_of(verdicts)
    shown = read(entries)
    assert shown.stages[0].badge.text == "no"
    assert "No signal found." in shown.stages[0].why
    assert shown.success == (
        "Nothing is forecast: the verdict of 'feasibility' is no, and nobody has decided to go on."
    ), "what is not looked for will not be known"
    assert shown.next.startswith("Decide on define")


def test_a_person_overrules_a_no() -> None:
    verdicts = list(example_verdicts().items())[:4]
    row, feasibility = verdicts[2]
    verdicts[2] = (row, replace(feasibility, answer=Answer.NO))
    shown = read(entries_of(verdicts))
    assert shown.stages[0].badge.text == "going on"
    assert "'search'" in shown.next


def test_a_person_stops_the_project() -> None:
    stop = decision.assess(
        decision.Evidence(stage="define", choice=decision.Choice.STOP, why="no money", person="Ada")
    )
    verdicts = [*list(example_verdicts().items())[:3], ("decision.define", stop)]
    shown = read(entries_of(verdicts))
    assert shown.stages[0].badge.text == "stopped"
    assert shown.next.startswith("Ada says stop: no money.")


def test_reframing_the_problem_undoes_the_words() -> None:
    verdicts = [*example_verdicts().items(), ("problem", example_problem())]
    entries = entries_of(verdicts)
    shown = read(entries)
    assert shown.stages[0].badge.text == "out of date"
    assert "Out of date" in shown.stages[0].why
    assert "nothing that is up to date tells it" in shown.success
    assert all("out of date" in why for _, why in shown.past)


def test_cost_is_of_what_was_granted() -> None:
    shown = read(example_entries())
    assert "500 USD granted" in shown.cost
    broke = [("problem", replace(example_problem(), budget=0.0))]
    assert "no budget was stated" in read(entries_of(broke)).cost


def test_every_search_is_paid_for() -> None:
    verdicts = example_verdicts()
    search = replace(verdicts["search"], cost=100.0)  # type: ignore[call-arg]
    twice = [("problem", verdicts["problem"]), ("search", search), ("search", search)]
    assert read(entries_of(twice)).cost.startswith("200 USD")
