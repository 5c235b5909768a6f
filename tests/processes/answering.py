"""Small HTTP servers for tests of what asks them: they answer, or fail in a set way."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[int], bytes]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def answering(answer: Answer) -> Iterator[tuple[int, list[bytes]]]:
    """Serve on a free port, one request after the other, whatever the connection.

    Yields
    ------
    tuple of int and list of bytes
        The port, and the requests so far.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    seen: list[bytes] = []
    turn = threading.Lock()

    def talk(connection: socket.socket) -> None:
        with connection:
            while True:
                try:
                    data = _whole_request(connection)
                    if not data:
                        return
                    with turn:
                        seen.append(data)
                        said = answer(len(seen) - 1)
                    connection.sendall(said)
                except OSError:
                    return
                if not said or b"close" in said:
                    return

    def listen() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield listener.getsockname()[1], seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _whole_request(connection: socket.socket) -> bytes:
    """Head and body of the next request, in however many pieces they come."""
    data = connection.recv(65_536)
    while data:
        head, end, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if end and len(body) >= int(length[1] if length else 0):
            break
        piece = connection.recv(65_536)
        if not piece:
            break
        data += piece
    return data


def after(seconds: float, said: bytes = OK) -> Answer:
    """Answer every request after a while."""

    def answer(_: int) -> bytes:
        time.sleep(seconds)
        return said

    return answer
