"""Coming by a link, and leaving."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from leadline.errors import OutdatedAnswerError
from leadline.services.invitations import PAGES, NotInvitedError, invitation_of
from leadline.web.desk import AtDesk, Desk
from leadline.web.forms import checked

router = APIRouter(prefix="/join")


@router.get("/{link}")
def come(request: Request, desk: AtDesk, link: str) -> Response:
    """Let in who brings a link, as the person it was made for."""
    invitation = invitation_of(desk.workspace, link)
    _refuse_another(request, desk, invitation.person)
    response = desk.go(request, PAGES[invitation.role][0])
    desk.forms.welcome(request, response, link)
    return response


@router.post("/leave", dependencies=[Depends(checked)])
def leave(request: Request, desk: AtDesk) -> Response:
    """Forget the link by which a visitor came."""
    response = desk.go(request, "/")
    desk.forms.farewell(response)
    return response


def _refuse_another(request: Request, desk: Desk, person: str) -> None:
    """A browser is one person at a time, so that nobody goes on under another's name unawares."""
    try:
        here = desk.guest(request)
    except NotInvitedError:
        return
    if here is not None and here.person != person:
        raise OutdatedAnswerError(
            f"This link is {person}'s, and {here.person} is at work in this browser.",
            "A link is for one person alone.",
            f"{here.person} can leave at the foot of the page; or open the link in another "
            "browser.",
        )
