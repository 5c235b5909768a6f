"""Page for labelling rows of new data: one after another, blind."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.services.block_labelling.row_label_page import row_label_page
from leadline.services.block_labelling.row_labels import label_row, undo_row_label
from leadline.services.commands import ask_for
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter(prefix="/watch/label")


@router.get("")
def show(request: Request, context: Context) -> Response:
    """Show one row: its features and nothing else."""
    who = context.person(request)
    page = row_label_page(context.workspace, who)
    return context.render(
        request, "pages/watch_label.html", page=page, stamp=context.sessions.stamp(), who=who
    )


@router.post("", dependencies=[Depends(require_csrf_token)])
def answer(
    request: Request,
    context: Context,
    monitor: Annotated[int, Form()],
    row: Annotated[int, Form()],
    who: Annotated[str, Form()],
    said: Annotated[Literal["yes", "no", "unsure", ""], Form()] = "",
    value: Annotated[str, Form(max_length=200)] = "",
    stamp: Annotated[str, Form()] = "",
) -> Response:
    """Keep an answer and show the next row."""
    label_row(
        context.workspace,
        monitor,
        row,
        None if said == "unsure" else said or value,
        context.sender(request, who, "the label"),
        context.sessions.seconds_since(stamp),
    )
    return context.redirect(request, "/watch/label")


@router.post("/undo", dependencies=[Depends(require_csrf_token)])
def undo(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Take the last answer back; its row is shown again."""
    undo_row_label(context.workspace, context.sender(request, who, "the label"))
    return context.redirect(request, "/watch/label")


@router.post("/name", dependencies=[Depends(require_csrf_token)])
def name(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Keep the visitor's name."""
    person = context.sender(request, who, "labelling")
    return context.redirect(request, "/watch/label", who=person)


@router.post("/run", dependencies=[Depends(require_csrf_token)])
def run(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Ask for the monitor, which counts what was answered."""
    person = context.sender(request, who, "the request")
    job = ask_for(context.workspace, "monitor", person, page="/watch/label")
    return context.redirect(request, f"/jobs/{job.number}", who=person)
