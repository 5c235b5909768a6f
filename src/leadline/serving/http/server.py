"""HTTP server of a release: simple JSON, and the Open Inference Protocol v2.

The model runs in the event loop: a thread pool costs more than it gives. Requests that
arrive while it works are scored together next, without waiting for more.

References
----------
Open Inference Protocol, version 2, https://github.com/kserve/open-inference-protocol
"""

from __future__ import annotations

import gc
import socket
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from threadpoolctl import threadpool_limits

from leadline.errors import EngineError
from leadline.serving.access.bearer_tokens import TokenCheck
from leadline.serving.http.answer_log import AnswerLog
from leadline.serving.http.application import Application, Limits
from leadline.serving.http.requests.access_rules import LOOPBACK, AccessRules
from leadline.serving.http.served_release import PointerFollower, Serving
from leadline.serving.http.telemetry.json_lines import log_as_json
from leadline.serving.http.transport.draining_server import DrainingServer, bound_socket
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.releases.release_opening import Answering, BundleOpener, Opener

GRACE_S = 2.0


def serve(  # noqa: PLR0913 -- each is an option of the server
    bundle_folder: Path,
    *,
    trusted: Sequence[Ed25519PublicKey],
    host: str = "127.0.0.1",
    port: int = 8000,
    listener: socket.socket | None = None,
    limits: Limits | None = None,
    modules: Path | str = "",
    log: LogPlace | None = None,
    pointer: tuple[Path, int] | None = None,
    tokens: Path | None = None,
    is_public: bool = False,
    hosts: Sequence[str] = (),
    origins: Sequence[str] = (),
    grace_s: float = GRACE_S,
    log_requests: bool = False,
    open_release: Opener | None = None,
) -> None:
    """Open a release, and answer until the process is asked to end.

    After a TERM signal it says that it is not ready, and after the grace time it takes no more
    requests, answers those it has, and returns. When the pointer moves it changes over to the
    release named there, and no request is lost; a release that is not whole is refused, and the one
    before keeps answering.

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
    listener : socket, optional
        Listens already; host and port then only say where.
    limits : Limits, optional
        Bounds of a request.
    modules : Path or str, default=""
        Where ``leadline.toml`` lies, for a model of a person's own.
    log : LogPlace, optional
        Where answered rows and their outcomes are kept; None: they are not.
    pointer : tuple of Path and int, optional
        The signed pointer to the release in service, which is followed, and the counter of the move
        that put this one there: only later moves count. None is followed by default.
    tokens : Path, optional
        File of bearer tokens; one of them is then needed for all but ``/health``.
    is_public : bool, default=False
        Whether others than this machine may ask without a token.
    hosts : sequence of str, default=()
        Names that requests may be sent to; by default those of this machine if only it can ask, and
        no token is needed; else any.
    origins : sequence of str, default=()
        Origins whose pages may read answers in a browser.
    grace_s : float, default=2.0
        Seconds between the signal to end and the last request that is taken.
    log_requests : bool, default=False
        Whether each answered request has a line in the log; refused ones always have.
    open_release : callable, optional
        Opens what is in a folder, here and when the pointer moves; if not given, a bundle.

    Raises
    ------
    DataError
        If the file of tokens cannot be read.
    EngineError
        If the port is taken, or others may ask and no token is needed.
    ReleaseError
        If the release is not as it was sealed, or does not fit this environment.
    """
    opener = open_release or BundleOpener(modules)
    refuse_open_door(host, tokens, is_public=is_public)
    check = TokenCheck(tokens) if tokens else None
    if not hosts and host in LOOPBACK and check is None:
        # a page of another site may have its name point here
        hosts = LOOPBACK
    with listener or bound_socket(host, port) as socket_:
        bundle = opener(bundle_folder, trusted=trusted)
        follower = None
        if pointer is not None:
            project = bundle.manifest.project
            follower = PointerFollower(
                *pointer, project, trusted=trusted, modules=modules, opener=open_release
            )
        log_as_json()
        # one row is too little work to share: threads would wait for each other
        with threadpool_limits(1):
            app = create_app(
                bundle,
                limits=limits,
                log=log,
                follower=follower,
                access=AccessRules(check, hosts, origins),
                log_requests=log_requests,
            )
            # what is loaded now stays: without it, garbage collection is the tail of the latency
            gc.collect()
            gc.freeze()
            DrainingServer(app, drain=app.drain, grace_s=grace_s).run(sockets=[socket_])


def create_app(
    bundle: Answering,
    *,
    limits: Limits | None = None,
    log: LogPlace | None = None,
    follower: PointerFollower | None = None,
    access: AccessRules | None = None,
    log_requests: bool = False,
) -> Application:
    """The application of an opened release, for any server that speaks ASGI.

    ``POST /predict`` takes ``{"rows": [{column: value}]}``; ``GET /openapi.json`` describes all
    paths. A body that is not JSON is answered 400, one that is too large 413, one that does not fit
    the schema 422; each with what was found, what is needed and what to do next. With a log,
    ``POST /outcomes`` takes what turned out of the rows that were answered.

    Parameters
    ----------
    bundle : Answering
        Opened, hence ready.
    limits, log, log_requests
        As in `serve`.
    follower : PointerFollower or None, default=None
        Brings later releases; each request is answered by the one that was there when it came.
    access : AccessRules, optional
        Who may ask; by default all who can.
    """
    limits = limits or Limits()
    serving = Serving(
        bundle, max_rows=limits.max_rows, day=log.day if log else "", follower=follower
    )
    return Application(
        serving,
        AnswerLog(log, max_rows=limits.max_rows),
        limits=limits,
        access=access or AccessRules(),
        log_requests=log_requests,
    )


def refuse_open_door(host: str, tokens: Path | None, *, is_public: bool) -> None:
    """Refuse to answer others than this machine without tokens, unless it is said in so many words.

    Raises
    ------
    EngineError
        If everybody who reaches the address could ask.
    """
    if host in LOOPBACK or tokens is not None or is_public:
        return
    raise EngineError(
        f"Everybody who reaches {host} could ask without a token.",
        "A file of tokens is needed as soon as others can ask.",
        "Make one with 'leadline token add NAME' and pass it with --tokens FILE; --no-tokens says "
        "that all may ask.",
    )
