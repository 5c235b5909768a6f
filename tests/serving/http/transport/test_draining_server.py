"""Real sockets: what is slow or too long is cut, what was accepted is answered, the end comes."""

from __future__ import annotations

import json
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.serving.conftest import Sealed
from tests.serving.http.test_server import ROW

from leadline.errors import EngineError
from leadline.serving.http.server import create_app, refuse_open_door
from leadline.serving.http.transport import connections, draining_server
from leadline.serving.http.transport.draining_server import DrainingServer, bound_socket

BODY = json.dumps({"rows": [ROW]}).encode()
HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GOOD = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


class Running:
    """A server in a thread, ended as by a signal."""

    def __init__(self, release: Sealed, grace_s: float = 0.0) -> None:
        self._listener = bound_socket("127.0.0.1", 0)
        self.address = self._listener.getsockname()
        app = create_app(release.open())
        self.server = DrainingServer(app, drain=app.drain, grace_s=grace_s)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )
        self.thread.start()

    def connect(self) -> socket.socket:
        made = socket.create_connection(self.address, timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def end(self) -> None:
        self.server.handle_exit(signal.SIGTERM, None)

    def join(self) -> None:
        self.thread.join(60)
        assert not self.thread.is_alive()


@pytest.fixture(params=["httptools", "h11"])
def running(
    release: Sealed, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    if request.param == "h11":
        monkeypatch.setitem(sys.modules, "uvicorn.protocols.http.httptools_impl", None)
    server = Running(release)
    yield server
    server.end()
    server.join()


def answer_of(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer: its status, headers and body; status 0 where the connection was closed."""
    with connection.makefile("rb") as file:
        line = file.readline()
        if not line:
            return 0, {}, b""
        headers = {}
        while row := file.readline().strip():
            name, _, value = row.decode().partition(": ")
            headers[name.lower()] = value
        return int(line.split()[1]), headers, file.read(int(headers.get("content-length", 0)))


def test_requests_of_one_connection_are_answered_in_turn(running: Running) -> None:
    with closing(running.connect()) as connection:
        for _ in range(3):
            connection.sendall(GOOD)
            assert answer_of(connection)[0] == 200
        connection.sendall(GOOD[:50])
        time.sleep(0.05)
        connection.sendall(GOOD[50:])
        assert answer_of(connection)[0] == 200


@pytest.mark.parametrize(
    "sent", [b"", b"POST /predict HT", HEAD + b"Content-Length: 900\r\n\r\n{", HEAD + b"X: y\r\n"]
)
def test_a_request_that_does_not_come_is_cut(
    running: Running, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.2)
    with closing(running.connect()) as connection:
        connection.sendall(sent)
        status, headers, body = answer_of(connection)
        assert (status, headers["connection"]) == (408, "close")
        assert b"too slowly" in body
    with closing(running.connect()) as connection:
        connection.sendall(GOOD)
        assert answer_of(connection)[0] == 200


def test_a_head_that_does_not_end_is_cut(running: Running) -> None:
    with closing(running.connect()) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000)
        assert answer_of(connection)[0] in {431, 400}  # h11 has a bound of its own


def test_what_is_not_http_is_refused_in_the_form_of_every_refusal(running: Running) -> None:
    with closing(running.connect()) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        status, _, body = answer_of(connection)
        assert status == 400
        assert set(json.loads(body)["error"]) == {"found", "needed", "next"}


def test_a_body_that_is_refused_does_not_spoil_the_connection(running: Running) -> None:
    body = b"x" * 9_000_000
    with closing(running.connect()) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
        assert answer_of(connection)[0] == 413
        connection.sendall(body)
        connection.sendall(GOOD)
        assert answer_of(connection)[0] == 200


def test_more_connections_than_there_may_be_are_refused(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.server.config.http, "most_connections", 2)
    with closing(running.connect()) as first, closing(running.connect()) as second:
        for connection in (first, second):
            connection.sendall(GOOD)
            assert answer_of(connection)[0] == 200
        with closing(running.connect()) as third:
            status, headers, _ = answer_of(third)
            assert (status, headers["retry-after"]) == (503, "1")
        first.sendall(GOOD)
        assert answer_of(first)[0] == 200


def test_what_was_accepted_is_answered_at_the_end(release: Sealed) -> None:
    running = Running(release)
    idle, fresh, half = (running.connect() for _ in range(3))
    idle.sendall(GOOD)
    assert answer_of(idle)[0] == 200
    half.sendall(GOOD[:-5])
    time.sleep(0.3)
    running.end()
    time.sleep(0.3)
    assert answer_of(idle)[0] == 0
    fresh.sendall(GOOD)
    half.sendall(GOOD[-5:])
    for connection in (fresh, half):
        status, headers, _ = answer_of(connection)
        assert (status, headers["connection"]) == (200, "close")
        assert answer_of(connection)[0] == 0
    running.join()
    with pytest.raises(ConnectionRefusedError):
        running.connect()
    for connection in (idle, fresh, half):
        connection.close()


def test_who_connects_while_it_closes_is_answered(running: Running) -> None:
    with closing(running.connect()) as first:
        first.sendall(GOOD)
        assert answer_of(first)[0] == 200
    (server,), late = running.server.servers, []

    class Closing:
        def close(self) -> None:
            late.append(running.connect())
            server.close()
            late.append(running.connect())

    running.server.servers = [Closing()]  # type: ignore[list-item]
    running.end()
    while len(late) < 2:
        assert running.thread.is_alive()
        time.sleep(0.01)
    for connection in late:
        with closing(connection):
            connection.sendall(GOOD)
            assert answer_of(connection)[0] == 200
    running.join()


def test_in_the_grace_time_requests_are_answered_and_ready_is_not(release: Sealed) -> None:
    running = Running(release, grace_s=3.0)
    with closing(running.connect()) as connection:
        connection.sendall(GOOD)
        assert answer_of(connection)[0] == 200
        running.end()
        connection.sendall(GOOD)
        status, headers, _ = answer_of(connection)
        assert (status, headers["connection"]) == (200, "close")
    with closing(running.connect()) as connection:
        connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer_of(connection)[0] == 503
    running.join()


def test_clients_that_do_nothing_do_not_keep_it(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_HALF_S", 0.3)
    monkeypatch.setattr(connections, "_FRESH_S", 0.1)
    running = Running(release)
    sent: list[bytes] = [b"", b"POST", HEAD, HEAD + b"Content-Length: 900\r\n\r\n{", GOOD[:-1]]
    clients = [running.connect() for _ in sent]
    for client, data in zip(clients, sent, strict=True):
        client.sendall(data)
    time.sleep(0.3)
    running.end()
    running.join()
    for client in clients:
        client.close()


def test_an_answer_that_nobody_reads_does_not_keep_it(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining_server, "_LAST_S", 1.0)
    running = Running(release)
    body = json.dumps({"rows": [ROW] * 9_000}).encode()
    clients = []
    for _ in range(4):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        client.connect(running.address)
        client.settimeout(60)
        client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        clients.append(client)
    time.sleep(0.5)
    running.end()
    running.join()
    for client in clients:
        client.close()


def test_a_port_is_taken_once() -> None:
    taken = pytest.raises(EngineError, match="cannot be used: Address already in use")
    with bound_socket("127.0.0.1", 0) as first, taken:
        bound_socket("127.0.0.1", first.getsockname()[1])


def test_others_are_not_let_in_by_accident(tmp_path: Path) -> None:
    refuse_open_door("127.0.0.1", None, is_public=False)
    refuse_open_door("0.0.0.0", tmp_path, is_public=False)
    refuse_open_door("0.0.0.0", None, is_public=True)
    with pytest.raises(EngineError, match="without a token"):
        refuse_open_door("0.0.0.0", None, is_public=False)


def test_a_client_that_hangs_up_is_one_line(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        connection = running.connect()
        connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 900\r\n\r\n")
        assert answer_of(connection)[0] == 100
        connection.sendall(BODY)
        connection.close()
        until = time.monotonic() + 60
        while not caplog.records and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)
    fields: list[Any] = [getattr(record, "fields", {}).get("cause") for record in caplog.records]
    assert fields == ["hang-up"]


def test_as_many_connections_are_taken_as_files_may_be_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    for limits, most in (((256, 1_024), 960), ((4_096, 2_048), 4_032), ((70, 70), 64)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limits=limits: limits)
        assert draining_server._most_connections() == most
    assert asked == [(1_024, 1_024)]
