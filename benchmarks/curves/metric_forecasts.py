"""How well are RMSE, MAE, R² and average precision forecast 2, 4 and 8 times further, beside peers?

Curves of `metric_curves.csv.gz` (`measuring_metrics.py` measures them), cut at every size from the
fifth on; seen are five of six repeats, the truth is the mean of all six. Errors of forecasts are
absolute log errors, where errors below .001 count as .001. Every data set counts once. Data sets
are those of one half: what ships has learnt from the learning half; before it had, both were new.

    python benchmarks/curves/metric_forecasts.py [--half learning|test] [--metric NAME]
        [--repeats N]
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import ours
from learning import Example
from metric_examples import METRICS, examples_of
from peers import CONSTRAINED
from running import Instance, arguments, forecasts, point, thin
from scoring import figure, inside, log_width, markdown, weighted_median

_METHODS = ["last", "POW3", CONSTRAINED, "M4", ours.NAME]
_RATIOS = (2, 4, 8)
_LEAST = 1e-3


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--half", choices=["learning", "test"], default="test")
    parser.add_argument("--repeats", type=int, default=5, help="that are seen (default: 5)")
    parser.add_argument("--metric", choices=METRICS, help="this one alone")
    options = parser.parse_args()
    for metric in [options.metric] if options.metric else METRICS:
        examples = examples_of(options.half, options.repeats, metrics=[metric])
        instances = thin([instance_of(example) for example in examples], options.limit)
        found = forecasts(instances, options.methods, jobs=options.jobs)
        n_data = len({instance.group for instance in instances})
        print(f"{metric}, {options.half} half: {n_data} data sets, {len(instances):,} cuts\n")
        print_table(instances, found)


def instance_of(example: Example) -> Instance:
    """What a method sees of a cut curve, and what came."""
    return Instance(
        example.sizes,
        example.errors,
        example.stderr,
        example.later_sizes,
        example.later_errors,
        family=example.family,
        metric=example.metric,
        n_repeats=example.n_repeats,
        group=str(example.data),
    )


def print_table(instances: list[Instance], found: dict[str, list[np.ndarray]]) -> None:
    """Mean and median absolute log error of each method, and coverage of ours, at every ratio."""
    asked = {ratio: pairs for ratio in _RATIOS if (pairs := _at(instances, ratio))}
    heads = [f"{ratio}x ({len(pairs):,})" for ratio, pairs in asked.items()]
    weights = {ratio: _weights(instances, pairs) for ratio, pairs in asked.items()}
    rows = []
    for name, all_of_it in found.items():
        row = [name]
        for ratio, pairs in asked.items():
            forecast = np.array([point(all_of_it[k])[at] for k, at in pairs])
            truth = np.array([instances[k].truth[at] for k, at in pairs])
            miss = np.abs(np.log(np.maximum(forecast, _LEAST) / np.maximum(truth, _LEAST)))
            mean = float(np.average(miss, weights=weights[ratio]))
            row.append(f"{figure(mean)} / {figure(weighted_median(miss, weights[ratio]))}")
        rows.append(row)
    print(markdown(["mean / median absolute log error", *heads], rows), end="\n\n")
    if ours.NAME not in found:
        return
    held, width = ["coverage"], ["median log width"]
    for ratio, pairs in asked.items():
        intervals = np.array([found[ours.NAME][k][:, at] for k, at in pairs]).T
        truth = np.array([instances[k].truth[at] for k, at in pairs])
        hits = inside(np.maximum(truth, _LEAST), np.maximum(intervals, _LEAST))
        held.append(figure(float(np.average(hits, weights=weights[ratio])), 3))
        width.append(figure(weighted_median(log_width(intervals), weights[ratio]), 2))
    print(markdown([f"90 % interval of {ours.NAME}", *heads], [held, width]), end="\n\n")


def _at(instances: list[Instance], ratio: int) -> list[tuple[int, int]]:
    """Instance and place of the size so many times the cut, where there is one."""
    return [
        (k, place)
        for k, instance in enumerate(instances)
        for place in np.flatnonzero(instance.at == ratio * instance.sizes[-1])
    ]


def _weights(instances: list[Instance], pairs: list[tuple[int, int]]) -> np.ndarray:
    counts = Counter(instances[k].group for k, _ in pairs)
    return np.array([1 / counts[instances[k].group] for k, _ in pairs])


if __name__ == "__main__":
    main()
