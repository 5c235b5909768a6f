"""Work statements: whole, in order, nothing lost between two people."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from leadline.record import Estimated, Record, WorkState, WorkStatement

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SAID = WorkStatement(
    item="load-test",
    stage="ship",
    title="Test under the expected load",
    state=WorkState.OPEN,
    estimate=Estimated(least=2, likely=4, most=12),
    owner="Ben",
    due=date(2026, 3, 20),
    every="",
    hours=None,
    why="",
    by="Ada",
    at=AT,
)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def test_a_statement_is_kept_whole(record: Record) -> None:
    assert record.work.state("load-test", lambda _: SAID) == SAID
    bare = replace(SAID, item="seal", estimate=None, due=None, every="week", hours=1.5)
    record.work.state("seal", lambda _: replace(bare, state=WorkState.DONE))
    assert record.work.all() == (SAID, replace(bare, state=WorkState.DONE))


def test_the_next_statement_is_made_from_the_newest(record: Record) -> None:
    seen: list[WorkStatement | None] = []

    def change(before: WorkStatement | None) -> WorkStatement:
        seen.append(before)
        return SAID if before is None else replace(before, state=WorkState.STARTED, at=None)

    first = record.work.state("load-test", change)
    second = record.work.state("load-test", change)
    assert seen == [None, first]
    assert second.at is not None
    assert second.at > AT
    assert [each.state for each in record.work.all()] == [WorkState.OPEN, WorkState.STARTED]


def test_what_two_say_at_once_is_both_kept(record: Record) -> None:
    record.work.state("load-test", lambda _: replace(SAID, why=""))

    def add(letter: str) -> None:
        def change(before: WorkStatement | None) -> WorkStatement:
            assert before is not None
            return replace(before, why=before.why + letter)

        record.work.state("load-test", change)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, "abcdefgh"))
    assert sorted(record.work.all()[-1].why) == list("abcdefgh")


def test_projects_are_apart(database_url: str) -> None:
    with Record.open(database_url, "one") as one, Record.open(database_url, "other") as other:
        one.work.state("load-test", lambda _: SAID)
        assert other.work.all() == ()
        assert other.all_projects.work() == ((SAID,),)


def test_what_cannot_be_is_refused_and_nothing_kept(record: Record) -> None:
    for wrong in (replace(SAID, by=" "), replace(SAID, hours=0.0), replace(SAID, item="other")):
        with pytest.raises(ValueError, match=r"needed|above 0|empty"):
            record.work.state("load-test", lambda _, wrong=wrong: wrong)  # type: ignore[misc]
    assert record.work.all() == ()
    for hours in ((0, 1, 2), (2, 1, 3), (1, 3, 2), (1, 2, float("inf"))):
        with pytest.raises(ValueError, match="rising order"):
            Estimated(least=hours[0], likely=hours[1], most=hours[2])
