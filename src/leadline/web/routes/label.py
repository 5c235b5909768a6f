"""Pages for labelling: one item after another."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.record import Assignment, NoAssignment
from leadline.services.block_labelling.asked_rows import n_left
from leadline.services.commands import LabelAnswer, next_item, undo_vote, vote
from leadline.services.queries import label_page
from leadline.web.page_context import Context, PageContext
from leadline.web.sessions import require_csrf_token

router = APIRouter(prefix="/label")

_OWN = "own"  # the reason is written by hand, not chosen from the list


@router.get("")
def show(request: Request, context: Context, left: NoAssignment | None = None) -> Response:
    """Show the item at hand; `left` says why there is none."""
    who = context.person(request)
    page = label_page(context.workspace, who)
    return context.render(
        request,
        "pages/label.html",
        page=page,
        stamp=context.sessions.stamp(),
        who=who,
        left=left,
        n_new=n_left(context.workspace) if who and page.assignment is None else 0,
    )


@router.post("/next", dependencies=[Depends(require_csrf_token)])
def another(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Hand out an item."""
    person = context.sender(request, who, "labelling")
    return _shown(request, context, next_item(context.workspace, person))


async def read_answer(
    value: Annotated[str, Form()] = "",
    unsure: Annotated[str, Form()] = "",
    unsure_why: Annotated[str, Form()] = "",
    skip: Annotated[str, Form()] = "",
    skip_why: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
    guidelines: Annotated[int | None, Form(ge=1, lt=2**31)] = None,
) -> LabelAnswer:
    """Read the answer from a form: a label, or a reason why there is none."""
    reason = skip or unsure
    own = skip_why if skip else unsure_why
    return LabelAnswer(
        value=None if reason else value,
        is_skip=bool(skip),
        reason=own if reason == _OWN else reason,
        comment=comment,
        guidelines=guidelines,
    )


@router.post("", dependencies=[Depends(require_csrf_token)])
def answer(
    request: Request,
    context: Context,
    assignment: Annotated[int, Form(ge=1, lt=2**31)],
    who: Annotated[str, Form()],
    said: Annotated[LabelAnswer, Depends(read_answer)],
    stamp: Annotated[str, Form()] = "",
) -> Response:
    """Keep an answer and show the next item."""
    person = context.sender(request, who, "the label")
    timed = replace(said, seconds=context.sessions.seconds_since(stamp))
    return _shown(request, context, vote(context.workspace, assignment, timed, person))


@router.post("/undo", dependencies=[Depends(require_csrf_token)])
def undo(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Take the last answer back; its item is shown again."""
    undo_vote(context.workspace, context.sender(request, who, "the label"))
    return context.redirect(request, "/label")


@router.post("/name", dependencies=[Depends(require_csrf_token)])
def name(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Keep the visitor's name, and hand out the first item."""
    person = context.sender(request, who, "labelling")
    found = next_item(context.workspace, person)
    return _shown(request, context, found, who=person)


def _shown(
    request: Request, context: PageContext, found: Assignment | NoAssignment, *, who: str = ""
) -> Response:
    path = f"/label?left={found.value}" if isinstance(found, NoAssignment) else "/label"
    return context.redirect(request, path, who=who)
