"""Pages of machines that label: whether each may, and a person's decision on that."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.charts import NARROW, WIDE, standalone, svg
from leadline.charts import delegation as delegation_chart
from leadline.errors import NotReadyError
from leadline.services.delegation import machine_lines as query
from leadline.services.delegation.delegate import decide_delegation
from leadline.web.middleware import PICTURE_POLICY
from leadline.web.page_context import Context
from leadline.web.routes.money import Room
from leadline.web.sessions import require_csrf_token

router = APIRouter()

_SHEETS = {"wide": WIDE, "narrow": NARROW}


@router.get("/machines")
def machines(request: Request, context: Context) -> Response:
    """Show every machine, and whether it may label."""
    lines = query.delegation_lines(context.workspace)
    return context.render(request, "pages/machines.html", lines=lines)


@router.get("/machines/{name}")
def machine(request: Request, context: Context, name: str) -> Response:
    """Show what a verdict on a machine rests on, and the form to decide."""
    line = query.delegation_line(context.workspace, name)
    tables: tuple[object, ...] = ()
    if line.entry is not None:
        verdict = line.entry.verdict
        tables = (query.duel_table(verdict), query.part_table(verdict))
    return context.render(
        request, "pages/machine.html", line=line, tables=tables, next=query.next_step(line)
    )


@router.post("/machines/{name}", dependencies=[Depends(require_csrf_token)])
def decide(
    request: Request,
    context: Context,
    name: str,
    choice: Annotated[str, Form()],
    who: Annotated[str, Form()],
    why: Annotated[str, Form(max_length=2000)],
    verdict: Annotated[int, Form()],
) -> Response:
    """Put a decision on the record."""
    decide_delegation(context.workspace, name, choice, why, who, seen=verdict)
    return context.redirect(request, f"/machines/{name}", who=who)


@router.get("/machines/{name}/picture.svg")
def picture(context: Context, name: str, sheet: Room = "wide") -> Response:
    """Draw a machine beside each person."""
    line = query.delegation_line(context.workspace, name)
    chart = delegation_chart.chart(line.entry.verdict, _SHEETS[sheet]) if line.entry else None
    if chart is None:
        raise NotReadyError("Nobody has judged enough rows to draw.", "", "Look again later.")
    headers = {"Content-Security-Policy": PICTURE_POLICY}
    return Response(standalone(svg(chart)), media_type="image/svg+xml", headers=headers)
