from __future__ import annotations

import pytest
from tests.examples import example_capacity
from tests.phases.again import again, notes, warnings

from leadline.phases.capacity import Load
from leadline.phases.verdict import Answer

LOADS = (
    Load(n_clients=1, per_s=50.0, p50_s=0.02, p99_s=0.03),
    Load(n_clients=8, per_s=100.0, p50_s=0.08, p99_s=0.2),
)
CAPACITY = again(
    example_capacity(),
    loads=LOADS,
    service_s=0.02,
    batch_per_s=10_000.0,
    peak_per_s=100.0,
    growth=1.5,
    spare=1,
    instance_per_hour=0.1,
    priced_at="2026-01-01",
)


def test_peak_and_growth_at_sixty_percent_and_a_spare() -> None:
    assert CAPACITY.answer is Answer.GO
    assert CAPACITY.n_instances == 3 + 1
    assert CAPACITY.cost_per_month == pytest.approx(4 * 0.1 * 730)
    assert CAPACITY.batch_cost_per_million == pytest.approx(100 / 3600 * 0.1)
    assert CAPACITY.summary.startswith("4 instances answer 100 requests a second (one manages 100)")


def test_the_latency_is_never_below_one_request_alone() -> None:
    assert CAPACITY.p99_s > 0.02
    assert again(CAPACITY, service_s=9.0).p99_s == 9.0


def test_more_load_takes_more_instances() -> None:
    assert again(CAPACITY, peak_per_s=1000.0).n_instances == 25 + 1
    assert again(CAPACITY, spare=0).n_instances == 3


def test_what_the_numbers_are_worth_is_told() -> None:
    assert any("10,000 rows a second" in what for what in notes(CAPACITY))
    assert any("not a measurement" in what for what in notes(CAPACITY))
    assert warnings(CAPACITY) == []
    assert warnings(again(CAPACITY, priced_at="")) == ["The price of an instance has no date."]
