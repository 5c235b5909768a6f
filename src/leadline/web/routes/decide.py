"""Pages for the decision on a stage: go, go back or stop."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.errors import SettingsError
from leadline.services.commands import decide
from leadline.services.queries import decision_page
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter()

GO_BELOW_TARGET = "go-below-target"
"""The choice "go" of the form where it signs for a release that does not reach the target."""


@router.get("/decide/{stage}")
def ask(request: Request, context: Context, stage: str) -> Response:
    """Show what a decision rests on, and the form."""
    page = decision_page(context.workspace, stage)
    return context.render(request, "pages/decide.html", page=page, seen=json.dumps(page.seen))


@router.post("/decide/{stage}", dependencies=[Depends(require_csrf_token)])
def answer(
    request: Request,
    context: Context,
    stage: str,
    choice: Annotated[str, Form()],
    who: Annotated[str, Form()],
    why: Annotated[str, Form()],
    seen: Annotated[str, Form()],
    replacing: Annotated[str, Form()] = "",
) -> Response:
    """Put the decision on the record."""
    entry = decide(
        context.workspace,
        stage,
        "go" if choice == GO_BELOW_TARGET else choice,
        why,
        who,
        replacing=entry_shown(replacing),
        seen=_rows_shown(seen),
        below_target=choice == GO_BELOW_TARGET,
    )
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


def _rows_shown(field: str) -> dict[str, int]:
    try:
        return {str(row): int(number) for row, number in json.loads(field).items()}
    except (ValueError, TypeError, AttributeError):
        raise _tampered() from None


def _tampered() -> SettingsError:
    return SettingsError(
        "The form does not say which page it answers.",
        "It must be sent as the page made it.",
        "Reload the page and answer again.",
    )
