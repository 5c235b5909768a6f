"""HTTP connection of a load generator: one request at a time, as few system calls as possible."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from leadline.errors import SettingsError

_TIMEOUT_S = 10
_RECEIVED = 65_536


@dataclass(frozen=True)
class Target:
    """Where requests go.

    Attributes
    ----------
    host, port : str, int
        Of the server.
    path : str
        Path and query.
    is_tls : bool
        Whether the address is ``https``.
    headers : mapping of str to str
        Sent along, such as a token.
    """

    host: str
    port: int
    path: str = "/predict"
    is_tls: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, url: str, path: str = "/predict", headers: Mapping[str, str] | None = None
    ) -> Target:
        """The target of an address such as ``https://model.example.org:8443/churn``.

        Raises
        ------
        SettingsError
            If it is no such address.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError(
                f"The address is {url!r}.",
                "One that begins with http:// or https:// is needed.",
                "Such as http://127.0.0.1:8000",
            )
        is_tls = parts.scheme == "https"
        place = parts.path.rstrip("/")
        return cls(
            parts.hostname,
            port or (443 if is_tls else 80),
            place if place.endswith(path) else f"{place}{path}",
            is_tls,
            dict(headers or {}),
        )

    def request(self, body: bytes | None) -> bytes:
        """The bytes of a request: POST with a JSON body, or GET without one."""
        lines = [f"{'GET' if body is None else 'POST'} {self.path} HTTP/1.1"]
        host = f"[{self.host}]" if ":" in self.host else self.host
        lines += [f"Host: {host}:{self.port}", *(f"{k}: {v}" for k, v in self.headers.items())]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


class Connection:
    """A kept connection, with at most one request on its way.

    Parameters
    ----------
    target : Target
        Connected to now.

    Attributes
    ----------
    request : int
        Number of the request on its way.

    Raises
    ------
    OSError
        If nobody answers there.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self.request = -1
        self._open()

    def _open(self) -> None:
        self._parts: list[bytes] = []
        self._socket: socket.socket = socket.create_connection(
            (self._target.host, self._target.port), timeout=_TIMEOUT_S
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._target.is_tls:
            context = ssl.create_default_context()
            self._socket = context.wrap_socket(self._socket, server_hostname=self._target.host)
            return
        # blocking, so that no call asks first whether it would block; limited by the system
        self._socket.settimeout(None)
        limit = struct.pack("ll", _TIMEOUT_S, 0)
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            self._socket.setsockopt(socket.SOL_SOCKET, option, limit)

    def fileno(self) -> int:
        """What ``select`` waits for."""
        return self._socket.fileno()

    def send(self, request: int, data: bytes) -> None:
        """Send a request; on a connection that the server has closed meanwhile, on a new one."""
        self.request = request
        if self._target.is_tls:
            self._socket.settimeout(_TIMEOUT_S)
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            self._reopen()
            self._socket.sendall(data)

    def receive(self) -> int:
        """Take what has come in.

        Returns
        -------
        int
            Status of the answer once it is whole; 0 before that, and -1 where the connection ended
            without one. The connection can be used again after both.
        """
        try:
            data = self._received()
        except ssl.SSLWantReadError:
            return 0
        except OSError:
            data = b""
        if not data:
            self._reopen()
            return -1
        self._parts.append(data)
        whole = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        status, is_kept = _answer(whole)
        if status:
            self._parts.clear()
            if not is_kept:
                self._reopen()
        return status

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _received(self) -> bytes:
        if not isinstance(self._socket, ssl.SSLSocket):
            return self._socket.recv(_RECEIVED)
        # what came in may be for the protocol alone: that must not stop everybody
        self._socket.settimeout(0)
        data = self._socket.recv(_RECEIVED)
        while self._socket.pending():
            data += self._socket.recv(_RECEIVED)
        return data

    def _reopen(self) -> None:
        self._socket.close()
        self._open()


def _answer(data: bytes) -> tuple[int, bool]:
    """Status of a whole answer, and whether the connection stays; (0, True) if more must come."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return 0, True
    head = data[:end].lower()
    status = int(head[9:12])
    if b"\r\ntransfer-encoding:" in head:
        is_whole = data.endswith(b"0\r\n\r\n")
    else:
        found = head.find(b"\r\ncontent-length:")
        length = int(head[found + 17 : _end_of_line(head, found + 17)]) if found >= 0 else 0
        is_whole = len(data) >= end + 4 + length
    return (status, b"\r\nconnection: close" not in head) if is_whole else (0, True)


def _end_of_line(head: bytes, start: int) -> int:
    end = head.find(b"\r\n", start)
    return end if end >= 0 else len(head)
