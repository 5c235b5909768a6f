"""Who comes in, and what a browser may do with what goes out."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline.services.invitations import PAGES, role_of
from leadline.web.forms import Forms

_OPEN = ("/enter", "/health")
_SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


class SafeHeaders:
    """Every answer carries the headers above, unless the route has set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and dress its answer."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely if scope["type"] == "http" else send)


class Guests:
    """Who came by a link sees the pages of its role, and no other."""

    def __init__(self, app: ASGIApp, forms: Forms, secret: bytes) -> None:
        self._app, self._forms, self._secret = app, forms, secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with what role its sender has; keep it from other pages."""
        role = None
        if scope["type"] == "http":
            role = role_of(self._secret, self._forms.link(Request(scope)))
            scope["leadline.role"] = role
        if role is None or _is_open(scope["path"]) or scope["path"] in PAGES[role]:
            await self._app(scope, receive, send)
        elif scope["path"] == "/":
            await RedirectResponse(PAGES[role][0], status_code=303)(scope, receive, send)
        else:
            words = f"You came by a link that opens {PAGES[role][0]} and nothing else."
            await PlainTextResponse(words, 403)(scope, receive, send)


class Door:
    """Nobody comes in without having shown the token."""

    def __init__(self, app: ASGIApp, forms: Forms) -> None:
        self._app, self._forms = app, forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if its sender may come in."""
        is_guest = scope.get("leadline.role") is not None
        if scope["type"] != "http" or _is_open(scope["path"]) or is_guest:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._forms.is_in(request):
            await self._app(scope, receive, send)
        elif request.method == "GET":
            await RedirectResponse("/enter", status_code=303)(scope, receive, send)
        else:
            await PlainTextResponse("Enter first: open /enter.", 401)(scope, receive, send)


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(("/static/", "/join/"))
