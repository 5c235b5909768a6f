"""What it does to a p99 that server and generator have processors of their own.

    python benchmarks/ship/processors_apart.py [--rate 4000] [--runs 8] [--seconds 2.5]

One server of each release, driven at one rate in turn with both processes on all processors and
with each on its own, as `leadline run capacity` keeps them. "Spread" is the standard deviation of
the logarithm of p99 between runs; "within" the runs within -25 and +40 % of their median.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from same_models import make, names

from leadline.phases.capacity.capacity_evidence import NEAR_HIGH, NEAR_LOW
from leadline.processes.http_connection import Target
from leadline.processes.load_generator import LoadGenerator, bodies_of, load_generator
from leadline.processes.machine_noise import NoiseMeter
from leadline.processes.own_processors import keep, keep_apart
from leadline.processes.release_server import server_process
from leadline.serving.releases.bundle import load_or_make_key

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_HEADS = ["model", "processors", "runs", "p99 ms: median (range)", "spread", "within", "others"]
_HOW = ("all for both", "their own")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=4000.0, help="requests a second")
    parser.add_argument("--runs", type=int, default=8, help="of each kind")
    parser.add_argument("--seconds", type=float, default=2.5, help="of a run")
    parser.add_argument("--models", nargs="*", default=["table, linear", "table, boosting"])
    given = parser.parse_args()
    if unknown := set(given.models) - set(names()):
        parser.error(f"no such models: {', '.join(sorted(unknown))}; there are {names()}")
    rows = []
    for name in given.models:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            model = make(name, folder, load_or_make_key(folder / "key"))
            with (
                server_process(model.release, key=folder / "key") as (port, pid),
                load_generator(Target("127.0.0.1", port)) as generator,
            ):
                bodies = bodies_of(model.rows)
                rows += _table(name, pid, generator, bodies, given)
    print(markdown(_HEADS, rows))


def _table(
    name: str, pid: int, generator: LoadGenerator, bodies: list[bytes], given: argparse.Namespace
) -> list[list[str]]:
    generator.closed_loop(bodies, n_clients=32, seconds=1.0)  # warms up
    every, rng = os.sched_getaffinity(0), np.random.default_rng(1)
    p99s: dict[str, list[float]] = {how: [] for how in _HOW}
    meter, before_s = NoiseMeter(pid), generator.cpu_s
    for _ in range(given.runs):
        for how in _HOW:
            if how == "their own":
                keep_apart(pid, generator.process)
            else:
                for process in (pid, generator.process):
                    keep(process, every)
            answers = generator.open_loop(
                bodies, rate_per_s=given.rate, seconds=given.seconds, rng=rng, patience_s=5.0
            )
            p99s[how].append(float(np.quantile(answers.latency_s, 0.99, method="inverted_cdf")))
    noise = meter.noise(generator.cpu_s - before_s)
    others = f"{noise.others_share:.0%}" if noise else "–"
    return [[name, how, *_cells(np.array(p99s[how])), others] for how in _HOW]


def _cells(p99s: np.ndarray) -> list[str]:
    middle = np.median(p99s)
    errors = p99s / middle - 1
    n_within = ((errors >= NEAR_LOW) & (errors <= NEAR_HIGH)).sum()
    return [
        f"{p99s.size}",
        f"{middle * 1e3:,.1f} ({p99s.min() * 1e3:,.1f} to {p99s.max() * 1e3:,.1f})",
        f"{np.log(p99s).std(ddof=1):.2f}",
        f"{n_within}",
    ]


if __name__ == "__main__":
    main()
