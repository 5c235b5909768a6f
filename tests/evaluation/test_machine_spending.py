"""A machine's purse: who may be asked, what a request costs, and who died while asking."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.examples import example_problem
from tests.model_servers import LOCAL_MODEL, Reply, chat, fake_model
from tests.phases.again import again
from tests.services.flights import make_workspace

from leadline.engines.language_models import (
    TEMPLATE,
    BudgetSpent,
    Endpoint,
    ModelAnswer,
    Prompt,
    Usage,
    answers,
    write_batch,
)
from leadline.errors import NotReadyError, SettingsError
from leadline.evaluation.machine_spending import MachineSpending, machine_spending
from leadline.phases.data_leaving import DataLeaving
from leadline.phases.project_accounts.token_price import TokenPrices
from leadline.record import Record
from leadline.workspace import Workspace

PRICES = TokenPrices(input=0.4, cached_input=0.1, output=1.6, batch_share=0.5)
MOST = Usage(1_000, 0, 50)  # 400 + 80 micro-dollars
PROMPT = Prompt(TEMPLATE, "Spam is what nobody asked for.", ("ham", "spam"))

RESERVE_AND_HANG = """
import sys, time
from leadline.engines.language_models import Usage
from leadline.evaluation.machine_spending import MachineSpending
from leadline.phases.project_accounts.token_price import TokenPrices
from leadline.record import Record
record = Record.open(sys.argv[1], "p")
prices = TokenPrices(input=0.4, cached_input=0.1, output=1.6)
spending = MachineSpending(record.machines, "gpt", prices, budget=1_000, hold_s=60.0)
spending.reserve("k", Usage(1_000, 0, 50))
print("sent", flush=True)
time.sleep(600)
"""


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.open(f"sqlite:///{tmp_path}/p.db", "p") as record:
        yield record


def purse(record: Record, budget: int = 1_000, *, is_batch: bool = False) -> MachineSpending:
    return MachineSpending(record.machines, "gpt", PRICES, budget=budget, is_batch=is_batch)


def answer(usage: Usage) -> ModelAnswer:
    return ModelAnswer("r", "ham", 0.9, usage, "")


def test_the_most_is_set_aside_and_the_usage_is_paid(record: Record) -> None:
    spending = purse(record)
    granted = spending.reserve("k", MOST)
    assert not isinstance(granted, ModelAnswer)
    assert record.machines.account("gpt").in_flight == 480
    told = answer(Usage(900, 600, 10))
    granted.settle(told)
    assert record.machines.account("gpt").counted == 300 * 0.4 + 600 * 0.1 + 10 * 1.6
    assert purse(record).reserve("k", MOST) == told


def test_a_batch_sets_aside_and_pays_its_share(record: Record) -> None:
    granted = purse(record, is_batch=True).reserve("k", MOST)
    assert record.machines.account("gpt").in_flight == 240
    assert not isinstance(granted, ModelAnswer)
    granted.settle(answer(Usage(900, 600, 10)))
    assert record.machines.account("gpt").spent == 98


def test_who_reads_a_batch_settles_what_another_process_set_aside(record: Record) -> None:
    with purse(record, is_batch=True) as writer:
        writer.reserve("k", MOST)
    with purse(record) as at_once:
        at_once.reserve("k", MOST)  # asked beside the batch: both may be paid
    assert record.machines.account("gpt").counted == 240 + 480
    granted = purse(record, is_batch=True).claim("k", MOST)
    assert not isinstance(granted, ModelAnswer)
    granted.settle(answer(Usage(900, 600, 10)))
    its = record.machines.account("gpt")
    assert (its.spent, its.possibly_paid) == (98, 480)


def test_a_second_file_of_the_same_requests_is_set_aside_beside_the_first(
    record: Record, tmp_path: Path
) -> None:
    model = Endpoint("http://localhost", "m")
    rows: dict[str, dict[str, str]] = {"a": {"x": "1"}, "b": {"x": "2"}, "c": {"x": "3"}}
    first = {"a": rows["a"]}
    with purse(record, is_batch=True) as writer:
        write_batch(tmp_path / "1", model, PROMPT, first, writer)
        sent = record.machines.account("gpt").counted
    # the first file may have been sent: what is refused must not give back its money
    with purse(record, 2 * sent, is_batch=True) as writer, pytest.raises(BudgetSpent):
        write_batch(tmp_path / "2", model, PROMPT, rows, writer)
    assert record.machines.account("gpt").counted == sent
    with purse(record, 2 * sent, is_batch=True) as writer:
        write_batch(tmp_path / "3", model, PROMPT, first, writer)
    assert record.machines.account("gpt").counted == 2 * sent


def test_a_price_of_cached_tokens_above_the_others_is_set_aside(record: Record) -> None:
    dear = TokenPrices(input=0.4, cached_input=0.5, output=1.6)
    spending = MachineSpending(record.machines, "gpt", dear, budget=1_000)
    assert spending.most_price(MOST) == 580


def test_a_usage_that_makes_no_sense_costs_what_was_set_aside(record: Record) -> None:
    granted = purse(record).reserve("k", MOST)
    assert not isinstance(granted, ModelAnswer)
    granted.settle(answer(Usage(10, 600, 10)))
    assert record.machines.account("gpt").spent == 480


def test_the_next_request_is_refused_in_numbers(record: Record) -> None:
    spending = purse(record)
    spending.reserve("a", MOST)
    second = spending.reserve("b", MOST)
    with pytest.raises(BudgetSpent, match=r"0.00096 USD of the 0.001 USD of 'gpt'") as caught:
        spending.reserve("c", MOST)
    assert "possibly paid" not in caught.value.found
    assert not isinstance(second, ModelAnswer)
    second.release()
    spending.reserve("c", MOST)


def test_what_has_no_answer_at_the_end_stays_possibly_paid(record: Record) -> None:
    with purse(record) as spending:
        spending.reserve("k", MOST)
    its = record.machines.account("gpt")
    assert (its.possibly_paid, its.in_flight) == (480, 0)
    with pytest.raises(BudgetSpent, match=r"0.00048 USD of it possibly paid"):
        purse(record, 900).reserve("k", MOST)


def test_a_killed_process_leaves_its_money_counted_and_its_request_free(
    record: Record, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RESERVE_AND_HANG, f"sqlite:///{tmp_path}/p.db"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "sent\n"
        # while it lives, its answer is waited for
        purse(record).close()
        assert record.machines.account("gpt").in_flight == 480
        process.send_signal(signal.SIGKILL)
    granted = purse(record).reserve("k", MOST)
    assert not isinstance(granted, ModelAnswer)
    its = record.machines.account("gpt")
    assert (its.possibly_paid, its.in_flight) == (480, 480)


def test_rows_are_paid_once_however_often_they_are_asked(record: Record) -> None:
    usage = {
        "prompt_tokens": 700,
        "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 500},
    }
    rows = {f"r{n}": {"text": f"message {n}"} for n in range(9)}
    with fake_model(lambda _, __: chat('{"label": "ham"}', usage=usage)) as model:
        endpoint = Endpoint(model.url, "m", max_in_flight=4)
        each = 80 + 50 + 15  # 14.4, rounded up
        for _ in range(2):
            with purse(record, 100_000) as spending:
                found = list(answers(endpoint, PROMPT, rows, spending))
        assert [one.row for one in found] == list(rows)
        assert {one.label for one in found} == {"ham"}
        assert len(model.bodies) == 9
    its = record.machines.account("gpt")
    assert (its.spent, its.counted, its.n_answers) == (9 * each, 9 * each, 9)


def bill_of(told: list[dict[str, Any]]) -> Fraction:
    """Micro-dollars at `PRICES`, exactly, by what a server counted."""
    money = Fraction(0)
    for usage in told:
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
        money += (usage["prompt_tokens"] - cached) * Fraction("0.4") + cached * Fraction("0.1")
        money += usage["completion_tokens"] * Fraction("1.6")
    return money


def test_cached_tokens_are_priced_to_the_cent(record: Record) -> None:
    rng, told = random.Random(0), []

    def answer(_: object, __: int) -> Reply:
        n_read = rng.randrange(80, 900)
        usage: dict[str, Any] = {"prompt_tokens": n_read, "completion_tokens": rng.randrange(1, 60)}
        match rng.randrange(3):  # vendors that cache, that have cached nothing, that do not say
            case 0:
                usage["prompt_tokens_details"] = {"cached_tokens": rng.randrange(n_read + 1)}
            case 1:
                usage["prompt_tokens_details"] = None
        told.append(usage)
        return chat('{"label": "ham"}', usage=usage)

    rows = {f"r{n}": {"text": f"message {n}"} for n in range(120)}
    with fake_model(answer) as model, purse(record, 1_000_000) as spending:
        list(answers(Endpoint(model.url, "m", max_in_flight=1), PROMPT, rows, spending))
    spent, bill = record.machines.account("gpt").spent, bill_of(told)
    # each answer is rounded up to the micro-dollar: 120 of them are a hundredth of a cent at most
    assert bill <= spent < bill + 120
    assert bill_of([{**each, "prompt_tokens_details": None} for each in told]) > bill + 1_000


def test_a_real_server_is_paid_for_what_it_counted(
    record: Record, local_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    send = Endpoint._sent

    def noted(self: Endpoint, body: Mapping[str, Any]) -> Mapping[str, Any]:
        said = send(self, body)
        told.append(said["usage"])
        return said

    monkeypatch.setattr(Endpoint, "_sent", noted)
    rows = {f"r{n}": {"text": f"message {n}"} for n in range(4)}
    with purse(record, 100_000) as spending:
        endpoint = Endpoint(local_model, LOCAL_MODEL, max_in_flight=1)
        list(answers(endpoint, PROMPT, rows, spending))
    cached = [usage["prompt_tokens_details"]["cached_tokens"] for usage in told]
    assert max(cached) > 20, "what rows have in common was read before"
    spent, bill = record.machines.account("gpt").spent, bill_of(told)
    assert bill <= spent < bill + len(rows)


GPT = """
[machines.gpt]
url = "https://api.example.org/v1"
model = "small"
input = 0.4
output = 1.6
budget = 0.001
[machines.own]
url = "http://127.0.0.1:1/v1"
model = "small"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "project"
    folder.mkdir()
    make_workspace(folder, ()).close()
    path = folder / "leadline.toml"
    path.write_text(path.read_text() + GPT)
    with Workspace.open(folder) as workspace:
        yield workspace


