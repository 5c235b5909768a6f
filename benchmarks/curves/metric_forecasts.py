"""How well are RMSE, MAE, R² and average precision forecast 2, 4 and 8 times further, beside peers?

Curves of `metric_curves.csv.gz` (`measuring_metrics.py` measures them), cut at every size from the
fifth on; seen are five of six repeats, the truth is the mean of all six. Errors of forecasts are
absolute log errors, where errors below .001 count as .001. Every data set counts once. Data sets
are those of one half: what ships has learnt from the learning half; before it had, both were new.
With --crossed each data set of the learning half is forecast with a calibration of the others.

    python benchmarks/curves/metric_forecasts.py [--half learning|test] [--metric NAME]
        [--repeats N] [--crossed]
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache, partial

import numpy as np
import ours
from learning import Example, with_groups
from metric_examples import METRICS, OF_NUMBERS, examples_of
from peers import CONSTRAINED
from running import Instance, arguments, forecasts, point, thin
from scoring import figure, inside, log_width, markdown, weighted_median

from leadline.stats.curves.fitting import FEW_REPEATS
from leadline.stats.curves.learnt import Learnt, learnt
from leadline.stats.metric import METRICS as EVERY

_METHODS = ["last", "POW3", CONSTRAINED, "M4", ours.NAME]
_RATIOS = (2, 4, 8)
_LEAST = 1e-3


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--half", choices=["learning", "test"], default="test")
    parser.add_argument("--repeats", type=int, default=5, help="that are seen (default: 5)")
    parser.add_argument("--metric", choices=METRICS, help="this one alone")
    parser.add_argument("--crossed", action="store_true", help="calibrated on the other data sets")
    options = parser.parse_args()
    if options.crossed and (options.half == "test" or options.repeats < FEW_REPEATS):
        parser.error(f"--crossed is of the learning half, with {FEW_REPEATS} repeats or more")
    own = [name for name in OF_NUMBERS if EVERY[name].square_of is None]
    lesson = examples_of("learning", FEW_REPEATS, metrics=own) if options.crossed else []
    others = cache(partial(_without, lesson))
    for metric in [options.metric] if options.metric else METRICS:
        examples = examples_of(options.half, options.repeats, metrics=[metric])
        instances = thin([instance_of(example) for example in examples], options.limit)
        if options.crossed:
            instances = [replace(instance, fold=instance.group) for instance in instances]
        found = forecasts(instances, options.methods, jobs=options.jobs, learnt=others)
        n_data = len({instance.group for instance in instances})
        print(f"{metric}, {options.half} half: {n_data} data sets, {len(instances):,} cuts\n")
        print_table(instances, found)


def _without(lesson: list[Example], data: str | None) -> Learnt | None:
    """What ships, RMSE and MAE calibrated without one data set; as it is where none is named."""
    if data is None:
        return None
    every = learnt()
    others = [example for example in lesson if str(example.data) != data]
    return replace(every, known=with_groups(every.known, others, every.networks))


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
    held, width, spread = ["coverage"], ["median log width"], ["its standard error, by data set"]
    for ratio, pairs in asked.items():
        intervals = np.array([found[ours.NAME][k][:, at] for k, at in pairs]).T
        truth = np.array([instances[k].truth[at] for k, at in pairs])
        hits = inside(np.maximum(truth, _LEAST), np.maximum(intervals, _LEAST))
        held.append(figure(float(np.average(hits, weights=weights[ratio])), 3))
        groups = np.array([instances[k].group for k, _ in pairs])
        means = [hits[groups == group].mean() for group in np.unique(groups)]
        spread.append(figure(float(np.std(means, ddof=1) / np.sqrt(len(means))), 3))
        width.append(figure(weighted_median(log_width(intervals), weights[ratio]), 2))
    print(markdown([f"90 % interval of {ours.NAME}", *heads], [held, spread, width]), end="\n\n")


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
