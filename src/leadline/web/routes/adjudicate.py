"""Deciding one item after another whose votes leave the label open."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from leadline.services.commands import Ruling, undo_adjudication
from leadline.services.commands import adjudicate as keep
from leadline.services.invitations import free_name
from leadline.services.queries import adjudication_page
from leadline.web.desk import AtDesk
from leadline.web.forms import checked

router = APIRouter(prefix="/adjudicate")

_LONGEST = 80
Key = Annotated[str, Query(max_length=_LONGEST)]


@router.get("")
def show(request: Request, desk: AtDesk, item: Key = "") -> Response:
    """Show an item to decide: the next open one, or the one that is named."""
    who = desk.person(request)
    page = adjudication_page(desk.workspace, who, item)
    return desk.show(request, "pages/adjudicate.html", page=page, stamp=desk.forms.stamp(), who=who)


async def ruled(
    desk: AtDesk,
    value: Annotated[str, Form()] = "",
    leave_out: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    guidelines: Annotated[int | None, Form(ge=1, lt=2**31)] = None,
    stamp: Annotated[str, Form()] = "",
) -> Ruling:
    """Read what a form decides: a label, or that it cannot be told."""
    return Ruling(
        value=None if leave_out else value,
        reason=reason,
        guidelines=guidelines,
        seconds=desk.forms.seconds_since(stamp),
    )


@router.post("", dependencies=[Depends(checked)])
def decide(
    request: Request,
    desk: AtDesk,
    who: Annotated[str, Form()],
    item: Annotated[str, Form(max_length=_LONGEST)],
    seen: Annotated[str, Form(max_length=_LONGEST)],
    ruling: Annotated[Ruling, Depends(ruled)],
) -> Response:
    """Keep a decision and show the next open item."""
    keep(desk.workspace, item, seen, ruling, desk.sender(request, who, "the decision"))
    return desk.go(request, "/adjudicate")


@router.post("/undo", dependencies=[Depends(checked)])
def undo(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Take the last decision back; its item is shown again."""
    key = undo_adjudication(desk.workspace, desk.sender(request, who, "the decision"))
    return desk.go(request, f"/adjudicate?item={key}" if key else "/adjudicate")


@router.post("/name", dependencies=[Depends(checked)])
def name(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Remember who decides."""
    return desk.go(request, "/adjudicate", who=free_name(desk.workspace, who, "the decision"))
