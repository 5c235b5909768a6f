"""Prediction log of a server: answered rows are gathered, and written once a second.

A request only puts its rows into a list. One task writes what has gathered, in a thread and as one
piece, and waits for the disk; meanwhile requests are answered. What waits is bounded: where the
disk is slower than the requests, rows are not logged, and counted.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers
from leadline.serving.logs.dated_lines import DatedLines, today
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.logs.prediction_lines import Served, lost_line, to_lines
from leadline.serving.releases.manifest import Manifest

_EVERY_S = 1.0
_MOST_AT_ONCE = 500
_MOST_WAITING = 64 * 2**20
_ID = re.compile(r"[!#-\[\]-~]{1,200}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LogState:
    """What became of the rows answered since the server was started.

    Attributes
    ----------
    logged, waiting, lost : int
        Rows on the disk; rows that are about to be written; rows that could not be logged.
    """

    logged: int
    waiting: int
    lost: int


class PredictionLog:
    """Rows that were answered.

    Parameters
    ----------
    place : LogPlace
        Where they are kept, and how long.
    most_waiting : int, default=64 MiB
        Bytes of requests that wait for the disk, at most.
    """

    def __init__(self, place: LogPlace, *, most_waiting: int = _MOST_WAITING) -> None:
        self.place = place
        self._files = DatedLines(place.folder)
        self._most_waiting = most_waiting
        self._waiting: list[tuple[Manifest, Served]] = []
        self._n_bytes = 0
        self._n_writing = 0
        self._n_logged = 0
        self._n_lost = 0
        self._n_lost_told = 0
        self._n_lost_warned = 0
        self._writing = asyncio.Lock()

    @property
    def state(self) -> LogState:
        """What became of the rows so far."""
        waiting = sum(len(served.rows) for _, served in self._waiting) + self._n_writing
        return LogState(self._n_logged, waiting, self._n_lost)

    def add(
        self,
        manifest: Manifest,
        request: str,
        rows: Sequence[tuple[Any, ...]],
        answers: Answers,
        *,
        days: Sequence[str | None],
        n_bytes: int,
    ) -> None:
        """Take an answered request; costs a few microseconds and never waits.

        Parameters
        ----------
        manifest : Manifest
            Of the release that answered.
        request : str
            Id, as `request_id` gives it.
        rows : sequence of tuple
            Values, in the order of the columns.
        answers : Answers
            To its rows.
        days : sequence of (str or None)
            When each row was, as the client says; may be empty.
        n_bytes : int
            Length of the request's body: what it takes to keep it.
        """
        if self._n_bytes + n_bytes > self._most_waiting:
            self._n_lost += len(rows)
            return
        self._n_bytes += n_bytes
        at = datetime.now(UTC).replace(tzinfo=None)
        self._waiting.append((manifest, Served(request, at, rows, answers, days)))

    async def flush(self) -> None:
        """Write what waits, and return when it is on the disk or was counted as lost."""
        async with self._writing:
            waiting, self._waiting, self._n_bytes = self._waiting, [], 0
            n_untold = self._n_lost - self._n_lost_told
            if not waiting and not n_untold:
                return
            self._n_writing = sum(len(served.rows) for _, served in waiting)
            why = "the disk is slower than the requests"
            try:
                await asyncio.to_thread(self._write, waiting, n_untold)
                self._n_logged += self._n_writing
                self._n_lost_told += n_untold
            except Exception as error:
                # whatever is wrong with the log, requests are answered
                self._n_lost += self._n_writing
                why = str(error) or type(error).__name__
            self._n_writing = 0
            self._warn(why)

    def _warn(self, why: str) -> None:
        """Say that rows were lost, if any were since it was last said."""
        n_new = self._n_lost - self._n_lost_warned
        if n_new:
            words = "%s answered rows were not logged, %s since the start: %s."
            _log.warning(words, f"{n_new:,}", f"{self._n_lost:,}", why)
            self._n_lost_warned = self._n_lost

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write each second while the server runs, and what is left at its end."""
        writer = asyncio.create_task(self._run())
        try:
            yield
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            await self.flush()

    async def _run(self) -> None:
        """Write, and delete what is old, until cancelled."""
        day: date | None = None
        while True:
            if day != today():
                day = today()
                await asyncio.to_thread(self._delete_old)
            await asyncio.sleep(_EVERY_S)
            # a write that was begun is brought to its end
            await asyncio.shield(self.flush())

    def _delete_old(self) -> None:
        try:
            self.place.delete_old()
        except OSError as error:
            _log.warning("Old files of the log cannot be deleted: %s.", error)

    def _write(self, waiting: list[tuple[Manifest, Served]], n_lost: int) -> None:
        lines: dict[date, list[bytes]] = {}
        for day, manifest, served in _pieces(waiting):
            written = to_lines(served, manifest.release_id, manifest.columns)
            lines.setdefault(day, []).append(written)
        if n_lost:
            now = datetime.now(UTC)
            lines.setdefault(now.date(), []).append(lost_line(n_lost, now))
        for day, parts in lines.items():
            self._files.append(b"".join(parts), day)


def request_id(given: str) -> str:
    """The id of a request: the client's, or a new one.

    Parameters
    ----------
    given : str
        What the client calls it; empty if it does not.

    Raises
    ------
    DataError
        If it cannot be kept as it is.
    """
    if not given:
        return secrets.token_hex(16)
    if not _ID.fullmatch(given):
        raise DataError(
            f"The id of the request is {given[:60]!r}.",
            "At most 200 letters, digits and signs of ASCII are needed, without blanks, quotes and "
            "backslashes: predictions are logged by it.",
            "Send another id, or none: one is made and returned.",
        )
    return given


def _pieces(
    waiting: Sequence[tuple[Manifest, Served]],
) -> Iterator[tuple[date, Manifest, list[Served]]]:
    """Requests of one day and one release, few at a time: to write many would hold up the loop."""

    def key(one: tuple[Manifest, Served]) -> tuple[date, str]:
        return one[1].at.date(), one[0].release_id

    # two releases may answer by turns
    groups = groupby(sorted(waiting, key=key), key=key)
    for (day, _), group in groups:
        requests = list(group)
        for start in range(0, len(requests), _MOST_AT_ONCE):
            piece = requests[start : start + _MOST_AT_ONCE]
            yield day, piece[0][0], [served for _, served in piece]
