"""Batch files [1]_: requests that a server answers within a day, for less money.

References
----------
.. [1] OpenAI, Batch API: JSON lines with ``custom_id``; results in any order. vLLM's
   ``run-batch`` reads and writes them too. https://platform.openai.com/docs/guides/batch
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leadline.engines.language_models.answer_reading import read_answer
from leadline.engines.language_models.chat_request import ChatRequest, chat_request
from leadline.engines.language_models.endpoint import OPENAI, Endpoint
from leadline.engines.language_models.model_answer import NOTHING, ModelAnswer
from leadline.engines.language_models.prompt import Prompt
from leadline.engines.language_models.row_data import Row
from leadline.engines.language_models.spending_contract import BatchSpending, Reservation, Spending
from leadline.errors import EngineError


@dataclass(frozen=True)
class WrittenBatch:
    """What a batch file holds.

    Attributes
    ----------
    n_requests : int
        Lines of the file; rows of the same cells share one.
    n_kept : int
        Rows left out, as their answers are kept already.
    """

    n_requests: int
    n_kept: int


def require_batch(endpoint: Endpoint) -> None:
    """Require that requests to a machine can go in a batch file.

    Raises
    ------
    EngineError
        If its client is another than OpenAI's: each vendor has files of its own.
    """
    if endpoint.client != OPENAI:
        raise EngineError(
            f"{endpoint.model!r} is asked by the client {endpoint.client!r}.",
            "Batch files are written in the form of OpenAI's interface.",
            "Ask for answers one by one.",
        )


def write_batch(
    path: Path,
    endpoint: Endpoint,
    prompt: Prompt,
    rows: Mapping[str, Row],
    spending: Spending,
    *,
    n_repeats: int = 1,
) -> WrittenBatch:
    """Write requests to a file that is then sent by hand, and set their money aside.

    Parameters
    ----------
    path : Path
        Of the new file; written whole, or not at all.
    endpoint, prompt, rows, spending, n_repeats
        As of `answers`. Nothing is sent.

    Raises
    ------
    BudgetSpent
        If the requests together could pass the budget; none is reserved then.
    EngineError
        If the file is there: it may have been sent, and would be paid twice. If the machine's
        client is another than OpenAI's: each vendor has files of its own.
    """
    require_batch(endpoint)
    if path.exists():
        raise EngineError(
            f"{path} is there already.",
            "A new name is needed: what was sent once would be paid twice.",
            "Read its results first, or delete it if it was never sent.",
        )
    reserved: list[Reservation] = []
    lines: dict[str, str] = {}
    n_kept = 0
    parts = path.with_name(f".{path.name}.part")
    try:
        for cells in rows.values():
            request = chat_request(endpoint, prompt, cells, n_repeats)
            if request.key in lines:
                continue
            granted = spending.reserve(request.key, request.most)
            if isinstance(granted, ModelAnswer):
                n_kept += 1
                continue
            reserved.append(granted)
            lines[request.key] = _line(request)
        parts.write_text("".join(lines.values()), encoding="utf-8")
        os.replace(parts, path)  # noqa: PTH105 - whole or not at all
    except BaseException:
        parts.unlink(missing_ok=True)
        for each in reserved:
            each.release()
        raise
    return WrittenBatch(n_requests=len(lines), n_kept=n_kept)


def read_batch(
    path: Path,
    endpoint: Endpoint,
    prompt: Prompt,
    rows: Mapping[str, Row],
    spending: BatchSpending,
    *,
    n_repeats: int = 1,
) -> Iterator[ModelAnswer]:
    """Read the results of a batch, in any order; the same file may be read again.

    Parameters
    ----------
    path : Path
        Results as they were fetched.
    endpoint, prompt, rows, spending, n_repeats
        Those that the requests were written with.

    Returns
    -------
    iterator of ModelAnswer
        One for each row that has a result, in the order of the file. A request that failed is
        "unsure", and its money is given back. Rows without a result are not among them: writing
        another file holds just those.

    Raises
    ------
    EngineError
        If a line is no result, or belongs to none of these rows; nothing is booked then.
    """
    asked: dict[str, tuple[ChatRequest, list[str]]] = {}
    for row, cells in rows.items():
        request = chat_request(endpoint, prompt, cells, n_repeats)
        asked.setdefault(request.key, (request, []))[1].append(row)
    results = dict(_results(path))
    strange = len(results.keys() - asked.keys())
    if strange:
        raise EngineError(
            f"{strange:,} of {len(results):,} results in {path} answer none of these rows.",
            "The model, prompt and rows that the requests were written with are needed.",
            "Name the file that belongs to them, or go back to that prompt.",
        )
    return (
        answer
        for key, result in results.items()
        for answer in _booked(*asked[key], prompt, result, spending)
    )


def _line(request: ChatRequest) -> str:
    told = {
        "custom_id": request.key,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": request.body,
    }
    return f"{json.dumps(told)}\n"


def _results(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and response of each line.

    Raises
    ------
    EngineError
        If a line is none.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                result = json.loads(line)
                yield str(result["custom_id"]), result
            except (ValueError, KeyError, TypeError, RecursionError):
                raise EngineError(
                    f"{path} line {number:,} is no result of a batch.",
                    "JSON with custom_id, response and error is needed.",
                    "Fetch the results again; nothing of them was booked.",
                ) from None


def _booked(
    request: ChatRequest,
    rows: list[str],
    prompt: Prompt,
    result: Mapping[str, Any],
    spending: BatchSpending,
) -> Iterator[ModelAnswer]:
    """The answers to one request, for each of its rows; booked once."""
    granted = spending.claim(request.key, request.most)
    if isinstance(granted, ModelAnswer):
        answer = replace(granted, row=rows[0])
    else:
        answer = _answer(rows[0], request, prompt, result)
        if answer.is_lost:
            granted.release()
        else:
            granted.settle(answer)
    yield answer
    for row in rows[1:]:
        yield replace(answer, row=row, usage=NOTHING)


def _answer(
    row: str, request: ChatRequest, prompt: Prompt, result: Mapping[str, Any]
) -> ModelAnswer:
    response = result.get("response")
    if isinstance(response, dict) and response.get("status_code") == 200:
        body = response.get("body")
        return read_answer(row, prompt, body if isinstance(body, dict) else {}, request.most)
    told = result.get("error") or (response if isinstance(response, dict) else "no response")
    problem = f"no answer: {json.dumps(told, ensure_ascii=False)[:300]}"
    return ModelAnswer(row, None, None, NOTHING, problem, is_lost=True)
