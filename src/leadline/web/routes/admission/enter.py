"""Pages for signing in with the token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from leadline.web.page_context import Context, PageContext, actor_of

router = APIRouter(prefix="/enter")


@router.get("")
def ask(request: Request, context: Context, token: str = "") -> Response:
    """Sign in a visitor whose address holds the token, else ask for it."""
    if actor_of(request) is not None:
        return context.redirect(request, "/login")
    if token:
        return _answer(request, context, token)
    return context.render(request, "pages/enter.html", is_wrong=False)


@router.post("")
def show(request: Request, context: Context, token: Annotated[str, Form()] = "") -> Response:
    """Sign in a visitor who has typed the token."""
    return _answer(request, context, token)


def _answer(request: Request, context: PageContext, token: str) -> Response:
    if not context.sessions.is_token(token):
        return context.render(request, "pages/enter.html", status=403, is_wrong=True)
    response = context.redirect(request, "/")
    context.sessions.sign_in(request, response)
    return response
