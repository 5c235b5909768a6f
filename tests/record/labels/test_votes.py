"""Votes: the latest of each annotator counts, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from leadline.record import Record, Vote

AT = datetime(2025, 1, 6, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def vote(item: str, annotator: str, value: str | None) -> Vote:
    return Vote(item, annotator, value, 2.5, AT)


def test_the_latest_vote_of_each_annotator_on_each_item_counts(record: Record) -> None:
    votes = [
        vote("f1", "Ada", "yes"),
        vote("f2", "Ada", None),
        vote("f1", "Bob", "yes"),
        vote("f1", "Ada", "no"),
    ]
    for one in votes:
        record.labels.votes.add(one)
    assert record.labels.votes.plain() == (votes[1], votes[2], votes[3])


def test_undoing_brings_back_what_was_said_before(record: Record) -> None:
    first, other, changed = (
        vote("f1", "Ada", "yes"),
        vote("f1", "Bob", "no"),
        vote("f1", "Ada", "no"),
    )
    for one in (first, other, changed):
        record.labels.votes.add(one)
    assert record.labels.votes.undo("Ada") == "f1"
    assert record.labels.votes.plain() == (first, other)
    assert record.labels.votes.undo("Ada") == "f1"
    assert record.labels.votes.plain() == (other,)
    assert record.labels.votes.undo("Ada") is None
    record.labels.votes.add(changed)
    assert record.labels.votes.plain() == (other, changed)


def test_times_are_in_utc_whatever_they_were_given_in(record: Record) -> None:
    abroad = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    record.labels.votes.add(Vote("f1", "Ada", "yes", 1.0, abroad))
    record.labels.votes.add(Vote("f2", "Ada", "yes", 1.0))
    given, now = (one.at for one in record.labels.votes.plain())
    assert given == AT
    assert now is not None
    assert given is not None
    assert given.utcoffset() == now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_seconds_are_seconds(record: Record, seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds must be at least 0"):
        record.labels.votes.add(Vote("f1", "Ada", "yes", seconds))


def test_a_time_says_its_zone(record: Record) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        record.labels.votes.add(Vote("f1", "Ada", "yes", 1.0, AT.replace(tzinfo=None)))
