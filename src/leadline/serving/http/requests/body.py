"""Bodies of requests: refused before they are read where that is known, and never more than fit."""

from __future__ import annotations

from leadline.serving.http.requests.http_messages import JSON, Request
from leadline.serving.http.requests.refusals import (
    BusyError,
    GoneError,
    HeadersError,
    MediaTypeError,
    TooLargeError,
)

MOST_HEADERS = 100
MOST_HEADER_BYTES = 32 * 1024
_MOST_TOGETHER = 256 * 2**20


class BodyReader:
    """Reads bodies, each and all together within their bounds.

    Parameters
    ----------
    most_bytes : int
        Of one body.
    most_together : int, default=256 MiB
        Of all that are being read and answered.
    """

    def __init__(self, most_bytes: int, *, most_together: int = _MOST_TOGETHER) -> None:
        self._most_bytes = most_bytes
        self._most_together = most_together
        self.n_bytes = 0
        """Bytes of bodies that are here now."""

    async def read(self, request: Request) -> bytes:
        """The body of a request; `release` must follow.

        Raises
        ------
        MediaTypeError
            If it is said to be something else than JSON.
        TooLargeError
            If it is larger than one may be.
        BusyError
            If there is no room for it now.
        GoneError
            If the client has hung up before its end.
        """
        _refuse_media_type(request)
        self._refuse_length(request)
        parts: list[bytes] = []
        n_bytes = 0
        try:
            while True:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise GoneError("The client has hung up.")
                part = message.get("body", b"")
                if part:
                    n_bytes += len(part)
                    self.n_bytes += len(part)
                    if n_bytes > self._most_bytes:
                        raise self._too_large()
                    if self.n_bytes > self._most_together:
                        raise _no_room()
                    parts.append(part)
                if not message.get("more_body"):
                    return parts[0] if len(parts) == 1 else b"".join(parts)
        except BaseException:
            self.n_bytes -= n_bytes
            raise

    def release(self, body: bytes) -> None:
        """Say that a body is no longer needed."""
        self.n_bytes -= len(body)

    def _refuse_length(self, request: Request) -> None:
        """Refuse by what the headers say."""
        given = request.headers.get(b"content-length")
        if given is None or not given.isdigit():
            return
        if int(given[:20]) > self._most_bytes:
            raise self._too_large()
        if int(given) + self.n_bytes > self._most_together:
            raise _no_room()

    def _too_large(self) -> TooLargeError:
        return TooLargeError(
            f"The body has more than {self._most_bytes:,} bytes.",
            "One request may not take the memory of all.",
            "Send fewer rows at a time, or score the file with 'leadline score'.",
        )


def refuse_headers(request: Request) -> None:
    """Refuse a request with too many headers, or too large ones.

    Raises
    ------
    HeadersError
        If their number or their bytes are more than is allowed.
    """
    scope = request.scope
    headers = scope["headers"]
    n_bytes = len(scope["path"]) + len(scope.get("query_string", b""))
    for name, value in headers:
        n_bytes += len(name) + len(value)
    if n_bytes > MOST_HEADER_BYTES or len(headers) > MOST_HEADERS:
        raise HeadersError(
            f"The request has {len(headers):,} headers; with its path they have {n_bytes:,} bytes.",
            f"At most {MOST_HEADERS} headers and {MOST_HEADER_BYTES:,} bytes are taken.",
            "Leave out what the server does not need, such as cookies.",
        )


def _refuse_media_type(request: Request) -> None:
    given = request.headers.get(b"content-type", b"")
    if given == JSON and b"content-encoding" not in request.headers:
        return
    kind, _, more = given.lower().partition(b";")
    encoding = request.headers.get(b"content-encoding", b"identity").lower()
    charset = more.replace(b" ", b"").replace(b'"', b"")
    is_json = kind.strip() == b"application/json" and charset in (b"", b"charset=utf-8")
    if is_json and encoding == b"identity":
        return
    shown = given.decode("latin-1")[:60] or "not named"
    if is_json:
        shown += f", packed as {encoding.decode('latin-1')[:30]}"
    raise MediaTypeError(
        f"The content type is {shown}.",
        "application/json is needed, in UTF-8 and not packed.",
        "Send the header 'Content-Type: application/json' ('curl --json' does).",
    )


def _no_room() -> BusyError:
    return BusyError(
        "The bodies of other requests take all the room.",
        "What waits is bounded.",
        "Ask again after the seconds that Retry-After names.",
        retry_after_s=2,
    )
