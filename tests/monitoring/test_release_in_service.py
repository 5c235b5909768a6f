from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.examples import example_verdicts

from leadline.errors import NotReadyError, ReleaseError
from leadline.monitoring.release_in_service import (
    approved,
    has_decay_in_service,
    in_service,
    nothing_released,
    rollback_target,
    upkeep_reading,
)
from leadline.phases import decision
from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.decision import Choice
from leadline.phases.lifecycle import ROWS, State
from leadline.phases.release import Release
from leadline.phases.verdict import Answer, Verdict
from leadline.record import Record
from leadline.services.queries.project_state import ProjectState


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "releases") as opened:
        yield opened


def released(record: Record, name: str, answer: Answer) -> int:
    verdict = example_verdicts()["release"]
    assert isinstance(verdict, Release)
    named = replace(verdict, release_id=name, answer=answer)
    return record.append("release", named, by="Ada").number


def serving(record: Record) -> str:
    entry = in_service(record)
    assert entry is not None
    assert isinstance(entry.verdict, Release)
    return entry.verdict.release_id


def test_nothing_is_in_service_before_the_first_release(record: Record) -> None:
    assert in_service(record) is None


def test_a_release_that_did_worse_waits_for_a_person(record: Record) -> None:
    released(record, "first", Answer.GO)
    worse = released(record, "second", Answer.UNCLEAR)
    assert serving(record) == "first"
    said = decision.Evidence(stage="ship", choice=Choice.GO, why="fairer", person="Ada")
    record.append("decision.ship", decision.assess(said), by="Ada", on={"release": worse})
    assert serving(record) == "second"
    released(record, "third", Answer.UNCLEAR)
    assert serving(record) == "second"


def move(record: Record, number: int) -> None:
    record.promotions.add(number, person="Ada", why="because")


def back(record: Record, name: str = "") -> str:
    return rollback_target(record, name).verdict_as(Release).release_id


def test_the_newest_move_says_what_is_in_service(record: Record) -> None:
    first, second = (released(record, name, Answer.GO) for name in ("first", "second"))
    assert serving(record) == "second"
    move(record, second)
    move(record, first)
    assert serving(record) == "first"
    third = released(record, "third", Answer.GO)
    assert serving(record) == "first", "approved, and not moved into service yet"
    move(record, third)
    assert serving(record) == "third"


def test_a_rollback_goes_to_the_one_before(record: Record) -> None:
    numbers = [released(record, name, Answer.GO) for name in ("first", "second", "third")]
    for number in numbers:
        move(record, number)
    for name in ("second", "first"):
        assert back(record) == name
        move(record, rollback_target(record).number)
    with pytest.raises(NotReadyError, match="No release was in service before"):
        back(record)


def test_a_rollback_leaves_out_what_was_rolled_back_from(record: Record) -> None:
    first, second = (released(record, name, Answer.GO) for name in ("first", "second"))
    for number in (first, second, first, released(record, "third", Answer.GO)):
        move(record, number)
    assert back(record) == "first"
    assert back(record, "second") == "second"


def test_a_release_that_waits_for_a_signature_is_told(record: Record) -> None:
    assert "Run 'leadline run ship' first" in nothing_released(record).next
    released(record, "worse", Answer.UNCLEAR)
    told = nothing_released(record)
    assert told.found == "Nothing is released yet: release worse is no better."
    assert "'leadline decide ship go --why REASON'" in told.next


def test_a_record_without_moves_goes_back_to_the_approved_one_before(record: Record) -> None:
    with pytest.raises(NotReadyError, match="Nothing is released yet"):
        back(record)
    released(record, "first", Answer.GO)
    released(record, "worse", Answer.UNCLEAR)
    released(record, "second", Answer.GO)
    assert [entry.verdict_as(Release).release_id for entry in approved(record)] == [
        "first",
        "second",
    ]
    assert back(record) == "first"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("c40d", "2 approved releases of this project begin with 'c40d'"),
        ("9", "No approved release of this project begins with '9'"),
        ("aaa", "1 approved release of this project begins with 'aaa'"),
        ("worse", "No approved release"),
    ],
)
def test_a_release_must_be_named_plainly(record: Record, name: str, said: str) -> None:
    for release in ("c40d1", "c40d2", "aaaa1"):
        released(record, release, Answer.GO)
    released(record, "worse", Answer.UNCLEAR)
    with pytest.raises(ReleaseError, match=said) as caught:
        back(record, name)
    assert "c40d1, c40d2, aaaa1" in caught.value.needed
    assert back(record, "aaaa") == "aaaa1"