def test_rows_go_outside_after_a_named_person_has_said_so(workspace: Workspace) -> None:
    with pytest.raises(NotReadyError, match="which is not this computer"):
        machine_spending(workspace, "gpt")
    problem = example_problem()
    workspace.record.append("problem", problem, by="Ada")
    with pytest.raises(NotReadyError, match="A named person must have said"):
        machine_spending(workspace, "gpt")
    host = "api.example.org"
    said = DataLeaving(hosts=(host,), allowed=(host,), why="no names", answered_by="Ada")
    workspace.record.append("problem", again(problem, leaving=said), by="Ada")
    with pytest.raises(NotReadyError, match="A named person must have said"):
        machine_spending(workspace, "gpt")  # the file does not say so, or no more
    path = workspace.folder / "leadline.toml"
    path.write_text(f'{path.read_text()}\n[ethics]\ndata_leave_to = ["{host}"]\n')
    with (
        Workspace.open(workspace.folder) as again_opened,
        machine_spending(again_opened, "gpt") as spending,
    ):
        spending.reserve("k", MOST)
        with pytest.raises(BudgetSpent):
            spending.reserve("l", Usage(2_000, 0, 0))


def test_a_machine_without_prices_or_of_another_name_is_refused(workspace: Workspace) -> None:
    with pytest.raises(
        SettingsError, match=r"\[machines.own\] states no price \(input and output\)"
    ):
        machine_spending(workspace, "own")
    with pytest.raises(SettingsError, match="no machine 'gtp'; declared are: gpt, own"):
        machine_spending(workspace, "gtp")


def test_who_waits_for_the_same_answer_is_given_it(record: Record) -> None:
    until = datetime.now(UTC) + timedelta(seconds=0.3)
    record.machines.reserve("gpt", "k", most=1, budget=1_000, holder="elsewhere:1/a", until=until)
    granted = purse(record).reserve("k", MOST)
    assert not isinstance(granted, ModelAnswer)
    assert datetime.now(UTC) >= until, "the other one was waited for until it was lost"
