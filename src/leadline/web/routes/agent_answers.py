"""Page of agents: what they may use, propose and did; a person answers a proposal."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.services.agents.agent_proposing import answer_proposal
from leadline.services.agents.agents_page import agents_page
from leadline.web.page_context import Context
from leadline.web.routes.settings_page import read_settings_again
from leadline.web.sessions import require_csrf_token

router = APIRouter(prefix="/agents")


@router.get("")
def show(request: Request, context: Context) -> Response:
    """Show the agents of the project."""
    return context.render(request, "pages/agents.html", page=agents_page(context.workspace))


@router.post("/proposals/{number}", dependencies=[Depends(require_csrf_token)])
def answer(
    request: Request,
    context: Context,
    number: int,
    answer: Annotated[Literal["accept", "decline"], Form()],
    who: Annotated[str, Form()],
    why: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Accept or decline a proposal."""
    person = context.sender(request, who, "the answer")
    answer_proposal(
        context.workspace,
        number,
        is_accepted=answer == "accept",
        why=why[:2_000],
        by=person,
        seen=seen,
    )
    read_settings_again(request)
    return context.redirect(request, "/agents", who=person)
