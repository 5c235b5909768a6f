"""Pages for the work on ship and watch: estimate it, begin it, say what it took, drop it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.errors import RecordError, SettingsError
from leadline.record import WorkStatement
from leadline.services.commands import (
    WorkTerms,
    add_work,
    drop_work,
    estimate_work,
    finish_work,
    start_work,
)
from leadline.services.upkeep import work_plan
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter()

_HOURS = ("least", "likely", "most")


def _terms(
    least: Annotated[str, Form()] = "",
    likely: Annotated[str, Form()] = "",
    most: Annotated[str, Form()] = "",
    owner: Annotated[str, Form()] = "",
    due: Annotated[str, Form()] = "",
    every: Annotated[str, Form()] = "",
) -> WorkTerms:
    """What a form says of a piece of work; hours that are left empty stay as they are."""
    typed = dict(zip(_HOURS, (least, likely, most), strict=True))
    hours = [_number(value, name) for name, value in typed.items()] if any(typed.values()) else None
    return WorkTerms(hours=hours, owner=owner, due=due, every=every)


Terms = Annotated[WorkTerms, Depends(_terms)]


def _number(typed: str, name: str) -> float:
    try:
        return float(typed)
    except ValueError:
        raise SettingsError(
            f"The {name} hours are {typed[:40]!r}.",
            "A number is needed, with a point before its decimals.",
            "Go back and look at it.",
        ) from None


@router.get("/work-items/{item}")
def piece(request: Request, context: Context, item: str) -> Response:
    """Show a piece of work, and the forms for what can be said of it."""
    work = work_plan(context.workspace).item(item)
    if work is None:
        raise RecordError(f"There is no work {item[:40]!r}.", next="See the pages ship and watch.")
    return context.render(request, "pages/work.html", work=work)


@router.post("/work-items", dependencies=[Depends(require_csrf_token)])
def add(
    request: Request,
    context: Context,
    title: Annotated[str, Form()],
    stage: Annotated[str, Form()],
    who: Annotated[str, Form()],
    terms: Terms,
) -> Response:
    """Add a piece of work."""
    person = context.sender(request, who, "the work")
    return _kept(request, context, add_work(context.workspace, title, stage, person, terms))


@router.post("/work-items/{item}/estimate", dependencies=[Depends(require_csrf_token)])
def estimate(
    request: Request, context: Context, item: str, who: Annotated[str, Form()], terms: Terms
) -> Response:
    """Keep an estimate, an owner and a date."""
    person = context.sender(request, who, "the work")
    return _kept(request, context, estimate_work(context.workspace, item, person, terms))


@router.post("/work-items/{item}/start", dependencies=[Depends(require_csrf_token)])
def start(request: Request, context: Context, item: str, who: Annotated[str, Form()]) -> Response:
    """Say that it is begun."""
    person = context.sender(request, who, "the work")
    return _kept(request, context, start_work(context.workspace, item, person))


@router.post("/work-items/{item}/done", dependencies=[Depends(require_csrf_token)])
def done(
    request: Request,
    context: Context,
    item: str,
    who: Annotated[str, Form()],
    took: Annotated[str, Form()],
) -> Response:
    """Say that it is done, and what it took."""
    person = context.sender(request, who, "the work")
    said = finish_work(context.workspace, item, _number(took, "reported"), person)
    return _kept(request, context, said)


@router.post("/work-items/{item}/drop", dependencies=[Depends(require_csrf_token)])
def drop(
    request: Request,
    context: Context,
    item: str,
    who: Annotated[str, Form()],
    why: Annotated[str, Form()],
) -> Response:
    """Say that it is not needed."""
    person = context.sender(request, who, "the work")
    return _kept(request, context, drop_work(context.workspace, item, why, person))


def _kept(request: Request, context: Context, said: WorkStatement) -> Response:
    return context.redirect(request, f"/stages/{said.stage}", who=said.by)
