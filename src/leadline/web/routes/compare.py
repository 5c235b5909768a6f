"""Page for two entries of a row side by side."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline.services.deciding.entry_comparison import compare_entries
from leadline.web.page_context import Context

router = APIRouter()


@router.get("/compare")
def show(
    request: Request, context: Context, one: int | None = None, other: int | None = None
) -> Response:
    """Show what differs between two entries; without two numbers, ask for them."""
    page = None
    if one is not None and other is not None:
        page = compare_entries(context.workspace, one, other)
    return context.render(request, "pages/compare.html", page=page, one=one, other=other)
