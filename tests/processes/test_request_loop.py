from __future__ import annotations

import json

import numpy as np
import pytest
from tests.processes.answering import OK, after, answering

from leadline.errors import SettingsError
from leadline.processes.http_connection import Connection, Target
from leadline.processes.request_loop import at_set_times, in_turn

CLOSES = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"


def target(port: int) -> Target:
    return Target.of(f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer secret"})


def test_latency_counts_from_when_a_request_was_due() -> None:
    # ten requests at once, each 20 ms of work, one after the other: the last waits for all others
    with answering(after(0.02)) as (port, _):
        found = at_set_times(target(port), [b"{}"], np.zeros(10), n_connections=1, patience_s=60.0)
    assert found.statuses == {200: 10}
    assert (np.diff(found.latency_s) > 0.015).all()
    assert found.latency_s[-1] > 0.19


def test_requests_are_whole_and_bodies_take_turns() -> None:
    with answering(lambda _: OK) as (port, seen):
        due = np.linspace(0.0, 0.03, 4)
        found = at_set_times(
            target(port), [b'{"a":1}', b'{"b":2}'], due, n_connections=1, patience_s=60.0
        )
    assert found.due_s.tolist() == due.tolist()
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1")
    assert b"Authorization: Bearer secret" in head
    assert b"Content-Length: 7" in head
    assert [json.loads(each.partition(b"\r\n\r\n")[2]) for each in seen] == 2 * [{"a": 1}, {"b": 2}]
    assert json.loads(body) == {"a": 1}


@pytest.mark.parametrize("said", [CLOSES, CHUNKED])
def test_answers_of_other_kinds_are_understood(said: bytes) -> None:
    with answering(lambda _: said) as (port, _):
        found = in_turn(target(port), [b"{}"], n_clients=2, seconds=0.1)
    assert set(found.statuses) == {200}
    assert len(found.latency_s) >= 2


def test_answers_that_are_no_good_count_as_endless() -> None:
    with answering(lambda i: BUSY if i % 2 else OK) as (port, _):
        due = np.linspace(0.0, 0.045, 10)
        found = at_set_times(target(port), [b"{}"], due, n_connections=1, patience_s=60.0)
    assert found.statuses == {200: 5, 503: 5}
    assert np.isinf(found.latency_s).sum() == 5


def test_a_connection_that_ends_is_opened_again() -> None:
    with answering(lambda i: b"" if i == 0 else OK) as (port, _):
        due = np.linspace(0.0, 0.1, 3)
        found = at_set_times(target(port), [b"{}"], due, n_connections=1, patience_s=60.0)
    assert found.statuses == {-1: 1, 200: 2}
    assert np.isinf(found.latency_s).tolist() == [True, False, False]


def test_a_queue_without_end_is_broken_off() -> None:
    with answering(after(0.2)) as (port, seen):
        found = at_set_times(target(port), [b"{}"], np.zeros(100), n_connections=1, patience_s=0.5)
        assert len(seen) < 10
    assert found.statuses[0] > 90
    assert np.isinf(found.latency_s).sum() == found.statuses[0]


def test_a_server_that_is_gone_is_no_endless_loop() -> None:
    with answering(lambda _: b"") as (port, _):
        first = Connection(target(port))
        first.close()
    with pytest.raises(OSError, match="refused"):
        Connection(target(port))


def test_clients_in_turn_begin_nothing_after_their_time() -> None:
    with answering(after(0.05)) as (port, seen):
        found = in_turn(target(port), None, n_clients=1, seconds=0.12)
    assert seen[0].startswith(b"GET /predict HTTP/1.1\r\n")
    assert found.due_s.max() < 0.12
    assert found.seconds >= found.due_s.max() + 0.05


@pytest.mark.parametrize("url", ["model.example.org", "ftp://model", "http://", "http://m:x", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="http"):
        Target.of(url)


def test_addresses_are_completed() -> None:
    assert Target.of("https://model.example.org/churn/").path == "/churn/predict"
    assert Target.of("https://model.example.org").port == 443
    assert Target.of("http://model/predict").path == "/predict"
    assert Target.of("http://model").port == 80
    assert b"Host: [::1]:80\r\n" in Target.of("http://[::1]").request(b"")
