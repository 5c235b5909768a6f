from __future__ import annotations

import pytest

from leadline.phases.capacity import Step
from leadline.processes.rate_ramp import ramp


class Server:
    """Holds the promise up to a rate, and notes what it was asked."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.asked: list[tuple[float, float]] = []

    def __call__(self, rate: float, seconds: float) -> Step:
        self.asked.append((rate, seconds))
        p99 = 0.01 if rate <= self.most else 1.0
        return Step(
            rate_per_s=rate,
            seconds=seconds,
            n_requests=1000,
            n_failed=0,
            p50_s=p99,
            p99_s=p99,
            p99_high_s=p99,
            lag_s=0.0,
        )


@pytest.mark.parametrize("most", [50.0, 200.0, 450.0, 620.0, 870.0])
def test_the_highest_rate_that_holds_is_closed_in_on(most: float) -> None:
    server = Server(most)
    steps = ramp(server, saturated_per_s=1000.0, promised_s=0.1, seconds=80.0)
    held = [each.rate_per_s for each in steps if each.holds(0.1)]
    failed = [each.rate_per_s for each in steps if not each.holds(0.1)]
    assert max(held, default=0.0) <= most < min(failed)
    assert min(failed) - max(held, default=0.0) <= 130
    assert sum(seconds for _, seconds in server.asked) <= 80.0


def test_no_rate_above_the_most_is_tried() -> None:
    server = Server(10_000.0)
    ramp(server, saturated_per_s=1000.0, promised_s=0.1, seconds=80.0)
    assert max(rate for rate, _ in server.asked) < 1000.0


def test_a_slow_server_gets_fewer_and_longer_steps() -> None:
    slow, fast = Server(10.0), Server(2000.0)
    ramp(slow, saturated_per_s=20.0, promised_s=0.1, seconds=60.0)
    ramp(fast, saturated_per_s=3000.0, promised_s=0.1, seconds=60.0)
    assert {seconds for _, seconds in slow.asked} == {20.0}
    assert {seconds for _, seconds in fast.asked} == {7.5}
