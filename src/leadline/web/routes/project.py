"""The project at a glance, its stages, its history, its report."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from leadline.report import write_report
from leadline.services.queries import history_page, project_page, stage_page
from leadline.web.desk import AtDesk
from leadline.web.doors import REPORT_POLICY

router = APIRouter()


@router.get("/")
def project(request: Request, desk: AtDesk) -> Response:
    """Show where the project is, what it costs, how likely success is, what to decide."""
    return desk.show(request, "pages/project.html", page=project_page(desk.workspace))


@router.get("/stages/{stage}")
def stage(request: Request, desk: AtDesk, stage: str) -> Response:
    """Show one stage and the decision on it."""
    return desk.show(request, "pages/stage.html", page=stage_page(desk.workspace, stage))


@router.get("/history")
def history(request: Request, desk: AtDesk, page: int = 1) -> Response:
    """Show every entry, newest first."""
    return desk.show(request, "pages/history.html", page=history_page(desk.workspace, page))


@router.get("/report.html")
def report(desk: AtDesk) -> Response:
    """Give the whole project as one file to keep."""
    record = desk.workspace.record
    name = desk.workspace.settings.name
    text = write_report(record.entries(), record.standing(), title=name, form="html")
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


@router.get("/health")
def health(desk: AtDesk) -> Response:
    """Say that the page and the record answer."""
    desk.workspace.record.jobs.newest(limit=1)
    return JSONResponse({"status": "ok"})
