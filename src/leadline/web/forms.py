"""Forms that only our own pages can send: signed cookies, signed fields.

A visitor gets a random signed cookie; every form carries a ticket made for that cookie. A foreign
page can make a browser send the cookie, but cannot know the ticket.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Annotated

from fastapi import Form, HTTPException, Request
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.responses import Response

_TICKET_S = 24 * 3600
_YEAR_S = 365 * 24 * 3600
_REFUSED = 403


class Forms:
    """Cookies and tickets of one workspace.

    Parameters
    ----------
    secret : bytes
        What signs them.
    token : str or None
        What a visitor must know; None if anybody on this machine may enter.
    """

    def __init__(self, secret: bytes, token: str | None = None) -> None:
        self._token = token
        self._secret = secret
        # a browser sends the cookies of every port of a machine: each workspace has its own names
        name = hashlib.sha256(b"cookie" + secret).hexdigest()[:8]
        self._form, self._who, self._pass = (f"leadline_{name}_{kind}" for kind in "fwp")
        self._link = f"leadline_{name}_l"

    def visitor(self, request: Request) -> str:
        """Return the visitor's random id; a new one if there is none, or it was tampered with."""
        return self._read(request, self._form) or secrets.token_urlsafe(16)

    def ticket(self, visitor: str) -> str:
        """Return the field that a form for this visitor carries."""
        return self._signer("ticket").dumps(visitor)

    def greet(self, request: Request, response: Response, visitor: str) -> None:
        """Give a new visitor the cookie that tickets are bound to."""
        if self._read(request, self._form) != visitor:
            self._write(request, response, self._form, visitor)

    def require_ticket(self, request: Request, ticket: str) -> None:
        """Refuse a form that was not made for this visitor.

        Raises
        ------
        HTTPException
            403 if the ticket is missing, foreign or older than a day.
        """
        try:
            visitor = self._signer("ticket").loads(ticket, max_age=_TICKET_S)
        except BadData:
            visitor = None
        if not visitor or visitor != self._read(request, self._form):
            raise HTTPException(_REFUSED, "This form was not made for you, or is too old.")

    def who(self, request: Request) -> str:
        """Return the name the visitor gave last; empty if none."""
        return self._read(request, self._who) or ""

    def remember(self, request: Request, response: Response, who: str) -> None:
        """Keep the visitor's name."""
        self._write(request, response, self._who, who)

    def link(self, request: Request) -> str:
        """Return what the link carried by which the visitor came; empty if by none."""
        return self._read(request, self._link) or ""

    def welcome(self, request: Request, response: Response, link: str) -> None:
        """Keep the link by which a visitor came."""
        self._write(request, response, self._link, link)

    def farewell(self, response: Response) -> None:
        """Forget the link by which a visitor came."""
        response.delete_cookie(self._link)

    def stamp(self) -> str:
        """Return a signed field that says when a page was made."""
        return self._signer("stamp").dumps(time.time())

    def seconds_since(self, stamp: str) -> float:
        """Return the seconds since a stamp was made; 0 if it is not ours."""
        try:
            return max(time.time() - float(self._signer("stamp").loads(stamp)), 0.0)
        except (BadData, TypeError, ValueError):
            return 0.0

    def knows(self, token: str) -> bool:
        """Whether a visitor's token is the right one; takes as long for a wrong one."""
        return self._token is not None and secrets.compare_digest(
            token.encode(), self._token.encode()
        )

    def let_in(self, request: Request, response: Response) -> None:
        """Give the cookie of a visitor who knew the token."""
        self._write(request, response, self._pass, self._fingerprint())

    def is_in(self, request: Request) -> bool:
        """Whether the visitor has shown the token, if there is one; a new one puts all out."""
        if self._token is None:
            return True
        shown = self._read(request, self._pass) or ""
        return secrets.compare_digest(shown.encode(), self._fingerprint().encode())

    def _fingerprint(self) -> str:
        return hashlib.sha256((self._token or "").encode()).hexdigest()

    def _signer(self, salt: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"leadline.{salt}")

    def _read(self, request: Request, name: str) -> str | None:
        try:
            value = self._signer(name).loads(request.cookies.get(name, ""))
        except BadData:
            return None
        return value if isinstance(value, str) else None

    def _write(self, request: Request, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name,
            self._signer(name).dumps(value),
            max_age=_YEAR_S,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )


async def checked(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Refuse a POST whose form is not ours; every route that writes depends on it."""
    forms: Forms = request.app.state.desk.forms
    forms.require_ticket(request, csrf)
