"""What does a forecast cost? CPU time a curve beside peers, a batch in one call, and the import.

Curves are whole ones of LCDB 1.0, train half, spread evenly over it. A forecast is one `fit` and
five quantiles at 20 sizes; a peer's is its fit and 20 values. CPU time is of the whole process:
run it with OMP_NUM_THREADS=1 and nothing beside it. The first forecast, which reads what was
learnt, is not counted.

    python benchmarks/curves/speed.py [--limit 200] [--batch 1000] [--peers NAMES]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import ours
from peers import PEERS
from running import arguments
from scoring import markdown
from sources import Curve, lcdb10

_METHODS = ["M4", "BNSL", "POW4", ours.NAME]
_LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]
_MIN_SIZES = 5
_N_IMPORTS = 7
_N_ROUNDS = 3


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--batch", type=int, default=1000, help="curves in one call of fit_all")
    options = parser.parse_args()
    # the peers' logarithms need errors above 0
    curves = [c for c in lcdb10() if len(c.sizes) >= _MIN_SIZES and c.errors.min() > 0]
    chosen = _spread(curves, options.limit or 200)
    rows = []
    for name in options.methods:
        ask = _ours if name == ours.NAME else _asking(name)
        ask(chosen[0])
        spent = [_cpu_s(lambda c=curve, ask=ask: ask(c)) for curve in chosen]
        rows.append([name, *[f"{1e3 * t:.2f}" for t in _spots(spent)]])
    print(markdown([f"CPU ms a curve ({len(chosen)})", "median", "mean", "95 %"], rows))
    if ours.NAME in options.methods:
        print()
        _print_batch(_spread(curves, options.batch))
        print()
        _print_imports()


def _spread(curves: list[Curve], n: int) -> list[Curve]:
    return [curves[i] for i in np.linspace(0, len(curves) - 1, min(n, len(curves))).astype(int)]


def _at(curve: Curve) -> np.ndarray:
    """Twenty sizes, up to 16 times the largest."""
    return curve.sizes[-1] * np.geomspace(1, 16, 20)


def _ours(curve: Curve) -> None:
    from leadline.stats.curves import fit

    fit(curve.sizes, curve.errors, curve.stderr).quantile(_at(curve), _LEVELS)


def _asking(name: str) -> Callable[[Curve], None]:
    def ask(curve: Curve) -> None:
        PEERS[name](curve.sizes, curve.errors, curve.stderr, _at(curve))

    return ask


def _cpu_s(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def _spots(spent: list[float]) -> list[float]:
    return [statistics.median(spent), statistics.fmean(spent), float(np.quantile(spent, 0.95))]


def _print_batch(curves: list[Curve]) -> None:
    """Fits alone: one call for all, and a call a curve, in turns; the least of each."""
    from leadline.stats.curves import fit

    batch = [(c.sizes, c.errors, c.stderr) for c in curves]
    rounds = [
        (_cpu_s(lambda: ours.forecast_many(batch)), _cpu_s(lambda: [fit(*c) for c in batch]))
        for _ in range(_N_ROUNDS)
    ]
    together, singly = (min(spent) for spent in zip(*rounds, strict=True))
    rows = [
        ["one call of fit_all", f"{together:.2f}", f"{1e3 * together / len(batch):.2f}"],
        ["single calls of fit", f"{singly:.2f}", f"{1e3 * singly / len(batch):.2f}"],
    ]
    print(markdown([f"{len(batch):,} fits", "CPU s", "ms a curve"], rows))


def _print_imports() -> None:
    """Wall time until a fresh process has imported, median of several; Python's start not in it."""
    rows = []
    for module in ("numpy", "leadline.stats.curves"):
        code = f"import time; t = time.perf_counter(); import {module}; "
        code += "print(time.perf_counter() - t)"
        spent = [
            float(
                subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
            )
            for _ in range(_N_IMPORTS)
        ]
        rows.append([module, f"{1e3 * statistics.median(spent):.0f}"])
    print(markdown(["import in a fresh process", "ms"], rows))


if __name__ == "__main__":
    main()
