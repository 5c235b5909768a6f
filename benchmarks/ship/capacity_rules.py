"""Two rules of a plan of capacity on simulated servers, whose further runs cost nothing.

    python benchmarks/ship/capacity_rules.py [--plans 40]

Four servers: one that answers requests one by one, with 40 ms promised; one that takes all that
waits in one call, with 25 ms; the same on a machine that stands still twice a second for 8 ms
(median), and on one that does so more or less often from run to run. Each is planned by the ramp
as `leadline run capacity` makes it, 36 s in all. Then the rate is repeated: *before* three times,
with the 99th percentile and the bound of all requests together, and once more at .85 of it; *now*
by `confirm`. Ten further runs of 5 s hold each plan against the truth. "Clear" are plans whose runs
agree, by the rule of then and now; the answer of the others is *unclear*. "All ten" is the share of
plans of which no further run broke the promise; "within", of the further runs within -25 and +40 %
of the plan; "of most", the median of the planned rate by what the server answers at most.
"""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leadline.phases.capacity import Load, Step, planned_rate
from leadline.phases.capacity.capacity_evidence import NEAR_HIGH, NEAR_LOW
from leadline.phases.capacity.capacity_plan import MOST_SPREAD
from leadline.processes.load_generator import step_of
from leadline.processes.rate_confirmation import confirm
from leadline.processes.rate_ramp import ramp
from leadline.processes.request_loop import Answers
from leadline.stats.machines.latency_bound import p99_upper_bound

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_SECONDS, _RAMP, _CONFIRMED = 36.0, 0.46, 0.36
_FURTHER, _FURTHER_S = 10, 5.0
_MOST_AT_ONCE = 64
_HEADS = [
    "server", "rule", "plans", "all ten", "within", "clear", "all ten of clear", "within of clear",
    "of most", "seconds",
]  # fmt: skip


@dataclass(frozen=True)
class Server:
    """A server on a machine that stands still at times.

    Attributes
    ----------
    name : str
        In the table.
    promised_s : float
        What is promised of it.
    call_s, row_s : float
        Seconds of a call, and of each of its requests.
    at_once : int
        Requests of a call at most.
    pauses_per_s : float
        How often the machine stands still; for a time that is log-normal with a median of 8 ms.
    spread : float
        Standard deviation of the logarithm of that rate from run to run.
    """

    name: str
    promised_s: float
    call_s: float
    row_s: float
    at_once: int = _MOST_AT_ONCE
    pauses_per_s: float = 0.0
    spread: float = 0.0

    @property
    def most_per_s(self) -> float:
        """Requests a second at most, of 32 clients that wait."""
        n = min(self.at_once, 32)
        return n / (self.call_s + n * self.row_s)

    def run(self, rate_per_s: float, seconds: float, rng: np.random.Generator) -> Answers:
        """Requests at random times."""
        due = np.sort(rng.uniform(0, seconds, max(rng.poisson(rate_per_s * seconds), 1)))
        often = self.pauses_per_s * np.exp(self.spread * rng.normal())
        begun = np.sort(rng.uniform(0, seconds, rng.poisson(often * seconds)))
        begins, lasts = begun.tolist(), (0.008 * np.exp(0.6 * rng.normal(size=begun.size))).tolist()
        times, ends = due.tolist(), np.empty(due.size)
        shape = rng.gamma(4, 0.25, due.size) if self.at_once == 1 else np.ones(1)
        calls = (self.call_s * shape).tolist()
        now, start, n_pauses = 0.0, 0, 0
        while start < len(times):
            now = max(now, times[start])
            while n_pauses < len(begins) and begins[n_pauses] <= now:
                now = max(now, begins[n_pauses] + lasts[n_pauses])
                n_pauses += 1
            stop = min(max(bisect_right(times, now, start), start + 1), start + self.at_once)
            now += calls[start % len(calls)] + self.row_s * (stop - start)
            ends[start:stop] = now
            start = stop
        return Answers(due, ends - due, np.zeros(due.size), {200: due.size}, 0.0, seconds)


