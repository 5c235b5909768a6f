"""Pages for logging in and out, by a password or by a provider."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from leadline.errors import LeadlineError, NotAllowedError, RecordError
from leadline.services.identity.openid_login import PendingLogin, begin_login, finish_login
from leadline.services.identity.password_login import TooManyAttemptsError, log_in
from leadline.services.identity.permission import needs_login
from leadline.web.page_context import Context, PageContext, context_of
from leadline.web.sessions import require_csrf_token

router = APIRouter()

_LOGGED_OUT = LeadlineError(
    "Your login has ended, and nothing was written.", next="Log in, and send it again."
)


@router.get("/login")
def ask(request: Request, context: Context, next: str = "/") -> Response:
    """Ask for name and password, or offer the provider."""
    return _form(request, context, next)


@router.post("/login", dependencies=[Depends(require_csrf_token)])
def answer(
    request: Request,
    context: Context,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=4096)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Let in who knows the password."""
    try:
        token = log_in(context.workspace, name, password, address_of(request))
    except NotAllowedError as error:
        return _form(request, context, next, name=name, error=error)
    return logged_in(request, context, token, next)


@router.get("/login/openid")
def leave_for_provider(request: Request, context: Context, next: str = "/") -> Response:
    """Send the browser to the provider."""
    settings = context.workspace.settings.access.oidc
    if settings is None:
        raise RecordError("No provider is set.", next="Log in by name and password.")
    place = os.environ.get("LEADLINE_URL") or str(request.base_url)
    back = f"{place.rstrip('/')}/login/openid/back"
    address, pending = begin_login(settings, back, local_page(next))
    response = RedirectResponse(address, status_code=303)
    context.sessions.keep_pending(request, response, json.dumps(asdict(pending)))
    return response


@router.get("/login/openid/back")
def back_from_provider(request: Request, context: Context) -> Response:
    """Let in whom the provider vouches for."""
    kept = context.sessions.pending(request)
    pending = PendingLogin(**json.loads(kept)) if kept else None
    try:
        token = finish_login(context.workspace, pending, request.query_params)
    except LeadlineError as error:
        response = _form(request, context, "/", error=error)
        context.sessions.forget_pending(response)
        return response
    return logged_in(request, context, token, pending.after if pending else "/")


@router.post("/logout", dependencies=[Depends(require_csrf_token)])
def leave(request: Request, context: Context) -> Response:
    """End the session."""
    context.workspace.record.login_sessions.end(context.sessions.login_token(request))
    response = context.redirect(request, "/login")
    context.sessions.forget_login(response)
    return response


async def ask_again(scope: Scope, receive: Receive, send: Send) -> None:
    """Ask who sends a form after their login has ended; the answer holds what they wrote."""
    request = Request(scope, receive)
    context, form = context_of(request), await request.form()
    response: Response
    try:
        context.sessions.check_csrf_token(request, str(form.get("csrf", "")))
    except HTTPException:
        # a form that is not ours: nothing of it is shown
        response = PlainTextResponse("Log in: open /login.", 401)
    else:
        written = [text for text in form.values() if isinstance(text, str) and _is_prose(text)]
        response = _form(request, context, "/", written=written, error=_LOGGED_OUT)
    await response(scope, receive, send)


def _is_prose(text: str) -> bool:
    """Whether a person wrote a field, and not the page."""
    return " " in text.strip() and not text.startswith("{")


def logged_in(request: Request, context: PageContext, token: str, after: str) -> Response:
    """Begin with a new session, and end the one this browser had."""
    earlier = context.sessions.login_token(request)
    if earlier:
        context.workspace.record.login_sessions.end(earlier)
    response = context.redirect(request, local_page(after))
    context.sessions.keep_login_token(request, response, token)
    return response


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def local_page(path: str) -> str:
    r"""The page of these pages that a link names; the first page where it names another place.

    Examples
    --------
    >>> local_page("/rows/data"), local_page("//evil.example"), local_page("/\\evil.example")
    ('/rows/data', '/', '/')
    """
    is_local = path.startswith("/") and path[1:2] not in {"/", "\\"} and path.isprintable()
    return path if is_local else "/"


def _form(
    request: Request,
    context: PageContext,
    after: str,
    *,
    name: str = "",
    written: Sequence[str] = (),
    error: LeadlineError | None = None,
) -> Response:
    status = 200 if error is None else 403
    if isinstance(error, TooManyAttemptsError):
        status = 429
    elif error is _LOGGED_OUT:
        status = 401
    return context.render(
        request,
        "pages/login.html",
        status=status,
        after=local_page(after),
        name=name,
        written=written,
        error=error,
        is_needed=needs_login(context.workspace),
        has_provider=context.workspace.settings.access.oidc is not None,
    )
