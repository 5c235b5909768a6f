"""Visitor sessions: signed cookies and CSRF tokens.

A visitor gets a random signed cookie, and every form carries a token signed for that cookie. A
foreign page can make a browser send the cookie, but cannot know the token.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Annotated

from fastapi import Form, HTTPException, Request
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.responses import Response

from leadline.record.people.login_sessions import LONGEST

_CSRF_TOKEN_S = 24 * 3600
_YEAR_S = 365 * 24 * 3600
_LOGIN_S = int(LONGEST.total_seconds())
_PENDING_S = 600
_REFUSED = 403


class Sessions:
    """Signed cookies, and CSRF tokens of forms, of one workspace.

    Parameters
    ----------
    secret : bytes
        The key they are signed with.
    token : str or None
        What a visitor must know to sign in; None if anybody on this machine may.
    """

    def __init__(self, secret: bytes, token: str | None = None) -> None:
        self._token = token
        self._secret = secret
        # a browser sends the cookies of every port of a machine: each workspace has its own names
        name = hashlib.sha256(b"cookie" + secret).hexdigest()[:8]
        self._form, self._who, self._pass = (f"leadline_{name}_{kind}" for kind in "fwp")
        self._link, self._login, self._pending = (f"leadline_{name}_{kind}" for kind in "lso")

    def visitor(self, request: Request) -> str:
        """Return the visitor's random id; a new one if there is none, or it was tampered with."""
        return self._read(request, self._form) or secrets.token_urlsafe(16)

    def csrf_token(self, visitor: str) -> str:
        """Return the hidden field of a form made for this visitor."""
        return self._signer("csrf").dumps(visitor)

    def keep_visitor(self, request: Request, response: Response, visitor: str) -> None:
        """Give a new visitor the cookie that CSRF tokens are signed for."""
        if self._read(request, self._form) != visitor:
            self._write(request, response, self._form, visitor)

    def check_csrf_token(self, request: Request, csrf_token: str) -> None:
        """Refuse a form that was not made for this visitor.

        Raises
        ------
        HTTPException
            403 if the token is missing, foreign or older than a day.
        """
        try:
            visitor = self._signer("csrf").loads(csrf_token, max_age=_CSRF_TOKEN_S)
        except BadData:
            visitor = None
        if not visitor or visitor != self._read(request, self._form):
            raise HTTPException(_REFUSED, "This form was not made for you, or is too old.")

    def person(self, request: Request) -> str:
        """Return the name the visitor gave last; empty if none."""
        return self._read(request, self._who) or ""

    def keep_person(self, request: Request, response: Response, who: str) -> None:
        """Keep the visitor's name."""
        self._write(request, response, self._who, who)

    def invitation_token(self, request: Request) -> str:
        """Return the token of the link by which the visitor came; empty if there was none."""
        return self._read(request, self._link) or ""

    def keep_invitation_token(self, request: Request, response: Response, token: str) -> None:
        """Keep the token of the link by which a visitor came."""
        self._write(request, response, self._link, token)

    def forget_invitation_token(self, response: Response) -> None:
        """Forget the token of the link by which a visitor came."""
        response.delete_cookie(self._link)

    def login_token(self, request: Request) -> str:
        """Return the token of the visitor's login; empty if there is none."""
        return self._read(request, self._login) or ""

    def keep_login_token(self, request: Request, response: Response, token: str) -> None:
        """Keep the token of a login; whatever this browser had before is worth nothing now."""
        self._write(request, response, self._login, token, max_age=_LOGIN_S)
        # forms of before the login must not work after it: somebody else may know their token
        self._write(request, response, self._form, secrets.token_urlsafe(16))
        for name in (self._link, self._pending, self._who):
            response.delete_cookie(name)

    def forget_login(self, response: Response) -> None:
        """Forget the visitor's login, and the cookie that forms were signed for."""
        response.delete_cookie(self._login)
        response.delete_cookie(self._form)

    def pending(self, request: Request) -> str:
        """Return what was kept while the visitor is at a provider; empty if nothing is fresh."""
        return self._read(request, self._pending, max_age=_PENDING_S) or ""

    def keep_pending(self, request: Request, response: Response, pending: str) -> None:
        """Keep what is needed when the visitor comes back from a provider."""
        self._write(request, response, self._pending, pending, max_age=_PENDING_S)

    def forget_pending(self, response: Response) -> None:
        """Forget it: a login comes back once."""
        response.delete_cookie(self._pending)

    def stamp(self) -> str:
        """Return a signed field that says when a page was made."""
        return self._signer("stamp").dumps(time.time())

    def seconds_since(self, stamp: str) -> float:
        """Return the seconds since a stamp was made; 0 if it is not ours."""
        try:
            return max(time.time() - float(self._signer("stamp").loads(stamp)), 0.0)
        except (BadData, TypeError, ValueError):
            return 0.0

    def is_token(self, token: str) -> bool:
        """Whether a token is the right one; takes as long for a wrong one."""
        return self._token is not None and secrets.compare_digest(
            token.encode(), self._token.encode()
        )

    def sign_in(self, request: Request, response: Response) -> None:
        """Give the cookie of a visitor who has given the token."""
        self._write(request, response, self._pass, self._fingerprint())

    def is_signed_in(self, request: Request) -> bool:
        """Whether the visitor has given the token that is set now; True where none is set."""
        if self._token is None:
            return True
        shown = self._read(request, self._pass) or ""
        return secrets.compare_digest(shown.encode(), self._fingerprint().encode())

    def _fingerprint(self) -> str:
        return hashlib.sha256((self._token or "").encode()).hexdigest()

    def _signer(self, salt: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"leadline.{salt}")

    def _read(self, request: Request, name: str, *, max_age: int | None = None) -> str | None:
        try:
            value = self._signer(name).loads(request.cookies.get(name, ""), max_age=max_age)
        except BadData:
            return None
        return value if isinstance(value, str) else None

    def _write(
        self,
        request: Request,
        response: Response,
        name: str,
        value: str,
        *,
        max_age: int = _YEAR_S,
    ) -> None:
        response.set_cookie(
            name,
            self._signer(name).dumps(value),
            max_age=max_age,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )


async def require_csrf_token(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Refuse a POST whose form is not ours; a dependency of every route that writes."""
    sessions: Sessions = request.app.state.page_context.sessions
    sessions.check_csrf_token(request, csrf)
