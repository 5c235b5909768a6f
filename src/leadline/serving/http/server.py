"""HTTP server of a release: simple JSON, and the Open Inference Protocol v2.

The model runs in the event loop: a thread pool costs more than it gives. Requests that
arrive while it works are scored together next, without waiting for more.

References
----------
Open Inference Protocol, version 2, https://github.com/kserve/open-inference-protocol
"""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from threadpoolctl import threadpool_limits

from leadline.errors import DataError, LeadlineError
from leadline.serving.http import inference
from leadline.serving.http.answer_log import REQUEST_ID, AnswerLog, Asked, NoLogError
from leadline.serving.http.outcomes import NotKeptError
from leadline.serving.http.request_schema import UnreadableError
from leadline.serving.http.served_release import PointerFollower, Serving
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle

_MAX_BODY_BYTES = 8 * 2**20
_MAX_ROWS = 10_000
_DRAIN_S = 30


class TooLargeError(DataError):
    """The body has too many bytes."""


def serve(  # noqa: PLR0913 -- each is an option of the server
    bundle_folder: Path,
    *,
    trusted: Sequence[Ed25519PublicKey],
    host: str = "127.0.0.1",
    port: int = 8000,
    max_body_bytes: int = _MAX_BODY_BYTES,
    max_rows: int = _MAX_ROWS,
    modules: Path | str = "",
    log: LogPlace | None = None,
    pointer: tuple[Path, int] | None = None,
) -> None:
    """Open a release, and answer until the process is asked to end.

    After a TERM or INT signal it takes no more requests, answers those it has, and returns. When
    the pointer moves it changes over to the release named there, and no request is lost; a release
    that is not whole is refused, and the one before keeps answering.

    Parameters
    ----------
    bundle_folder : Path
        The release: ``.../<digest>``.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts.
    host : str, default="127.0.0.1"
        Address to listen on; the default is this machine only.
    port : int, default=8000
        Port to listen on.
    max_body_bytes : int, default=8 MiB
        A larger body is answered 413.
    max_rows : int, default=10_000
        More rows in one request are answered 422.
    modules : Path or str, default=""
        Where ``leadline.toml`` lies, for a model of a person's own.
    log : LogPlace, optional
        Where answered rows and their outcomes are kept; None: they are not.
    pointer : tuple of Path and int, optional
        The signed pointer to the release in service, which is followed, and the counter of the move
        that put this one there: only later moves count. None is followed by default.

    Raises
    ------
    ReleaseError
        If the release is not as it was sealed, or does not fit this environment.
    """
    bundle = open_bundle(bundle_folder, trusted=trusted, modules=modules)
    follower = None
    if pointer is not None:
        project = bundle.manifest.project
        follower = PointerFollower(*pointer, project, trusted=trusted, modules=modules)
    app = create_app(
        bundle, max_body_bytes=max_body_bytes, max_rows=max_rows, log=log, follower=follower
    )
    # what is loaded now stays: without it, garbage collection is the tail of the latency
    gc.collect()
    gc.freeze()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    # one row is too little work to share: threads would wait for each other
    with threadpool_limits(1):
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_DRAIN_S,
        )


