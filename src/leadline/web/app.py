"""The application: one workspace, shown."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from leadline.web.desk import Desk
from leadline.web.doors import Door, Guests, SafeHeaders
from leadline.web.errors import HANDLERS
from leadline.web.forms import Forms
from leadline.web.routes import ROUTERS
from leadline.web.templating import make_templates
from leadline.workspace import Workspace

_STATIC = Path(__file__).parent / "static"
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]", "::1"]


def create_app(workspace: Workspace, *, token: str | None = None) -> FastAPI:
    """Make the page of a workspace.

    Parameters
    ----------
    workspace : Workspace
        The project; the caller closes it.
    token : str or None, default=None
        What a visitor must know. None: for loopback only, and then any other Host header is
        refused, so that no foreign page can reach in by DNS rebinding.

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
    forms = Forms(workspace.secret, token)
    outermost = Middleware(SafeHeaders)
    guests = Middleware(Guests, forms=forms, secret=workspace.secret)
    guard = (
        Middleware(TrustedHostMiddleware, allowed_hosts=_LOOPBACK, www_redirect=False)
        if token is None
        else Middleware(Door, forms=forms)
    )
    app = FastAPI(
        title=workspace.settings.name,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[outermost, guests, guard],
        exception_handlers=HANDLERS,
    )
    app.state.desk = Desk(workspace, forms, make_templates())
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    for router in ROUTERS:
        app.include_router(router)
    return app
