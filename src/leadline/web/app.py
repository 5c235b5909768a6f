"""The web application of one workspace."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from leadline.services.identity.permission import needs_login
from leadline.web.error_pages import HANDLERS
from leadline.web.middleware import Admission, SecurityHeaders
from leadline.web.page_context import PageContext
from leadline.web.routes import ROUTERS
from leadline.web.routes.admission.login import ask_again
from leadline.web.sessions import Sessions
from leadline.web.templating import make_templates
from leadline.workspace import Workspace

_STATIC = Path(__file__).parent / "static"
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]", "::1"]


def create_app(workspace: Workspace, *, token: str | None = None) -> FastAPI:
    """Make the web application of a workspace.

    Parameters
    ----------
    workspace : Workspace
        The project; the caller closes it.
    token : str or None, default=None
        What a visitor must know to sign in while nobody has an account. None: loopback only; any
        other Host header is then refused, so that no foreign page can reach the application by
        DNS rebinding. Where visitors log in, a foreign page reaches the login and nothing else.

    Returns
    -------
    FastAPI
        The application; every GET reads, and only POST with a form's token writes.

    Raises
    ------
    ValueError
        If the token is too short to protect anything.
    """
    if token is not None and len(token) < 16:
        raise ValueError("token must be at least 16 characters long, or it can be guessed")
    sessions = Sessions(workspace.secret, token)
    middleware = [
        Middleware(SecurityHeaders),
        Middleware(Admission, sessions=sessions, workspace=workspace, ask_again=ask_again),
    ]
    if token is None and not needs_login(workspace):
        guard = Middleware(TrustedHostMiddleware, allowed_hosts=_LOOPBACK, www_redirect=False)
        middleware.insert(1, guard)
    app = FastAPI(
        title=workspace.settings.name,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=middleware,
        exception_handlers=HANDLERS,
    )
    app.state.page_context = PageContext(workspace, sessions, make_templates())
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    for router in ROUTERS:
        app.include_router(router)
    return app
