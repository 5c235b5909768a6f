"""Server process: one socket, one look a second at its connections, and an end without a loss."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from leadline.errors import EngineError
from leadline.serving.http.transport.connections import connection_class

_LAST_S = 22.0  # from the signal to the end, whatever clients do
_LOOK_S = 1.0
_KEEP_ALIVE_S = 75
_OTHER_FILES = 64


class DrainingServer(uvicorn.Server):
    """A server that ends in order.

    After TERM it says that it is not ready and goes on answering for a grace time, so that those
    who send requests notice; then it takes no more, answers what it has, and returns.

    Parameters
    ----------
    app : callable
        Of ASGI.
    drain : callable
        Told of the signal.
    grace_s : float
        Seconds between the signal and the last connection that is accepted.
    """

    def __init__(self, app: Any, *, drain: Callable[[], None], grace_s: float) -> None:
        config = uvicorn.Config(
            app,
            http=connection_class(_most_connections()),
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
        )
        super().__init__(config)
        self._drain, self._grace_s = drain, grace_s
        self._asked_at: float | None = None
        self._looked_at = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; at once if a person asks, or if it is asked twice."""
        if self._asked_at is None:
            self._asked_at = time.monotonic()
            self._drain()
            if sig == signal.SIGTERM and self._grace_s:
                return
        elif self.should_exit:
            self.force_exit = True
        del frame
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Look at the clock, ten times a second."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            for connection in list(self._connections):
                connection.look(now)
        if self._asked_at is not None and now - self._asked_at >= self._grace_s:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept what has connected, close the socket, and answer what is there."""
        self._drain()
        began = time.monotonic()
        asked_at = self._asked_at or began
        # what connects while the server closes has connected to these
        doors = [listener.dup() for listener in sockets or []]
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        accepted = [one for door in doors for one in _last_accepted(door)]
        loop = asyncio.get_running_loop()
        for one in accepted:
            await loop.connect_accepted_socket(self._connection, one)
        while self._connections and not self.force_exit:
            now = time.monotonic()
            if now - asked_at > _LAST_S:
                break
            for connection in list(self._connections):
                connection.end(now, began)
            await asyncio.sleep(0.02)
        for connection in list(self._connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await self.lifespan.shutdown()

    @property
    def _connections(self) -> set[Any]:
        found: set[Any] = self.server_state.connections
        return found

    def _connection(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        return made


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that listens; of two servers that want one port the second is refused.

    Parameters
    ----------
    host : str
        Address of this machine, or a name of it.
    port : int
        0 takes a free one.

    Raises
    ------
    EngineError
        If the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise EngineError(
            f"Port {port} of {host} cannot be used: {error.strerror}.",
            "A free port of this machine is needed.",
            "Choose another, or end what listens there.",
        ) from error
    return listener


def _last_accepted(listener: socket.socket) -> list[socket.socket]:
    """Connections that the kernel has accepted and nobody has taken yet; there are none after."""
    listener.setblocking(False)
    found = []
    with listener, contextlib.suppress(OSError):
        while True:
            found.append(listener.accept()[0])
    for one in found:
        one.setblocking(False)
    return found


def _most_connections() -> int:
    """As many as there may be open files, which are raised as far as they may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 16_384) if hard != resource.RLIM_INFINITY else 16_384
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(_OTHER_FILES, soft - _OTHER_FILES)
