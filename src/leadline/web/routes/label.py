"""Labelling one item after another."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.services.commands import undo_vote, vote
from leadline.services.naming import person_named
from leadline.services.queries import label_page
from leadline.web.desk import AtDesk
from leadline.web.forms import checked

router = APIRouter(prefix="/label")


@router.get("")
def show(request: Request, desk: AtDesk) -> Response:
    """Show one item."""
    page = label_page(desk.workspace, desk.forms.who(request))
    return desk.show(request, "pages/label.html", page=page, stamp=desk.forms.stamp())


@router.post("", dependencies=[Depends(checked)])
def answer(
    request: Request,
    desk: AtDesk,
    item: Annotated[str, Form(max_length=64)],
    who: Annotated[str, Form()],
    value: Annotated[str, Form()] = "",
    unsure: Annotated[str, Form()] = "",
    stamp: Annotated[str, Form()] = "",
) -> Response:
    """Keep a label and show the next item."""
    said = None if unsure else value
    vote(desk.workspace, item, said, who, desk.forms.seconds_since(stamp))
    return desk.go(request, "/label")


@router.post("/undo", dependencies=[Depends(checked)])
def undo(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Take the last label back; its item is shown again."""
    undo_vote(desk.workspace, who)
    return desk.go(request, "/label")


@router.post("/name", dependencies=[Depends(checked)])
def name(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Remember who labels."""
    return desk.go(request, "/label", who=person_named(who, "labelling"))
