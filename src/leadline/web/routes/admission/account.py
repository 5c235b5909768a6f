"""Page of one's own account: the role, what it may do, the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.errors import RecordError, SettingsError
from leadline.phases.permissions import Action, Actor
from leadline.services.identity.account_changes import SHORTEST, known_account
from leadline.services.identity.password_login import change_own_password
from leadline.web.page_context import Context, PageContext
from leadline.web.routes.admission.login import address_of, logged_in
from leadline.web.sessions import require_csrf_token

router = APIRouter(prefix="/account")


@router.get("")
def show(request: Request, context: Context) -> Response:
    """Show who the visitor is, and what they may do."""
    actor = _known(context)
    account = known_account(context.workspace, actor.name)
    may = [action.value for action in Action if action in actor.may]
    return context.render(
        request, "pages/account.html", account=account, may=may, shortest=SHORTEST
    )


@router.post("/password", dependencies=[Depends(require_csrf_token)])
def change(
    request: Request,
    context: Context,
    current: Annotated[str, Form(max_length=4096)],
    wanted: Annotated[str, Form(max_length=4096)],
    again: Annotated[str, Form(max_length=4096)],
) -> Response:
    """Change the visitor's password; all their other sessions end."""
    actor = _known(context)
    if wanted != again:
        raise SettingsError(
            "The new password was typed in two ways.", "Both must be the same.", "Type it again."
        )
    token = change_own_password(context.workspace, actor.name, current, wanted, address_of(request))
    return logged_in(request, context, token, "/account")


def _known(context: PageContext) -> Actor:
    actor = context.workspace.actor
    if actor is None or actor.user_id is None:
        raise RecordError(
            "Nobody has an account here yet.",
            "Whoever reaches these pages may do all.",
            "'leadline user add NAME --role owner' makes the first.",
        )
    return actor
