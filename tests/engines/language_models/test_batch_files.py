"""Batch files: whole or not at all, read in any order, paid once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.engines.language_models.purse import Purse

from leadline.engines.language_models import TEMPLATE, BudgetSpent, Endpoint, ModelAnswer, Prompt
from leadline.engines.language_models.batch_files import WrittenBatch, read_batch, write_batch
from leadline.engines.language_models.row_data import Row
from leadline.errors import EngineError

PROMPT = Prompt(TEMPLATE, "Spam is what nobody asked for.", ("ham", "spam"))
MODEL = Endpoint("https://models.example/v1", "a model")
ROWS: dict[str, Row] = {f"row {i}": {"text": f"message {i}"} for i in range(4)}


def results(requests: Path, *lines: int, status: int = 200) -> Path:
    """What a server makes of some lines of a file, in that order: all of them spam."""
    told = [json.loads(line) for line in requests.read_text().splitlines()]
    path = requests.with_suffix(".results")
    path.write_text("".join(f"{json.dumps(result(told[at], status))}\n" for at in lines))
    return path


def result(request: dict[str, Any], status: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "choices": [{"message": {"content": '{"label": "spam"}'}}],
        "usage": {"prompt_tokens": 90, "completion_tokens": 7},
    }
    response = {"status_code": status, "body": body if status == 200 else {"error": "too busy"}}
    return {"custom_id": request["custom_id"], "response": response, "error": None}


def read(path: Path, purse: Purse, rows: dict[str, Row] = ROWS) -> list[ModelAnswer]:
    return list(read_batch(path, MODEL, PROMPT, rows, purse))


def test_results_in_any_order_find_their_rows_and_are_booked_once(tmp_path: Path) -> None:
    purse = Purse()
    rows = {**ROWS, "row 0 again": ROWS["row 0"]}
    written = write_batch(tmp_path / "a.jsonl", MODEL, PROMPT, rows, purse)
    assert written == WrittenBatch(n_requests=4, n_kept=0)
    first = json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"]["messages"] == PROMPT.messages(ROWS["row 0"])
    found = read(results(tmp_path / "a.jsonl", 2, 0), purse, rows)
    assert [answer.row for answer in found] == ["row 2", "row 0", "row 0 again"]
    assert {answer.label for answer in found} == {"spam"}
    assert [answer.usage.output_tokens for answer in found] == [7, 7, 0]
    assert purse.spent == 14
    # the same file again costs nothing; the next file holds what is left
    assert [answer.label for answer in read(tmp_path / "a.results", purse, rows)] == ["spam"] * 3
    assert purse.spent == 14
    rest = write_batch(tmp_path / "b.jsonl", MODEL, PROMPT, rows, purse)
    assert rest.n_requests == 2
    assert len(read(results(tmp_path / "b.jsonl", 1, 0), purse)) == 2
    assert not purse.open


def test_a_request_that_failed_gives_its_money_back(tmp_path: Path) -> None:
    purse = Purse()
    write_batch(tmp_path / "a.jsonl", MODEL, PROMPT, ROWS, purse)
    found = read(results(tmp_path / "a.jsonl", 0, 1, 2, 3, status=500), purse)
    assert {answer.label for answer in found} == {None}
    assert all("too busy" in answer.problem for answer in found)
    assert (purse.spent, purse.open.total(), purse.kept) == (0, 0, {})


def test_a_file_that_the_budget_does_not_cover_is_not_written(tmp_path: Path) -> None:
    purse = Purse(budget=100)
    with pytest.raises(BudgetSpent):
        write_batch(tmp_path / "a.jsonl", MODEL, PROMPT, ROWS, purse)
    assert not list(tmp_path.iterdir())
    assert not purse.open


def test_a_file_that_may_have_been_sent_is_not_replaced(tmp_path: Path) -> None:
    write_batch(tmp_path / "a.jsonl", MODEL, PROMPT, ROWS, Purse())
    with pytest.raises(EngineError, match="paid twice"):
        write_batch(tmp_path / "a.jsonl", MODEL, PROMPT, ROWS, Purse())


def test_results_of_another_prompt_are_refused_before_any_is_booked(tmp_path: Path) -> None:
    purse = Purse()
    write_batch(tmp_path / "a.jsonl", MODEL, PROMPT, ROWS, purse)
    path = results(tmp_path / "a.jsonl", 0, 1, 2, 3)
    with pytest.raises(EngineError, match="1 of 4 results"):
        read(path, purse, {name: ROWS[name] for name in list(ROWS)[:3]})
    path.write_text(path.read_text() + '{"custom_id": 7')
    with pytest.raises(EngineError, match=r"line 5 is no result"):
        read(path, purse)
    assert purse.spent == 0
