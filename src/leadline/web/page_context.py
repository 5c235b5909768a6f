"""Page context: what every route needs to answer a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from leadline.errors import SettingsError
from leadline.phases.lifecycle import Stage
from leadline.phases.permissions import Action, Actor, who_may
from leadline.record import Invitation
from leadline.services.identity.permission import NOBODY
from leadline.services.invitations import free_name, invitation_of
from leadline.web.glossary_marks import with_glossary
from leadline.web.sessions import Sessions
from leadline.workspace import Workspace


class AccountName(str):
    """Name of a visitor who has logged in: no form asks for it, and some are not for their role."""

    __slots__ = ("actor",)
    actor: Actor

    def __new__(cls, actor: Actor) -> Self:
        """The name of somebody who has an account."""
        name = super().__new__(cls, actor.name)
        name.actor = actor
        return name

    def refusal(self, needed: str) -> str:
        """Why a form is not for this visitor, by the name of an action; empty if it is."""
        action = Action[needed]
        if action in self.actor.may:
            return ""
        return f"Your role, {self.actor.title}, may not {action}. That is for: {who_may(action)}."


@dataclass(frozen=True)
class PageContext:
    """The workspace, signed cookies and templates; in a route the workspace is the visitor's."""

    workspace: Workspace
    sessions: Sessions
    templates: Jinja2Templates

    def render(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """Answer with a page, and give the visitor the cookie that its forms need."""
        visitor = self.sessions.visitor(request)
        actor = actor_of(request)
        is_in = actor != NOBODY if actor is not None else self.sessions.is_signed_in(request)
        is_known = actor is not None and actor.user_id is not None
        # sees the pages of their own work and no others
        is_invited = actor is not None and is_in and Action.VIEW not in actor.may
        frame = {
            "project": self.workspace.settings.name if is_in else "",
            "stages": tuple(Stage),
            "who": _account_name(actor) or self.sessions.person(request),
            "is_invited": is_invited,
            "actor": actor if is_known else None,
            "hours_per_day": self.workspace.settings.prices.hours_per_day,
            "csrf_token": self.sessions.csrf_token(visitor),
        }
        drawn = self.templates.TemplateResponse(request, template, frame | values)
        text = with_glossary(bytes(drawn.body).decode(), has_page=is_in and not is_invited)
        response = HTMLResponse(text, status_code=status)
        self.sessions.keep_visitor(request, response, visitor)
        return response

    def redirect(self, request: Request, path: str, *, who: str = "") -> Response:
        """Answer a form with another page to load, so that reloading it sends nothing twice."""
        response = RedirectResponse(path, status_code=303)
        if who and actor_of(request) is None:
            self.sessions.keep_person(request, response, who)
        return response

    def invitation(self, request: Request) -> Invitation | None:
        """The invitation of a visitor who came by a link; None for all others.

        Raises
        ------
        NotInvitedError
            If the link is no longer good.
        """
        if request.scope.get("leadline.role") is None:
            return None
        return invitation_of(self.workspace, self.sessions.invitation_token(request))

    def person(self, request: Request) -> str:
        """Name of the visitor; empty if unknown, or if it now belongs to an invited person."""
        known = _account_name(actor_of(request))
        if known:
            return known
        invitation = self.invitation(request)
        if invitation is not None:
            return invitation.person
        try:
            return free_name(self.workspace, self.sessions.person(request), "the page")
        except SettingsError:
            return ""

    def sender(self, request: Request, typed: str, doing: str) -> str:
        """Name of who sends a form: of account or invitation, else as typed, if it is free."""
        known = _account_name(actor_of(request))
        if known:
            return known
        invitation = self.invitation(request)
        if invitation is None:
            return free_name(self.workspace, typed, doing)
        if invitation.first_used_at is None:
            self.workspace.record.invitations.use(invitation.id)
        return invitation.person


def actor_of(request: Request) -> Actor | None:
    """Whoever sends a request; None where nobody is asked to log in."""
    actor: Actor | None = request.scope.get("leadline.actor")
    return actor


def _account_name(actor: Actor | None) -> AccountName | None:
    is_known = actor is not None and actor.user_id is not None
    return AccountName(actor) if actor is not None and is_known else None


def context_of(request: Request) -> PageContext:
    """Return the page context of the application that a request was sent to."""
    context: PageContext = request.app.state.page_context
    return context


# async: FastAPI would run a plain function in a thread, and wait for it, at every request
async def _context(request: Request) -> PageContext:
    context, actor = context_of(request), actor_of(request)
    if actor is None:
        return context
    return replace(context, workspace=context.workspace.acted_in_by(actor))


Context = Annotated[PageContext, Depends(_context)]
