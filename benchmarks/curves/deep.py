"""How well are curves of neural networks forecast 2 to 64 times further, by what others taught?

Curves of nine public sources (`networks.py`), cut at every octave that leaves five sizes before
it. What Leadline has learnt of networks is learnt without the source that is asked about. The half
on which choices were made and the other are shown apart. Every group of curves counts once. Last
come small networks of our own (`measuring_networks.py`), which nothing is learnt from; the weight
that losses of networks that classify give to what public ones taught was chosen on them, and they
are shown with a language model's weight, too. With --learn-own the public halves are forecast by
what our own networks taught besides, as one source or as two.

    python benchmarks/curves/deep.py [--of learning|judging|own] [--learn-own one|two]
        [--peers NAMES]
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import numpy as np
import ours
from learning import Example
from networks import group_weights, learn_networks, networks, own_networks
from peers import CONSTRAINED
from running import Instance, arguments, forecasts, point
from scoring import figure, inside, log_width, markdown, weighted_median

from leadline.stats.curves.learnt import Learnt, learnt

_METHODS = [
    "last",
    "POW3",
    CONSTRAINED,
    "POW4",
    "MMF4",
    "WBL4",
    "M2",
    "M3",
    "M4",
    "BNSL",
    ours.NAME,
]
_RATIOS = (2, 4, 8, 16, 32, 64)
_NEAR = 0.25  # of log size
_FEWEST = 20
_LEAST = 1e-6


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--of", choices=["learning", "judging", "own"])
    parser.add_argument("--learn-own", choices=["one", "two"], default="")
    options = parser.parse_args()
    for part in [options.of] if options.of else ["learning", "judging", "own"]:
        for title, examples in _tables_of(part).items():
            instances = instances_of(examples)
            seen = _all_of_it if part == "own" else partial(without, learn_own=options.learn_own)
            found = forecasts(instances, options.methods, jobs=options.jobs, learnt=seen)
            weights = group_weights(examples)
            print(f"{title}: {len(instances)} cuts, {weights.sum():.0f} groups\n")
            print_table(instances, found, weights)


def _tables_of(part: str) -> dict[str, list[Example]]:
    if part != "own":
        return {f"{part} half": networks(part)}
    tables: dict[str, list[Example]] = {}
    for example in own_networks():
        kind = "language models" if example.family == "language-model" else "classifiers"
        title = f"our own {kind}, {example.metric}"
        tables.setdefault(title, []).append(example)
        if (kind, example.metric) == ("classifiers", "log_loss"):
            as_one = replace(example, family="language-model")
            tables.setdefault(f"{title} as a language model's", []).append(as_one)
    return tables


def _all_of_it(_: str) -> Learnt:
    return learnt()


def instances_of(examples: list[Example]) -> list[Instance]:
    """What a method sees of each cut curve, and what came."""
    return [
        Instance(
            e.sizes,
            e.errors,
            e.stderr,
            e.later_sizes,
            e.later_errors,
            family=e.family,
            metric=e.metric,
            n_repeats=e.n_repeats,
            fold=e.source,
        )
        for e in examples
    ]


@cache
def without(source: str, learn_own: str = "") -> Learnt:
    """What ships, but for what a source taught of networks; and with what our own teach."""
    shipped = learnt()
    others = [e for e in networks() if e.source != source]
    for example in own_networks() if learn_own else []:
        is_one = learn_own == "one" or example.family == "language-model"
        others.append(replace(example, source="our own" if is_one else "our own classifiers"))
    deep = learn_networks(others, (shipped.known, shipped.hidden))
    return replace(shipped, networks=deep)


def print_table(
    instances: list[Instance], found: dict[str, list[np.ndarray]], weights: np.ndarray
) -> None:
    """Median absolute log error of each method, and the coverage of ours, at every ratio."""
    asked = {ratio: _near(instances, ratio) for ratio in _RATIOS}
    asked = {ratio: pairs for ratio, pairs in asked.items() if len(pairs) >= _FEWEST}
    heads = [f"{ratio}x ({len(pairs)})" for ratio, pairs in asked.items()]
    rows = []
    for name, all_of_it in found.items():
        row = [name]
        for pairs in asked.values():
            miss = [
                np.log(max(point(all_of_it[k])[at], _LEAST) / instances[k].truth[at])
                for k, at in pairs
            ]
            row.append(figure(weighted_median(np.abs(miss), weights[[k for k, _ in pairs]])))
        rows.append(row)
    print(markdown(["median absolute log error", *heads], rows), end="\n\n")
    if ours.NAME not in found:
        return
    held, width = ["coverage of the 90 % interval"], ["its median log width"]
    for pairs in asked.values():
        own = weights[[k for k, _ in pairs]]
        intervals = [found[ours.NAME][k][:, at] for k, at in pairs]
        hits = [
            inside(instances[k].truth[at], i) for (k, at), i in zip(pairs, intervals, strict=True)
        ]
        held.append(figure(float(np.average(hits, weights=own)), 3))
        width.append(figure(weighted_median(np.array([log_width(i) for i in intervals]), own), 2))
    print(markdown([ours.NAME, *heads], [held, width]), end="\n\n")


def _near(instances: list[Instance], ratio: int) -> list[tuple[int, int]]:
    """Instance and place of the size next to so many times the cut, where there is one."""
    found = []
    for k, instance in enumerate(instances):
        distance = np.abs(np.log(instance.at / instance.sizes[-1] / ratio))
        if distance.min() < _NEAR:
            found.append((k, int(np.argmin(distance))))
    return found


if __name__ == "__main__":
    main()
