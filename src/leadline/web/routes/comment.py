"""Form for a comment on an entry, a stage or the project."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.services.commands import add_comment
from leadline.services.commenting.comment_lines import path_of_about
from leadline.web.page_context import Context
from leadline.web.sessions import require_csrf_token

router = APIRouter()


@router.post("/comments", dependencies=[Depends(require_csrf_token)])
def add(
    request: Request,
    context: Context,
    about: Annotated[str, Form(max_length=40)],
    text: Annotated[str, Form()],
    who: Annotated[str, Form()],
) -> Response:
    """Keep a comment, and go back to what it is about."""
    said = add_comment(context.workspace, about, text, context.sender(request, who, "the comment"))
    return context.redirect(request, f"{path_of_about(said.about)}#comments", who=said.by)
