"""Request queue of a model that waits for another server: it keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from leadline.errors import EngineError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.request_queue import RequestQueue
from leadline.serving.http.requests.refusals import NoModelError
from leadline.serving.http.requests.work_limit import BatchCost
from leadline.serving.releases.release_opening import Answering

_LOG = logging.getLogger("leadline.serve")
_PIECE = 16
_RETRY_AFTER_S = 5
_LONGEST_WORDS = 300

_Waiting = tuple[list[tuple[Any, ...]], asyncio.Future[Answers], int]


class WaitingQueue(RequestQueue):
    """Requests to a model that asks another server for each row.

    One call is made at a time, beside the event loop, so that health and other paths answer
    meanwhile; what comes until it ends is asked together next. Where that server does not answer,
    whoever waits is told at once to come again later: the next would wait as long for the same.

    Parameters
    ----------
    bundle : Answering
        Scores.
    waits_s : float > 0
        Seconds that an answer took when the golden rows were replayed.
    """

    def __init__(self, bundle: Answering, waits_s: float) -> None:
        super().__init__(bundle, BatchCost(waits_s, _PIECE * waits_s, _PIECE, piece=_PIECE))
        # a slow server still answers a few rows
        self.limit.most_s = max(self.limit.most_s, 4 * waits_s)
        self._call: asyncio.Task[None] | None = None

    def _score(self) -> None:
        """Ask about what waits, unless a call is under way."""
        if self._waiting and (self._call is None or self._call.done()):
            self._call = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        """Ask until nothing waits."""
        while self._waiting:
            waiting = self._taken()
            try:
                answers = await self._asked([row for rows, _, _ in waiting for row in rows], 0)
            except EngineError as error:
                self._give_up(waiting, error)
            except Exception:
                # one of them is at fault: each is asked about by itself
                await self._ask_each(waiting)
            else:
                start = 0
                for rows, future, _ in waiting:
                    if not future.cancelled():
                        future.set_result(answers[start : start + len(rows)])
                    start += len(rows)

    async def _ask_each(self, waiting: list[_Waiting]) -> None:
        """Ask about one request after the other, as long as the model answers."""
        for at, each in enumerate(waiting):
            try:
                await self._ask_alone(each)
            except EngineError as error:
                self._give_up(waiting[at:], error)
                return

    async def _ask_alone(self, waiting: _Waiting) -> None:
        """Ask about one request; its error is its own, but for a model that does not answer."""
        rows, future, first = waiting
        if future.done():
            return
        try:
            answers = await self._asked(rows, first)
        except EngineError:
            raise
        except Exception as error:
            # who asked may have hung up meanwhile
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(answers)

    async def _asked(self, rows: list[tuple[Any, ...]], first: int) -> Answers:
        """The answers to some rows, while the event loop goes on."""
        began = time.perf_counter()
        answers = await asyncio.to_thread(self._bundle.answer_rows, rows, first=first)
        self._note(len(rows), time.perf_counter() - began)
        return answers

    def _give_up(self, waiting: list[_Waiting], error: EngineError) -> None:
        """Tell all who wait to ask again later."""
        _LOG.error("the language model did not answer: %s", error.found[:_LONGEST_WORDS])
        waiting, self._waiting = [*waiting, *self._waiting], []
        for _, future, _ in waiting:
            if not future.done():
                future.set_exception(_no_model())


def queue_of(bundle: Answering) -> RequestQueue:
    """The queue for requests to an opened release, by whether its model waits for a server."""
    waits_s: float | None = getattr(bundle, "waits_s", None)
    if waits_s is None:
        return RequestQueue(bundle)
    if ask_once := getattr(bundle, "ask_once", None):
        ask_once()
    return WaitingQueue(bundle, waits_s)


def _no_model() -> NoModelError:
    return NoModelError(
        "The language model behind this release does not answer.",
        "Each row is answered by its server.",
        "Ask again after the seconds that Retry-After names; its owner sees why in the log.",
        retry_after_s=_RETRY_AFTER_S,
    )
