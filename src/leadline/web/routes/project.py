"""Pages for the whole project: overview, stages, history, report."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from leadline.report import write_report
from leadline.services.queries import history_page, project_page, stage_page
from leadline.web.middleware import REPORT_POLICY
from leadline.web.page_context import Context

router = APIRouter()


@router.get("/")
def project(request: Request, context: Context) -> Response:
    """Show the state, cost and chance of success of the project, and what to decide."""
    return context.render(request, "pages/project.html", page=project_page(context.workspace))


@router.get("/stages/{stage}")
def stage(request: Request, context: Context, stage: str) -> Response:
    """Show one stage and the decision on it."""
    return context.render(request, "pages/stage.html", page=stage_page(context.workspace, stage))


@router.get("/history")
def history(request: Request, context: Context, page: int = 1) -> Response:
    """Show every entry, newest first."""
    return context.render(request, "pages/history.html", page=history_page(context.workspace, page))


@router.get("/report.html")
def report(context: Context) -> Response:
    """Give the whole project as one file to keep."""
    record = context.workspace.record
    name = context.workspace.settings.name
    text = write_report(record.entries(), record.standing(), title=name, form="html")
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


@router.get("/health")
def health(context: Context) -> Response:
    """Say that the page and the record answer."""
    context.workspace.record.jobs.newest(limit=1)
    return JSONResponse({"status": "ok"})
