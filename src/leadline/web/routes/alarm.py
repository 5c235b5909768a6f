"""Form of the monitor's page: an alarm was seen, is explained, is closed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.services.commands import act_on_alarm, ask_for
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter()


@router.post("/alarm", dependencies=[Depends(require_csrf_token)])
def act(
    request: Request,
    context: Context,
    act: Annotated[str, Form()],
    who: Annotated[str, Form()],
    why: Annotated[str, Form()] = "",
) -> Response:
    """Put on the record what was done, and ask for the monitor anew."""
    event = act_on_alarm(context.workspace, act, who, why)
    job = ask_for(context.workspace, "monitor", event.person, page="/rows/monitor")
    return context.redirect(request, f"/jobs/{job.number}", who=event.person)
