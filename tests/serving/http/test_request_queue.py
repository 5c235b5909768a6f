"""Requests that wait are scored together, in pieces, and each has its own answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.serving.conftest import Sealed
from tests.serving.http.test_server import ROW

from leadline.errors import DataError
from leadline.serving.http.request_queue import RequestQueue
from leadline.serving.http.requests.refusals import BusyError, GoneError, TooLargeError
from leadline.serving.http.requests.work_limit import BatchCost, WorkLimit


def asked_of(n_rows: int, first: int = 0) -> list[tuple[Any, ...]]:
    """Rows that differ in their size, and so in their score."""
    return [tuple({**ROW, "size": (first + row) / 10}.values()) for row in range(n_rows)]


def gathered(queue: RequestQueue, asked: list[list[tuple[Any, ...]]]) -> list[Any]:
    """What each of some requests is answered that are made at once."""

    async def ask() -> list[Any]:
        answers = (queue.answer(rows) for rows in asked)
        both = asyncio.gather(*answers, return_exceptions=True)
        return list(await asyncio.wait_for(both, timeout=60))

    return asyncio.run(ask())


def test_requests_that_wait_are_scored_together_and_each_has_its_own_answer(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, sizes = release.open(), list[int]()
    asked = [asked_of(1), asked_of(2, first=1), asked_of(3, first=3)]
    alone = [gathered(RequestQueue(bundle), [rows])[0] for rows in asked]
    assert len({score for answer in alone for score in answer.columns["score"]}) == 6
    real = bundle.answer_rows

    queue = RequestQueue(bundle)

    def counted(rows: Any, **options: Any) -> Any:
        sizes.append(len(rows))
        return real(rows, **options)

    monkeypatch.setattr(bundle, "answer_rows", counted)
    answers = gathered(queue, asked)
    assert sizes == [6]
    assert answers == alone


def test_one_bad_request_leaves_the_others_alone(release: Sealed) -> None:
    bad = [tuple({**ROW, "at": "soon"}.values())]
    first, second, third = gathered(
        RequestQueue(release.open()), [asked_of(1), bad, asked_of(2, first=5)]
    )
    assert first != third[:1]
    assert third == gathered(RequestQueue(release.open()), [asked_of(2, first=5)])[0]
    assert isinstance(second, DataError)


def test_a_queue_answers_again_after_it_has_answered(release: Sealed) -> None:
    queue = RequestQueue(release.open())

    async def ask() -> list[Any]:
        return [await queue.answer(asked_of(1)) for _ in range(2)]

    first, second = asyncio.run(ask())
    assert first == second


@pytest.mark.parametrize("is_one_bad", [False, True])
def test_a_request_that_was_given_up_keeps_nobody_waiting(
    release: Sealed, is_one_bad: bool
) -> None:
    queue, faults = RequestQueue(release.open()), list[dict[str, Any]]()
    bad = [tuple({**ROW, "at": "soon"}.values())]

    async def ask() -> list[Any]:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, fault: faults.append(fault))
        asked = [asked_of(2), asked_of(1, first=2), bad if is_one_bad else asked_of(1)]
        tasks = [loop.create_task(queue.answer(rows)) for rows in asked]
        await asyncio.sleep(0)  # all wait now, and nothing is scored yet
        tasks[0].cancel()
        both = asyncio.gather(*tasks, return_exceptions=True)
        return list(await asyncio.wait_for(both, timeout=60))

    given_up, second, third = asyncio.run(ask())
    assert isinstance(given_up, asyncio.CancelledError)
    assert second == gathered(queue, [asked_of(1, first=2)])[0]
    assert isinstance(third, DataError) if is_one_bad else len(third) == 1
    assert faults == []


def small_pieces() -> BatchCost:
    """The cost of a model that takes 10 ms a row: 4 of them are a piece."""
    return BatchCost(0.011, 1.011, 101)


def test_many_rows_are_scored_in_pieces_and_others_between_them(release: Sealed) -> None:
    bundle = release.open()
    queue, sizes = RequestQueue(bundle, small_pieces()), list[int]()
    alone = gathered(RequestQueue(bundle), [asked_of(10)])[0]
    queue.observe = lambda n_rows, _: sizes.append(n_rows)
    many, few = gathered(queue, [asked_of(10), asked_of(1)])
    assert queue.limit.cost.piece == 4
    assert sizes == [4, 1, 4, 2]
    assert many == alone
    assert few == alone[:1]


def test_a_fault_in_a_later_piece_is_said_of_its_row(release: Sealed) -> None:
    queue = RequestQueue(release.open(), small_pieces())
    rows = [*asked_of(9), tuple({**ROW, "at": "soon"}.values())]
    (error,) = gathered(queue, [rows])
    assert "rows[9]: 'at' is \"soon\"" in str(error)


def test_nothing_more_is_scored_for_a_client_that_is_gone(release: Sealed) -> None:
    queue, sizes = RequestQueue(release.open(), small_pieces()), list[int]()
    queue.observe = lambda n_rows, _: sizes.append(n_rows)

    async def ask() -> None:
        await queue.answer(asked_of(40), is_gone=lambda: len(sizes) == 2)

    with pytest.raises(GoneError):
        asyncio.run(ask())
    assert sizes == [4, 4]
    assert queue.limit.n_rows == 0


def test_what_would_take_too_long_is_refused_and_what_comes_too_soon_waits(
    release: Sealed,
) -> None:
    queue = RequestQueue(release.open(), small_pieces())
    (error,) = gathered(queue, [asked_of(2_000)])
    assert isinstance(error, TooLargeError)
    assert "about 20 s" in str(error)
    answered, refused = gathered(queue, [asked_of(800), asked_of(300)])
    assert len(answered) == 800
    assert isinstance(refused, BusyError)
    assert refused.retry_after_s >= 1
    assert len(gathered(queue, [asked_of(3)])[0]) == 3


def test_the_cost_follows_what_calls_take() -> None:
    cost = small_pieces()
    before = cost.of(100)
    for _ in range(200):
        cost.observe(4, 2 * 0.041)
    assert cost.of(100) == pytest.approx(2 * before, rel=0.05)


def test_one_row_is_asked_about_however_slow_the_model_was() -> None:
    """Else a release whose model waits for a busy server would refuse all from then on."""
    limit = WorkLimit(BatchCost(3.0, 48.0, 16, piece=16), most_s=12.0)
    for _ in range(50):
        limit.cost.observe(1, 30.0)
    with pytest.raises(TooLargeError), limit.taken(2):
        pass
    with limit.taken(1), pytest.raises(BusyError), limit.taken(1):
        pass
    for _ in range(100):
        limit.cost.observe(1, 3.0)
    with limit.taken(2):
        pass
