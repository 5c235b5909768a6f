"""Opened release with all that its requests need, and what it answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.serving.compiled.answers import Answers
from leadline.serving.compiled.known_categories import KnownCategories, UnseenCategories
from leadline.serving.http.request_queue import RequestQueue
from leadline.serving.http.request_schema import Requests
from leadline.serving.http.waiting_queue import queue_of
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.release_opening import Answering

Read = Callable[[Requests], Awaitable[tuple[list[tuple[Any, ...]], list[str | None]]]]
"""Reads one request by the schema of a release: its rows, and when each was."""


@dataclass(frozen=True)
class Answered:
    """A request, and what a release said of its rows.

    Attributes
    ----------
    manifest : Manifest
        Of the release that answered.
    rows : sequence of tuple
        Values, in the order of its columns.
    days : sequence of (str or None)
        When each row was, as the client says; may be empty.
    answers : Answers
        To its rows.
    unseen : UnseenCategories
        Categories of its rows that training never saw.
    """

    manifest: Manifest
    rows: Sequence[tuple[Any, ...]]
    days: Sequence[str | None]
    answers: Answers
    unseen: UnseenCategories


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
    known : KnownCategories
        Categories that training saw.
    """

    manifest: Manifest
    requests: Requests
    queue: RequestQueue
    known: KnownCategories

    @classmethod
    def of(cls, bundle: Answering, max_rows: int, day: str = "") -> Served:
        """Prepare an opened release; `day` is the column that dates rows, where they are logged."""
        requests = Requests(bundle.manifest, max_rows=max_rows, day=day)
        return cls(bundle.manifest, requests, queue_of(bundle), bundle.known)

    async def answer(self, read: Read, is_gone: Callable[[], bool] = lambda: False) -> Answered:
        """Read a request by this release's schema, and answer it.

        Raises
        ------
        DataError
            If it cannot be read, or a value does not fit.
        """
        rows, days = await read(self.requests)
        answers = await self.queue.answer(rows, is_gone=is_gone)
        return Answered(self.manifest, rows, days, answers, self.known.unseen(rows))
