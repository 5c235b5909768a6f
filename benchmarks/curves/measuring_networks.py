"""Measure curves of small networks of our own over data size, into `network_curves.csv.gz`.

Language models of bytes, small enough that more text stops helping them; classifiers of lines and
of pictures. Error rate and log-loss on rows of files, or pictures, that nothing was learnt from;
sizes double and are nested. Each is trained until it no longer gets better on a tenth kept back, or
4,000 steps have been made. What is measured is the text that the installed packages have, so
another release of one gives somewhat other curves.

    python benchmarks/curves/measuring_networks.py [--only TASK,TASK] [--jobs 2]
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path

import polars as pl
import torch
from joblib import Parallel, delayed
from network_tasks import TASKS, task_of
from small_networks import measure, networks_for

CURVES = Path(__file__).with_name("network_curves.csv.gz")
_SMALLEST = {"digits": 20}
_SMALLEST_SPANS, _SMALLEST_LINES = 64, 50
_REPEATS = {"digits": 5}
_REPEATS_OF_LINES = 3
_DIGITS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(TASKS))
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    if unknown := set(options.only) - set(TASKS):
        parser.error(f"no task {', '.join(sorted(unknown))}: one of {', '.join(TASKS)}")
    asked = [(name, network) for name in options.only for network in networks_for(task_of(name))]
    for measured in Parallel(options.jobs, return_as="generator")(
        delayed(_curve)(*p) for p in asked
    ):
        _keep(measured)


def _keep(measured: pl.DataFrame) -> None:
    """Put a curve into the file, in the place of what it had of the same."""
    keys = ["task", "network"]
    if CURVES.exists():
        measured = pl.concat([pl.read_csv(CURVES).join(measured, on=keys, how="anti"), measured])
    measured = measured.sort(*keys, "metric", "repeat", "n")
    CURVES.write_bytes(gzip.compress(measured.write_csv().encode(), mtime=0))


def _curve(name: str, network: str) -> pl.DataFrame:
    """Every size and repeat of one network on one task, a row a metric."""
    torch.set_num_threads(1)
    task, make = task_of(name), networks_for(task_of(name))[network]
    is_text = task.unit > 1
    first = _SMALLEST.get(name, _SMALLEST_SPANS if is_text else _SMALLEST_LINES)
    rows = []
    for repeat in range(1 if is_text else _REPEATS.get(name, _REPEATS_OF_LINES)):
        n_rows = first
        while n_rows <= len(task.x):
            values = measure(make, task, n_rows, seed=repeat)
            for metric, value in zip(("error_rate", "log_loss"), values, strict=True):
                rounded = round(value, _DIGITS)
                rows.append((name, network, metric, repeat, n_rows * task.unit, rounded))
            n_rows *= 2
    print(f"{name}: {network}", file=sys.stderr, flush=True)
    keys = ["task", "network", "metric", "repeat", "n", "value"]
    return pl.DataFrame(rows, schema=keys, orient="row")


if __name__ == "__main__":
    main()
