"""Pages for adjudication: one item after another whose votes leave the label open."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from leadline.services.commands import Ruling, undo_adjudication
from leadline.services.commands import adjudicate as keep
from leadline.services.queries import adjudication_page
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter(prefix="/adjudicate")

_LONGEST = 80
Key = Annotated[str, Query(max_length=_LONGEST)]


@router.get("")
def show(request: Request, context: Context, item: Key = "") -> Response:
    """Show an item to decide: the next open one, or the one that is named."""
    who = context.person(request)
    page = adjudication_page(context.workspace, who, item)
    return context.render(
        request, "pages/adjudicate.html", page=page, stamp=context.sessions.stamp(), who=who
    )


async def read_ruling(
    context: Context,
    value: Annotated[str, Form()] = "",
    leave_out: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    guidelines: Annotated[int | None, Form(ge=1, lt=2**31)] = None,
    stamp: Annotated[str, Form()] = "",
) -> Ruling:
    """Read the decision from a form: a label, or that it cannot be told."""
    return Ruling(
        value=None if leave_out else value,
        reason=reason,
        guidelines=guidelines,
        seconds=context.sessions.seconds_since(stamp),
    )


@router.post("", dependencies=[Depends(require_csrf_token)])
def decide(
    request: Request,
    context: Context,
    who: Annotated[str, Form()],
    item: Annotated[str, Form(max_length=_LONGEST)],
    seen: Annotated[str, Form(max_length=_LONGEST)],
    ruling: Annotated[Ruling, Depends(read_ruling)],
) -> Response:
    """Keep a decision and show the next open item."""
    keep(context.workspace, item, seen, ruling, context.sender(request, who, "the decision"))
    return context.redirect(request, "/adjudicate")


@router.post("/undo", dependencies=[Depends(require_csrf_token)])
def undo(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Take the last decision back; its item is shown again."""
    key = undo_adjudication(context.workspace, context.sender(request, who, "the decision"))
    return context.redirect(request, f"/adjudicate?item={key}" if key else "/adjudicate")


@router.post("/name", dependencies=[Depends(require_csrf_token)])
def name(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Keep the visitor's name."""
    return context.redirect(
        request, "/adjudicate", who=context.sender(request, who, "the decision")
    )
