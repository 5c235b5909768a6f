"""A client in a process of its own that asks for many rows within a budget, and is killed.

As a script: python tests/paying_client.py URL_OF_RECORD URL_OF_MODEL N_ROWS BUDGET IN_FLIGHT
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from tests.billing_server import Billed, BillingServer, digest

from leadline.engines.language_models import TEMPLATE, BudgetSpent, Endpoint, Prompt, answers
from leadline.engines.language_models.chat_request import chat_request
from leadline.engines.language_models.row_data import Row
from leadline.errors import EngineError
from leadline.evaluation.machine_spending import MachineSpending
from leadline.phases.project_accounts.token_price import TokenPrices
from leadline.record import MachineAccount, Record

FRESH, CACHED, OUTPUT = "0.4", "0.1", "1.6"
PROMPT = Prompt(TEMPLATE, "Spam is what nobody asked for. " * 20, ("ham", "spam"))
_ROOT = Path(__file__).parents[1]
_MOST_RUNS = 60


def endpoint(url: str, in_flight: int) -> Endpoint:
    """Whom to ask."""
    return Endpoint(url, "m", timeout_s=20.0, max_in_flight=in_flight)


def rows(n_rows: int) -> dict[str, Row]:
    """Rows that differ."""
    return {
        f"r{n}": {"text": f"message number {n} " + "and so on " * (n % 9)} for n in range(n_rows)
    }


def ask(record_url: str, url: str, n_rows: int, budget: int, in_flight: int) -> str:
    """Ask for all rows; say how it ended."""
    prices = TokenPrices(input=float(FRESH), cached_input=float(CACHED), output=float(OUTPUT))
    with (
        Record.open(record_url, "p") as record,
        MachineSpending(record.machines, "m", prices, budget=budget) as spending,
    ):
        try:
            said = list(answers(endpoint(url, in_flight), PROMPT, rows(n_rows), spending))
        except BudgetSpent:
            return "budget"
        except EngineError:
            return "server"
        return "done" if all(one.label for one in said) else "server"


@dataclass(frozen=True)
class Played:
    """What became of rows and money; money in micro-dollars.

    Attributes
    ----------
    ended : str
        "done" or "budget".
    n_runs, n_killed, n_servers_killed : int
        Clients, those of them that were killed, and servers.
    budget : int
        What may be spent.
    bill : Fraction
        What the server bills, exactly.
    account : MachineAccount
        What the record says.
    n_billed : int
        Lines of the bill.
    n_again, n_after_arrival : int
        Requests that were billed twice or more; those of them whose answer was on the record.
    price_error : Fraction
        What the record says that its answers cost, less what the server bills for them.
    """

    ended: str
    n_runs: int
    n_killed: int
    n_servers_killed: int
    budget: int
    bill: Fraction
    account: MachineAccount
    n_billed: int
    n_again: int
    n_after_arrival: int
    price_error: Fraction


def play(
    folder: Path, *, n_rows: int, budget: int, n_kills: int, in_flight: int, seed: int = 0
) -> Played:
    """Ask for all rows, and kill whoever asks so often, and every fourth time the server too."""
    chance = random.Random(seed)
    server = BillingServer(folder)
    server.start()
    record_url = f"sqlite:///{folder}/p.db"
    n_killed = n_servers = n_runs = 0
    ended = ""
    try:
        while ended not in ("done", "budget") and n_runs < _MOST_RUNS:
            n_runs += 1
            arguments = [record_url, server.url, str(n_rows), str(budget), str(in_flight)]
            with _client(arguments) as client:
                assert client.stdout is not None
                client.stdout.readline()
                if n_killed < n_kills:
                    _wait_for_bills(server, client, chance.randint(0, 2 * in_flight))
                    if n_killed % 4 == 3:
                        server.kill()
                        n_servers += 1
                        time.sleep(0.1)
                    client.kill()
                    n_killed += 1
                ended = client.stdout.read().strip()
            if server.process is None:
                server.start()
    finally:
        server.kill()
    counts = (n_runs, n_killed, n_servers)
    return _played(folder, server, ended, counts, n_rows=n_rows, budget=budget)


def _client(arguments: list[str]) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(_ROOT), str(_ROOT / "src")])
    return subprocess.Popen(
        [sys.executable, __file__, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def _wait_for_bills(server: BillingServer, client: subprocess.Popen[str], n_more: int) -> None:
    """Return when so many more were billed, or the client has ended."""
    n_before = len(server.bill())
    deadline = time.monotonic() + 60
    while len(server.bill()) <= n_before + n_more and client.poll() is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)


def _played(
    folder: Path,
    server: BillingServer,
    ended: str,
    counts: tuple[int, int, int],
    *,
    n_rows: int,
    budget: int,
) -> Played:
    bill = server.bill()
    with Record.open(f"sqlite:///{folder}/p.db", "p") as record:
        account = record.machines.account("m")
    asked = (chat_request(endpoint(server.url, 1), PROMPT, row) for row in rows(n_rows).values())
    requests = {each.key: digest(each.body) for each in asked}
    arrived: dict[str, float] = {}
    price_error = Fraction(0)
    lines = {(each.request, *_tokens(each)): each for each in bill}
    with closing(sqlite3.connect(folder / "p.db")) as connection:
        for key, paid, at, *tokens in connection.execute(
            "SELECT key, paid, ended_at, input_tokens, cached_tokens, output_tokens "
            "FROM machine_request WHERE state = 'answered'"
        ):
            request = requests[key]
            arrived[request] = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
            price_error += paid - _micros(lines[(request, *tokens)])
    return Played(
        ended,
        *counts,
        budget,
        sum(map(_micros, bill), Fraction(0)),
        account,
        len(bill),
        *server.billed_again(arrived),
        price_error,
    )


def _tokens(line: Billed) -> tuple[int, int, int]:
    return line.input_tokens, line.cached_tokens, line.output_tokens


def _micros(line: Billed) -> Fraction:
    return line.price(FRESH, CACHED, OUTPUT) * 1_000_000


if __name__ == "__main__":
    print("asking", flush=True)
    print(ask(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])), flush=True)
