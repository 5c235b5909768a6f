"""The budget holds by the server's own bill, with many in flight and whoever is killed."""

from __future__ import annotations

from pathlib import Path

from tests.paying_client import play


def test_the_bill_stays_within_the_budget_when_client_and_server_are_killed(tmp_path: Path) -> None:
    budget = 30_000
    played = play(tmp_path, n_rows=260, budget=budget, n_kills=4, in_flight=32)
    assert (played.n_killed, played.n_servers_killed) == (4, 1)
    assert played.n_billed > played.account.n_answers > 0, "some answers were lost"
    assert played.bill <= played.account.counted <= budget
    assert played.n_after_arrival == 0, "an answer that is kept is not paid again"
    assert 0 <= played.price_error < played.account.n_answers, "rounded up to the micro-dollar"
