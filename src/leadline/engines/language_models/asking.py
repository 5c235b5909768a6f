"""Answers to many rows: some requests at once, each paid for before it is sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from leadline.engines.language_models.answer_reading import read_answer
from leadline.engines.language_models.chat_request import ChatRequest, chat_request
from leadline.engines.language_models.endpoint import Endpoint, Line, UnansweredError
from leadline.engines.language_models.model_answer import NOTHING, ModelAnswer
from leadline.engines.language_models.prompt import Prompt
from leadline.engines.language_models.row_data import Row
from leadline.engines.language_models.spending_contract import BudgetSpent, Reservation, Spending
from leadline.errors import EngineError

_MOST_LOST = 5
"""Requests without an answer, one after the other, that are taken for the end of the server."""


def answers(
    endpoint: Endpoint,
    prompt: Prompt,
    rows: Mapping[str, Row],
    spending: Spending,
    *,
    n_repeats: int = 1,
) -> Iterator[ModelAnswer]:
    """Ask a model for the label of each row.

    Parameters
    ----------
    endpoint : Endpoint
        Whom to ask.
    prompt : Prompt
        What to ask.
    rows : mapping of str to Row
        Key of a row to its cells. Rows of the same cells are asked once.
    spending : Spending
        Grants the money. What it has kept is not asked again.
    n_repeats : int, default=1
        Answers for each row. One is the likeliest, with the confidence that the probabilities of
        its tokens give; several are drawn by chance, and their agreement is the confidence.

    Returns
    -------
    iterator of ModelAnswer
        One a row, in the order of the rows, each as soon as it and those before it are there. A
        row that got no answer is "unsure", keeps its reservation if it may be paid, and is asked
        again by the next call.

    Raises
    ------
    BudgetSpent
        If the next request could pass the budget, and none is under way that could give money
        back. All answers paid until then have been handed out, and are kept.
    EngineError
        If the key is not set, or the server refuses, or it does not answer several requests one
        after the other. What was answered is kept.
    ValueError
        If there are fewer repeats than one.
    """
    if n_repeats < 1:
        raise ValueError(f"n_repeats is {n_repeats}; at least 1 is needed. Correct it.")
    endpoint.secret()
    return _Conversation(endpoint, prompt, spending, n_repeats).answers(rows)


class _Conversation:
    """All requests of one call."""

    def __init__(
        self, endpoint: Endpoint, prompt: Prompt, spending: Spending, n_repeats: int
    ) -> None:
        self._endpoint, self._prompt, self._spending = endpoint, prompt, spending
        self._n_repeats = n_repeats
        self._line = Line()
        self._pool = ThreadPoolExecutor(endpoint.max_in_flight)
        self._running: set[Future[ModelAnswer]] = set()
        self._due: deque[tuple[str, Future[ModelAnswer]]] = deque()
        self._n_lost = 0

    def answers(self, rows: Mapping[str, Row]) -> Iterator[ModelAnswer]:
        """One answer a row."""
        asked: dict[str, Future[ModelAnswer]] = {}
        try:
            for row, cells in rows.items():
                request = chat_request(self._endpoint, self._prompt, cells, self._n_repeats)
                if request.key not in asked:
                    try:
                        asked[request.key] = self._begin(row, request)
                    except BudgetSpent:
                        yield from self._ready(all_of_them=True)
                        raise
                self._due.append((row, asked[request.key]))
                yield from self._ready()
            yield from self._ready(all_of_them=True)
        finally:
            # those under way may be paid: their answers are kept, whoever still wants them
            self._line.end()
            self._pool.shutdown()

    def _begin(self, row: str, request: ChatRequest) -> Future[ModelAnswer]:
        """Send a request as soon as there is room and money for it."""
        while len(self._running) >= self._endpoint.max_in_flight:
            self._wait_for_one()
        while True:
            try:
                granted = self._spending.reserve(request.key, request.most)
                break
            except BudgetSpent:
                # those under way have more set aside than they will need
                if not self._running:
                    raise
                self._wait_for_one()
        if isinstance(granted, ModelAnswer):
            kept: Future[ModelAnswer] = Future()
            kept.set_result(replace(granted, row=row))
            return kept
        future = self._pool.submit(self._ask, row, request, granted)
        self._running.add(future)
        return future

    def _wait_for_one(self) -> None:
        _, self._running = wait(self._running, return_when=FIRST_COMPLETED)

    def _ask(self, row: str, request: ChatRequest, reservation: Reservation) -> ModelAnswer:
        """Ask, and book what it took; runs beside others."""
        try:
            response = self._endpoint.complete(request.body, self._line)
        except UnansweredError as error:
            if not error.may_be_paid:
                reservation.release()
            problem, refused = f"no answer: {error}", error.is_refused
            return ModelAnswer(row, None, None, NOTHING, problem, is_lost=True, is_refused=refused)
        except EngineError:
            reservation.release()
            raise
        answer = read_answer(row, self._prompt, response, request.most)
        reservation.settle(answer)
        return answer

    def _ready(self, *, all_of_them: bool = False) -> Iterator[ModelAnswer]:
        """Those at the head that are there; with patience, all.

        Raises
        ------
        EngineError
            If the server seems to be gone.
        """
        while self._due and (all_of_them or self._due[0][1].done()):
            row, future = self._due.popleft()
            answer = future.result()
            is_first = answer.row == row
            if is_first:  # rows of the same cells share one request
                self._n_lost = self._n_lost + 1 if answer.is_lost else 0
            if self._n_lost >= _MOST_LOST:
                raise EngineError(
                    f"{self._endpoint.url} did not answer {self._n_lost} requests one after the "
                    f"other; the last: {answer.problem}.",
                    "A server that answers is needed.",
                    "Look after it, then do the same again: what was answered is kept.",
                )
            yield answer if is_first else replace(answer, row=row, usage=NOTHING)
