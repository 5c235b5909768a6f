"""Connections of the server: requests that come too slowly, or with too long a head, are cut.

uvicorn reads and writes HTTP; it waits for ever for a head and for a body. One look a second at
all connections ends what takes too long, so that a request in time costs no timer.
"""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import Any

from leadline.serving.http.requests.body import MOST_HEADER_BYTES
from leadline.serving.http.telemetry.json_lines import log_request

HEAD_S = 10.0  # also what a body may take, beside the time that its bytes take
_BYTES_PER_S = 64 * 1024
_UNREAD_S = 20.0  # a client that takes nothing of its answer for so long is gone
_FRESH_S = 1.0
_HALF_S = 5.0


class TimedConnection:
    """What is added to uvicorn's protocol; it stands before it among the bases.

    Bytes are *owed* from the first of a head to the last of a body; nothing is while an answer is
    made, and between two requests.
    """

    most_connections = 0
    """Further ones are refused; 0: there is no bound."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        http: Any = self  # what uvicorn's protocol has
        self._http = http
        # the application asks by it whether the client is still there
        http.app_state = {**http.app_state, "connection": self}
        self._made_at = self._first_at = 0.0
        self._n_bytes = 0
        self._unread_since: float | None = None
        self._is_cut = False

    def is_closing(self) -> bool:
        """Whether the client has hung up, or was cut off."""
        return bool(self._http.transport.is_closing())

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request."""
        self._parent("connection_made", transport)
        self._made_at = self._first_at = time.monotonic()
        if 0 < self.most_connections < len(self._http.connections):
            self._cut(503, "connections", "There are too many connections.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what would keep this in memory."""
        self._parent("connection_lost", exc)
        self._http.app_state = {}

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head must end before it has too many."""
        if self._is_cut:
            return
        before = self._http.cycle
        was_owed = before is not None and before.more_body
        self._parent("data_received", data)
        cycle = self._http.cycle
        if cycle is not before or (was_owed and not cycle.more_body):
            self._n_bytes = 0
            self._first_at = time.monotonic()
            return
        if not self._n_bytes:
            self._first_at = time.monotonic()
        self._n_bytes += len(data)
        is_head = cycle is None or not cycle.more_body
        if is_head and self._n_bytes > MOST_HEADER_BYTES and not self.is_closing():
            self._cut(431, "headers", "The headers are too large.")

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        del msg
        self._cut(400, "http", "This is not a request of HTTP.")

    def look(self, now: float) -> None:
        """End what takes too long."""
        if self.is_closing():
            return
        cycle = self._http.cycle
        allowed_s = HEAD_S + self._n_bytes / _BYTES_PER_S
        is_owed = self._n_bytes > 0 or cycle is None or cycle.more_body
        if is_owed and now - self._first_at > allowed_s:
            self._cut(408, "slow", "The request came too slowly.")
        if not self._http.flow.write_paused:
            self._unread_since = None
        elif self._unread_since is None:
            self._unread_since = now
        elif now - self._unread_since > _UNREAD_S:
            self._note("unread")
            self._http.transport.abort()

    def end(self, now: float, asked_at: float) -> None:
        """Close, now that the server ends, unless a request is here or on its way.

        Parameters
        ----------
        now, asked_at : float
            Seconds of the monotonic clock: this moment, and when the end began.
        """
        if self.is_closing():
            return
        cycle = self._http.cycle
        is_late = now - asked_at > _HALF_S
        if cycle is None:
            # it was accepted just now, and its first request may be on its way
            is_fresh = self._n_bytes or now - max(self._made_at, asked_at) < _FRESH_S
            if is_late or not is_fresh:
                self._http.transport.close()
        elif cycle.response_complete:
            if is_late or not self._n_bytes:
                self._http.transport.close()
        else:
            cycle.keep_alive = False
            if cycle.more_body and is_late:
                self._cut(408, "slow", "The server ends, and the request came too slowly.")

    def _parent(self, name: str, argument: Any) -> None:
        getattr(super(), name)(argument)

    def _cut(self, status: int, cause: str, words: str) -> None:
        """Say why where an answer is still owed, and close."""
        self._is_cut = True
        self._note(cause, status)
        cycle, transport = self._http.cycle, self._http.transport
        if cycle is None or not cycle.response_started or status == 431:
            body = b'{"error":{"found":"%s","needed":"","next":""}}' % words.encode()
            retry = "retry-after: 1\r\n" if status == 503 else ""
            head = (
                f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json"
                f"\r\n{retry}content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            transport.write(head.encode() + body)
        transport.close()

    def _note(self, cause: str, status: int = 0) -> None:
        client = self._http.client
        fields = {"status": status, "cause": cause, "client": client[0] if client else ""}
        log_request("cut", fields)


def connection_class(most_connections: int) -> type[asyncio.Protocol]:
    """The protocol for one connection; on httptools if it is installed, else on h11.

    Parameters
    ----------
    most_connections : int
        Further ones are refused.
    """
    base: type[asyncio.Protocol]
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        from uvicorn.protocols.http.h11_impl import H11Protocol

        base = H11Protocol
    else:
        base = HttpToolsProtocol
    kind = type("Connection", (TimedConnection, base), {"most_connections": most_connections})
    assert issubclass(kind, asyncio.Protocol)
    return kind
