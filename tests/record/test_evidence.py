"""Evidence that arrives a row at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.examples import example_search, example_tuning

from leadline.errors import RecordError
from leadline.record import Judgment, Observation, Record, Vote


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


@pytest.fixture
def tuning(record: Record) -> int:
    return record.append("tuning", example_tuning(), by="worker").number


def test_trials_come_back_by_box_in_order(record: Record, database_url: str) -> None:
    trials = example_search().trials
    for trial in trials:
        record.trials.add("box-1", trial)
    record.trials.add("box-2", trials[0])
    assert record.trials.of("box-1") == trials
    assert record.trials.of("box-2") == trials[:1]
    assert record.trials.of("box-3") == ()
    with Record.open(database_url, "hotels") as other:
        assert other.trials.of("box-1") == ()


def test_a_trial_without_a_number_is_refused(record: Record) -> None:
    with pytest.raises(ValueError, match=r"Trial\.mean is nan"):
        record.trials.add("box", replace(example_search().trials[0], mean=float("nan")))
    assert record.trials.of("box") == ()


# --------------------------------------------------------------------------- votes

AT = datetime(2025, 1, 6, 9, 30, 0, 123456, tzinfo=UTC)


def vote(item: str, judge: str, value: str | None) -> Vote:
    return Vote(item, judge, value, 2.5, AT)


def test_the_latest_vote_of_each_judge_on_each_item_counts(record: Record) -> None:
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
    with pytest.raises(ValueError, match="seconds must be at least 0"):
        record.reviews.add_judgment(Judgment(1, 1, "Ada", True, seconds))


def test_a_time_says_its_zone(record: Record) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        record.labels.votes.add(Vote("f1", "Ada", "yes", 1.0, AT.replace(tzinfo=None)))


# --------------------------------------------------------------------------- judgments


def judgment(tuning: int, row: int, judge: str, is_positive: bool | None) -> Judgment:
    return Judgment(tuning, row, judge, is_positive, 3.25, AT)


def test_the_latest_judgment_of_each_judge_on_each_row_counts(record: Record, tuning: int) -> None:
    other = record.append("tuning", example_tuning(), by="worker").number
    judgments = [
        judgment(tuning, 17, "Ada", True),
        judgment(tuning, 4, "Ada", None),
        judgment(tuning, 17, "Bob", True),
        judgment(tuning, 17, "Ada", False),
        judgment(other, 17, "Ada", True),
    ]
    for one in judgments:
        record.reviews.add_judgment(one)
    assert record.reviews.judgments(tuning) == tuple(judgments[1:4])
    assert record.reviews.judgments(other) == (judgments[4],)


def test_undoing_a_judgment_touches_its_judge_and_tuning_only(record: Record, tuning: int) -> None:
    other = record.append("tuning", example_tuning(), by="worker").number
    kept = [judgment(tuning, 1, "Bob", True), judgment(other, 2, "Ada", False)]
    for one in (judgment(tuning, 3, "Ada", True), *kept):
        record.reviews.add_judgment(one)
    assert record.reviews.undo_judgment(tuning, "Ada") == 3
    assert record.reviews.undo_judgment(tuning, "Ada") is None
    assert record.reviews.judgments(tuning) == (kept[0],)
    assert record.reviews.judgments(other) == (kept[1],)


def test_a_judgment_is_about_a_tuning(record: Record) -> None:
    with pytest.raises(RecordError, match="There is no entry 1"):
        record.reviews.add_judgment(judgment(1, 17, "Ada", True))
    record.append("search", example_search(), by="worker")
    with pytest.raises(RecordError, match="Entry 1 is of 'search'"):
        record.reviews.add_judgment(judgment(1, 17, "Ada", True))


# --------------------------------------------------------------------------- observations


def observation(block: str, n_rows: int, release_id: str = "r1", block_at: str = "") -> Observation:
    payload = {"error": 0.25, "shifts": [{"column": "carrier", "distance": 0.2}], "labels": None}
    return Observation(release_id, block, block_at or block, n_rows, payload, AT)


def test_the_latest_observation_of_each_block_counts_in_order_of_time(record: Record) -> None:
    january, february = observation("2025-01-01", 100), observation("2025-02-01", 90)
    corrected = observation("2025-01-01", 110)
    for one in (february, january, corrected, observation("2025-01-01", 7, "r2")):
        record.observations.add(one)
    assert record.observations.of("r1") == (corrected, february)
    assert [one.n_rows for one in record.observations.of("r2")] == [7]
    assert record.observations.of("r3") == ()


def test_blocks_without_a_time_stay_in_the_order_they_came(record: Record) -> None:
    for name in ("second.csv", "first.csv", "second.csv"):
        record.observations.add(Observation("r1", name, "", 1, {}))
    assert [one.block for one in record.observations.of("r1")] == ["second.csv", "first.csv"]


def test_an_observation_without_a_number_is_refused(record: Record) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        record.observations.add(Observation("r1", "b", "", 1, {"error": float("nan")}))
    assert record.observations.of("r1") == ()
