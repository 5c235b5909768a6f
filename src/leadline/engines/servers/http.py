"""HTTP server of a release: simple JSON, and the Open Inference Protocol v2.

The model runs in the event loop: a thread pool costs more than it gives. Requests that
arrive while it works are scored together next, without waiting for more.

References
----------
Open Inference Protocol, version 2, https://github.com/kserve/open-inference-protocol
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from threadpoolctl import threadpool_limits

from leadline.engines.releases.bundle import ReleaseBundle, open_bundle
from leadline.engines.servers import inference
from leadline.engines.servers.request_queue import RequestQueue
from leadline.engines.servers.request_schema import Requests, UnreadableError
from leadline.errors import DataError, LeadlineError

_MAX_BODY_BYTES = 8 * 2**20
_MAX_ROWS = 10_000
_DRAIN_S = 30


class TooLargeError(DataError):
    """The body has too many bytes."""


def serve(
    bundle_folder: Path,
    *,
    trusted: Sequence[Ed25519PublicKey],
    host: str = "127.0.0.1",
    port: int = 8000,
    max_body_bytes: int = _MAX_BODY_BYTES,
    max_rows: int = _MAX_ROWS,
    modules: Path | str = "",
) -> None:
    """Open a release, and answer until the process is asked to end.

    After a TERM or INT signal it takes no more requests, answers those it has, and returns.

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

    Raises
    ------
    ReleaseError
        If the release is not as it was sealed, or does not fit this environment.
    """
    bundle = open_bundle(bundle_folder, trusted=trusted, modules=modules)
    app = create_app(bundle, max_body_bytes=max_body_bytes, max_rows=max_rows)
    # what is loaded now stays: without it, garbage collection is the tail of the latency
    gc.collect()
    gc.freeze()
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
    bundle: ReleaseBundle, *, max_body_bytes: int = _MAX_BODY_BYTES, max_rows: int = _MAX_ROWS
) -> FastAPI:
    """The application of an opened release.

    ``POST /predict`` takes ``{"rows": [{column: value}]}``; ``GET /schema`` says which columns.
    A body that is not JSON is answered 400, one that is too large 413, one that does not fit
    the schema 422; each with what was found, what is needed and what to do next.

    Parameters
    ----------
    bundle : ReleaseBundle
        Opened, hence ready.
    max_body_bytes, max_rows : int
        As in `serve`.
    """
    manifest = bundle.manifest
    requests = Requests(manifest, max_rows=max_rows)
    queue = RequestQueue(bundle)
    app = FastAPI(title=f"{manifest.project} {manifest.release_id}", openapi_url=None)
    app.add_exception_handler(LeadlineError, _refuse)
    app.add_exception_handler(Exception, _fail)

    @app.post("/predict")
    async def predict(request: Request) -> Response:
        rows = requests.read(await _body(request, max_body_bytes))
        answers = await queue.answer(rows)
        return JSONResponse({"release": manifest.release_id, "predictions": answers.to_dicts()})

    @app.get("/schema")
    async def schema() -> Response:
        return JSONResponse(
            {
                "release": manifest.release_id,
                "columns": dict(manifest.columns),
                "task": manifest.task,
                "classes": manifest.classes,
                "threshold": manifest.threshold,
                "confidence": manifest.confidence,
                "body": requests.schema(),
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
        return JSONResponse({"ready": True, "release": manifest.release_id})

    @app.get("/v2/models/{name}")
    async def metadata(name: str) -> Response:
        inference.refuse_other_name(name, manifest)
        return JSONResponse(inference.metadata(manifest))

    @app.get("/v2/models/{name}/ready")
    async def model_ready(name: str) -> Response:
        inference.refuse_other_name(name, manifest)
        return JSONResponse({"name": name, "ready": True})

    @app.post("/v2/models/{name}/infer")
    async def infer(name: str, request: Request) -> Response:
        inference.refuse_other_name(name, manifest)
        asked = inference.read(await _body(request, max_body_bytes))
        answers = await queue.answer(requests.read_columns(inference.columns(asked)))
        return JSONResponse(inference.written(asked, answers, manifest))

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
