"""What every route needs at hand, and how a page is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from leadline.phases.lifecycle import Stage
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
        is_in = self.forms.is_in(request)
        frame = {
            "project": self.workspace.settings.name if is_in else "",
            "stages": tuple(Stage),
            "who": self.forms.who(request),
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


def desk_of(request: Request) -> Desk:
    """Return the desk of the application that was asked."""
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]
