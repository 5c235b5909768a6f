"""Shadow: a candidate in a process of its own that scores the same requests after their answers.

Answers never come from it and never wait for it. What waits for it is bounded: under load requests
are not compared, and counted. If its model fails, hangs or takes the memory, the server goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.errors import ReleaseError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http import shadow_scorer
from leadline.serving.releases.release_opening import Opener

_MOST_WAITING = 64
_MOST_BYTES = 4 * 2**20
_OPEN_S = 300.0
_LOG = logging.getLogger("leadline.serve")


@dataclass
class Compared:
    """What the candidate says beside the release in service, since it came.

    Attributes
    ----------
    requests, rows : int
        That both have scored.
    differing : int
        Rows that the two flag, name or leave open differently.
    mean_difference, largest_difference : float
        Between the two scores of a row, without a sign.
    dropped, failed : int
        Requests that were not compared: too many waited; the candidate could not score them.
    """

    requests: int = 0
    rows: int = 0
    differing: int = 0
    mean_difference: float = 0.0
    largest_difference: float = 0.0
    dropped: int = 0
    failed: int = 0

    def add(self, said: Mapping[str, Any]) -> None:
        """Take in what the process says of one request."""
        if "failed" in said:
            if not self.failed:
                _LOG.warning("the candidate could not score a request: %s", said["failed"])
            self.failed += 1
            return
        total = self.mean_difference * self.rows + said["sum"]
        self.requests += 1
        self.rows += said["rows"]
        self.differing += said["differing"]
        self.mean_difference = total / self.rows
        self.largest_difference = max(self.largest_difference, said["largest"])


@dataclass(frozen=True)
class ShadowPlace:
    """Where a candidate lies, and what it must be.

    Attributes
    ----------
    folder : str
        The release.
    digest : str
        Of its bundle.
    trusted : tuple of str
        Public keys whose signature counts, in hexadecimal digits.
    opener : callable
        Opens it.
    columns : tuple of str
        Names of the columns of the rows that will come, in their order.
    """

    folder: str
    digest: str
    trusted: tuple[str, ...]
    opener: Opener
    columns: tuple[str, ...]

    @classmethod
    def of(
        cls,
        folder: Path,
        opener: Opener,
        *,
        trusted: Sequence[Ed25519PublicKey],
        columns: Iterable[str],
    ) -> ShadowPlace:
        """The place of a release whose folder bears its digest."""
        keys = tuple(key.public_bytes_raw().hex() for key in trusted)
        return cls(str(folder), folder.name, keys, opener, tuple(columns))


class Shadow:
    """A candidate that scores along.

    Parameters
    ----------
    process : Process
        Has opened it.

    Attributes
    ----------
    counts : Compared
        What it said so far.
    """

    share = 0.0

    def __init__(self, process: Process) -> None:
        self.counts = Compared()
        self._process = process
        self._waiting: deque[int] = deque()
        self._n_bytes = 0
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, place: ShadowPlace) -> Shadow:
        """Open a candidate in a process of its own.

        Raises
        ------
        ReleaseError
            If it is not as it was sealed, does not fit this environment, or takes too long.
        """
        # of the same code, wherever that was imported from
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        args = (sys.executable, "-m", shadow_scorer.__name__)
        first = _framed(vars(place))
        process = await asyncio.create_subprocess_exec(*args, stdin=PIPE, stdout=PIPE, env=env)
        try:
            assert process.stdin is not None
            process.stdin.write(first)
            async with asyncio.timeout(_OPEN_S):
                said = await _line(process)
        except BaseException:
            await _end(process)
            raise
        if said != {"open": place.digest}:
            await _end(process)
            raise ReleaseError(
                said.get("found", "The process that opens it has ended."),
                said.get("needed", ""),
                said.get("next", "Look at the log of the server."),
            )
        return cls(process)

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return not self._listening.done()

    def compare(self, rows: Sequence[tuple[Any, ...]], answers: Answers) -> None:
        """Have rows scored that were answered, when the answer is on its way; returns at once.

        Parameters
        ----------
        rows : sequence of tuple
            Values, in the order of the columns of the release in service.
        answers : Answers
            What it said of them.
        """
        # the task that called goes on first, and sends its answer
        asyncio.get_running_loop().call_soon(self._send, rows, answers)

    def _send(self, rows: Sequence[tuple[Any, ...]], answers: Answers) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        is_full = len(self._waiting) >= _MOST_WAITING or self._n_bytes >= _MOST_BYTES
        if is_full or not self.is_alive or stdin.is_closing():
            self.counts.dropped += 1
            return
        data = _framed((rows, dict(answers.columns)))
        self._waiting.append(len(data))
        self._n_bytes += len(data)
        stdin.write(data)

    async def stop(self) -> None:
        """End its process."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await _end(self._process)

    async def _listen(self) -> None:
        while said := await _line(self._process):
            self._n_bytes -= self._waiting.popleft()
            self.counts.add(said)


def _framed(said: object) -> bytes:
    """A pickle behind its length."""
    data = pickle.dumps(said)
    return len(data).to_bytes(8) + data


async def _line(process: Process) -> dict[str, Any]:
    """What a process says next; empty if it has ended."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    said: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
    return said


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
