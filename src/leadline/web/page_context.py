"""Page context: what every route needs to answer a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from leadline.errors import SettingsError
from leadline.phases.lifecycle import Stage
from leadline.record import Invitation
from leadline.services.invitations import free_name, invitation_of
from leadline.web.glossary_marks import with_glossary
from leadline.web.sessions import Sessions
from leadline.workspace import Workspace


@dataclass(frozen=True)
class PageContext:
    """The workspace, signed cookies and templates; the same for every visitor."""

    workspace: Workspace
    sessions: Sessions
    templates: Jinja2Templates

    def render(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """Answer with a page, and give the visitor the cookie that its forms need."""
        visitor = self.sessions.visitor(request)
        is_invited = request.scope.get("leadline.role") is not None
        is_in = is_invited or self.sessions.is_signed_in(request)
        frame = {
            "project": self.workspace.settings.name if is_in else "",
            "stages": tuple(Stage),
            "who": self.sessions.person(request),
            "is_invited": is_invited,
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
        if who:
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
        invitation = self.invitation(request)
        if invitation is not None:
            return invitation.person
        try:
            return free_name(self.workspace, self.sessions.person(request), "the page")
        except SettingsError:
            return ""

    def sender(self, request: Request, typed: str, doing: str) -> str:
        """Name of the person who sends a form: of the invitation, else as typed, if it is free."""
        invitation = self.invitation(request)
        if invitation is None:
            return free_name(self.workspace, typed, doing)
        if invitation.first_used_at is None:
            self.workspace.record.invitations.use(invitation.id)
        return invitation.person


def context_of(request: Request) -> PageContext:
    """Return the page context of the application that a request was sent to."""
    context: PageContext = request.app.state.page_context
    return context


# async: FastAPI would run a plain function in a thread, and wait for it, at every request
async def _context(request: Request) -> PageContext:
    return context_of(request)


Context = Annotated[PageContext, Depends(_context)]
