"""Judging blind, and choosing an operating point."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from leadline.services.commands import choose_point, judge, undo_judgment
from leadline.services.invitations import free_name
from leadline.services.queries import choice_page, review_page
from leadline.services.reviewing.opinions import give_opinion
from leadline.web.desk import AtDesk
from leadline.web.forms import checked
from leadline.web.routes.decide import entry_shown

router = APIRouter(prefix="/review")

_SAID = {"yes": True, "no": False, "unsure": None}


@router.get("")
def show(request: Request, desk: AtDesk) -> Response:
    """Show one row of the stream: its features and nothing else."""
    who = desk.person(request)
    page = review_page(desk.workspace, who)
    return desk.show(request, "pages/review.html", page=page, stamp=desk.forms.stamp(), who=who)


@router.post("", dependencies=[Depends(checked)])
def answer(
    request: Request,
    desk: AtDesk,
    said: Annotated[Literal["yes", "no", "unsure"], Form()],
    tuning: Annotated[int, Form()],
    row: Annotated[int, Form()],
    who: Annotated[str, Form()],
    stamp: Annotated[str, Form()] = "",
) -> Response:
    """Keep a judgment and show the next row."""
    person = desk.sender(request, who, "the judgment")
    judge(desk.workspace, tuning, row, _SAID[said], person, desk.forms.seconds_since(stamp))
    return desk.go(request, "/review")


@router.post("/undo", dependencies=[Depends(checked)])
def undo(
    request: Request, desk: AtDesk, tuning: Annotated[int, Form()], who: Annotated[str, Form()]
) -> Response:
    """Take the last judgment back; its row is shown again."""
    undo_judgment(desk.workspace, tuning, desk.sender(request, who, "the judgment"))
    return desk.go(request, "/review")


@router.post("/name", dependencies=[Depends(checked)])
def name(request: Request, desk: AtDesk, who: Annotated[str, Form()]) -> Response:
    """Remember who judges."""
    return desk.go(request, "/review", who=free_name(desk.workspace, who, "judging"))


@router.get("/choose")
def compare(request: Request, desk: AtDesk, ratio: float | None = None) -> Response:
    """Show what each point does where a miss is as bad as `ratio` false alarms."""
    page = choice_page(desk.workspace)
    if ratio is not None:
        cost = page.cost_false_alarm
        page = choice_page(desk.workspace, ratio * cost, cost)
    return desk.show(request, "pages/choose.html", page=page)


@router.get("/consequences")
def consequences(
    request: Request,
    desk: AtDesk,
    volume: Annotated[int, Query(ge=1, le=1_000_000_000)] = 1000,
    per: Literal["day", "week"] = "day",
) -> Response:
    """Show what becomes of so many rows at each point, and rows that change between two."""
    page = choice_page(desk.workspace)
    return desk.show(request, "pages/consequences.html", page=page, volume=volume, per=per)


@router.get("/summary")
def summary(request: Request, desk: AtDesk) -> Response:
    """Show the choice and its reason on one page, for people who were not there."""
    return desk.show(request, "pages/summary.html", page=choice_page(desk.workspace))


@router.post("/opinion", dependencies=[Depends(checked)])
def opinion(
    request: Request,
    desk: AtDesk,
    ratio: Annotated[float, Form()],
    who: Annotated[str, Form()],
    tuning: Annotated[int, Form()],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep what a person says a miss is worth; nobody has decided yet."""
    person = free_name(desk.workspace, who, "the opinion")
    said = give_opinion(desk.workspace, tuning, ratio, why, person)
    return desk.go(request, f"/review/choose?ratio={said.ratio:g}", who=said.person)


@router.post("/choose", dependencies=[Depends(checked)])
def choose(
    request: Request,
    desk: AtDesk,
    point: Annotated[str, Form()],
    ratio: Annotated[float, Form()],
    why: Annotated[str, Form()],
    who: Annotated[str, Form()],
    tuning: Annotated[int, Form()],
    replacing: Annotated[str, Form()] = "",
) -> Response:
    """Put the choice on the record."""
    cost = choice_page(desk.workspace).cost_false_alarm
    entry = choose_point(
        desk.workspace,
        point,
        ratio * cost,
        cost,
        why,
        free_name(desk.workspace, who, "the choice"),
        replacing=entry_shown(replacing),
        tuning=tuning,
    )
    return desk.go(request, "/rows/review", who=entry.by)
