"""Observations: the latest of each block, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from leadline.errors import OutdatedAnswerError
from leadline.record import Observation, Record

AT = datetime(2025, 1, 6, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


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


def test_who_adds_to_a_block_is_told_when_somebody_else_did_meanwhile(record: Record) -> None:
    record.observations.add(observation("b", 10), replacing=None)
    (first,) = record.observations.of("r1")
    record.observations.add(observation("b", 20), replacing=first)
    with pytest.raises(OutdatedAnswerError, match="somebody else"):
        record.observations.add(observation("b", 15), replacing=first)
    with pytest.raises(OutdatedAnswerError):
        record.observations.add(observation("b", 15), replacing=None)
    assert [one.n_rows for one in record.observations.of("r1")] == [20]
    record.observations.add(observation("c", 1), replacing=None)
