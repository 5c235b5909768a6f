"""Request queue: requests that wait for the model are scored in one call."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.requests.refusals import GoneError
from leadline.serving.http.requests.work_limit import BatchCost, WorkLimit
from leadline.serving.releases.release_opening import Answering

_Row = tuple[Any, ...]
_N_MANY = 64
_N_TIMES = 3
_N_EXAMPLES = 2


class RequestQueue:
    """Requests that wait for the model.

    The first one to arrive asks the event loop to score soon; what else the loop reads before
    it gets there is scored in the same call. No request waits for others to come. A request of many
    rows is scored in pieces, and what came meanwhile is scored between them.

    Parameters
    ----------
    bundle : Answering
        Scores.
    cost : BatchCost, optional
        What a call costs; measured here by default, so that the model is warm as well.
    """

    def __init__(self, bundle: Answering, cost: BatchCost | None = None) -> None:
        self._bundle = bundle
        self._waiting: list[tuple[list[_Row], asyncio.Future[Answers], int]] = []
        self.limit = WorkLimit(cost or measured_cost(bundle))
        self.examples = _example_rows(bundle)
        """Golden rows as a client would send them."""
        self.observe: Callable[[int, float], None] | None = None
        """Told of each call: its rows and its seconds."""

    async def answer(
        self, rows: list[_Row], *, is_gone: Callable[[], bool] = lambda: False
    ) -> Answers:
        """The answers to some rows.

        Parameters
        ----------
        rows : list of tuple
            Checked values, in the order of the columns.
        is_gone : callable
            Whether nobody waits for the answers any more; asked between pieces.

        Raises
        ------
        DataError
            If a value does not fit; other requests in the same call are not affected.
        BusyError, TooLargeError
            If it would take too long, because of what waits, or by itself.
        GoneError
            If nobody waits any more.
        """
        with self.limit.taken(len(rows)):
            piece = self.limit.cost.piece
            if len(rows) <= piece:
                return await self._answer(rows, 0)
            parts = []
            for start in range(0, len(rows), piece):
                if is_gone():
                    raise GoneError("The client has hung up.")
                parts.append(await self._answer(rows[start : start + piece], start))
            return Answers.joined(parts)

    def _answer(self, rows: list[_Row], first: int) -> asyncio.Future[Answers]:
        """The answers to one piece, as soon as its turn has come."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answers] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._score)
        self._waiting.append((rows, future, first))
        return future

    def _score(self) -> None:
        """Score what waits, as much as one call may have."""
        waiting = self._taken()
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._score)
        try:
            answers = self._scored([row for rows, _, _ in waiting for row in rows], 0)
        except Exception:
            # one of them is at fault: each is scored by itself
            for rows, future, first in waiting:
                self._score_alone(rows, future, first)
            return
        start = 0
        for rows, future, _ in waiting:
            if not future.cancelled():
                future.set_result(answers[start : start + len(rows)])
            start += len(rows)

    def _taken(self) -> list[tuple[list[_Row], asyncio.Future[Answers], int]]:
        """The first of those that wait: no more rows than a piece has, but at least one request."""
        n_rows = 0
        for index, (rows, _, _) in enumerate(self._waiting):
            n_rows += len(rows)
            if index and n_rows > self.limit.cost.piece:
                taken, self._waiting = self._waiting[:index], self._waiting[index:]
                return taken
        taken, self._waiting = self._waiting, []
        return taken

    def _score_alone(self, rows: list[_Row], future: asyncio.Future[Answers], first: int) -> None:
        """Score one request; its error is its own."""
        if future.cancelled():
            return
        try:
            future.set_result(self._scored(rows, first))
        except Exception as error:
            future.set_exception(error)

    def _scored(self, rows: list[_Row], first: int) -> Answers:
        """Answers to rows, the time they took noted."""
        began = time.perf_counter()
        answers = self._bundle.answer_rows(rows, first=first)
        self._note(len(rows), time.perf_counter() - began)
        return answers

    def _note(self, n_rows: int, seconds: float) -> None:
        """Learn from the time that a call took."""
        self.limit.cost.observe(n_rows, seconds)
        if self.observe is not None:
            self.observe(n_rows, seconds)


def measured_cost(bundle: Answering) -> BatchCost:
    """What calls of a release cost on this machine, by its golden rows.

    Parameters
    ----------
    bundle : Answering
        Scores them a few times, and is warm after that.
    """
    golden = bundle.request_rows()
    many = (golden * (_N_MANY // len(golden) + 1))[:_N_MANY]
    took: dict[int, float] = {}
    for rows in (golden[:1], many):
        times = []
        for _ in range(_N_TIMES):
            began = time.perf_counter()
            try:
                bundle.answer_rows(rows)
            except DataError:
                # a date that is read by a rule of its own; a refusal costs about as much
                continue
            finally:
                times.append(time.perf_counter() - began)
        took[len(rows)] = min(times)
    return BatchCost(took[1], took[_N_MANY], _N_MANY)


def _example_rows(bundle: Answering) -> list[dict[str, Any]]:
    """Some golden rows as they stand in a body of JSON."""
    columns = bundle.manifest.columns
    rows = bundle.request_rows()[:_N_EXAMPLES]
    return [
        {name: _as_json(value) for name, value in zip(columns, row, strict=True)} for row in rows
    ]


def _as_json(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes) else value
