"""Prolific, by its API v1 [1]_.

References
----------
.. [1] Prolific, API for data collectors, version 1.0.0. https://docs.prolific.com/api-reference
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from leadline.engines.crowd_platform import PostedStudy, Study, Submission
from leadline.errors import EngineError

KEY = "PROLIFIC_API_TOKEN"
_TRIES = 5
_TIMEOUT_S = 30.0
_LONGEST_WAIT_S = 60.0
_SHORTEST_WHY = 100
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_UNPUBLISHED = "UNPUBLISHED"
_WHO = "judge={{%PROLIFIC_PID%}}&study={{%STUDY_ID%}}&session={{%SESSION_ID%}}"


class _UnansweredError(Exception):
    """It is not known whether the request was carried out."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody: the token is for one address only."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class Prolific:
    """Studies on Prolific, paid from the account of the token in ``PROLIFIC_API_TOKEN``.

    Parameters
    ----------
    url : str, default="https://api.prolific.com"
        Where the API is.
    pause_s : float, default=1.0
        Before the second try of a request that was refused for a while; doubled each time.

    Raises
    ------
    EngineError
        If there is no token, or it would travel in the open.

    Notes
    -----
    The token is read when a request is made, kept nowhere, and taken out of every message.
    """

    url: str = "https://api.prolific.com"
    pause_s: float = 1.0
    name: ClassVar[str] = "prolific"
    fees: ClassVar[tuple[tuple[str, Fraction], ...]] = (
        ("company", Fraction(428, 1000)),
        ("academic", Fraction(333, 1000)),
    )

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        if parts.scheme != "https" and not is_here:
            raise EngineError(
                f"{self.url} is not encrypted.", "The token needs https.", "Name another address."
            )
        _token()

    def draft(self, study: Study) -> PostedStudy:
        """As `leadline.engines.crowd_platform.Platform.draft`."""
        body = _body(study)
        for attempt in range(_TRIES):
            # also the first time: an earlier command may have been cut off
            found = self._named(body["internal_name"])
            if found is not None:
                return self.offer(found)
            try:
                made = self._ask("POST", "/api/v1/studies/", body, is_repeatable=False)
                return _posted(made)
            except _UnansweredError:
                self._wait(attempt)
        raise _silent()

    def offer(self, study_id: str) -> PostedStudy:
        """As `leadline.engines.crowd_platform.Platform.offer`."""
        return _posted(self._ask("GET", f"/api/v1/studies/{_id(study_id)}/"))

    def publish(self, study_id: str) -> PostedStudy:
        """As `leadline.engines.crowd_platform.Platform.publish`."""
        path = f"/api/v1/studies/{_id(study_id)}/transition/"
        for attempt in range(_TRIES):
            offer = self.offer(study_id)
            if offer.status != _UNPUBLISHED:
                return offer
            try:
                self._ask("POST", path, {"action": "PUBLISH"}, is_repeatable=False)
            except _UnansweredError:
                self._wait(attempt)
            else:
                return self.offer(study_id)
        raise _silent()

    def submissions(self, study_id: str) -> tuple[Submission, ...]:
        """As `leadline.engines.crowd_platform.Platform.submissions`."""
        found = self._all(f"/api/v1/studies/{_id(study_id)}/submissions/")
        return tuple(
            Submission(
                id=str(each["id"]),
                judge=str(each.get("participant_id") or each.get("participant") or ""),
                status=str(each.get("status", "")).replace("_", " "),
                code=str(each.get("study_code") or each.get("entered_code") or ""),
                seconds=float(each.get("time_taken") or 0.0),
            )
            for each in found
        )

    def approve(self, submission_id: str) -> None:
        """As `leadline.engines.crowd_platform.Platform.approve`."""
        self._transition(submission_id, {"action": "APPROVE"})

    def reject(self, submission_id: str, why: str) -> None:
        """As `leadline.engines.crowd_platform.Platform.reject`."""
        if len(why) < _SHORTEST_WHY:
            raise EngineError(
                f"The reason has {len(why)} characters.",
                f"Prolific needs at least {_SHORTEST_WHY}: the person reads it.",
                "Say what was wrong, or ask for a return instead.",
            )
        body = {"action": "REJECT", "message": why, "rejection_category": "OTHER"}
        self._transition(submission_id, body)

    def ask_back(self, submission_id: str, why: str) -> None:
        """As `leadline.engines.crowd_platform.Platform.ask_back`."""
        path = f"/api/v1/submissions/{_id(submission_id)}/request-return/"
        try:
            self._ask("POST", path, {"request_return_reasons": [why]}, is_repeatable=False)
        except _UnansweredError:
            raise _silent() from None

    def _transition(self, submission_id: str, body: Mapping[str, Any]) -> None:
        # documented as idempotent: the same request twice is carried out once
        self._ask("POST", f"/api/v1/submissions/{_id(submission_id)}/transition/", body)

    def _named(self, internal_name: str) -> str | None:
        for study in self._all("/api/v1/studies/"):
            if study.get("internal_name") == internal_name:
                return str(study["id"])
        return None

    def _all(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        while path and path not in seen:
            seen.add(path)
            page = self._ask("GET", path)
            found += page.get("results", [])
            following = ((page.get("_links") or {}).get("next") or {}).get("href") or ""
            parts = urlsplit(following)
            # whatever the link says, the token goes to our address only
            path = f"{parts.path}?{parts.query}" if following else ""
        return found

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        is_repeatable: bool = True,
    ) -> Any:
        """Send a request; what is refused for a while is tried again.

        Raises
        ------
        _UnansweredError
            If there is no answer to what must not be sent twice.
        """
        for attempt in range(_TRIES):
            try:
                return self._answer(method, path, body)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code != 429 and error.code < 500:
                        raise _refused(method, path, error) from None
                if error.code >= 500 and not is_repeatable:
                    raise _UnansweredError from None
                self._wait(attempt, error.headers.get("Retry-After", ""))
            except (OSError, http.client.HTTPException, ValueError):
                if not is_repeatable:
                    raise _UnansweredError from None
                self._wait(attempt)
        raise _silent()

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - __post_init__ has looked at the scheme
            self.url.rstrip("/") + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Token {_token()}", "Content-Type": "application/json"},
        )
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_TIMEOUT_S) as answer:
            return json.loads(answer.read() or b"{}")

    def _wait(self, attempt: int, asked: str = "") -> None:
        wait_s = float(asked) if asked.isdigit() else self.pause_s * 2.0**attempt
        time.sleep(min(wait_s, _LONGEST_WAIT_S))


