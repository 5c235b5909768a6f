"""The outbox: an event once a channel, a message for one process at a time, the dead found out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from leadline.record import MessageState, Record

LEASE_S = 60.0


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def soon(seconds: float = 1.0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_an_event_is_put_in_once_for_each_channel(record: Record, database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        put = list(pool.map(lambda n: record.outbox.put("alarm/1", "email", f"{n}"), range(8)))
    assert sorted(put) == [False] * 7 + [True]
    assert record.outbox.put("alarm/1", "webhook", "w")
    assert record.outbox.put("alarm/2", "email", "2")
    assert [one.channel for one in record.outbox.of("alarm/1")] == ["email", "webhook"]
    assert [one.event for one in record.outbox.newest(limit=1)] == ["alarm/2"]
    with Record.open(database_url, "trains") as other:
        assert other.outbox.newest() == ()
        assert other.outbox.put("alarm/1", "email", "of trains")


def test_a_message_is_given_to_one_only(record: Record) -> None:
    record.outbox.put("alarm/1", "email", "1")
    (due,) = record.outbox.due(soon())
    with ThreadPoolExecutor(4) as pool:
        claims = pool.map(
            lambda _: record.outbox.claim(due.number, now=soon(), lease_s=LEASE_S), range(8)
        )
        (claimed,) = [one for one in claims if one is not None]
    assert (claimed.state, claimed.n_tries) == (MessageState.SENDING, 1)
    assert record.outbox.due(soon()) == ()


def test_a_message_waits_for_its_time(record: Record) -> None:
    record.outbox.put("alarm/1", "email", "1")
    (due,) = record.outbox.due(soon())
    record.outbox.claim(due.number, now=soon(), lease_s=LEASE_S)
    record.outbox.settle(due.number, MessageState.WAITING, message="busy", next_at=soon(60))
    assert record.outbox.due(soon(50)) == ()
    (due,) = record.outbox.due(soon(70))
    assert (due.n_tries, due.message) == (1, "busy")


def test_whoever_dies_leaves_it_waiting_or_unsure(record: Record) -> None:
    for channel in ("email", "webhook"):
        record.outbox.put("alarm/1", channel, "1")
    for due in record.outbox.due(soon()):
        record.outbox.claim(due.number, now=soon(), lease_s=LEASE_S)
    record.outbox.recover(soon(), repeatable={"webhook"})
    assert {one.state for one in record.outbox.of("alarm/1")} == {MessageState.SENDING}
    record.outbox.recover(soon(LEASE_S + 5), repeatable={"webhook"})
    email, webhook = record.outbox.of("alarm/1")
    assert (email.state, webhook.state) == (MessageState.UNSURE, MessageState.WAITING)
    # it was not dead after all, and is not heard
    record.outbox.settle(email.number, MessageState.SENT, next_at=soon())
    assert record.outbox.of("alarm/1")[0].state is MessageState.UNSURE


def test_a_message_is_due_at_its_time(record: Record) -> None:
    record.outbox.put("alarm/1", "email", "1")
    (waiting,) = record.outbox.of("alarm/1")
    assert record.outbox.due(waiting.next_at - timedelta(seconds=1)) == ()
    assert record.outbox.due(waiting.next_at) == (waiting,)


def test_another_project_neither_takes_a_message_nor_says_how_it_went(
    record: Record, database_url: str
) -> None:
    record.outbox.put("alarm/1", "email", "1")
    (due,) = record.outbox.due(soon())
    with Record.open(database_url, "trains") as other:
        assert other.outbox.claim(due.number, now=soon(), lease_s=LEASE_S) is None
        record.outbox.claim(due.number, now=soon(), lease_s=LEASE_S)
        other.outbox.settle(due.number, MessageState.SENT, next_at=soon())
        other.outbox.recover(soon(LEASE_S + 5), repeatable={"email"})
    assert record.outbox.of("alarm/1")[0].state is MessageState.SENDING
