"""Money of machines on the record: set aside first, never under-counted, never past the budget."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.record.test_database import let_go, start

from leadline.record import KeptAnswer, Record
from leadline.record.machines import BudgetReached, HeldRequest, OpenRequest

BUDGET = 1_000
ANSWER = KeptAnswer("r1", "yes", 0.9, 300, 200, 5)

# reserves as much as it can, settles every third, and says what it was given
ASK = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from leadline.record import Record
from leadline.record.machines import OpenRequest
url, me, hangs = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
mine = []
with Record.open(url, "flights") as record:
    for n in range(40):
        until = datetime.now(UTC) + timedelta(seconds=60)
        got = record.machines.reserve(
            "gpt", f"{me}-{n}", most=20, budget=1_000, holder=me, until=until
        )
        if isinstance(got, OpenRequest):
            mine.append(got.number)
        if hangs == "yes" and len(mine) == 5:
            print("hangs", flush=True)
            time.sleep(600)
print(json.dumps(mine))
"""


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def ask(record: Record, key: str, most: int = 100, **said: Any) -> Any:
    until = datetime.now(UTC) + timedelta(seconds=said.pop("hold_s", 60.0))
    terms: dict[str, Any] = {"budget": BUDGET, "holder": "here", "until": until} | said
    return record.machines.reserve("gpt", key, most=most, **terms)


def counted(record: Record) -> int:
    """What the account says counts, which a budget of nothing makes it tell."""
    told = ask(record, "probe", 1, budget=-1)
    assert isinstance(told, BudgetReached)
    return told.counted


def test_an_answer_is_paid_once_and_comes_back_for_nothing(record: Record) -> None:
    opened = ask(record, "k")
    assert isinstance(opened, OpenRequest)
    assert counted(record) == 100
    record.machines.settle(opened.number, paid=37, answer=ANSWER)
    assert ask(record, "k") == ANSWER
    its = record.machines.account("gpt")
    assert (its.spent, its.counted, its.n_answers, its.n_unsure) == (37, 37, 1, 0)
    assert counted(record) == 37
    with pytest.raises(ValueError, match="has an answer"):
        record.machines.settle(opened.number, paid=37, answer=ANSWER)
    with pytest.raises(ValueError, match="has an answer"):
        record.machines.release(opened.number)


def test_the_budget_holds_to_the_last_micro_dollar(record: Record) -> None:
    first = ask(record, "a", BUDGET - 1)
    assert ask(record, "b", 2) == BudgetReached(BUDGET - 1)
    assert isinstance(ask(record, "b", 1), OpenRequest)
    record.machines.release(first.number)
    assert counted(record) == 1
    record.machines.release(first.number)
    assert counted(record) == 1, "given back once only"
    assert isinstance(ask(record, "a", BUDGET - 1), OpenRequest), "what was released is asked anew"


def test_two_do_not_ask_the_same_at_once(record: Record) -> None:
    opened = ask(record, "k")
    assert isinstance(ask(record, "k", holder="there"), HeldRequest)
    assert counted(record) == 100
    record.machines.release(opened.number)
    assert isinstance(ask(record, "k", holder="there"), OpenRequest)


def test_who_asks_again_has_given_up_the_first(record: Record) -> None:
    first, second = ask(record, "k"), ask(record, "k")
    assert second.number > first.number
    its = record.machines.account("gpt")
    assert (its.possibly_paid, its.in_flight, counted(record)) == (100, 100, 200)


def test_what_a_dead_process_asked_stays_counted_and_is_asked_again(record: Record) -> None:
    lost = ask(record, "k", holder="dead")
    assert record.machines.holders("gpt").keys() == {"dead"}
    record.machines.lapse("gpt", ["dead"])
    assert record.machines.holders("gpt") == {}
    again = ask(record, "k", holder="alive")
    assert isinstance(again, OpenRequest)
    its = record.machines.account("gpt")
    assert (its.possibly_paid, its.in_flight, counted(record)) == (100, 100, 200)
    record.machines.settle(again.number, paid=40, answer=ANSWER)
    assert record.machines.release_possibly_paid("gpt", by="Ada") == (1, 100)
    assert record.machines.account("gpt").counted == counted(record) == 40
    # it was not dead after all: what it was answered was paid
    record.machines.settle(lost.number, paid=55, answer=ANSWER)
    assert record.machines.account("gpt").counted == counted(record) == 95


