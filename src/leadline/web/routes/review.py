"""Pages for the review: blind judgments, and the choice of an operating point."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from leadline.phases.permissions import Action
from leadline.services.commands import ask_for_more, choose_point, judge, undo_judgment
from leadline.services.identity.permission import require
from leadline.services.queries import operating_points_page, review_page
from leadline.services.reviewing.opinions import give_opinion
from leadline.web.page_context import Context
from leadline.web.routes.decide import entry_shown
from leadline.web.sessions import require_csrf_token

router = APIRouter(prefix="/review")

_SAID = {"yes": True, "no": False, "unsure": None, "value": None}


@router.get("")
def show(request: Request, context: Context, shown: bool = False) -> Response:
    """Show one row of the stream: its features and nothing else.

    Who cannot give a number may ask to be shown what is near enough; the verdict counts it.
    """
    who = context.person(request)
    page = review_page(context.workspace, who, is_shown=shown)
    return context.render(
        request, "pages/review.html", page=page, stamp=context.sessions.stamp(), who=who
    )


@router.post("", dependencies=[Depends(require_csrf_token)])
def answer(
    request: Request,
    context: Context,
    tuning: Annotated[int, Form()],
    row: Annotated[int, Form()],
    who: Annotated[str, Form()],
    said: Annotated[Literal["yes", "no", "unsure", "value"], Form()] = "value",
    value: Annotated[str, Form(max_length=200)] = "",
    stamp: Annotated[str, Form()] = "",
) -> Response:
    """Keep a judgment and show the next row."""
    judge(
        context.workspace,
        tuning,
        row,
        _SAID[said],
        context.sender(request, who, "the judgment"),
        context.sessions.seconds_since(stamp),
        value=value if said == "value" else None,
    )
    return context.redirect(request, "/review")


@router.post("/undo", dependencies=[Depends(require_csrf_token)])
def undo(
    request: Request, context: Context, tuning: Annotated[int, Form()], who: Annotated[str, Form()]
) -> Response:
    """Take the last judgment back; its row is shown again."""
    undo_judgment(context.workspace, tuning, context.sender(request, who, "the judgment"))
    return context.redirect(request, "/review")


@router.post("/name", dependencies=[Depends(require_csrf_token)])
def name(request: Request, context: Context, who: Annotated[str, Form()]) -> Response:
    """Keep the visitor's name."""
    return context.redirect(request, "/review", who=context.sender(request, who, "judging"))


@router.post("/more", dependencies=[Depends(require_csrf_token)])
def more(
    request: Request,
    context: Context,
    n: Annotated[int, Form()],
    who: Annotated[str, Form()],
    tuning: Annotated[int, Form()],
) -> Response:
    """Draw further rows for judging, and show the first of them."""
    person = context.sender(request, who, "the request")
    ask_for_more(context.workspace, n, person, tuning)
    return context.redirect(request, "/review", who=person)


@router.get("/choose")
def compare(request: Request, context: Context, ratio: float | None = None) -> Response:
    """Show what each point does where a miss is as bad as `ratio` false alarms."""
    page = operating_points_page(context.workspace)
    if ratio is not None:
        cost = page.cost_false_alarm
        page = operating_points_page(context.workspace, ratio * cost, cost)
    return context.render(request, "pages/choose.html", page=page)


@router.get("/consequences")
def consequences(
    request: Request,
    context: Context,
    volume: Annotated[int, Query(ge=1, le=1_000_000_000)] = 1000,
    per: Literal["day", "week"] = "day",
) -> Response:
    """Show the outcome of `volume` rows at each point, and rows that change between two.

    Where nothing is flagged, the page of the choice shows all there is.
    """
    page = operating_points_page(context.workspace)
    if page.plain is not None:
        return context.redirect(request, "/review/choose")
    return context.render(request, "pages/consequences.html", page=page, volume=volume, per=per)


@router.get("/summary")
def summary(request: Request, context: Context) -> Response:
    """Show the choice and its reason on one page, for people who were not there."""
    return context.render(
        request, "pages/summary.html", page=operating_points_page(context.workspace)
    )


@router.post("/opinion", dependencies=[Depends(require_csrf_token)])
def opinion(
    request: Request,
    context: Context,
    ratio: Annotated[float, Form()],
    who: Annotated[str, Form()],
    tuning: Annotated[int, Form()],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep a stakeholder's opinion of what a miss is worth; it decides nothing."""
    person = context.sender(request, who, "the opinion")
    said = give_opinion(context.workspace, tuning, ratio, why, person)
    return context.redirect(request, f"/review/choose?ratio={said.ratio:g}", who=said.person)


@router.post("/choose", dependencies=[Depends(require_csrf_token)])
def choose(  # noqa: PLR0913, PLR0917 (a field each)
    request: Request,
    context: Context,
    point: Annotated[str, Form()],
    ratio: Annotated[float, Form()],
    why: Annotated[str, Form()],
    who: Annotated[str, Form()],
    tuning: Annotated[int, Form()],
    replacing: Annotated[str, Form()] = "",
    confidence: Annotated[float, Form()] = 0.0,
) -> Response:
    """Put the choice on the record."""
    require(context.workspace, Action.CHOOSE)  # the command asks too, after the costs are read
    cost = operating_points_page(context.workspace).cost_false_alarm
    entry = choose_point(
        context.workspace,
        point,
        ratio * cost,
        cost,
        why,
        context.sender(request, who, "the choice"),
        replacing=entry_shown(replacing),
        tuning=tuning,
        confidence=confidence,
    )
    return context.redirect(request, "/rows/review", who=entry.by)
