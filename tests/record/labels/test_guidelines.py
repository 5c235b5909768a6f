"""Versions of the guidelines: each text once, numbered from one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from leadline.record import Guidelines, Record


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def test_each_text_is_kept_once_under_its_first_version(record: Record, database_url: str) -> None:
    kept = [record.labels.guidelines.keep(text) for text in ("Late?", "Too late?", "Late?")]
    assert kept == [Guidelines(1, "Late?"), Guidelines(2, "Too late?"), Guidelines(1, "Late?")]
    assert record.labels.guidelines.all() == tuple(kept[:2])
    with Record.open(database_url, "hotels") as other:
        assert other.labels.guidelines.keep("Too late?").version == 1


def test_many_who_keep_the_same_text_at_once_are_told_one_version(database_url: str) -> None:
    together = threading.Barrier(4, timeout=30)

    def keep(text: str) -> int:
        with Record.open(database_url, "flights") as record:
            together.wait()
            return record.labels.guidelines.keep(text).version

    with ThreadPoolExecutor(4) as people:
        versions = list(people.map(keep, ["a", "b", "a", "b"]))
    assert versions[:2] == versions[2:]
    assert sorted(versions) == [1, 1, 2, 2]
