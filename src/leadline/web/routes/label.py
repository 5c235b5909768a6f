"""Labelling one item after another."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.record import Assignment, NoAssignment
from leadline.services.commands import Said, next_item, undo_vote, vote
from leadline.services.invitations import free_name
from leadline.services.queries import label_page
from leadline.web.desk import AtDesk, Desk
from leadline.web.forms import checked

router = APIRouter(prefix="/label")

_OWN = "own"  # the reason is not chosen but written


@router.get("")
def show(request: Request, desk: AtDesk, left: NoAssignment | None = None) -> Response:
    """Show the item at hand; `left` says why there is none."""
    who = desk.person(request)
    page = label_page(desk.workspace, who)
    return desk.show(
        request, "pages/label.html", page=page, stamp=desk.forms.stamp(), who=who, left=left
    )


@router.post("/next", dependencies=[Depends(checked)])
def another(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Hand out an item."""
    person = desk.sender(request, who, "labelling")
    return _shown(request, desk, next_item(desk.workspace, person))


async def said(
    value: Annotated[str, Form()] = "",
    unsure: Annotated[str, Form()] = "",
    unsure_why: Annotated[str, Form()] = "",
    skip: Annotated[str, Form()] = "",
    skip_why: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
    guidelines: Annotated[int | None, Form(ge=1, lt=2**31)] = None,
) -> Said:
    """Read what a form says: a label, or a reason why there is none."""
    reason = skip or unsure
    own = skip_why if skip else unsure_why
    return Said(
        value=None if reason else value,
        is_skip=bool(skip),
        reason=own if reason == _OWN else reason,
        comment=comment,
        guidelines=guidelines,
    )


@router.post("", dependencies=[Depends(checked)])
def answer(
    request: Request,
    desk: AtDesk,
    assignment: Annotated[int, Form(ge=1, lt=2**31)],
    who: Annotated[str, Form()],
    said: Annotated[Said, Depends(said)],
    stamp: Annotated[str, Form()] = "",
) -> Response:
    """Keep an answer and show the next item."""
    person = desk.sender(request, who, "the label")
    timed = replace(said, seconds=desk.forms.seconds_since(stamp))
    return _shown(request, desk, vote(desk.workspace, assignment, timed, person))


@router.post("/undo", dependencies=[Depends(checked)])
def undo(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Take the last answer back; its item is shown again."""
    undo_vote(desk.workspace, desk.sender(request, who, "the label"))
    return desk.go(request, "/label")


@router.post("/name", dependencies=[Depends(checked)])
def name(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Remember who labels, and hand out the first item."""
    person = free_name(desk.workspace, who, "labelling")
    found = next_item(desk.workspace, person)
    return _shown(request, desk, found, who=person)


def _shown(
    request: Request, desk: Desk, found: Assignment | NoAssignment, *, who: str = ""
) -> Response:
    path = f"/label?left={found.value}" if isinstance(found, NoAssignment) else "/label"
    return desk.go(request, path, who=who)
