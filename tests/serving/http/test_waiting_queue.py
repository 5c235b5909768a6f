"""Requests to a model that waits for another server: who hangs up or errs holds up nobody."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from leadline.errors import DataError, EngineError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.requests.refusals import NoModelError
from leadline.serving.http.waiting_queue import WaitingQueue

Rows = list[tuple[Any, ...]]


class Slow:
    """A release that takes a while, refuses a call with "bad" in it, and may lose its server."""

    manifest = SimpleNamespace(columns={"said": "text"})

    def __init__(self, *, dies_after: int = 10**6) -> None:
        self.calls: list[list[str]] = []
        self._dies_after = dies_after

    def request_rows(self) -> Rows:
        return [("win",)]

    def answer_rows(self, rows: Rows, *, first: int = 0) -> Answers:
        self.calls.append([said for (said,) in rows])
        time.sleep(0.05)
        if len(self.calls) > self._dies_after:
            raise EngineError("Nobody there.", "A server is needed.", "Start it.")
        if ("bad",) in rows:
            raise DataError("'said' is bad.", "Something else is needed.", "Mend it.")
        return Answers({"score": [0.5] * len(rows)})


def asked(bundle: Slow, *said: str, hangs_up: str = "") -> list[Any]:
    """What each of some requests gets that wait together; one may hang up when its turn comes."""

    async def ask() -> list[Any]:
        queue = WaitingQueue(bundle, 0.05)  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        tasks = {each: loop.create_task(queue.answer([(each,)])) for each in said}
        while hangs_up and [hangs_up] not in bundle.calls:
            await asyncio.sleep(0.005)
        if hangs_up:
            tasks[hangs_up].cancel()
        every = asyncio.gather(*tasks.values(), return_exceptions=True)
        found = list(await asyncio.wait_for(every, timeout=10))
        assert queue.limit.n_rows == 0
        return found

    return asyncio.run(ask())


@pytest.mark.parametrize("who", ["bad", "gone"])
def test_who_hangs_up_while_it_is_asked_alone_leaves_nobody_waiting(who: str) -> None:
    gone = {"bad", "gone"} - {who}
    found = asked(Slow(), who, *gone, "late", hangs_up=who)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[2].columns == {"score": [0.5]}


def test_a_server_that_goes_while_each_is_asked_alone_is_waited_for_once() -> None:
    bundle = Slow(dies_after=1)
    found = asked(bundle, "bad", "one", "other")
    assert [type(each) for each in found] == [NoModelError] * 3
    assert bundle.calls == [["bad", "one", "other"], ["bad"]]
