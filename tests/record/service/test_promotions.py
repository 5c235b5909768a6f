"""Promotions: one after the other, with who and why, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.examples import example_verdicts

from leadline.errors import OutdatedAnswerError
from leadline.record import Promotion, Record


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        for _ in range(2):
            record.append("release", example_verdicts()["release"], by="Ada")
        yield record


def test_moves_are_kept_in_order(record: Record) -> None:
    assert record.promotions.newest() is None
    assert record.promotions.all() == ()
    first = record.promotions.add(1, person="Ada", why="the first")
    second = record.promotions.add(2, person="Bo", why="better")
    third = record.promotions.add(1, person="Ada", why="no, worse")
    assert record.promotions.all() == (first, second, third)
    assert record.promotions.newest() == third
    assert [move.counter for move in record.promotions.all()] == [1, 2, 3]
    assert (third.entry, third.person, third.why) == (1, "Ada", "no, worse")


def test_a_candidate_is_kept_and_is_no_move_into_service(record: Record) -> None:
    first = record.promotions.add(1, person="Ada", why="the first")
    assert (first.candidate, first.share) == (None, None)
    tried = record.promotions.add(1, person="Bo", why="a look", candidate=2, share=0.1)
    assert record.promotions.newest() == tried
    assert (tried.counter, tried.entry, tried.candidate, tried.share) == (2, 1, 2, 0.1)
    shadow = record.promotions.add(1, person="Bo", why="less", candidate=2, share=0.0)
    assert shadow.share == 0.0
    record.promotions.add(1, person="Bo", why="withdrawn")
    mended = record.promotions.add(1, person="Bo", why="the pointer was changed")
    record.promotions.add(1, person="Bo", why="again", candidate=2, share=0.0)
    second = record.promotions.add(2, person="Bo", why="better")
    assert record.promotions.into_service() == (first, mended, second)
    assert len(record.promotions.all()) == 7


def test_projects_are_apart(record: Record, database_url: str) -> None:
    record.promotions.add(1, person="Ada", why="the first")
    with Record.open(database_url, "trains") as other:
        assert other.promotions.newest() is None


def test_whoever_saw_an_older_move_is_refused(record: Record) -> None:
    record.promotions.add(1, person="Ada", why="the first", replacing=None)
    with pytest.raises(OutdatedAnswerError):
        record.promotions.add(2, person="Bo", why="better", replacing=None)
    record.promotions.add(2, person="Bo", why="better", replacing=1)


def test_what_cannot_be_published_has_not_moved(record: Record) -> None:
    def fail(move: Promotion) -> None:
        raise OSError(f"disk full at move {move.counter}")

    with pytest.raises(OSError, match="disk full at move 1"):
        record.promotions.add(1, person="Ada", why="the first", publish=fail)
    assert record.promotions.newest() is None


def test_moves_at_once_follow_each_other(record: Record) -> None:
    published: list[int] = []

    def move(entry: int) -> None:
        record.promotions.add(
            entry, person="Ada", why="w", publish=lambda made: published.append(made.counter)
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, [1, 2] * 6))
    assert published == list(range(1, 13))
