"""How good is a forecast from six sizes and three repeats, or one, beside peers?

As a project measures: the last six sizes up to a cut (sizes a factor 1.4 apart), k repeats chosen
by chance, the same ones at every size, and the standard error of those k (none for k = 1). The cut
is a power of two from 128 on. Truth is the mean over all repeats at twice the cut, give or take a
tenth. Forecasts are clipped to [0, 1]. With --crossed what Leadline has learnt is learnt without
the fold of data sets that is asked about (`learn.py --crossed`), on the train half.

    python benchmarks/curves/few_repeats.py [--half train|test] [--crossed] [--peers NAMES]
        [--limit N]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import ours
from peers import CONSTRAINED
from running import Instance, arguments, forecasts, point, thin
from scoring import as_rate, figure, inside, markdown
from sources import Curve, fold_of, lcdb10

_METHODS = ["last", "POW3", CONSTRAINED, ours.NAME]
_N_SIZES = 6
_MIN_TRUTH = 20
_CUTS = 2.0 ** np.arange(7, 21)
_SEED = 20220824


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--half", choices=["train", "test"], default="test")
    parser.add_argument("--crossed", action="store_true", help="of the train half")
    options = parser.parse_args()
    if options.crossed and options.half == "test":
        parser.error("--crossed is of the train half: nothing was learnt from the other")
    curves = lcdb10("accuracy", options.half)
    learnt = ours.learnt_without if options.crossed else lambda _: None
    columns: dict[str, dict[str, list[float]]] = {}
    for k in (3, 1):
        rng = np.random.default_rng(_SEED)
        instances = thin([i for c in curves for i in few(c, k, rng)], options.limit)
        head = f"{k} repeat{'s'[: k > 1]} ({len(instances):,})"
        if options.crossed:
            instances = [replace(i, fold=fold_of(int(i.data))) for i in instances]
        found = forecasts(instances, options.methods, jobs=options.jobs, learnt=learnt)
        columns[head] = {
            name: [
                float(np.abs(as_rate(point(f)) - i.truth)[0])
                for i, f in zip(instances, fs, strict=True)
            ]
            for name, fs in found.items()
        }
        if ours.NAME in found:
            columns[head]["coverage"] = [
                float(inside(i.truth, f)[0])
                for i, f in zip(instances, found[ours.NAME], strict=True)
            ]
    print(f"LCDB 1.0, accuracy, {options.half} half, mean absolute error at twice the size\n")
    rows = [
        [name, *[figure(float(np.mean(values[name]))) for values in columns.values()]]
        for name in options.methods
    ]
    if ours.NAME in options.methods:
        shares = [figure(float(np.mean(v["coverage"])), 3) for v in columns.values()]
        rows.append([f"coverage of the 90 % interval, {ours.NAME}", *shares])
    print(markdown(["method", *columns], rows))


def few(curve: Curve, k: int, rng: np.random.Generator) -> Iterator[Instance]:
    """An instance for each cut that has six sizes before it, k common repeats, and a truth."""
    assert curve.repeats is not None
    for cut in _CUTS:
        before = np.flatnonzero(curve.sizes <= cut)[-_N_SIZES:]
        after = np.flatnonzero(np.abs(curve.sizes / (2 * cut) - 1) <= 0.1)
        if len(before) < _N_SIZES or curve.sizes[before[-1]] < cut or not len(after):
            continue
        goal = after[np.argmin(np.abs(curve.sizes[after] - 2 * cut))]
        common = np.flatnonzero(np.isfinite(curve.repeats[before]).all(axis=0))
        if len(common) < k or np.isfinite(curve.repeats[goal]).sum() < _MIN_TRUTH:
            continue
        # the first of a shuffle: one repeat is one of the three
        picked = curve.repeats[np.ix_(before, rng.permutation(common)[:k])]
        yield Instance(
            curve.sizes[before],
            picked.mean(axis=1),
            picked.std(axis=1, ddof=1) / np.sqrt(k) if k > 1 else None,
            curve.sizes[[goal]],
            curve.errors[[goal]],
            learner=curve.learner,
            n_repeats=k,
            data=curve.data,
        )


if __name__ == "__main__":
    main()
