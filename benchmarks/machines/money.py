"""Does the budget of a language model hold when everybody is killed?

A fake server in a process of its own bills by its own count, before each answer. A client asks for
all rows, 64 at once, is killed with SIGKILL and begun again; every fourth time the server is killed
first. Prints what the server bills beside what the record says: once with money for all, once with
a budget that ends in between.

    python benchmarks/machines/money.py [--rows 3000] [--kills 20] [--in-flight 64]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.paying_client import Played, play

_MICROS = 1_000_000
_ENOUGH = 10 * _MICROS


def _line(name: str, played: Played) -> str:
    account = played.account
    cells = (
        name,
        f"{played.n_killed} + {played.n_servers_killed}",
        f"{account.n_answers:,}",
        f"{played.n_billed:,}",
        f"{played.n_again:,}",
        f"{played.n_after_arrival:,}",
        *(f"{float(each) / _MICROS:.6f}" for each in (
            played.bill, account.counted, account.possibly_paid, played.budget
        )),
        f"{float(played.price_error) / _MICROS:.6f}",
        played.ended,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--tight", type=float, default=0.12, help="Dollars that do not suffice.")
    arguments = parser.parse_args()
    heads = (
        "budget", "killed: clients + servers", "answers", "billed", "billed again",
        "after its answer was kept", "server's bill USD", "counted USD", "possibly paid USD",
        "budget USD", "price error USD", "ended",
    )  # fmt: skip
    print(f"| {' | '.join(heads)} |")
    print("|" + "---|" * len(heads), flush=True)
    for name, budget in (("enough", _ENOUGH), ("tight", int(arguments.tight * _MICROS))):
        with tempfile.TemporaryDirectory() as folder:
            played = play(
                Path(folder),
                n_rows=arguments.rows,
                budget=budget,
                n_kills=arguments.kills,
                in_flight=arguments.in_flight,
            )
        print(_line(name, played), flush=True)
        assert played.bill <= played.account.counted <= budget
        assert played.n_after_arrival == 0
    print(f"\n{sum(os.times()[:4]):,.0f} processor seconds")


if __name__ == "__main__":
    main()
