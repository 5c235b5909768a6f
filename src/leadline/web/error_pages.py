"""Error pages: what was found, what is needed, what to do next."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from leadline.errors import (
    LeadlineError,
    NotAllowedError,
    NotReadyError,
    OutdatedAnswerError,
    RecordError,
)
from leadline.services.invitations import NotInvitedError
from leadline.web.page_context import context_of

_STATUS: tuple[tuple[type[LeadlineError], int], ...] = (
    (OutdatedAnswerError, 409),
    (NotInvitedError, 403),
    (NotAllowedError, 403),
    (NotReadyError, 409),
    (RecordError, 404),
    (LeadlineError, 400),
)
_TITLES = {
    400: "This cannot be done as it is",
    403: "Not allowed",
    404: "Not found",
    409: "Look again first",
    500: "Something broke here",
}
_ADVICE = {
    403: "Open the page again, or your link if you came by one, and send the form from there.",
    404: "Go to the project and look from there.",
    500: "Nothing was written. Try again; what was printed where 'leadline web' runs says why.",
}


def refused(request: Request, error: Exception) -> Response:
    """Answer an error of ours with its three parts."""
    assert isinstance(error, LeadlineError)
    status = next(code for kind, code in _STATUS if isinstance(error, kind))
    return _page(request, status, error)


def unreadable(request: Request, error: Exception) -> Response:
    """Answer a form with a field missing or of the wrong kind."""
    assert isinstance(error, RequestValidationError)
    fields = ", ".join(sorted({str(problem["loc"][-1]) for problem in error.errors()}))
    return _page(
        request,
        400,
        LeadlineError(
            f"The form cannot be read: {fields}.",
            "Every field must be filled in as it says.",
            "Go back and look at it.",
        ),
    )


def failed(request: Request, error: Exception) -> Response:
    """Answer a wrong address or a refused form."""
    assert isinstance(error, HTTPException)
    status, detail = error.status_code, str(error.detail)
    if detail == HTTPStatus(status).phrase and status == 404:
        detail = "There is no page at this address."
    return _page(request, status, LeadlineError(detail, next=_ADVICE.get(status, "")))


def broken(request: Request, _: Exception) -> Response:
    """Answer an error in our own code."""
    return _page(request, 500, LeadlineError("The page could not be made.", next=_ADVICE[500]))


def _page(request: Request, status: int, error: LeadlineError) -> Response:
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    return context_of(request).render(
        request, "pages/error.html", status=status, title=title, error=error
    )


HANDLERS: dict[int | type[Exception], Callable[[Request, Exception], Any]] = {
    LeadlineError: refused,
    RequestValidationError: unreadable,
    HTTPException: failed,
    Exception: broken,
}
