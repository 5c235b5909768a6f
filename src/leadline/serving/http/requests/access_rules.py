"""Access to a server: names it may be asked under, tokens, and pages of other origins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.serving.access.bearer_tokens import TokenCheck
from leadline.serving.http.requests.http_messages import Headers, Reply, Request
from leadline.serving.http.requests.refusals import HostError, NoTokenError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANY = "*"


@dataclass(frozen=True)
class AccessRules:
    """Who may ask.

    Attributes
    ----------
    tokens : TokenCheck or None
        None: nobody needs a token.
    hosts : sequence of str
        Names that the ``Host`` header may have; empty, or with a star: any.
    origins : sequence of str
        Origins, such as ``https://example.org``, whose pages may read answers; a star: all.
    """

    tokens: TokenCheck | None = None
    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()

    def refuse_host(self, request: Request) -> None:
        """Refuse a request that was meant for a server of another name.

        Raises
        ------
        HostError
            If its ``Host`` is not on the list; a request of HTTP/1.0 may have none.
        """
        if not self.hosts or _ANY in self.hosts:
            return
        given = request.headers.get(b"host")
        if given is None or _name(given.decode("latin-1")) in self.hosts:
            return
        raise HostError(
            f"The Host is {given.decode('latin-1')[:100]!r}.",
            f"This server is asked as {', '.join(self.hosts)}.",
            "Ask it under its name, or start it with --allow-host NAME.",
        )

    def caller(self, request: Request) -> str:
        """Whose token was sent; empty where none is needed.

        Raises
        ------
        NoTokenError
            If there is none, or it does not count.
        """
        if self.tokens is None:
            return ""
        given = request.headers.get(b"authorization", b"").decode("latin-1")
        scheme, _, token = given.partition(" ")
        name = self.tokens.name_of(token.strip()) if scheme.lower() == "bearer" else None
        if name is None:
            raise NoTokenError(
                "The token does not count." if given else "No token was sent.",
                "A header 'Authorization: Bearer TOKEN' is needed.",
                "The owner of the server makes one with 'leadline token add NAME'.",
            )
        return name

    def preflight(self, request: Request) -> Reply | None:
        """The answer to a browser that asks whether a page may ask; None to another request."""
        wanted = request.headers.get(b"access-control-request-method")
        if wanted is None or request.scope["method"] != "OPTIONS":
            return None
        shared = self.shared_with(request)
        if not shared:
            return None
        allowed: Headers = [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"authorization, content-type, x-request-id"),
            (b"access-control-max-age", b"600"),
        ]
        return Reply(b"", 204, headers=allowed)

    def shared_with(self, request: Request) -> Headers:
        """Headers by which a browser lets a page read the answer."""
        origin = request.headers.get(b"origin")
        if origin is None or not self.origins:
            return []
        if _ANY not in self.origins and origin.decode("latin-1") not in self.origins:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"x-request-id, retry-after"),
            (b"vary", b"origin"),
        ]


def _name(host: str) -> str:
    """A host without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
