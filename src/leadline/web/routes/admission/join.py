"""Pages for invitation links: joining and leaving."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from leadline.errors import OutdatedAnswerError
from leadline.services.invitations import PAGES, NotInvitedError, invitation_of
from leadline.web.page_context import Context, PageContext, actor_of
from leadline.web.sessions import require_csrf_token

router = APIRouter(prefix="/join")


@router.get("/{link}")
def join(request: Request, context: Context, link: str) -> Response:
    """Let a visitor in by a link, as the person it was made for."""
    invitation = invitation_of(context.workspace, link)
    _refuse_another(request, context, invitation.person)
    response = context.redirect(request, PAGES[invitation.role][0])
    context.sessions.keep_invitation_token(request, response, link)
    return response


@router.post("/leave", dependencies=[Depends(require_csrf_token)])
def leave(request: Request, context: Context) -> Response:
    """Forget the link by which a visitor came."""
    response = context.redirect(request, "/")
    context.sessions.forget_invitation_token(response)
    return response


def _refuse_another(request: Request, context: PageContext, person: str) -> None:
    """A browser is one person at a time, so that nobody goes on under another's name unawares."""
    actor = actor_of(request)
    if actor is not None and actor.user_id is not None:
        raise OutdatedAnswerError(
            f"This link is {person}'s, and {actor.name} is logged in in this browser.",
            "A link is for one person alone.",
            "Log out first, or open the link in another browser.",
        )
    try:
        here = context.invitation(request)
    except NotInvitedError:
        return
    if here is not None and here.person != person:
        raise OutdatedAnswerError(
            f"This link is {person}'s, and {here.person} is at work in this browser.",
            "A link is for one person alone.",
            f"{here.person} can leave at the foot of the page; or open the link in another "
            "browser.",
        )
