"""One reader a stream: it is settled before anybody judges, and its readings stand apart."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.examples import example_verdicts

from leadline.errors import RecordError
from leadline.record import DeclaredReader, Judgment, Record, RowReading

TOLD = ("small", "smol", "p1")


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        record.append("tuning", example_verdicts()["tuning"], by="Ada")
        yield record


def judge(record: Record) -> None:
    record.reviews.add_judgment(Judgment(1, 7, "Ada", is_positive=True, seconds=2.0))


def test_until_a_row_is_judged_another_may_take_its_place(record: Record) -> None:
    readings = record.delegation.readings
    assert readings.reader(1) is None
    first = readings.declare(1, *TOLD, "Ada")
    assert (first.n_judged, first.by) == (0, "Ada")
    assert readings.declare(1, *TOLD, "Bo") == first, "told the same it stays as it was"
    second = readings.declare(1, "large", "big", "p1", "Bo")
    assert (second.machine, second.by) == ("large", "Bo")
    judge(record)
    assert readings.declare(1, *TOLD, "Ada") == second
    assert readings.reader(1) == second


def test_after_that_the_first_one_stays_and_is_known_to_be_late(record: Record) -> None:
    readings = record.delegation.readings
    judge(record)
    record.reviews.undo_judgment(1, "Ada")
    late = readings.declare(1, *TOLD, "Ada")
    assert late.n_judged == 2, "what was taken back had been said"
    assert readings.declare(1, "large", "big", "p1", "Bo") == late


def test_of_many_who_ask_at_once_one_is_the_reader(record: Record, database_url: str) -> None:
    def declare(name: str) -> DeclaredReader:
        with Record.open(database_url, "flights") as mine:
            return mine.delegation.readings.declare(1, "small", "smol", "p1", name)

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(declare, [f"person {n}" for n in range(8)]))
    assert found == {record.delegation.readings.reader(1)}
    judge(record)
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(declare, "abcdefgh")) == found


def test_the_latest_reading_of_a_row_counts_and_no_judgment_knows_of_it(
    record: Record, database_url: str
) -> None:
    readings = record.delegation.readings
    reader = readings.declare(1, *TOLD, "Ada")
    for value in ("no", None, "yes"):
        readings.add(reader, RowReading(row=3, score=0.25, value=value))
    readings.add(reader, RowReading(row=1, score=0.5, value=None))
    assert readings.of(reader) == (
        RowReading(row=3, score=0.25, value="yes"),
        RowReading(row=1, score=0.5, value=None),
    )
    other = readings.declare(1, "large", "big", "p1", "Bo")
    assert readings.of(other) == ()
    assert record.reviews.judgments(1) == ()
    assert record.delegation.votes.all() == ()
    with Record.open(database_url, "another") as another:
        assert another.delegation.readings.reader(1) is None


def test_what_cannot_be_is_refused(record: Record) -> None:
    readings = record.delegation.readings
    with pytest.raises(RecordError, match="none of 'tuning'"):
        readings.declare(2, *TOLD, "Ada")
    with pytest.raises(ValueError, match="who asked"):
        readings.declare(1, *TOLD, " ")
    reader = readings.declare(1, *TOLD, "Ada")
    with pytest.raises(ValueError, match="finite"):
        readings.add(reader, RowReading(row=3, score=float("nan"), value="yes"))
