from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.examples import example_verdicts

from leadline.monitoring.release_in_service import in_service
from leadline.phases import decision
from leadline.phases.decision import Choice
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.record import Record


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
