"""Responses of a server: read within bounds, with why it refuses and when to come again."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MOST_BYTES = 16 * 2**20
_PIECE = 2**16


def said_of(error: urllib.error.HTTPError) -> str:
    """How a server explains its refusal."""
    try:
        return error.read(4_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""


def refused_option(said: str) -> object:
    """The option that a server says it does not take; None if it names none."""
    try:
        return json.loads(said)["error"]["param"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def whole_body(response: http.client.HTTPResponse, until: float) -> bytes:
    """All that is sent, if it is neither too much nor too slow.

    Raises
    ------
    TimeoutError
        If the time is over: a server that sends a byte now and then is no answer either.
    """
    whole = bytearray()
    while piece := response.read1(_PIECE):
        whole += piece
        if time.monotonic() > until:
            raise TimeoutError
        if len(whole) > _MOST_BYTES:
            raise ValueError("The response is too long.")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return bytes(whole)


def seconds_to_wait(retry_after: str | None) -> float | None:
    """Seconds that a server asks to wait, by number or by date; None if it does not say."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    now = datetime.now(UTC)
    return max((until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds(), 0.0)
