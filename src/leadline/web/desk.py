"""What every route needs at hand, and how a page is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from leadline.errors import SettingsError
from leadline.phases.lifecycle import Stage
from leadline.record import Invitation
from leadline.services.invitations import free_name, invitation_of
from leadline.web.forms import Forms
from leadline.workspace import Workspace


@dataclass(frozen=True)
class Desk:
    """The workspace and the tools of the page; nothing here remembers a visitor."""

    workspace: Workspace
    forms: Forms
    templates: Jinja2Templates

    def show(
        self, request: Request, template: str, *, status: int = 200, **context: Any
    ) -> Response:
        """Answer with a page, and give the visitor a form's cookie."""
        visitor = self.forms.visitor(request)
        is_guest = request.scope.get("leadline.role") is not None
        is_in = is_guest or self.forms.is_in(request)
        frame = {
            "project": self.workspace.settings.name if is_in else "",
            "stages": tuple(Stage),
            "who": self.forms.who(request),
            "is_guest": is_guest,
            "csrf": self.forms.ticket(visitor),
        }
        response = self.templates.TemplateResponse(
            request, template, frame | context, status_code=status
        )
        self.forms.greet(request, response, visitor)
        return response

    def go(self, request: Request, path: str, *, who: str = "") -> Response:
        """Answer a form: go and look, so that reloading sends nothing twice."""
        response = RedirectResponse(path, status_code=303)
        if who:
            self.forms.remember(request, response, who)
        return response

    def guest(self, request: Request) -> Invitation | None:
        """The invitation of a visitor who came by a link; None for everybody else.

        Raises
        ------
        NotInvitedError
            If the link is no longer good.
        """
        if request.scope.get("leadline.role") is None:
            return None
        return invitation_of(self.workspace, self.forms.link(request))

    def person(self, request: Request) -> str:
        """Who looks at a page; empty if not known, or if the name has come to be another's."""
        guest = self.guest(request)
        if guest is not None:
            return guest.person
        try:
            return free_name(self.workspace, self.forms.who(request), "the page")
        except SettingsError:
            return ""

    def sender(self, request: Request, typed: str, doing: str) -> str:
        """Who sends a form: who was invited, whatever is typed, or a name that is free."""
        guest = self.guest(request)
        if guest is None:
            return free_name(self.workspace, typed, doing)
        if guest.first_used_at is None:
            self.workspace.record.invitations.use(guest.id)
        return guest.person


def desk_of(request: Request) -> Desk:
    """Return the desk of the application that was asked."""
    desk: Desk = request.app.state.desk
    return desk


# a plain function would be sent to a thread of its own and waited for, at every request
async def _desk(request: Request) -> Desk:
    return desk_of(request)


AtDesk = Annotated[Desk, Depends(_desk)]
