"""Pages of the project's accounts: what it has cost, and where it was when."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline.charts import ledger as ledger_chart
from leadline.charts import svg
from leadline.errors import NotReadyError
from leadline.services.accounting import ledger_sentences, ledger_table, project_ledger
from leadline.web.middleware import PICTURE_POLICY
from leadline.web.page_context import Context

router = APIRouter()


@router.get("/money")
def money(request: Request, context: Context) -> Response:
    """Show what the project has cost, by stage and over time."""
    ledger = project_ledger(context.workspace)
    return context.render(
        request,
        "pages/money.html",
        ledger=ledger,
        sentences=ledger_sentences(ledger),
        table=ledger_table(ledger),
    )


@router.get("/money/picture.svg")
def money_picture(context: Context) -> Response:
    """Draw what the project has cost, as it is now."""
    chart = ledger_chart.chart(project_ledger(context.workspace))
    if chart is None:
        raise NotReadyError("Nothing has been spent yet.", "", "Look again once something is.")
    headers = {"Content-Security-Policy": PICTURE_POLICY}
    return Response(svg(chart), media_type="image/svg+xml", headers=headers)