def _body(study: Study) -> dict[str, Any]:
    """A draft; its internal name tells the same study again."""
    key = sha256(json.dumps(vars(study), sort_keys=True).encode()).hexdigest()
    joint = "&" if urlsplit(study.url).query else "?"
    return {
        "name": study.name,
        "internal_name": f"leadline {key[:16]}",
        "description": study.description,
        "external_study_url": f"{study.url}{joint}{_WHO}",
        "prolific_id_option": "url_parameters",
        "completion_codes": [
            {
                "code": secrets.token_hex(4).upper(),
                "code_type": "COMPLETED",
                "actions": [{"action": "MANUALLY_REVIEW"}],
            }
        ],
        "estimated_completion_time": study.minutes,
        "reward": study.reward,
        "total_available_places": study.places,
        "device_compatibility": ["desktop", "tablet", "mobile"],
        "peripheral_requirements": [],
        "filters": [],
    }


def _posted(study: Mapping[str, Any]) -> PostedStudy:
    codes = study.get("completion_codes") or [{}]
    total = study.get("total_cost")
    return PostedStudy(
        id=str(study["id"]),
        name=str(study.get("name", "")),
        status=str(study.get("status", "")),
        code=str(codes[0].get("code", "")),
        reward=int(study.get("reward") or 0),
        places=int(study.get("total_available_places") or 0),
        taken=int(study.get("places_taken") or 0),
        total=None if total is None else round(float(total)),
    )


def _id(text: str) -> str:
    if not _ID.match(text):
        raise EngineError(
            f"{text[:40]!r} is no id of Prolific.", "Letters and digits are needed.", "Look it up."
        )
    return quote(text)


def _token() -> str:
    token = os.environ.get(KEY, "").strip()
    if not token:
        raise EngineError(
            f"{KEY} is not set.",
            "Prolific needs a token of your account.",
            "Make one under Settings, API tokens, and set it in the environment.",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise EngineError(f"{KEY} is no token.", "One word is needed.", "Copy it again.")
    return token


def _refused(method: str, path: str, error: urllib.error.HTTPError) -> EngineError:
    said = error.read(4_000).decode("utf-8", "replace").replace(_token(), "(token)")
    return EngineError(
        f"Prolific refused {method} {path.partition('?')[0]} with {error.code}: {said[:500]}",
        "A request that it takes is needed.",
        "Check the token and the account." if error.code in (401, 403) else "Correct it.",
    )


def _silent() -> EngineError:
    return EngineError(
        f"Prolific did not answer, {_TRIES} times.",
        "An answer is needed to know how the study stands.",
        "Do the same again later: nothing is made or published twice.",
    )
