"""Pages for the whole project: overview, stages, history, portfolio, report."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from leadline.monitoring.release_in_service import in_service
from leadline.phases.lifecycle import Stage
from leadline.phases.permissions import Action
from leadline.phases.vocabulary.glossary import TERMS
from leadline.report import model_document, release_named
from leadline.services.briefing import brief
from leadline.services.delegation.machine_lines import delegation_lines
from leadline.services.identity.permission import require
from leadline.services.queries import history_page, project_page, stage_page
from leadline.services.upkeep import portfolio, work_plan
from leadline.services.upkeep.service_panel import service_panel
from leadline.services.upkeep.work_plan import STAGES
from leadline.services.whole_report import whole_report
from leadline.web.middleware import REPORT_POLICY
from leadline.web.page_context import Context

router = APIRouter()


@router.get("/")
def project(request: Request, context: Context) -> Response:
    """Show the state, cost and chance of success of the project, and what to decide."""
    return context.render(
        request,
        "pages/project.html",
        page=project_page(context.workspace),
        service=service_panel(context.workspace),
    )


@router.get("/stages/{stage}")
def stage(request: Request, context: Context, stage: str) -> Response:
    """Show one stage and the decision on it."""
    page = stage_page(context.workspace, stage)
    told = brief(context.workspace, stage)
    plan = work_plan(context.workspace) if page.stage in STAGES else None
    machines = delegation_lines(context.workspace) if page.stage == Stage.TRAIN else ()
    return context.render(
        request, "pages/stage.html", page=page, brief=told, plan=plan, machines=machines
    )


@router.get("/history")
def history(request: Request, context: Context, page: int = 1) -> Response:
    """Show every entry, newest first."""
    return context.render(request, "pages/history.html", page=history_page(context.workspace, page))


@router.get("/portfolio")
def models(request: Request, context: Context) -> Response:
    """Show every model that shares the database with this project."""
    return context.render(request, "pages/portfolio.html", page=portfolio(context.workspace))


@router.get("/glossary")
def glossary(request: Request, context: Context) -> Response:
    """Show every term of the pages with its plain sentence."""
    require(context.workspace, Action.VIEW)
    return context.render(request, "pages/glossary.html", terms=tuple(TERMS.values()))


@router.get("/report.html")
def report(context: Context) -> Response:
    """Give the whole project as one file to keep."""
    text = whole_report(context.workspace, "html")
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


@router.get("/model.html")
def model(context: Context, release: str = "") -> Response:
    """Give the model document of a release, or of the one in service, as one file to keep."""
    record = context.workspace.record
    entries = record.entries()
    told = release_named(entries, release) if release else in_service(record)
    text = model_document(
        entries,
        "html",
        release=told.number if told else None,
        moves=record.promotions.into_service(),
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


@router.get("/health")
def health(context: Context) -> Response:
    """Say that the page and the record answer."""
    context.workspace.record.jobs.newest(limit=1)
    return JSONResponse({"status": "ok"})