SERVERS = (
    Server("one by one", 0.040, 0.004, 0.0, at_once=1),
    Server("batches", 0.025, 90e-6, 45e-6),
    Server("batches, pauses", 0.025, 90e-6, 45e-6, pauses_per_s=2.0),
    Server("batches, pauses that vary", 0.025, 90e-6, 45e-6, pauses_per_s=2.0, spread=0.8),
)

Run = Callable[[float, float], Answers]
Plan = tuple[tuple[Step, ...], Step]
Rule = Callable[[Run, float, float, float], Plan]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=int, default=40, help="of each server")
    n_plans = parser.parse_args().plans
    rows = []
    for server in SERVERS:
        for name, rule, spread in (("before", _before, 1.6), ("now", _now, MOST_SPREAD)):
            rows.append([server.name, name, *_cells(server, rule, spread, n_plans)])
            print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    print(markdown(_HEADS, rows))


def _cells(server: Server, rule: Rule, spread: float, n_plans: int) -> list[str]:
    rng = np.random.default_rng(0)
    spent: list[float] = []
    plans: list[Step] = []
    clear, p99s = [], []

    def run(rate: float, seconds: float) -> Answers:
        spent.append(seconds)
        return server.run(rate, seconds, rng)

    for _ in range(n_plans):
        runs, planned = _plan(server, rule, run)
        if planned is None or not planned.holds(server.promised_s):
            continue
        plans.append(planned)
        seen = [each.p99_s or np.inf for each in runs]
        clear.append(max(seen) <= spread * min(seen))
        rate = planned.rate_per_s
        p99s.append([_p99(server.run(rate, _FURTHER_S, rng)) for _ in range(_FURTHER)])
    took = f"{sum(spent) / n_plans:.0f}"
    if not plans:
        return [f"0 of {n_plans}", *["–"] * 6, took]
    found, said = np.array(p99s), np.array([[each.p99_s] for each in plans])
    errors = found / said - 1
    is_near = (errors >= NEAR_LOW) & (errors <= NEAR_HIGH)
    is_held = (found <= server.promised_s).all(axis=1)
    is_clear = np.array(clear)
    return [
        f"{len(plans)} of {n_plans}",
        f"{is_held.mean():.0%}",
        f"{is_near.mean():.0%}",
        f"{is_clear.sum()}",
        f"{is_held[is_clear].mean():.0%}" if is_clear.any() else "–",
        f"{is_near[is_clear].mean():.0%}" if is_clear.any() else "–",
        f"{np.median([each.rate_per_s for each in plans]) / server.most_per_s:.2f}",
        took,
    ]


def _plan(server: Server, rule: Rule, run: Run) -> tuple[tuple[Step, ...], Step | None]:
    def drive(rate: float, seconds: float) -> Step:
        return step_of(rate, [run(rate, seconds)])

    loads = [Load(n_clients=32, per_s=server.most_per_s, p50_s=0.0, p99_s=0.0)]
    steps = ramp(
        drive,
        saturated_per_s=server.most_per_s,
        promised_s=server.promised_s,
        seconds=_RAMP * _SECONDS,
    )
    rate = planned_rate(steps, loads, server.promised_s)
    if rate is None:
        return (), None
    return rule(run, rate, server.promised_s, _CONFIRMED * _SECONDS)


def _now(run: Run, rate: float, promised_s: float, seconds: float) -> Plan:
    return confirm(run, rate_per_s=rate, promised_s=promised_s, seconds=seconds)


def _before(run: Run, rate: float, promised_s: float, seconds: float) -> Plan:
    for back in (1.0, 0.85):
        runs = [run(back * rate, seconds / 3) for _ in range(3)]
        latency = np.concatenate([each.latency_s for each in runs])
        step = step_of(back * rate, runs)
        pooled = float(np.quantile(latency, 0.99, method="inverted_cdf"))
        step = _with(step, pooled, float(p99_upper_bound(latency)))
        if step.holds(promised_s):
            break
    return tuple(step_of(back * rate, [each]) for each in runs), step


def _with(step: Step, p99_s: float, p99_high_s: float) -> Step:
    return Step(**{**vars(step), "p99_s": p99_s, "p99_high_s": p99_high_s})


def _p99(answers: Answers) -> float:
    values: NDArray[np.float64] = answers.latency_s
    return float(np.quantile(values, 0.99, method="inverted_cdf"))


if __name__ == "__main__":
    main()
