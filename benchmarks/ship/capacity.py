"""Plans of capacity against the truth: is p99 at the planned rate what the plan says?

    python benchmarks/ship/capacity.py [--p99-ms 25] [--seconds 45] [--runs 10] [--quick]

Three models. Each is measured and planned as `leadline run capacity` does it; then another server
process of the same release is driven at the planned rate, again and again, each time with new
random times. A plan is good if the measured p99 lies within -25 and +40 % of the planned one, and
never above what was promised. Beside it what the formula E[S] ln 100 / (1 - utilisation) says of
the same rate. It measures what a quiet machine has: the last columns say how quiet it was.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
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
from leadline.processes.release_server import server_process
from leadline.serving.releases.bundle import load_or_make_key

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_HEADS = [
    "model", "answer", "planned /s", "of most", "plan p99 ms", "bound", "measured: median (range)",
    "error: median (worst)", "within", "above promise", "formula error", "others", "then",
]  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """What came out at the planned rate, run by run."""

    steps: list[Step]
    noise: Noise | None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--p99-ms", type=float, default=25.0, help="promised for every model")
    parser.add_argument("--seconds", type=float, default=45.0, help="of a plan")
    parser.add_argument("--runs", type=int, default=10, help="that hold a plan against the truth")
    parser.add_argument("--run-seconds", type=float, default=7.0, help="of each of them")
    parser.add_argument("--models", nargs="*", default=names(), choices=names())
    parser.add_argument("--quick", action="store_true", help="one model, two runs")
    given = parser.parse_args()
    if given.quick:
        given.models, given.seconds, given.runs = ["table, linear"], 15.0, 2
    table = []
    for name in given.models:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            model = make(name, folder, load_or_make_key(folder / "key"))
            plan = _plan(model, folder, given.p99_ms / 1e3, given.seconds)
            print(f"{name}: {plan.summary}", file=sys.stderr)
            truth = _truth(model, folder, plan, given.runs, given.run_seconds)
            table.append([name, *_cells(plan, truth)])
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
        return Truth([], None)
    rng = np.random.default_rng(1)
    bodies, steps = bodies_of(model.rows), []
    with (
        server_process(model.release, key=folder / "key") as (port, pid),
        load_generator(Target("127.0.0.1", port)) as generator,
    ):
        generator.closed_loop(bodies, n_clients=32, seconds=1.0)  # warms up
        meter, before_s = NoiseMeter(pid), generator.cpu_s
        for _ in range(n_runs):
            answers = generator.open_loop(
                bodies, rate_per_s=rate, seconds=seconds, rng=rng, patience_s=5.0
            )
            steps.append(step_of(rate, [answers]))
        noise = meter.noise(generator.cpu_s - before_s)
    return Truth(steps, noise)


def _cells(plan: Capacity, truth: Truth) -> list[str]:
    if plan.planned is None or plan.p99_s is None or plan.promised_s is None:
        return [plan.answer.value, *["–"] * (len(_HEADS) - 2)]
    found = np.array([np.inf if each.p99_s is None else each.p99_s for each in truth.steps])
    errors = found / plan.p99_s - 1
    n_near = int(((errors >= NEAR_LOW) & (errors <= NEAR_HIGH)).sum())
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
        f"{n_near} of {len(found)}",
        f"{int((found > plan.promised_s).sum())} of {len(found)}",
        formula,
        *(f"{each.others_share:.0%}" if each else "–" for each in (plan.noise, truth.noise)),
    ]


class _Quiet:
    """Progress that nobody reads."""

    def __call__(self, message: str, share: float | None = None) -> None:
        """Keep it."""

    def waited_s(self) -> float:
        """Nothing was waited for."""
        return 0.0


if __name__ == "__main__":
    main()
