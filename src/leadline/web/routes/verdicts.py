"""Pages for rows, entries, pictures and jobs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.charts import chart_of, details_of, svg
from leadline.errors import RecordError
from leadline.services.block_labelling.asked_rows import n_left
from leadline.services.commands import ask_for, state_problem
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


@router.post("/rows/{row}/run", dependencies=[Depends(require_csrf_token)])
def run(request: Request, context: Context, row: str, who: Annotated[str, Form()]) -> Response:
    """Put a row into the queue; the problem is read from leadline.toml at once."""
    person = context.sender(request, who, "the request")
    if row == "problem":
        state_problem(context.workspace, person)
        return context.redirect(request, "/rows/problem", who=person)
    job = ask_for(context.workspace, row, person)
    return context.redirect(request, f"/jobs/{job.number}", who=person)


@router.get("/jobs/{number}")
def job(request: Request, context: Context, number: int) -> Response:
    """Show how far a job is; the page asks again by itself."""
    return context.render(request, "pages/job.html", page=job_page(context.workspace, number))


@router.get("/entries/{number}")
def entry(request: Request, context: Context, number: int) -> Response:
    """Show one entry, whatever its age."""
    return context.render(request, "pages/entry.html", page=entry_page(context.workspace, number))


@router.get("/entries/{number}/picture.svg")
@router.get("/entries/{number}/picture/{name}.svg")
def picture(request: Request, context: Context, number: int, name: str = "") -> Response:
    """Draw an entry; an entry never changes, so neither does its picture."""
    entry = context.workspace.record.entry(number)
    tag = f'"{number}-{entry.at.timestamp()}"'
    headers = {
        "Cache-Control": _NEVER_CHANGES,
        "Content-Security-Policy": PICTURE_POLICY,
        "ETag": tag,
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    chart = details_of(entry.verdict).get(name) if name else chart_of(entry.verdict)
    if chart is None:
        raise RecordError(f"Entry {number} has no picture.", next="Read the entry.")
    return Response(svg(chart), media_type="image/svg+xml", headers=headers)
