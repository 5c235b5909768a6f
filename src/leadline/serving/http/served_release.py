"""Release that a server answers with, its candidate, and their change while requests run.

A request takes the release that is there when it arrives and keeps it to its end; so the release
can be exchanged at any moment, and nobody waits or fails. The next release is opened in a thread.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from threadpoolctl import threadpool_limits

from leadline.errors import LeadlineError, ReleaseError
from leadline.serving.http.canary import Canary
from leadline.serving.http.opened_release import Answered, Read, Served
from leadline.serving.http.shadow import Shadow, ShadowPlace
from leadline.serving.releases.pointer import (
    Candidate,
    Pointer,
    read_pointer,
    refuse_replayed,
)
from leadline.serving.releases.release_opening import Answering, BundleOpener, Opener

_LOOK_S = 1.0
_AGAIN_S = 30.0  # after a refusal, although the pointer has not changed: the folder may be restored
_LOG = logging.getLogger("leadline.serve")

Sign = tuple[int, int, int]


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
        Opens what the pointer names; if not given, a bundle beside it. A shadow needs one that can
        be pickled.
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
        self._open = opener or BundleOpener(modules)
        self._path, self._counter, self._project = path, counter, project
        self._trusted = trusted

    def sign(self) -> Sign | None:
        """Something that changes when the file does; None while there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def pointer(self) -> Pointer | None:
        """What the pointer says; None if there is none.

        Raises
        ------
        ReleaseError
            If it is damaged, unsigned, or older than what is known.
        """
        pointer = read_pointer(self._path, trusted=self._trusted)
        if pointer is not None:
            refuse_replayed(pointer, project=self._project, counter=self._counter)
        return pointer

    def taken_up(self, pointer: Pointer) -> None:
        """Follow later moves only from now on."""
        self._counter = pointer.counter

    def opened(self, pointed: Pointer | Candidate) -> Answering:
        """A release that the pointer names, opened and its golden rows replayed.

        Raises
        ------
        LeadlineError
            If it is damaged, unsigned, or another one.
        """
        folder = self._path.parent / pointed.bundle
        try:
            return self._open(folder, trusted=self._trusted, digest=pointed.bundle)
        except LeadlineError as error:
            raise _not_taken_up(pointed.release_id, error) from error

    async def shadow(self, candidate: Candidate, columns: Iterable[str]) -> Shadow:
        """A candidate in a process of its own, which is given rows of these columns.

        Raises
        ------
        LeadlineError
            If it is damaged, unsigned, or another one.
        """
        folder = self._path.parent / candidate.bundle
        place = ShadowPlace.of(folder, self._open, trusted=self._trusted, columns=columns)
        try:
            return await Shadow.start(place)
        except LeadlineError as error:
            raise _not_taken_up(candidate.release_id, error) from error


def _not_taken_up(release_id: str, error: LeadlineError) -> ReleaseError:
    found = f"Release {release_id} is not taken up: {error.found}"
    return ReleaseError(found, error.needed, error.next)


