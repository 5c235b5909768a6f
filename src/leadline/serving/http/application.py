"""Application of a server: one request after the other, refused or answered, counted and logged.

It speaks ASGI and nothing else: a framework costs more for one request than the model.

References
----------
ASGI, https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from leadline.errors import LeadlineError
from leadline.serving.http.answer_log import AnswerLog
from leadline.serving.http.endpoints import Endpoints
from leadline.serving.http.prediction_log import request_id
from leadline.serving.http.requests.access_rules import AccessRules
from leadline.serving.http.requests.body import BodyReader, refuse_headers
from leadline.serving.http.requests.http_messages import (
    Headers,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    json_reply,
)
from leadline.serving.http.requests.refusals import (
    GoneError,
    RefusedError,
    UnknownMethodError,
    UnknownPathError,
)
from leadline.serving.http.requests.routing import Handler
from leadline.serving.http.served_release import Serving
from leadline.serving.http.telemetry.json_lines import log_request
from leadline.serving.http.telemetry.service_metrics import ServiceMetrics

_ID = b"x-request-id"
_OURS = LeadlineError(
    "The release could not answer.",
    "This is a fault of the server.",
    "Tell its owner the id of this request.",
)
_HUNG_UP = 499  # as nginx has it; nobody reads it but the counters


@dataclass(frozen=True)
class Limits:
    """Bounds of a server.

    Attributes
    ----------
    max_body_bytes : int
        Of one body.
    max_rows : int
        Of one request.
    """

    max_body_bytes: int = 8 * 2**20
    max_rows: int = 10_000


class Application:
    """Answers requests to a release.

    Parameters
    ----------
    serving : Serving
        The release in service.
    logged : AnswerLog
        What is kept of answers.
    limits : Limits
        Bounds.
    access : AccessRules
        Who may ask.
    log_requests : bool, default=False
        Whether answered requests have a line in the log too, not only the others.
    """

    def __init__(
        self,
        serving: Serving,
        logged: AnswerLog,
        *,
        limits: Limits,
        access: AccessRules,
        log_requests: bool = False,
    ) -> None:
        self._serving, self._logged = serving, logged
        self._access, self._log_requests = access, log_requests
        self.metrics = ServiceMetrics(serving.now.manifest.project)
        self._endpoints = Endpoints(
            serving,
            logged,
            BodyReader(limits.max_body_bytes),
            self.metrics,
            needs_token=access.tokens is not None,
        )
        self._router = self._endpoints.router()

    def drain(self) -> None:
        """Say from now on that no more requests should come, and close each connection."""
        self._endpoints.is_draining = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the server."""
        if scope["type"] == "http":
            await self._serve(Request(scope, receive, dict(scope["headers"])), send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Follow the pointer and write the log as long as the server runs."""
        async with AsyncExitStack() as stack:
            await receive()
            await stack.enter_async_context(self._serving.following())
            await stack.enter_async_context(self._logged.lifespan())
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, request: Request, send: Send) -> None:
        """Answer one request."""
        began = time.perf_counter()
        self.metrics.begun()
        status, cause = _HUNG_UP, "ended"
        try:
            reply, cause = await self._reply(request)
            if request.gone():
                cause = "hang-up"
            else:
                status = reply.status
            # also to nobody: uvicorn takes silence for a fault
            await self._send(request, reply, send)
        finally:
            seconds = time.perf_counter() - began
            self.metrics.ended(request.route, status, seconds)
            if cause:
                self.metrics.failed(cause)
            if cause or self._log_requests:
                self._note(request, status, cause, seconds)

    async def _reply(self, request: Request) -> tuple[Reply, str]:
        """The answer, and what it is counted under if it is a refusal."""
        request.id = secrets.token_hex(16)
        try:
            handler = self._handler(request)
            if isinstance(handler, Reply):
                return handler, ""
            return await handler(request), ""
        except GoneError as error:
            return Reply(b"", error.status), error.cause
        except RefusedError as error:
            return _told(request, error, error.status, error.headers()), error.cause
        except LeadlineError as error:
            return _told(request, error, 422, []), "schema"
        except asyncio.CancelledError:
            raise
        except Exception:
            # its text goes to the log, not to the client
            fields = {"request": request.id, "route": request.route}
            log_request("failed", fields, is_ours=True)
            return _told(request, _OURS, 500, []), "fault"

    def _handler(self, request: Request) -> Handler | Reply:
        """What answers a request, once it may ask at all.

        Raises
        ------
        RefusedError
            If it may not, or nothing answers there.
        """
        scope = request.scope
        refuse_headers(request)
        self._access.refuse_host(request)
        given = request.headers.get(_ID)
        if given:
            request.id = request_id(given.decode("latin-1"))
        route, request.values = self._router.find(scope["path"])
        if route is not None:
            request.route = route.template
        preflight = self._access.preflight(request)
        if preflight is not None:
            return preflight
        if route is None or not route.is_open:
            request.caller = self._access.caller(request)
        if route is None:
            raise UnknownPathError(
                f"Nothing is at {scope['path'][:100]!r}.",
                "POST /predict answers rows; GET /openapi.json describes all paths.",
                "Correct the path.",
            )
        handler = route.handlers.get(scope["method"])
        if handler is None:
            allowed = ", ".join(route.handlers)
            raise UnknownMethodError(
                f"{route.template} does not take {scope['method']}.",
                f"It takes {allowed}.",
                "GET /openapi.json describes all paths.",
                allowed,
            )
        return handler

    async def _send(self, request: Request, reply: Reply, send: Send) -> None:
        """Write an answer."""
        headers: Headers = [
            (b"content-type", reply.content_type),
            (b"content-length", b"%d" % len(reply.body)),
            (_ID, request.id.encode()),
            *reply.headers,
            *self._access.shared_with(request),
        ]
        if self._endpoints.is_draining:
            headers.append((b"connection", b"close"))
        if reply.status == 204:
            del headers[:2]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    def _note(self, request: Request, status: int, cause: str, seconds: float) -> None:
        """Write the line of a request; nothing of its rows, as they may be personal."""
        fields: dict[str, Any] = {
            "request": request.id,
            "method": request.scope["method"],
            "route": request.route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "client": (request.scope.get("client") or [""])[0],
        }
        if request.route == "other":
            fields["path"] = request.scope["path"][:200]
        more = {
            "cause": cause,
            "caller": request.caller,
            "traceparent": request.headers.get(b"traceparent", b"").decode("latin-1")[:100],
        }
        fields |= {name: value for name, value in more.items() if value}
        log_request("refused" if cause else "answered", fields)


def _told(request: Request, error: LeadlineError, status: int, headers: Headers) -> Reply:
    """The answer to a refusal; the Open Inference Protocol has it as one text."""
    if request.scope["path"].startswith("/v2"):
        return json_reply({"error": str(error)}, status, headers)
    parts = {"found": error.found, "needed": error.needed, "next": error.next}
    return json_reply({"error": parts}, status, headers)
