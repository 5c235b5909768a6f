from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from leadline.processes.rate_confirmation import confirm
from leadline.processes.request_loop import Answers


class Server:
    """Answers all requests of a run in the same time, and notes what it was asked."""

    def __init__(self, latency_s: Callable[[float, int], float]) -> None:
        self.latency_s = latency_s
        self.asked: list[tuple[float, float]] = []

    def __call__(self, rate: float, seconds: float) -> Answers:
        latency = self.latency_s(rate, len(self.asked))
        self.asked.append((rate, seconds))
        n = round(rate * seconds)
        due = np.linspace(0, seconds, n)
        return Answers(due, np.full(n, latency), np.zeros(n), {200: n}, 0.1, seconds)


def test_a_rate_that_holds_is_run_six_times() -> None:
    server = Server(lambda _, index: 0.010 + 0.001 * (index % 2))
    runs, together = confirm(server, rate_per_s=100.0, promised_s=0.02, seconds=30.0)
    assert server.asked == [(100.0, 5.0)] * 6
    assert [each.p99_s for each in runs] == pytest.approx([0.010, 0.011] * 3)
    assert together.p99_s == pytest.approx(0.0105)
    assert together.n_requests == 3000
    assert together.p99_high_s is not None
    # by how the runs differ, not by the slowest request
    assert 0.012 < together.p99_high_s < 0.02


def test_a_broken_run_ends_its_rate_and_a_lower_one_follows() -> None:
    server = Server(lambda rate, _: 0.01 if rate < 80 else 0.05)
    runs, together = confirm(server, rate_per_s=100.0, promised_s=0.02, seconds=30.0)
    assert [rate for rate, _ in server.asked] == pytest.approx([100, *[70] * 6])
    assert len(runs) == 6
    assert together.holds(0.02)


def test_runs_that_differ_too_much_do_not_hold_though_each_of_them_does() -> None:
    server = Server(lambda _, index: 0.004 if index % 2 else 0.018)
    runs, together = confirm(server, rate_per_s=100.0, promised_s=0.02, seconds=30.0)
    assert all(each.holds(0.02) for each in runs)
    assert not together.holds(0.02)
    assert [rate for rate, _ in server.asked] == [100.0] * 6 + [70.0] * 6


def test_it_ends_where_nothing_holds() -> None:
    server = Server(lambda *_: np.inf)
    runs, together = confirm(server, rate_per_s=100.0, promised_s=0.02, seconds=30.0)
    assert sum(seconds for _, seconds in server.asked) <= 70.0
    assert len(runs) == 1
    assert together.p99_s is None


def test_a_slow_server_gets_fewer_and_longer_runs() -> None:
    server = Server(lambda *_: 0.01)
    confirm(server, rate_per_s=10.0, promised_s=0.02, seconds=60.0)
    assert server.asked == [(10.0, 20.0)] * 3