def create_app(
    bundle: ReleaseBundle,
    *,
    max_body_bytes: int = _MAX_BODY_BYTES,
    max_rows: int = _MAX_ROWS,
    log: LogPlace | None = None,
    follower: PointerFollower | None = None,
) -> FastAPI:
    """The application of an opened release.

    ``POST /predict`` takes ``{"rows": [{column: value}]}``; ``GET /schema`` says which columns.
    A body that is not JSON is answered 400, one that is too large 413, one that does not fit
    the schema 422; each with what was found, what is needed and what to do next. With a log,
    answers have an id, and ``POST /outcomes`` takes what turned out of them.

    Parameters
    ----------
    bundle : ReleaseBundle
        Opened, hence ready.
    max_body_bytes, max_rows, log
        As in `serve`.
    follower : PointerFollower or None, default=None
        Brings later releases; each request is answered by the one that was there when it came.
    """
    day = log.day if log else ""
    serving = Serving(bundle, max_rows=max_rows, day=day, follower=follower)
    logged = AnswerLog(log, max_rows=max_rows)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with serving.following(app), logged.lifespan(app):
            yield

    app = FastAPI(title=bundle.manifest.project, openapi_url=None, lifespan=lifespan)
    app.add_exception_handler(LeadlineError, _refuse)
    app.add_exception_handler(Exception, _fail)

    @app.post("/predict")
    async def predict(request: Request) -> Response:
        body = await _body(request, max_body_bytes)
        name = logged.name(request)
        done = await serving.answer(
            name or request.headers.get(REQUEST_ID, ""), lambda requests: requests.read(body)
        )
        told = {"release": done.manifest.release_id, "predictions": done.answers.to_dicts()}
        one = Asked(name, done.rows, done.days, len(body))
        return logged.answered(told, one, done.answers, done.manifest)

    @app.post("/outcomes")
    async def take_outcomes(request: Request) -> Response:
        return await logged.take(await _body(request, max_body_bytes), serving.now.manifest)

    @app.get("/schema")
    async def schema() -> Response:
        manifest = serving.now.manifest
        return JSONResponse(
            {
                "release": manifest.release_id,
                "columns": dict(manifest.columns),
                "task": manifest.task,
                "classes": manifest.classes,
                "threshold": manifest.threshold,
                "confidence": manifest.confidence,
                "body": serving.now.requests.schema(),
                **logged.schema(manifest),
            }
        )

    @app.get("/health/live")
    @app.get("/v2/health/live")
    async def live() -> Response:
        return JSONResponse({"live": True})

    @app.get("/health/ready")
    @app.get("/v2/health/ready")
    async def ready() -> Response:
        # the golden rows were replayed before there was an application
        return JSONResponse({"ready": True} | serving.about() | logged.about())

    @app.get("/v2/models/{name}")
    async def metadata(name: str) -> Response:
        inference.refuse_other_name(name, serving.now.manifest)
        return JSONResponse(inference.metadata(serving.now.manifest))

    @app.get("/v2/models/{name}/ready")
    async def model_ready(name: str) -> Response:
        inference.refuse_other_name(name, serving.now.manifest)
        return JSONResponse({"name": name, "ready": True})

    @app.post("/v2/models/{name}/infer")
    async def infer(name: str, request: Request) -> Response:
        inference.refuse_other_name(name, serving.now.manifest)
        body = await _body(request, max_body_bytes)
        asked = inference.read(body)
        columns = inference.columns(asked)
        name = logged.name(request, asked.id)
        done = await serving.answer(
            name or asked.id or request.headers.get(REQUEST_ID, ""),
            lambda requests: requests.read_columns(columns),
        )
        told = inference.written(asked, done.answers, done.manifest)
        one = Asked(name, done.rows, done.days, len(body))
        return logged.answered(told, one, done.answers, done.manifest, name_as="id")

    return app


async def _body(request: Request, max_body_bytes: int) -> bytes:
    """The body, unless it is too large; no more of it is read than is allowed."""
    parts: list[bytes] = []
    n_bytes = 0
    async for part in request.stream():
        n_bytes += len(part)
        if n_bytes > max_body_bytes:
            raise TooLargeError(
                f"The body has more than {max_body_bytes:,} bytes.",
                "One request may not take the memory of all.",
                "Send fewer rows at a time, or score the file with 'leadline score'.",
            )
        parts.append(part)
    return b"".join(parts)


async def _refuse(_: Request, error: Exception) -> Response:
    """The response to an error that the client can correct."""
    assert isinstance(error, LeadlineError)
    status = 422
    for kind, code in (
        (UnreadableError, 400),
        (TooLargeError, 413),
        (inference.UnknownModelError, 404),
        (NoLogError, 404),
        (NotKeptError, 503),
    ):
        if isinstance(error, kind):
            status = code
    parts = {"found": error.found, "needed": error.needed, "next": error.next}
    return JSONResponse({"error": parts}, status_code=status)


async def _fail(_: Request, error: Exception) -> Response:
    """The response to an error of the server; its text goes to the log, not to the client."""
    del error
    parts = {
        "found": "The release could not answer.",
        "needed": "This is a fault of the server.",
        "next": "Tell its owner the time of this request.",
    }
    return JSONResponse({"error": parts}, status_code=500)
