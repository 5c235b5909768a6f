"""Refusals of a server, each with its HTTP status and a word for the count of errors."""

from __future__ import annotations

from typing import Any, ClassVar

from leadline.errors import DataError


class RefusedError(DataError):
    """A request that is not answered as it was asked.

    Attributes
    ----------
    status : int
        Of the HTTP answer.
    cause : str
        Under which it is counted.
    """

    status: ClassVar[int] = 422
    cause: ClassVar[str] = "schema"

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Further headers of the answer."""
        return []


class UnreadableError(RefusedError):
    """The body is not JSON at all."""

    status = 400
    cause = "json"


class HostError(RefusedError):
    """The server was asked under a name that is not its own."""

    status = 400
    cause = "host"


class NoTokenError(RefusedError):
    """No token was sent, or one that does not count."""

    status = 401
    cause = "token"

    def headers(self) -> list[tuple[bytes, bytes]]:
        """How to say who asks."""
        return [(b"www-authenticate", b'Bearer realm="leadline"')]


class UnknownPathError(RefusedError):
    """Nothing is at this path."""

    status = 404
    cause = "path"


class UnknownMethodError(RefusedError):
    """The path does not take this method.

    Parameters
    ----------
    found, needed, next : str
        As of every refusal.
    allowed : str, default=""
        The methods that it takes.
    """

    status = 405
    cause = "method"

    def __init__(self, found: str, needed: str = "", next: str = "", allowed: str = "") -> None:
        super().__init__(found, needed, next)
        self._allowed = allowed

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross a process boundary with the methods."""
        return (type(self), (self.found, self.needed, self.next, self._allowed))

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The methods."""
        return [(b"allow", self._allowed.encode())]


class TooLargeError(RefusedError):
    """The body has too many bytes, or would take too long."""

    status = 413
    cause = "size"


class MediaTypeError(RefusedError):
    """The body is said to be something else than JSON."""

    status = 415
    cause = "media-type"


class HeadersError(RefusedError):
    """The headers are too many or too large."""

    status = 431
    cause = "headers"


class BusyError(RefusedError):
    """So much waits that the answer would come too late.

    Parameters
    ----------
    found, needed, next : str
        As of every refusal.
    retry_after_s : int, default=1
        Seconds after which to ask again.
    """

    status = 503
    cause = "busy"

    def __init__(
        self, found: str, needed: str = "", next: str = "", retry_after_s: int = 1
    ) -> None:
        super().__init__(found, needed, next)
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross a process boundary with the seconds."""
        return (type(self), (self.found, self.needed, self.next, self.retry_after_s))

    def headers(self) -> list[tuple[bytes, bytes]]:
        """When to ask again."""
        return [(b"retry-after", str(self.retry_after_s).encode())]


class NoModelError(BusyError):
    """The server that the model asks does not answer."""

    cause = "model"


class GoneError(RefusedError):
    """The client has hung up; nobody reads the answer."""

    status = 499
    cause = "hang-up"