def test_the_first_move_may_be_taken_back_to_what_served_before_there_were_moves(
    record: Record,
) -> None:
    released(record, "first", Answer.GO)
    move(record, released(record, "second", Answer.GO))
    assert back(record) == "first"


def test_a_whole_name_is_that_release_though_another_begins_with_it(record: Record) -> None:
    for release in ("c40d", "c40d1"):
        released(record, release, Answer.GO)
    assert back(record, "c40d") == "c40d"


def append(record: Record, row: str, verdict: Verdict | None = None, **on: int) -> int:
    newest = record.newest(ROWS)
    stood_on = {name: newest[name] for name in ROWS[row].stands_on if name in newest}
    said = verdict or example_verdicts()[row]
    return record.append(row, said, by="Ada", on={**stood_on, **on}).number


def test_what_serves_is_judged_by_what_it_stood_on(record: Record) -> None:
    """New rows make the release stale, which answers until the next one is approved."""
    for row in ROWS:
        append(record, row)
    again = append(record, "decay")
    before = record.newest(ROWS)
    assert before["decay"] == again
    assert upkeep_reading(record, "monitor") is None, "it reads the record as it stands"
    data = example_verdicts()["data"]
    assert isinstance(data, Data)
    append(record, "data", replace(data, snapshot="ffff" * 16))
    append(record, "decay", release=append(record, "release", worse()))
    assert record.standing()["release"].state is State.STALE
    assert upkeep_reading(record, "curve") is None
    reading = upkeep_reading(record, "monitor")
    assert reading is not None
    for kind in (Data, Release, Decay):
        reading.of(kind)
    assert {row: reading.seen[row] for row in ("data", "release", "decay")} == {
        row: before[row] for row in ("data", "release", "decay")
    }


def worse() -> Release:
    verdict = example_verdicts()["release"]
    assert isinstance(verdict, Release)
    return replace(verdict, release_id="worse", answer=Answer.UNCLEAR)


def test_only_the_decay_of_what_serves_is_its_own(record: Record) -> None:
    serves = released(record, "first", Answer.GO)
    append(record, "decay", release=released(record, "worse", Answer.UNCLEAR))
    assert not has_decay_in_service(record)
    append(record, "decay", release=serves)
    assert has_decay_in_service(record)


def test_after_a_rollback_what_is_measured_is_of_the_one_that_serves(record: Record) -> None:
    for row in ROWS:
        append(record, row)
    first = record.newest(ROWS)
    assert record.gone_back_to() is None
    data = example_verdicts()["data"]
    assert isinstance(data, Data)
    for row in ("data", "feasibility", "search", "tuning", "review", "release", "capacity"):
        append(record, row, replace(data, snapshot="ffff" * 16) if row == "data" else None)
    newest = record.newest(ROWS)
    move(record, first["release"])
    assert record.gone_back_to() is None, "the newest was never in service"
    move(record, newest["release"])
    assert record.gone_back_to() is None
    assert record.standing()["capacity"].number == newest["capacity"]
    move(record, first["release"])
    assert record.gone_back_to() == first["release"]
    now = record.standing()
    for row in ("release", "capacity", "decay"):
        assert (now[row].number, now[row].state) == (first[row], State.CURRENT)
        assert ProjectState.of(record).latest[row].number == first[row]
    for row in ("capacity", "decay", "monitor"):
        reading = upkeep_reading(record, row)
        assert reading is not None
        reading.of(Release)
        assert reading.seen["release"] == first["release"]
    assert append(record, "decay", release=first["release"]) == record.standing()["decay"].number
    # one that is made after it counts again
    append(record, "release", worse())
    assert record.gone_back_to() is None
