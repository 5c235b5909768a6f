"""Ask every method for every instance, in one or two processes, with progress on stderr."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import ours
from families import family_of
from peers import CONSTRAINED, FAILURES, PEERS

_CHUNK = 100
# its name holds a comma, as no list on a command line may
_SHORT = "pow3 cw"


@dataclass(frozen=True)
class Instance:
    """What a method may see, where it must forecast, and what came."""

    sizes: np.ndarray
    errors: np.ndarray
    stderr: np.ndarray | None
    at: np.ndarray
    truth: np.ndarray
    learner: str | None = None
    family: str | None = None
    metric: str = "error_rate"
    n_repeats: int | None = None
    fold: int | str | None = None
    group: str = ""
    data: str = ""


Forecasts = dict[str, list[np.ndarray]]
"""For each method a forecast an instance: shape (n,), or (3, n) for ours (low, median, high)."""


def arguments(about: str | None, names: Iterable[str]) -> argparse.ArgumentParser:
    """The options every script has; `names` are the methods of its table, ours among them."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, help="only so many instances, spread evenly")
    parser.add_argument(
        "--peers",
        dest="methods",
        type=lambda text: _known(text.split(","), list(names)),
        default=list(names),
        metavar="NAME,NAME",
        help=f"run these alone: {'; '.join(names)}. '{_SHORT}' is short for the one with a "
        f"comma, 'peers' means all but {ours.NAME}",
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    return parser


def _known(wanted: list[str], names: list[str]) -> list[str]:
    if wanted == ["peers"]:
        return [name for name in names if name != ours.NAME]
    known = {name.lower(): name for name in names} | {_SHORT: CONSTRAINED}
    chosen = [known.get(name.strip().lower(), name) for name in wanted]
    for name in chosen:
        if name not in names:
            raise argparse.ArgumentTypeError(f"no method {name!r} in this table")
    return [name for name in names if name in chosen]


def thin(instances: list[Instance], limit: int | None) -> list[Instance]:
    """At most `limit` instances, evenly spread over the list."""
    if limit is None or limit >= len(instances):
        return instances
    return [instances[i] for i in np.linspace(0, len(instances) - 1, limit).astype(int)]


def forecasts(
    instances: Sequence[Instance],
    methods: Sequence[str],
    *,
    jobs: int = 1,
    learnt: Callable[[Any], object] = lambda _: None,
) -> Forecasts:
    """Every method's forecasts; `learnt` gives what ours has learnt for an instance's fold."""
    folds = sorted({i.fold for i in instances}, key=str) if ours.NAME in methods else []
    known = {fold: learnt(fold) for fold in folds}
    chunks = [instances[i : i + _CHUNK] for i in range(0, len(instances), _CHUNK)]
    out: Forecasts = {name: [] for name in methods}
    failures: Counter[str] = Counter()
    began = time.monotonic()
    for n, (part, failed) in enumerate(_results(chunks, methods, known, jobs), start=1):
        for name in methods:
            out[name] += part[name]
        failures += failed
        if n % 10 == 0 or n == len(chunks):
            done = min(n * _CHUNK, len(instances))
            spent = time.monotonic() - began
            print(f"{done:,} of {len(instances):,} instances, {spent:.0f} s", file=sys.stderr)
    for name, count in failures.items():
        print(f"{name}: {count} forecasts fell back to the last value", file=sys.stderr)
    return out


def _results(
    chunks: Sequence[Sequence[Instance]], methods: Sequence[str], known: dict, jobs: int
) -> Iterable[tuple[Forecasts, Counter[str]]]:
    if jobs == 1:
        return (_forecast_chunk(chunk, methods, known) for chunk in chunks)
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=jobs, return_as="generator")
    return parallel(delayed(_forecast_chunk)(chunk, methods, known) for chunk in chunks)


def _forecast_chunk(
    chunk: Sequence[Instance], methods: Sequence[str], known: dict
) -> tuple[Forecasts, Counter[str]]:
    FAILURES.clear()
    out: Forecasts = {}
    for name in methods:
        if name == ours.NAME:
            out[name] = [
                ours.forecast(
                    i.sizes,
                    i.errors,
                    i.stderr,
                    i.at,
                    family=family_of(i.learner) if i.learner else i.family,
                    metric=i.metric,
                    n_repeats=i.n_repeats,
                    learnt=known[i.fold],
                )
                for i in chunk
            ]
        else:
            out[name] = [PEERS[name](i.sizes, i.errors, i.stderr, i.at) for i in chunk]
    return out, Counter(FAILURES)


def point(forecast: np.ndarray) -> np.ndarray:
    """The forecast that is scored: the median, where there is an interval."""
    return forecast[1] if forecast.ndim == 2 else forecast
