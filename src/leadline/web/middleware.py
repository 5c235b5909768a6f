"""HTTP middleware: security headers, the scope of an invitation, token authentication."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline.services.invitations import PAGES, pages_shown, role_of
from leadline.web.sessions import Sessions

_PUBLIC = ("/enter", "/health")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; "
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
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """Add the headers above to every answer, unless the route has set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class InvitationScope:
    """Visitors who came by an invitation see the pages of its role, and no others."""

    def __init__(self, app: ASGIApp, sessions: Sessions, secret: bytes) -> None:
        self._app, self._sessions, self._secret = app, sessions, secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the role of its sender; refuse pages outside that role."""
        role = None
        if scope["type"] == "http":
            role = role_of(self._secret, self._sessions.invitation_token(Request(scope)))
            scope["leadline.role"] = role
        if role is None or _is_public(scope["path"]) or scope["path"] in PAGES[role]:
            await self._app(scope, receive, send)
        elif scope["path"] == "/":
            await RedirectResponse(PAGES[role][0], status_code=303)(scope, receive, send)
        else:
            pages = " and ".join(pages_shown(role))
            words = f"You came by a link that opens {pages} and nothing else."
            await PlainTextResponse(words, 403)(scope, receive, send)


class TokenAuthentication:
    """No page is shown to a visitor who has not given the token."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app, self._sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if its sender is signed in."""
        is_invited = scope.get("leadline.role") is not None
        if scope["type"] != "http" or _is_public(scope["path"]) or is_invited:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._sessions.is_signed_in(request):
            await self._app(scope, receive, send)
        elif request.method == "GET":
            await RedirectResponse("/enter", status_code=303)(scope, receive, send)
        else:
            await PlainTextResponse("Enter first: open /enter.", 401)(scope, receive, send)


def _is_public(path: str) -> bool:
    return path in _PUBLIC or path.startswith(("/static/", "/join/"))
