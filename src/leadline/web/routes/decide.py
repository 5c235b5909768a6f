"""Pages for the decision on a stage: go, go back or stop."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.errors import SettingsError
from leadline.phases.decision import Choice
from leadline.services.briefing import brief
from leadline.services.commands import WayBack, decide, keep_decision
from leadline.services.commands.decision import NOT_BACK
from leadline.services.queries import decision_page
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter()

GO_BELOW_TARGET = "go-below-target"
"""The choice "go" of the form where it signs for a release that does not reach the target."""


def _rows_shown(field: str) -> dict[str, int]:
    try:
        return {str(row): int(number) for row, number in json.loads(field).items()}
    except (ValueError, TypeError, AttributeError):
        raise _tampered() from None


@dataclass(frozen=True)
class _Shown:
    """What the page showed that a form answers: the newest decision, and each verdict."""

    replacing: int | None
    seen: dict[str, int]


def _shown(seen: Annotated[str, Form()], replacing: Annotated[str, Form()] = "") -> _Shown:
    return _Shown(entry_shown(replacing), _rows_shown(seen))


def _back(
    to: Annotated[str, Form()] = "", change: Annotated[str, Form(max_length=2000)] = ""
) -> WayBack:
    return WayBack(to, change)


Shown = Annotated[_Shown, Depends(_shown)]
Back = Annotated[WayBack, Depends(_back)]


@router.get("/decide/{stage}")
def ask(request: Request, context: Context, stage: str) -> Response:
    """Show what a decision rests on, and the form."""
    page = decision_page(context.workspace, stage)
    return context.render(
        request,
        "pages/decide.html",
        page=page,
        brief=brief(context.workspace, stage),
        seen=json.dumps(page.seen),
    )


@router.post("/decide/{stage}", dependencies=[Depends(require_csrf_token)])
def answer(
    request: Request,
    context: Context,
    stage: str,
    choice: Annotated[str, Form()],
    who: Annotated[str, Form()],
    why: Annotated[str, Form()],
    back: Back,
    shown: Shown,
) -> Response:
    """Put the decision on the record."""
    # the fields of "back" are sent whatever is chosen: without scripts nothing takes them away
    way = back if choice == Choice.BACK else NOT_BACK
    entry = decide(
        context.workspace,
        stage,
        "go" if choice == GO_BELOW_TARGET else choice,
        why,
        who,
        back=way,
        replacing=shown.replacing,
        seen=shown.seen,
        below_target=choice == GO_BELOW_TARGET,
    )
    return context.redirect(request, f"/stages/{stage}", who=entry.by)


@router.post("/decide/{stage}/keep", dependencies=[Depends(require_csrf_token)])
def keep(
    request: Request, context: Context, stage: str, who: Annotated[str, Form()], shown: Shown
) -> Response:
    """Keep a decision whose verdicts have come out with the same answers."""
    entry = keep_decision(context.workspace, stage, who, replacing=shown.replacing, seen=shown.seen)
    return context.redirect(request, f"/stages/{stage}", who=entry.by)


def entry_shown(field: str) -> int | None:
    """Return the number of the entry that a page showed; None if it showed none.

    Raises
    ------
    SettingsError
        If the field is no number.
    """
    if not field:
        return None
    if not field.isdecimal():
        raise _tampered()
    return int(field)


def _tampered() -> SettingsError:
    return SettingsError(
        "The form does not say which page it answers.",
        "It must be sent as the page made it.",
        "Reload the page and answer again.",
    )
