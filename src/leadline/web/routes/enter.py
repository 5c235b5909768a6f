"""Showing the token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from leadline.web.desk import AtDesk, Desk

router = APIRouter(prefix="/enter")


@router.get("")
def ask(request: Request, desk: AtDesk, token: str = "") -> Response:
    """Let in who brings the token in the address, else ask for it."""
    if token:
        return _answer(request, desk, token)
    return desk.show(request, "pages/enter.html", is_wrong=False)


@router.post("")
def show(request: Request, desk: AtDesk, token: Annotated[str, Form()] = "") -> Response:
    """Let in who knows the token."""
    return _answer(request, desk, token)


def _answer(request: Request, desk: Desk, token: str) -> Response:
    if not desk.forms.knows(token):
        return desk.show(request, "pages/enter.html", status=403, is_wrong=True)
    response = desk.go(request, "/")
    desk.forms.let_in(request, response)
    return response
