"""Release that a server answers with, and its change to another while requests run.

A request takes the release that is there when it arrives and keeps it to its end; so the release
can be exchanged at any moment, and nobody waits or fails. The next release is opened in a thread.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from threadpoolctl import threadpool_limits

from leadline.errors import LeadlineError, ReleaseError
from leadline.serving.http.request_queue import RequestQueue
from leadline.serving.http.request_schema import Requests
from leadline.serving.releases.answering import Answering, Opener, bundle_opener
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.pointer import read_pointer, refuse_replayed

_LOOK_S = 1.0
_AGAIN_S = 30.0  # after a refusal, although the pointer has not changed: the folder may be restored
_LOG = logging.getLogger("leadline.serve")

Sign = tuple[int, int, int]


@dataclass(frozen=True)
class Served:
    """An opened release with all that its requests need.

    Attributes
    ----------
    manifest : Manifest
        What it is.
    requests : Requests
        Reads a request.
    queue : RequestQueue
        Scores what was read.
    """

    manifest: Manifest
    requests: Requests
    queue: RequestQueue

    @classmethod
    def of(cls, bundle: Answering, max_rows: int, day: str = "") -> Served:
        """Prepare an opened release; `day` is the column that dates rows, where they are logged."""
        requests = Requests(bundle.manifest, max_rows=max_rows, day=day)
        return cls(bundle.manifest, requests, RequestQueue(bundle))


class PointerFollower:
    """The release that a signed pointer names, opened anew whenever it moves.

    Parameters
    ----------
    path : Path
        The pointer; it need not be there yet.
    counter : int
        The move that is known: only later ones are followed.
    project : str
        Whose pointer it must be.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts, on pointer and release.
    modules : Path or str, default=""
        Where ``leadline.toml`` lies, for a model of a person's own.
    opener : callable, optional
        Opens what the pointer names; if not given, a bundle beside it.
    """

    def __init__(
        self,
        path: Path,
        counter: int,
        project: str,
        *,
        trusted: Sequence[Ed25519PublicKey],
        modules: Path | str = "",
        opener: Opener | None = None,
    ) -> None:
        self._open = opener or bundle_opener(modules)
        self._path, self._counter, self._project = path, counter, project
        self._trusted = trusted

    def sign(self) -> Sign | None:
        """Something that changes when the file does; None while there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def opened(self) -> Answering | None:
        """The release of a later move, opened and its golden rows replayed; None if none is later.

        Raises
        ------
        LeadlineError
            If the pointer or the release is damaged, unsigned, or older than what is known.
        """
        pointer = read_pointer(self._path, trusted=self._trusted)
        if pointer is None:
            return None
        refuse_replayed(pointer, project=self._project, counter=self._counter)
        if pointer.counter == self._counter:
            return None
        folder = self._path.parent / pointer.bundle
        try:
            bundle = self._open(folder, trusted=self._trusted, digest=pointer.bundle)
        except LeadlineError as error:
            found = f"Release {pointer.release_id} is not taken up: {error.found}"
            raise ReleaseError(found, error.needed, error.next) from error
        self._counter = pointer.counter
        return bundle


class Serving:
    """The release in service here, exchanged when the pointer moves.

    Parameters
    ----------
    bundle : Answering
        Opened: answers first.
    max_rows : int
        More in one request are refused.
    day : str, default=""
        Column that dates rows, if a request may bring it although no model reads it.
    follower : PointerFollower or None, default=None
        Where the next release comes from; None: none comes.
    look_s : float, default=1.0
        Seconds between two looks at the pointer.
    """

    def __init__(
        self,
        bundle: Answering,
        *,
        max_rows: int,
        day: str = "",
        follower: PointerFollower | None = None,
        look_s: float = _LOOK_S,
    ) -> None:
        self.now = Served.of(bundle, max_rows, day)
        self.refused = ""
        """Why the release that the pointer names is not served; empty if it is."""
        self._max_rows, self._day = max_rows, day
        self._follower, self._look_s = follower, look_s

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow the pointer as long as the server runs."""
        if self._follower is None:
            yield
            return
        task = asyncio.create_task(self._follow(self._follower))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self, follower: PointerFollower) -> None:
        seen: Sign | None = None
        again_in = 0.0
        while True:
            sign = follower.sign()
            again_in -= self._look_s
            is_due = bool(self.refused) and again_in <= 0
            if sign is not None and (sign != seen or is_due):
                seen, again_in = sign, _AGAIN_S
                await self._exchange(follower.opened)
            await asyncio.sleep(self._look_s)

    async def _exchange(self, opened: Callable[[], Answering | None]) -> None:
        """Take up another release; whatever stands in its way, the one at hand keeps answering."""
        before = self.now.manifest.release_id
        try:
            bundle = await asyncio.to_thread(opened)
        except LeadlineError as error:
            self._refuse(str(error), before)
            return
        except Exception as error:  # a person's own model may raise anything
            self._refuse(f"{type(error).__name__}: {error}", before)
            return
        self.refused = ""
        if bundle is None:
            return
        served = await asyncio.to_thread(Served.of, bundle, self._max_rows, self._day)
        # a library that came with it may have brought threads of its own
        threadpool_limits(1)
        self.now = served
        _LOG.warning("release %s answers, in the place of %s", served.manifest.release_id, before)
        # the one before goes, and what is loaded now stays out of the way of the latency
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    def _refuse(self, why: str, before: str) -> None:
        if why != self.refused:
            _LOG.error("release %s keeps answering: %s", before, why)
        self.refused = why
