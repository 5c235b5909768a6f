"""Requests and answers of the server, as little as it needs of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
TEXT = b"text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Request:
    """One request, its body not yet read.

    Attributes
    ----------
    scope : dict
        As ASGI has it.
    receive : callable
        The next part of the body.
    headers : dict of bytes to bytes
        By name in small letters; of a name that comes twice the last.
    id : str
        What the request is called, in the answer and the logs.
    route : str
        Template of its path, for the metrics; "other" if there is none.
    values : tuple of str
        What the path says in the places of the template.
    caller : str
        Whose token was sent; empty without tokens.
    """

    scope: Scope
    receive: Receive
    headers: dict[bytes, bytes]
    id: str = ""
    route: str = "other"
    values: tuple[str, ...] = ()
    caller: str = ""

    def gone(self) -> bool:
        """Whether the client has hung up; False where the server does not tell."""
        connection = self.scope.get("state", {}).get("connection")
        return connection is not None and bool(connection.is_closing())


@dataclass(slots=True)
class Reply:
    """One answer.

    Attributes
    ----------
    body : bytes
        Of the content type.
    status : int
        Of HTTP.
    content_type : bytes
        What the body is.
    headers : list of (bytes, bytes)
        Further ones.
    """

    body: bytes
    status: int = 200
    content_type: bytes = JSON
    headers: Headers = field(default_factory=list)


def json_reply(
    content: Mapping[str, Any], status: int = 200, headers: Headers | None = None
) -> Reply:
    """An answer in JSON.

    Parameters
    ----------
    content : mapping
        Of plain values; every number is finite.
    status : int, default=200
        Of HTTP.
    headers : list of (bytes, bytes), optional
        Further ones.
    """
    return Reply(msgspec.json.encode(content), status, JSON, headers or [])
