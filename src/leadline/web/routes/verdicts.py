"""Pages for rows, entries, two entries side by side, pictures and jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.charts.drawing.embedding import standalone
from leadline.errors import RecordError
from leadline.record.views import views_of
from leadline.services.block_labelling.asked_rows import n_left
from leadline.services.commands import ask_for, cancel_job, problem_as_stated, state_problem
from leadline.services.deciding.entry_comparison import compare_entries
from leadline.services.deciding.rerun_preview import rerun_preview
from leadline.services.parsing import parse_row
from leadline.services.queries import entry_page, job_page, row_page
from leadline.web.middleware import PICTURE_POLICY
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter()

_NEVER_CHANGES = "private, max-age=31536000, immutable"


@router.get("/rows/{row}")
def row(request: Request, context: Context, row: str) -> Response:
    """Show a row's newest verdict."""
    page = row_page(context.workspace, row)
    n_to_label = n_left(context.workspace) if page.row.name == "monitor" else 0
    return context.render(request, "pages/row.html", page=page, n_to_label=n_to_label)


@router.get("/rows/{row}/run")
def look_ahead(request: Request, context: Context, row: str) -> Response:
    """Show what running a row again can undo, and ask."""
    asked = parse_row(row)
    views = {}
    if row == "problem":
        views[row] = views_of(row, problem_as_stated(context.workspace))
    told = rerun_preview(context.workspace, [row], views=views)
    return context.render(request, "pages/rerun.html", row=asked, preview=told)


@router.post("/rows/{row}/run", dependencies=[Depends(require_csrf_token)])
def run(
    request: Request,
    context: Context,
    row: str,
    who: Annotated[str, Form()],
    page: Annotated[str, Form()] = "",
) -> Response:
    """Put a row into the queue; the problem is read from leadline.toml at once."""
    person = context.sender(request, who, "the request")
    if row == "problem":
        state_problem(context.workspace, person)
        return context.redirect(request, "/rows/problem", who=person)
    job = ask_for(context.workspace, row, person, page=page)
    return context.redirect(request, f"/jobs/{job.number}", who=person)


@router.get("/jobs/{number}")
def job(request: Request, context: Context, number: int) -> Response:
    """Show how far a job is; the page asks again by itself."""
    return context.render(request, "pages/job.html", page=job_page(context.workspace, number))


@router.post("/jobs/{number}/cancel", dependencies=[Depends(require_csrf_token)])
def cancel(
    request: Request, context: Context, number: int, who: Annotated[str, Form()]
) -> Response:
    """Ask for the end of a job."""
    person = context.sender(request, who, "the cancellation")
    cancel_job(context.workspace, number, person)
    return context.redirect(request, f"/jobs/{number}", who=person)


@router.get("/entries/{number}")
def entry(request: Request, context: Context, number: int) -> Response:
    """Show one entry, whatever its age."""
    return context.render(request, "pages/entry.html", page=entry_page(context.workspace, number))


@router.get("/compare")
def compare(
    request: Request, context: Context, one: int | None = None, other: int | None = None
) -> Response:
    """Show what differs between two entries; without two numbers, ask for them."""
    page = None
    if one is not None and other is not None:
        page = compare_entries(context.workspace, one, other)
    return context.render(request, "pages/compare.html", page=page, one=one, other=other)


@router.get("/entries/{number}/picture.svg")
@router.get("/entries/{number}/picture/{name}.svg")
def picture(
    request: Request,
    context: Context,
    number: int,
    name: str = "",
    sheet: Literal["wide", "narrow"] = "wide",
) -> Response:
    """Show a picture of an entry; an entry never changes, so neither does its picture."""
    entry = context.workspace.record.entry(number)
    tag = f'"{number}-{entry.at.timestamp()}-{sheet}"'
    headers = {
        "Cache-Control": _NEVER_CHANGES,
        "Content-Security-Policy": PICTURE_POLICY,
        "ETag": tag,
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    drawing = context.workspace.pictures.drawings(entry.verdict).get(name)
    if drawing is None:
        raise RecordError(f"Entry {number} has no picture.", next="Read the entry.")
    drawn = drawing.wide if sheet == "wide" else drawing.narrow
    return Response(standalone(drawn), media_type="image/svg+xml", headers=headers)
