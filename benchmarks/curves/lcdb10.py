"""How well are 4,000 curves of LCDB 1.0 forecast from their first sizes, beside peers?

A curve is the mean test error over its repeats (25 where nothing ran out of time) at sizes a factor
1.4 apart. Seen are the sizes up to a share of the largest one, four at least; scored is the largest
size, and in the second table the mean over all unseen sizes. Forecasts are clipped to [0, 1], but
for the logloss, of which the absolute log error is shown.

    python benchmarks/curves/lcdb10.py [--half train|test] [--metric accuracy] [--peers NAMES]
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import ours
from peers import CONSTRAINED
from running import Forecasts, Instance, arguments, forecasts, point, thin
from scoring import as_rate, clustered_error, figure, inside, markdown, mean_ranks
from sources import METRICS, Curve, lcdb10

SHARES = (0.05, 0.1, 0.2, 0.4, 0.8)
_METHODS = ["last", "POW3", CONSTRAINED, "POW4", "MMF4", "WBL4", ours.NAME]
_MIN_SEEN = 4
DECLARED = {"accuracy": "error_rate", "auc": "roc_auc", "f1": "f1", "logloss": "log_loss"}
LEAST = 1e-4


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--half", choices=["train", "test"], default="test")
    parser.add_argument("--metric", choices=METRICS, default="accuracy")
    options = parser.parse_args()
    curves = lcdb10(options.metric, options.half)
    instances = [i for share in SHARES for i in seen_up_to(share, curves, options.metric)]
    instances = thin(instances, options.limit)
    found = forecasts(instances, options.methods, jobs=options.jobs)
    print(f"LCDB 1.0, {options.metric}, {options.half} half: {len(curves):,} curves\n")
    for title, part in (("the largest size", slice(-1, None)), ("all unseen sizes", slice(None))):
        print(f"Scored at {title}\n")
        print_table(instances, found, part)


def seen_up_to(share: float, curves: Sequence[Curve], metric: str) -> list[Instance]:
    """The curves with enough sizes up to `share` of the largest, cut there."""
    instances = []
    for curve in curves:
        seen = curve.sizes <= share * curve.sizes[-1]
        if seen.sum() >= _MIN_SEEN:
            instances.append(
                Instance(
                    curve.sizes[seen],
                    curve.errors[seen],
                    None if curve.stderr is None else curve.stderr[seen],
                    curve.sizes[~seen],
                    curve.errors[~seen],
                    learner=curve.learner,
                    metric=DECLARED[metric],
                    n_repeats=None if curve.repeats is None else curve.repeats.shape[1],
                    group=f"{share:.0%}",
                    data=curve.data,
                )
            )
    return instances


def print_table(instances: Sequence[Instance], found: Forecasts, part: slice) -> None:
    """Error, rank and coverage a share, at the part of the unseen sizes that is asked for."""
    groups = list(dict.fromkeys(i.group for i in instances))
    chosen = {g: [n for n, i in enumerate(instances) if i.group == g] for g in groups}

    def loss(n: int, name: str) -> float:
        forecast = point(found[name][n])
        # a loss is no rate: it is not clipped to [0, 1], and its errors are compared as ratios
        if instances[n].metric == "log_loss":
            miss = np.log(np.maximum(forecast, LEAST) / np.maximum(instances[n].truth, LEAST))
        else:
            miss = as_rate(forecast) - instances[n].truth
        return float(np.abs(miss[part]).mean())

    losses = np.array([[loss(n, name) for name in found] for n in range(len(instances))])
    means = np.array([losses[chosen[g]].mean(axis=0) for g in groups])
    ranks = np.array([mean_ranks(losses[chosen[g]]) for g in groups])
    heads = [f"{g} seen ({len(chosen[g]):,})" for g in groups]
    for title, table, digits in (("mean absolute error", means, 4), ("mean rank", ranks, 2)):
        rows = [
            [name, *[figure(v, digits) for v in [*column, column.mean()]]]
            for name, column in zip(found, table.T, strict=True)
        ]
        print(markdown([title, *heads, "mean"], rows), end="\n\n")
    if ours.NAME in found:
        shares, errors = [], []
        for g in groups:
            hits = np.array(
                [inside(instances[n].truth, found[ours.NAME][n])[part].mean() for n in chosen[g]]
            )
            shares.append(figure(float(hits.mean()), 3))
            errors.append(figure(clustered_error(hits, [instances[n].data for n in chosen[g]]), 3))
        rows = [[ours.NAME, *shares], ["its standard error, by data set", *errors]]
        print(markdown(["coverage of the 90 % interval", *heads], rows))
        print()


if __name__ == "__main__":
    main()
