from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.machines.queueing import p99_latency, replicas_needed


def test_p99_agrees_with_a_simulated_queue() -> None:
    rng = np.random.default_rng(0)
    n, service_s, utilisation = 400_000, 0.002, 0.6
    gaps = rng.exponential(service_s / utilisation, n)
    service = rng.exponential(service_s, n)
    # Lindley's recursion: the wait is the walk's height over its running minimum
    walk = np.cumsum(np.append(0.0, service[:-1] - gaps[1:]))
    latency = walk - np.minimum.accumulate(walk) + service
    assert np.quantile(latency, 0.99) == pytest.approx(p99_latency(service_s, utilisation), rel=0.1)


def test_an_idle_server_has_the_quantile_of_its_service() -> None:
    assert p99_latency(1.0, 0.0) == pytest.approx(np.log(100))


def test_replicas_round_up_and_add_the_spare() -> None:
    assert replicas_needed(60, 100, spare=0) == 1
    assert replicas_needed(61, 100, spare=0) == 2
    assert replicas_needed(60, 100, 2, 1) == 3
    assert replicas_needed(0.1 + 0.2, 0.3, spare=0, ceiling=1.0) == 1
    assert replicas_needed(1, 1000) == 2


@pytest.mark.parametrize("utilisation", [1.0, 1.2, -0.1])
def test_a_saturated_server_is_refused(utilisation: float) -> None:
    with pytest.raises(ValueError, match="utilisation"):
        p99_latency(0.01, utilisation)


def test_plans_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="service_s"):
        p99_latency(0, 0.5)
    with pytest.raises(ValueError, match="rate_per_replica"):
        replicas_needed(10, 0)
    with pytest.raises(ValueError, match="spare"):
        replicas_needed(10, 10, spare=-1)
    with pytest.raises(ValueError, match="ceiling"):
        replicas_needed(10, 10, ceiling=60)
