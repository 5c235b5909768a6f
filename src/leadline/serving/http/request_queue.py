"""Request queue: requests that wait for the model are scored in one call."""

from __future__ import annotations

import asyncio
from typing import Any

from leadline.serving.compiled.answers import Answers
from leadline.serving.releases.bundle import ReleaseBundle

_Row = tuple[Any, ...]


class RequestQueue:
    """Requests that wait for the model.

    The first one to arrive asks the event loop to score soon; what else the loop reads before
    it gets there is scored in the same call. No request waits for others to come.

    Parameters
    ----------
    bundle : ReleaseBundle
        Scores.
    """

    def __init__(self, bundle: ReleaseBundle) -> None:
        self._bundle = bundle
        self._waiting: list[tuple[list[_Row], asyncio.Future[Answers]]] = []

    async def answer(self, rows: list[_Row]) -> Answers:
        """The answers to some rows.

        Parameters
        ----------
        rows : list of tuple
            Checked values, in the order of the columns.

        Raises
        ------
        DataError
            If a value does not fit; other requests in the same call are not affected.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answers] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._score)
        self._waiting.append((rows, future))
        return await future

    def _score(self) -> None:
        """Score all that wait."""
        waiting, self._waiting = self._waiting, []
        try:
            answers = self._bundle.answer_rows([row for rows, _ in waiting for row in rows])
        except Exception:
            # one of them is at fault: each is scored by itself
            for rows, future in waiting:
                self._score_alone(rows, future)
            return
        start = 0
        for rows, future in waiting:
            if not future.cancelled():
                future.set_result(answers[start : start + len(rows)])
            start += len(rows)

    def _score_alone(self, rows: list[_Row], future: asyncio.Future[Answers]) -> None:
        """Score one request; its error is its own."""
        if future.cancelled():
            return
        try:
            future.set_result(self._bundle.answer_rows(rows))
        except Exception as error:
            future.set_exception(error)
