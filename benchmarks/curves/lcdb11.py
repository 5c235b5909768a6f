"""How well are curves of unseen data sets forecast 2, 4, 8 and 16 times further (LCDB 1.1)?

Instances: for each data set and learner the mean errors at every 4th size of the grid (a factor 1.4
apart) up to a cut, at least five of them, the cut at every octave (16, 32, 64, ...). Truth is the
mean error at 2, 4, 8 and 16 times the cut, wherever it was measured. Forecasts are clipped to
[0, 1]. What Leadline has learnt is learnt without the fold of data sets it is asked about.

    python benchmarks/curves/lcdb11.py [--learnt crossed|shipped] [--peers NAMES] [--limit N]
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import ours
from cutting import RATIOS, cuts_of
from families import FAMILIES, family_of
from peers import CONSTRAINED
from running import Forecasts, Instance, arguments, forecasts, point, thin
from scoring import as_rate, figure, inside, log_width, markdown
from sources import Grid, fold_of, lcdb11

_METHODS = ["last", "POW3", CONSTRAINED, "POW4", "MMF4", "WBL4", ours.NAME]


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--step", type=int, default=4, help="every so many sizes of the grid")
    parser.add_argument("--no-dummy", action="store_true", help="leave out DummyClassifier")
    parser.add_argument(
        "--learnt",
        choices=["crossed", "shipped"],
        default="crossed",
        help="shipped has seen these data sets: for a quick look only",
    )
    options = parser.parse_args()
    instances = list(cut_at_octaves(lcdb11(), options.step))
    if options.no_dummy:
        instances = [i for i in instances if i.learner != "DummyClassifier"]
    instances = thin(instances, options.limit)
    found = forecasts(instances, options.methods, jobs=options.jobs, learnt=_learnt(options))
    counts = [sum(r in _ratios(i) for i in instances) for r in RATIOS]
    heads = [f"{r}x ({n:,})" for r, n in zip(RATIOS, counts, strict=True)]
    print(f"LCDB 1.1: {len(instances):,} instances, what is learnt is {options.learnt}\n")
    rows = [[name, *_errors(instances, found, name)] for name in options.methods]
    print(markdown(["mean absolute error", *heads], rows))
    if ours.NAME in found:
        print()
        _print_intervals(instances, found[ours.NAME], heads)


def _learnt(options: object):
    crossed = getattr(options, "learnt", "crossed") == "crossed"
    return lambda fold: ours.learnt_without(fold) if crossed else None


def cut_at_octaves(grid: Grid, step: int = 4) -> Iterator[Instance]:
    """Every curve, cut at every octave that leaves enough sizes before it and one after."""
    for cut in cuts_of(grid, step):
        errors, learner = grid.errors[cut.row, cut.column], grid.learners[cut.column]
        yield Instance(
            grid.sizes[cut.seen],
            errors[cut.seen],
            grid.stderr[cut.row, cut.column][cut.seen],
            grid.sizes[cut.later],
            errors[cut.later],
            learner=learner,
            n_repeats=25,
            fold=fold_of(grid.openml_ids[cut.row]),
            group=family_of(learner),
        )


def _ratios(instance: Instance) -> list[int]:
    """How many times further than the cut each truth lies."""
    return [round(ratio) for ratio in instance.at / instance.sizes[-1]]


def _errors(instances: list[Instance], found: Forecasts, name: str) -> list[str]:
    losses: dict[int, list[float]] = {r: [] for r in RATIOS}
    for i, forecast in zip(instances, found[name], strict=True):
        for ratio, loss in zip(_ratios(i), np.abs(as_rate(point(forecast)) - i.truth), strict=True):
            losses[ratio].append(float(loss))
    return [figure(float(np.mean(v)) if v else None) for v in losses.values()]


def _print_intervals(instances: list[Instance], found: list[np.ndarray], heads: list[str]) -> None:
    """Coverage and mean log width of ours at every ratio, and coverage a family of learners."""
    ratio = np.concatenate([_ratios(i) for i in instances])
    family = np.concatenate([[i.group] * len(i.at) for i in instances])
    hits = np.concatenate([inside(i.truth, f) for i, f in zip(instances, found, strict=True)])
    widths = np.concatenate([log_width(f) for f in found])

    def means(values: np.ndarray, digits: int) -> list[str]:
        return [figure(float(values[ratio == r].mean()), digits) for r in RATIOS]

    rows = [["coverage", *means(hits, 3)], ["mean log width", *means(widths, 2)]]
    print(markdown([f"90 % interval of {ours.NAME}", *heads], rows), end="\n\n")
    rows = [
        [f, f"{(family == f).sum():,}", figure(float(hits[family == f].mean()), 3)]
        for f in FAMILIES
        if (family == f).any()
    ]
    print(markdown(["coverage by family, all ratios", "forecasts", "covered"], rows))


if __name__ == "__main__":
    main()