class Serving:
    """The release in service here and its candidate, exchanged when the pointer moves.

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
        self.candidate: Canary | Shadow | None = None
        """What is tried beside it, and the counts of that; None if nothing is."""
        self.refused = ""
        """Why a release that the pointer names is not taken up; empty if all are."""
        self._tried: Candidate | None = None
        self._max_rows, self._day = max_rows, day
        self._follower, self._look_s = follower, look_s

    async def answer(
        self, request: str, read: Read, is_gone: Callable[[], bool] = lambda: False
    ) -> Answered:
        """Answer a request by the release in service, or by the candidate if it falls to it.

        Parameters
        ----------
        request : str
            Its id; empty if it has none.
        read : callable
            Reads it by the schema of the release that is to answer.
        is_gone : callable
            Whether nobody waits for the answer any more.

        Raises
        ------
        DataError
            If it cannot be read, or a value does not fit.
        """
        stable, candidate = self.now, self.candidate
        if isinstance(candidate, Canary):
            return await candidate.answer(request, read, stable, is_gone)
        answered = await stable.answer(read, is_gone)
        if candidate is not None:
            candidate.compare(answered.rows, answered.answers)
        return answered

    def about(self) -> dict[str, Any]:
        """What ``GET /health/ready`` says of the releases."""
        said: dict[str, Any] = {"release": self.now.manifest.release_id}
        if self.candidate is not None and self._tried is not None:
            said["candidate"] = {
                "release": self._tried.release_id,
                "share": self._tried.share,
                **vars(self.candidate.counts),
            }
        return said | ({"refused": self.refused} if self.refused else {})

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
            await self._end_trial()

    async def _follow(self, follower: PointerFollower) -> None:
        seen: Sign | None = None
        again_in = 0.0
        while True:
            sign = follower.sign()
            again_in -= self._look_s
            if isinstance(self.candidate, Shadow) and not self.candidate.is_alive:
                await self._end_trial()
                self._refuse("the process of the candidate has ended")
            is_due = bool(self.refused) and again_in <= 0
            if sign is not None and (sign != seen or is_due):
                seen, again_in = sign, _AGAIN_S
                await self._look(follower)
            await asyncio.sleep(self._look_s)

    async def _look(self, follower: PointerFollower) -> None:
        """Do what the pointer says; whatever stands in its way, the release at hand answers."""
        try:
            pointer = await asyncio.to_thread(follower.pointer)
            if pointer is not None:
                await self._exchange(follower, pointer)
                follower.taken_up(pointer)
                await self._try(follower, pointer.candidate)
        except LeadlineError as error:
            self._refuse(str(error))
        except Exception as error:  # a person's own model may raise anything
            self._refuse(f"{type(error).__name__}: {error}")
        else:
            self.refused = ""

    async def _exchange(self, follower: PointerFollower, pointer: Pointer) -> None:
        """Take up the release in service."""
        before = self.now.manifest.release_id
        if pointer.release_id == before:
            return
        canary = self.candidate
        if isinstance(canary, Canary) and canary.served.manifest.release_id == pointer.release_id:
            served = canary.served
        else:
            served = await self._opened(follower, pointer)
        # what was tried was tried beside the one before
        await self._end_trial()
        self.now = served
        _LOG.warning("release %s answers, in the place of %s", pointer.release_id, before)
        _settle()

    async def _try(self, follower: PointerFollower, candidate: Candidate | None) -> None:
        """Take up the candidate, or end the trial of the one there was."""
        if candidate == self._tried:
            return
        await self._end_trial()
        if candidate is None:
            return
        if candidate.share:
            served = await self._opened(follower, candidate)
            self.candidate = Canary(served, candidate.share)
        else:
            self.candidate = await follower.shadow(candidate, self.now.manifest.columns)
        self._tried = candidate
        words = "release %s is tried beside %s: %s"
        how = f"it answers {candidate.share:.2%} of the requests" if candidate.share else "a shadow"
        _LOG.warning(words, candidate.release_id, self.now.manifest.release_id, how)
        _settle()

    async def _end_trial(self) -> None:
        candidate, self.candidate, self._tried = self.candidate, None, None
        if isinstance(candidate, Shadow):
            await candidate.stop()

    async def _opened(self, follower: PointerFollower, pointed: Pointer | Candidate) -> Served:
        bundle = await asyncio.to_thread(follower.opened, pointed)
        served = await asyncio.to_thread(Served.of, bundle, self._max_rows, self._day)
        # a library that came with it may have brought threads of its own
        threadpool_limits(1)
        return served

    def _refuse(self, why: str) -> None:
        if why != self.refused:
            _LOG.error("release %s keeps answering: %s", self.now.manifest.release_id, why)
        self.refused = why


def _settle() -> None:
    """Let go of what was loaded before, and keep what is now out of the way of the latency."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
