from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.processes.answering import OK, after, answering

from leadline.errors import EngineError
from leadline.processes.http_connection import Target
from leadline.processes.load_generator import bodies_of, load_generator, run_clients, step_of
from leadline.processes.request_loop import Answers
from leadline.stats.machines.latency_bound import p99_upper_bound


def answers(latency: list[float], lag: float = 0.0) -> Answers:
    due = np.linspace(0.0, 2.0, len(latency))
    return Answers(
        due, np.array(latency), np.full(len(latency), lag), {200: len(latency)}, 0.1, 2.0
    )


def test_an_open_loop_comes_at_random_times_at_the_rate_asked_for() -> None:
    with answering(lambda _: OK) as (port, _), load_generator(Target("127.0.0.1", port)) as one:
        found = one.open_loop(
            bodies_of([{"a": 1}]),
            rate_per_s=200.0,
            seconds=1.0,
            rng=np.random.default_rng(0),
            patience_s=10.0,
        )
        assert one.cpu_s > 0
    assert found.due_s.size == 200
    gaps = np.diff(found.due_s)
    # exponential, not even: the spread of the gaps is as large as their mean
    assert 0.8 < gaps.std() / gaps.mean() < 1.2
    assert (found.latency_s >= found.lag_s).all()


def test_clients_that_wait_are_summed_up() -> None:
    with answering(after(0.01)) as (port, _):
        load = run_clients(port, [{"a": 1}], n_clients=2, seconds=0.5)
    assert load.n_clients == 2
    # one after the other: no more than 100 a second
    assert 20 < load.per_s < 100
    assert 0.01 <= load.p50_s <= load.p99_s


def test_a_refusal_is_told_with_its_status() -> None:
    refused = b"HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n"
    with answering(lambda _: refused) as (port, _), pytest.raises(EngineError, match="422"):
        run_clients(port, [{"a": 1}], n_clients=1, seconds=0.1)


def test_nobody_there_is_said_so() -> None:
    with answering(lambda _: OK) as (port, _):
        pass
    with pytest.raises(EngineError, match="does not answer"):
        run_clients(port, [{"a": 1}], n_clients=1, seconds=0.1)


def test_requests_of_many_rows_go_round() -> None:
    rows: list[dict[str, Any]] = [{"a": 1}, {"a": 2}, {"a": b"image"}]
    assert [json.loads(each) for each in bodies_of(rows, 2)] == [{"rows": rows[:2]}]
    (five,) = [json.loads(each)["rows"] for each in bodies_of(rows, 5)]
    assert [row["a"] for row in five] == [1, 2, "aW1hZ2U=", 1, 2]


def test_a_step_takes_runs_together() -> None:
    step = step_of(50.0, [answers([0.01] * 600), answers([0.02] * 399 + [np.inf], lag=0.003)])
    assert (step.n_requests, step.n_failed) == (1000, 1)
    assert step.seconds == 4.0
    assert step.p50_s == 0.01
    # between those of the runs
    assert step.p99_s == 0.015
    assert step.lag_s == 0.003
    assert step.p99_high_s is not None
    # two runs say little of a third
    assert step.p99_high_s > 0.1
    lost = step_of(50.0, [answers([0.01] * 50 + [np.inf] * 50)])
    assert lost.p99_s is None
    assert lost.p99_high_s is None
    assert not lost.holds(10.0)


def test_few_requests_say_nothing_of_how_runs_differ() -> None:
    slow = [answers([0.01] * 49 + [last]) for last in (0.02, 0.05, 0.02)]
    together = np.concatenate([each.latency_s for each in slow])
    assert step_of(5.0, slow).p99_high_s == p99_upper_bound(together)