def test_a_request_that_nobody_waits_for_any_more_is_lost(record: Record) -> None:
    ask(record, "k", hold_s=-1.0)
    its = record.machines.account("gpt")
    assert (its.possibly_paid, its.n_possibly_paid, its.in_flight) == (100, 1, 0)
    with pytest.raises(ValueError, match="'by' is empty"):
        record.machines.release_possibly_paid("gpt", by=" ")


def test_sixty_four_threads_share_one_budget(record: Record) -> None:
    def one(n: int) -> bool:
        opened = ask(record, f"k{n}", 30)
        if isinstance(opened, OpenRequest) and n % 2:
            record.machines.settle(opened.number, paid=30, answer=ANSWER)
        return isinstance(opened, OpenRequest)

    with ThreadPoolExecutor(64) as pool:
        given = sum(pool.map(one, range(64)))
    assert given == BUDGET // 30
    assert counted(record) == record.machines.account("gpt").counted == 30 * given


def test_processes_share_one_budget_and_one_that_is_killed_takes_its_share(
    database_url: str,
) -> None:
    with Record.open(database_url, "flights") as record:
        with start(ASK, database_url, "dead", "yes") as killed:
            assert killed.stdout is not None
            assert killed.stdin is not None
            assert killed.stdout.readline() == "ready\n"
            killed.stdin.write("go\n")
            killed.stdin.flush()
            assert killed.stdout.readline() == "hangs\n"
            killed.send_signal(signal.SIGKILL)
        processes = [start(ASK, database_url, name, "no") for name in ("a", "b")]
        try:
            numbers = let_go(processes)
        finally:
            for process in processes:
                process.kill()
        assert len(numbers) == len(set(numbers)) == BUDGET // 20 - 5
        assert counted(record) == record.machines.account("gpt").counted == BUDGET
        assert record.machines.holders("gpt").keys() == {"a", "b", "dead"}


def test_the_account_is_the_sum_of_the_requests_whatever_happens(record: Record) -> None:
    rng, machines = np.random.default_rng(0), record.machines
    opened: list[int] = []
    for step in range(120):
        act = rng.choice(["ask", "ask", "settle", "release", "lapse", "person"])
        number = int(rng.choice(opened)) if opened else 0
        if act == "ask":
            got = ask(record, f"k{rng.integers(40)}", int(rng.integers(60)), holder=f"h{step}")
            opened += [got.number] if isinstance(got, OpenRequest) else []
        elif act == "lapse":
            machines.lapse("gpt", [f"h{rng.integers(step + 1)}"])
        elif act == "person":
            machines.release_possibly_paid("gpt", by="Ada")
        elif number and act == "settle":
            opened.remove(number)
            machines.settle(number, paid=int(rng.integers(80)), answer=ANSWER)
        elif number:
            machines.release(number)
        assert counted(record) == machines.account("gpt").counted
    assert machines.account("gpt").n_answers > 5


def test_days_and_projects_are_apart(record: Record, database_url: str) -> None:
    opened = ask(record, "k")
    unsure = KeptAnswer("r2", None, None, 300, 0, 9, "a refusal")
    record.machines.settle(opened.number, paid=7, answer=unsure)
    (day,) = record.machines.days()
    assert (day.day, day.n, day.spent) == (datetime.now(UTC).date(), 1, 7)
    assert record.machines.account("gpt").n_unsure == 1
    with Record.open(database_url, "trains") as other:
        assert other.machines.accounts() == ()
        assert other.machines.days() == ()
        assert isinstance(ask(other, "k"), OpenRequest)


@pytest.mark.parametrize("said", [{"most": -1}, {"holder": ""}])
def test_nonsense_is_refused(record: Record, said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs a key, a holder and a price"):
        ask(record, "k", **said)


def test_the_newest_answers_say_how_long_an_answer_takes(record: Record) -> None:
    assert record.machines.answer_seconds("gpt") == ()
    for key in ("a", "b", "file", "open"):
        opened = ask(record, key, is_batch=key == "file")
        if key != "open":
            record.machines.settle(opened.number, paid=1, answer=ANSWER)
    took = record.machines.answer_seconds("gpt")
    assert len(took) == 2
    assert all(0 <= each < 60 for each in took)
    assert record.machines.answer_seconds("gpt", 1) == took[:1]


def test_what_was_asked_since_a_moment_is_summed(record: Record) -> None:
    first = ask(record, "a", 100)
    record.machines.settle(first.number, paid=30, answer=ANSWER)
    assert record.machines.counted_since(datetime.now(UTC)) == 0
    since = datetime.now(UTC) - timedelta(minutes=1)
    ask(record, "b", 50)
    released = ask(record, "c", 70)
    record.machines.release(released.number)
    assert record.machines.counted_since(since) == 30 + 50
