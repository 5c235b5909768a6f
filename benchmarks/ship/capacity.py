"""Plans of capacity against the truth: is p99 at the planned rate what the plan says?

    python benchmarks/ship/capacity.py [--p99-ms 25] [--seconds 36] [--runs 10] [--quick]

Three models. Each is measured and planned as `leadline run capacity` does it; then another server
process of the same release is driven at the planned rate, again and again, each time with new
random times. A plan is good if the measured p99 lies within -25 and +40 % of the planned one, and
never above what was promised. Beside it what the formula E[S] ln 100 / (1 - utilisation) says of
the same rate. It takes five minutes, with --quick a minute and a half.

It measures what a quiet machine has, and says how quiet it was. A hundredth of a run of five
seconds is 50 ms: a machine that stood still for half of that has made most of its p99, whatever
the server did. So a thread that only sleeps counts by how much it was woken too late. Runs in which
that is more than .5 % are counted as disturbed, and the others beside all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from same_models import Model, make, names

from leadline.jobs.capacity import LoadTest
from leadline.phases.capacity import Capacity, Evidence, Noise, Step, assess
from leadline.phases.capacity.capacity_evidence import NEAR_HIGH, NEAR_LOW
from leadline.processes.http_connection import Target
from leadline.processes.load_generator import bodies_of, load_generator, step_of
from leadline.processes.machine_noise import NoiseMeter
from leadline.processes.own_processors import keep_apart
from leadline.processes.release_server import server_process
from leadline.serving.releases.bundle import load_or_make_key

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_HEADS = [
    "model", "answer", "planned /s", "of most", "plan p99 ms", "bound", "measured: median (range)",
    "error: median (worst)", "within", "above promise", "of undisturbed runs", "formula error",
    "others, stolen", "then", "longest pause ms",
]  # fmt: skip
_LATE_S, _DISTURBED = 0.005, 0.005


@dataclass(frozen=True)
class Truth:
    """What came out at the planned rate, run by run."""

    steps: list[Step]
    noise: Noise | None
    pauses: list[Pauses]


class Pauses:
    """How long the machine stood still while a run went on: a sleeper that is woken too late.

    Attributes
    ----------
    share : float
        Of the time, in pauses of more than 5 ms.
    longest_s : float
        The longest of them.
    """

    def __init__(self) -> None:
        self.share = self.longest_s = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Pauses:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        begun = before = time.perf_counter()
        paused_s = 0.0
        while not self._is_over.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            late_s, before = now - before - 0.001, now
            self.longest_s = max(self.longest_s, late_s)
            paused_s += late_s if late_s > _LATE_S else 0.0
        self.share = paused_s / (before - begun)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--p99-ms", type=float, default=25.0, help="promised for every model")
    parser.add_argument("--seconds", type=float, default=36.0, help="of a plan")
    parser.add_argument("--runs", type=int, default=10, help="that hold a plan against the truth")
    parser.add_argument("--run-seconds", type=float, default=5.0, help="of each of them")
    parser.add_argument("--models", nargs="*", default=names(), choices=names())
    parser.add_argument("--quick", action="store_true", help="15 s a plan, three runs of 3 s")
    given = parser.parse_args()
    if given.quick:
        given.seconds, given.runs, given.run_seconds = 15.0, 3, 3.0
    table = []
    for name in given.models:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            model = make(name, folder, load_or_make_key(folder / "key"))
            plan = _plan(model, folder, given.p99_ms / 1e3, given.seconds)
            print(f"{name}: {plan.summary}", file=sys.stderr)
            truth = _truth(model, folder, plan, given.runs, given.run_seconds)
            table.append([name, *_cells(plan, truth)])
            cells = zip(_HEADS, table[-1], strict=True)
            print(*(f"  {head}: {cell}" for head, cell in cells), sep="\n", file=sys.stderr)
    print(f"Promised: 99 % within {given.p99_ms:g} ms.\n")
    print(markdown(_HEADS, table))


def _plan(model: Model, folder: Path, promised_s: float, seconds: float) -> Capacity:
    with server_process(model.release, key=folder / "key") as (port, pid):
        measured = LoadTest(port, pid, model.rows, promised_s, _Quiet()).measure(seconds)
    # load and money do not matter here: the plan is that of one instance
    return assess(
        Evidence(
            **vars(measured),
            service_s=measured.loads[0].p50_s,
            batch_per_s=1.0,
            peak_per_s=1.0,
            growth=1.0,
            spare=0,
            instance_per_hour=0.0,
            priced_at="",
            currency="USD",
            promised_s=promised_s,
        )
    )


def _truth(model: Model, folder: Path, plan: Capacity, n_runs: int, seconds: float) -> Truth:
    rate = plan.rate_per_s
    if rate is None:
        return Truth([], None, [])
    rng = np.random.default_rng(1)
    bodies, steps, pauses = bodies_of(model.rows), [], []
    with (
        server_process(model.release, key=folder / "key") as (port, pid),
        load_generator(Target("127.0.0.1", port)) as generator,
    ):
        keep_apart(pid, generator.process)
        generator.closed_loop(bodies, n_clients=32, seconds=1.0)  # warms up
        meter, before_s = NoiseMeter(pid), generator.cpu_s
        for _ in range(n_runs):
            with Pauses() as paused:
                answers = generator.open_loop(
                    bodies, rate_per_s=rate, seconds=seconds, rng=rng, patience_s=5.0
                )
            pauses.append(paused)
            steps.append(step_of(rate, [answers]))
        noise = meter.noise(generator.cpu_s - before_s)
    return Truth(steps, noise, pauses)


def _cells(plan: Capacity, truth: Truth) -> list[str]:
    if plan.rate_per_s is None or plan.p99_s is None or plan.promised_s is None:
        return [plan.answer.value, *["–"] * (len(_HEADS) - 2)]
    found = np.array([np.inf if each.p99_s is None else each.p99_s for each in truth.steps])
    errors = found / plan.p99_s - 1
    is_near = (errors >= NEAR_LOW) & (errors <= NEAR_HIGH)
    is_above = found > plan.promised_s
    is_quiet = np.array([each.share <= _DISTURBED for each in truth.pauses])
    assert plan.planned is not None
    bound = plan.planned.p99_high_s
    formula = "–" if plan.formula_s is None else f"{plan.formula_s / np.median(found) - 1:+.0%}"
    return [
        plan.answer.value,
        f"{plan.planned.rate_per_s:,.0f}",
        f"{plan.planned.rate_per_s / max(each.per_s for each in plan.loads):.2f}",
        f"{plan.p99_s * 1e3:,.2f}",
        "–" if bound is None else f"{bound * 1e3:,.2f}",
        f"{np.median(found) * 1e3:,.2f} ({found.min() * 1e3:,.2f} to {found.max() * 1e3:,.2f})",
        f"{np.median(errors):+.0%} ({errors[np.argmax(np.abs(errors))]:+.0%})",
        f"{is_near.sum()} of {len(found)}",
        f"{is_above.sum()} of {len(found)}",
        f"{is_quiet.sum()}: {(is_near & is_quiet).sum()} in, {(is_above & is_quiet).sum()} above",
        formula,
        *map(_noise, (plan.noise, truth.noise)),
        f"{max(each.longest_s for each in truth.pauses) * 1e3:,.0f}",
    ]


def _noise(noise: Noise | None) -> str:
    return f"{noise.others_share:.0%}, {noise.stolen_share:.0%}" if noise else "–"


class _Quiet:
    """Progress that nobody reads."""

    def __call__(self, message: str, share: float | None = None) -> None:
        """Keep it."""

    def waited_s(self) -> float:
        """Nothing was waited for."""
        return 0.0


if __name__ == "__main__":
    main()
