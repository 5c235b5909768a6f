"""Pages for the settings that managers own: the form, the diff, the saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from leadline.errors import SettingsError
from leadline.services.settings_form.settings_change import (
    ProposedChange,
    change_settings,
    propose,
    settings_page,
)
from leadline.settings import load_settings
from leadline.web.page_context import Context, PageContext, context_of
from leadline.web.sessions import require_csrf_token
from leadline.workspace import find_settings

router = APIRouter(prefix="/settings")


async def _typed(request: Request) -> Mapping[str, str]:
    """The fields of the form that are keys of the settings."""
    form = await request.form()
    return {name: str(value) for name, value in form.items() if "." in name}


Typed = Annotated[Mapping[str, str], Depends(_typed)]


@router.get("")
def show(request: Request, context: Context, saved: bool = False) -> Response:
    """Show the form."""
    return _page(request, context, {}, is_saved=saved)


@router.post("", dependencies=[Depends(require_csrf_token)])
def look(
    request: Request, context: Context, typed: Typed, seen: Annotated[str, Form()] = ""
) -> Response:
    """Show what would change, before it is saved."""
    try:
        proposed = propose(context.workspace, typed, seen)
    except SettingsError as error:
        return _page(request, context, typed, error=error)
    return _page(request, context, typed, proposed=proposed)


@router.post("/save", dependencies=[Depends(require_csrf_token)])
def save(
    request: Request,
    context: Context,
    typed: Typed,
    who: Annotated[str, Form()],
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Write the file, and read it again."""
    person = context.sender(request, who, "the settings")
    change_settings(context.workspace, typed, seen, person)
    read_settings_again(request)
    return context.redirect(request, "/settings?saved=true", who=person)


def read_settings_again(request: Request) -> None:
    """Let the pages go by what `leadline.toml` says now."""
    kept = context_of(request)
    settings = load_settings(find_settings(kept.workspace.folder))
    request.app.state.page_context = replace(
        kept, workspace=replace(kept.workspace, settings=settings)
    )


def _page(
    request: Request,
    context: PageContext,
    typed: Mapping[str, str],
    *,
    error: SettingsError | None = None,
    proposed: ProposedChange | None = None,
    is_saved: bool = False,
) -> Response:
    page = settings_page(context.workspace)
    return context.render(
        request,
        "pages/settings.html",
        status=200 if error is None else 400,
        page=page,
        typed={key.name: typed.get(key.name, key.value) for key in page.keys},
        error=error,
        proposed=proposed,
        is_saved=is_saved,
    )
