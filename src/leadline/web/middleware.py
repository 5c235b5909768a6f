"""HTTP middleware: security headers, and admission to the pages."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline.phases.permissions import Action, Actor
from leadline.services.identity.permission import NOBODY, guest, needs_login
from leadline.services.invitations import (
    NotInvitedError,
    invitation_of,
    pages_of,
    pages_shown,
    role_of,
)
from leadline.web.sessions import Sessions
from leadline.workspace import Workspace

_PUBLIC = ("/enter", "/health", "/login", "/login/openid", "/login/openid/back")
_OWN = ("/account", "/account/password", "/logout")
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
PICTURE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'"
)
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
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


class Admission:
    """Let a visitor in as whoever they are: a guest with a link, an account, or who has the token.

    Where anybody has an account, or a provider is set, visitors log in; before that the token opens
    the pages, and where none is set whoever reaches them is in. Who may not see the project sees
    the pages of their own work and no others. ``scope["leadline.actor"]`` says who it is. A form of
    somebody whose login has ended goes to `ask_again`.
    """

    def __init__(
        self, app: ASGIApp, sessions: Sessions, workspace: Workspace, ask_again: ASGIApp
    ) -> None:
        self._app, self._sessions, self._workspace = app, sessions, workspace
        self._ask_again = ask_again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its sender; refuse pages that are not theirs."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        actor = await run_in_threadpool(self._who, request)
        scope["leadline.actor"] = actor
        is_public = scope["path"] in _PUBLIC or scope["path"].startswith("/join/")
        refusal = None if is_public else self._refusal(request, actor)
        await (self._app if refusal is None else refusal)(scope, receive, send)

    def _who(self, request: Request) -> Actor | None:
        """Whoever sends a request; None where nobody is asked to log in."""
        link = self._sessions.invitation_token(request)
        role = role_of(self._workspace.secret, link)
        request.scope["leadline.role"] = role
        if role is not None:
            try:
                person = invitation_of(self._workspace, link).person
            except NotInvitedError:
                person = ""  # the page says why
            return guest(person, role)
        if not needs_login(self._workspace):
            return None
        token = self._sessions.login_token(request)
        account = self._workspace.record.login_sessions.whose(token) if token else None
        return NOBODY if account is None else account.actor

    def _refusal(self, request: Request, actor: Actor | None) -> ASGIApp | None:
        """What a visitor is answered who may not open this page; None if they may."""
        # not request.url: that is put together from the Host header, which the visitor writes
        path, is_get = str(request.scope["path"]), request.method == "GET"
        if actor is None:
            if self._sessions.is_signed_in(request):
                return None
            return _door("/enter") if is_get else PlainTextResponse("Enter: open /enter.", 401)
        if actor == NOBODY:
            wanted = quote(path, safe="/")
            door = "/login" if path == "/" else f"/login?next={wanted}"
            return _door(door) if is_get else self._ask_again
        return None if Action.VIEW in actor.may else _refused(path, actor)


def _refused(path: str, actor: Actor) -> Response | None:
    """What somebody is answered who may not see the project; None on the pages of their work."""
    pages, is_guest = pages_of(actor), actor.user_id is None
    if path in pages or (path in _OWN and not is_guest):
        return None
    if path == "/" and pages:
        return _door(pages[0])
    came = "You came by a link that" if is_guest else f"The role {actor.title}"
    shown = " and ".join(pages_shown(pages))
    return PlainTextResponse(f"{came} opens {shown} and nothing else.", 403)


def _door(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
