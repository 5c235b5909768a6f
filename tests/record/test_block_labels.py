"""Labels that people gave on the page: the last counts, and each can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from leadline.record import BlockLabel, Record

AT = datetime(2025, 1, 6, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def said(key: str, value: str | None, person: str = "Ada", release: str = "r1") -> BlockLabel:
    return BlockLabel(release, "2025-01-20", key, value, person, 2.5, AT)


def test_what_was_said_last_of_a_row_counts_whoever_said_it(record: Record) -> None:
    given = [said("a", "1"), said("b", None), said("a", "0", "Bo"), said("a", "1", release="r2")]
    for one in given:
        record.block_labels.add(one)
    assert record.block_labels.of("r1") == (given[1], given[2])
    assert record.block_labels.of("r2") == (given[3],)
    assert record.block_labels.of("r3") == ()


def test_an_undo_brings_back_what_was_there_before(record: Record) -> None:
    first, second, third = said("a", "1"), said("b", "0"), said("a", "0", "Bo")
    for one in (first, second, third):
        record.block_labels.add(one)
    assert record.block_labels.undo("r1", "Bo") == third
    assert record.block_labels.undo("r1", "Bo") is None
    assert record.block_labels.of("r1") == (first, second)
    assert record.block_labels.undo("r1", "Ada") == second
    assert record.block_labels.undo("r2", "Ada") is None
    assert record.block_labels.of("r1") == (first,)


def test_projects_of_one_database_do_not_mix(record: Record, database_url: str) -> None:
    record.block_labels.add(said("a", "1"))
    with Record.open(database_url, "another") as other:
        assert other.block_labels.of("r1") == ()
        assert other.block_labels.undo("r1", "Ada") is None


@pytest.mark.parametrize("seconds", [-1.0, float("inf")])
def test_seconds_that_are_none_are_refused(record: Record, seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds"):
        record.block_labels.add(BlockLabel("r1", "b", "a", "1", "Ada", seconds))
