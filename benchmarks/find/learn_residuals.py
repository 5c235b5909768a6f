"""Learn what ships in `leadline/stats/candidate_residuals.json`: by how much forecasts miss.

From the learning half of LCDB 1.1 only: every learner of a data set is cut at the same octaves,
its error at 2 to 64 times the cut is forecast, and the residuals of all learners of a data set are
taken together. Learners whose last error is far above the best one's say nothing about a
choice and are left out. Forecasts are by the table of curves that was learnt without the data set's
fold, so run `benchmarks/curves/learn.py --crossed` before. Or say --shipped, for a look with a
table that has seen these data; the file is written then too, so take it back afterwards.

Also once without each fold, into the cache, for `regret.py --half train`. With --regret the regret
on these data sets is printed, each fold with residuals of the others, for every ratio.

    python benchmarks/find/learn_residuals.py [--shipped] [--regret]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

import ours
from cutting import RATIOS, cuts_of
from families import family_of
from scoring import markdown
from sources import Grid, cache, fold_of, half_of, lcdb11

from leadline.stats.candidate_residuals import (
    ANY_KIND,
    ResidualTable,
    joint_log_errors,
    unpacked,
)
from leadline.stats.curves import fit
from leadline.stats.curves.learnt import Learnt

SHIPPED = Path(__file__).resolve().parents[2] / "src/leadline/stats/candidate_residuals.json"
N_FOLDS = 5
N_COMPARED = 6
"""Learners drawn by chance of each data set, as many as a search compares."""
N_PICKS = 30
_STEP = 4
_FEWEST_LEARNERS = 5
_TINY = 1e-6
# logarithms: of a residual, and of how far behind the best a learner may be
_MOST, _MOST_BEHIND = 0.5, 1.0
_N_SCALES = 10
# weights of what is pooled, in data sets
_N_OF_MEAN, _N_OF_VARIANCE, _N_OF_PAIR = 5.0, 5.0, 15.0
_LEAST_VARIANCE = 0.003
_N_DIGITS = 4
# kinds of one family whose curves turn
_OWN_KINDS = {
    "QDA": "quadratic discriminant",
    "QuadraticDiscriminantAnalysis": "quadratic discriminant",
    "SVM_Poly": "polynomial svm",
    "SVC_poly": "polynomial svm",
}


@dataclass(frozen=True)
class Cutting:
    """The learners of one data set at one cut: log errors there, forecast, and later."""

    data: int
    ratio: int
    kinds: tuple[str, ...]
    last: np.ndarray
    change: np.ndarray
    std: np.ndarray
    later: np.ndarray

    @property
    def residuals(self) -> np.ndarray:
        return np.clip(self.later - self.last - self.change, -_MOST, _MOST)

    def some(self, rng: np.random.Generator, n: int) -> Cutting:
        """A few of the learners, drawn by chance."""
        places = rng.choice(len(self.kinds), min(n, len(self.kinds)), replace=False)
        values = {name: getattr(self, name)[places] for name in ("last", "change", "std", "later")}
        return replace(self, kinds=tuple(self.kinds[place] for place in places), **values)

    @property
    def is_near(self) -> np.ndarray:
        return self.last < self.last.min() + _MOST_BEHIND


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--shipped", action="store_true", help="forecast by the shipped table")
    parser.add_argument("--regret", action="store_true", help="print the regret on these data sets")
    options = parser.parse_args()
    cuttings = cuttings_of(lcdb11(), (lambda _: None) if options.shipped else ours.learnt_without)
    for fold in (None, *range(N_FOLDS)):
        some = [each for each in cuttings if fold is None or fold_of(each.data) != fold]
        path = SHIPPED if fold is None else _crossed_path(fold)
        path.write_text(packed(learn(some), len(some)), "utf-8")
    print(f"{SHIPPED.name}: {SHIPPED.stat().st_size:,} bytes from {len(cuttings):,} cuts")
    if options.regret:
        print_regret(cuttings)


def crossed(fold: int) -> ResidualTable:
    """What was learnt without one fold of the data sets."""
    path = _crossed_path(fold)
    if not path.exists():
        raise SystemExit(f"{path} is absent: run python benchmarks/find/learn_residuals.py")
    return unpacked(json.loads(path.read_text("utf-8")))


def _crossed_path(fold: int) -> Path:
    return cache() / f"residuals-without-{fold}.json"


def kind_of(learner: str) -> str:
    """Its family, or a kind of its own."""
    return _OWN_KINDS.get(learner.rsplit(".", 1)[-1]) or family_of(learner)


def cuttings_of(grid: Grid, learnt: Callable[[int], Learnt | None]) -> list[Cutting]:
    """All learners of each data set at each cut and ratio, forecast."""
    tables = {fold: learnt(fold) for fold in range(N_FOLDS)}
    rows: dict[tuple[int, int, int], list[tuple[str, float, float, float, float]]] = {}
    for cut in cuts_of(grid, _STEP):
        data, learner = int(grid.openml_ids[cut.row]), grid.learners[cut.column]
        assert half_of(data) == "train"
        errors = grid.errors[cut.row, cut.column]
        posterior = fit(
            grid.sizes[cut.seen],
            errors[cut.seen],
            grid.stderr[cut.row, cut.column][cut.seen],
            family=family_of(learner),
            n_repeats=25,
            prior=tables[fold_of(data)],
        )
        last = cut.seen[-1]
        at = grid.sizes[[last, *cut.later]]
        low, middle, high = np.log(np.maximum(posterior.quantile(at, [0.16, 0.5, 0.84]), _TINY))
        for place, size in enumerate(cut.later, start=1):
            ratio = round(grid.sizes[size] / grid.sizes[last])
            rows.setdefault((data, int(last), ratio), []).append(
                (
                    kind_of(learner),
                    np.log(max(errors[last], _TINY)),
                    middle[place] - middle[0],
                    (high[place] - low[place]) / 2,
                    np.log(max(errors[size], _TINY)),
                )
            )
    return [
        Cutting(data, ratio, tuple(row[0] for row in group), *np.array([r[1:] for r in group]).T)
        for (data, _, ratio), group in rows.items()
        if len(group) >= _FEWEST_LEARNERS
    ]


def learn(cuttings: Sequence[Cutting]) -> ResidualTable:
    """Mean, shared covariance and own variance of residuals, by kind and ratio."""
    kinds = (ANY_KIND, *sorted({kind for cutting in cuttings for kind in cutting.kinds}))
    parts = [
        _learn_one([each for each in cuttings if each.ratio == ratio], kinds) for ratio in RATIOS
    ]
    mean, between, own = (np.array(values) for values in zip(*parts, strict=True))
    table = ResidualTable(kinds, np.array(RATIOS, float), mean, between, own, np.ones(1))
    return replace(table, scales=_scales(cuttings, table))


def _scales(cuttings: Sequence[Cutting], table: ResidualTable) -> np.ndarray:
    """By how much the residuals of one cut are larger or smaller than the table says: deciles."""
    squares = []
    for cutting in cuttings:
        _, between, own = table.at(cutting.ratio)
        at = table.places(cutting.kinds)[cutting.is_near]
        residuals = cutting.residuals[cutting.is_near]
        variance = (np.diag(between) + own)[at]
        expected = variance[:, None] + variance - 2 * between[np.ix_(at, at)]
        pairs = ~np.eye(len(at), dtype=bool)
        if len(at) > 1:
            apart = (residuals[:, None] - residuals) ** 2
            squares.append(float(np.mean(apart[pairs] / expected[pairs])))
    parts = np.array_split(np.sort(squares), _N_SCALES)
    scales = np.sqrt([np.mean(part) for part in parts])
    found: np.ndarray = scales / np.sqrt(np.mean(scales**2))
    return found


def _learn_one(
    cuttings: Sequence[Cutting], kinds: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At one ratio: every data set weighs the same, however often it was cut."""
    place = {kind: n for n, kind in enumerate(kinds)}
    counts = Counter(each.data for each in cuttings)
    n = len(kinds)
    squares, pairs, sums, weights = np.zeros((n, n)), np.zeros((n, n)), np.zeros(n), np.zeros(n)
    for cutting in cuttings:
        weight, near = 1 / counts[cutting.data], cutting.is_near
        at = np.array([place[kind] for kind in cutting.kinds])[near]
        residuals = cutting.residuals[near]
        np.add.at(sums, at, weight * residuals)
        np.add.at(weights, at, weight)
        apart = (residuals[:, None] - residuals) ** 2
        np.add.at(squares, (at[:, None], at), weight * apart)
        np.add.at(pairs, (at[:, None], at), weight * (1 - np.eye(len(at))))
    alone = _variances(squares, pairs)
    apart = (squares + _N_OF_PAIR * (alone[:, None] + alone)) / (pairs + _N_OF_PAIR)
    own = np.diag(apart) / 2
    beyond = apart - own[:, None] - own
    np.fill_diagonal(beyond, 0.0)
    return sums / (weights + _N_OF_MEAN), _centred(beyond, weights / weights.sum()), own


def _variances(squares: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Variance of each kind, as if residuals were independent: for what is rare."""
    pooled = squares.sum() / pairs.sum() / 2
    found = np.full(len(squares), pooled)
    for _ in range(60):
        for kind in range(len(found)):
            others = np.arange(len(found)) != kind
            of_kind = (squares[kind] - pairs[kind] * found)[others].sum() + squares[kind, kind]
            n = pairs[kind][others].sum() + 2 * pairs[kind, kind]
            shrunk = (of_kind + _N_OF_VARIANCE * pooled) / (n + _N_OF_VARIANCE)
            found[kind] = max(shrunk, _LEAST_VARIANCE)
    return found


def _centred(apart: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The covariance whose differences have these variances: classical scaling.

    What all kinds share is left out: it cancels. Any kind lies at the centre, which is 0.
    """
    away = np.eye(len(apart)) - weights
    values, vectors = np.linalg.eigh(-0.5 * away @ apart @ away.T)
    found = (vectors * np.maximum(values, 0.0)) @ vectors.T
    found[0] = found[:, 0] = 0.0
    return found


def packed(table: ResidualTable, n_cuts: int) -> str:
    """The file, with what it was made from."""
    stored = {
        "made_by": "benchmarks/find/learn_residuals.py",
        "source": "LCDB 1.1, doi 10.4121/3bd18108-fad0-4e4c-affd-4341fba99306, CC BY 4.0; "
        "Yan, Mohr, Viering 2025",
        "half": "int(openml_id * 2654435761 % 2**32) / 2**32 < 0.5",
        "n_cuts": n_cuts,
        "kinds": table.kinds,
        **{
            name: np.round(getattr(table, name), _N_DIGITS).tolist()
            for name in ("ratios", "mean", "between", "own", "scales")
        },
    }
    return json.dumps(stored) + "\n"


def print_regret(cuttings: Sequence[Cutting]) -> None:
    """Of choosing by each forecast over that of choosing by the last error, crossed."""
    tables = {fold: crossed(fold) for fold in range(N_FOLDS)}
    methods = ["median forecast", "half of the lead", "kinds alone", "joint"]
    for n_compared in (None, N_COMPARED):
        rng = np.random.default_rng(2)
        rows = []
        for ratio in RATIOS:
            some = [each for each in cuttings if each.ratio == ratio]
            counts = Counter(each.data for each in some)
            weight = np.array([1 / counts[each.data] for each in some])
            regrets = [
                np.mean([_regrets(few, tables[fold_of(each.data)]) for few in few_of], axis=0)
                for each, few_of in zip(some, _drawn(some, n_compared, rng), strict=True)
            ]
            means = weight @ np.array(regrets) / len(counts)
            rows.append([f"{ratio}x", f"{len(counts)}", f"{means[0]:.4f}"])
            rows[-1] += [f"{m / means[0]:.2f}" for m in means[1:]]
        print(f"\n{'all' if n_compared is None else n_compared} learners\n")
        print(
            markdown(
                ["further", "data sets", "last error", *(f"{m}, of it" for m in methods)], rows
            )
        )


def _drawn(
    cuttings: Sequence[Cutting], n_compared: int | None, rng: np.random.Generator
) -> list[list[Cutting]]:
    """Each as it is, or so many times a few of its learners."""
    if n_compared is None:
        return [[each] for each in cuttings]
    return [[each.some(rng, n_compared) for _ in range(N_PICKS)] for each in cuttings]


def _regrets(cutting: Cutting, table: ResidualTable) -> list[float]:
    def joint(changes: np.ndarray) -> np.ndarray:
        return joint_log_errors(
            cutting.last, changes, cutting.std, cutting.kinds, cutting.ratio, table=table
        )

    later = np.exp(cutting.later)
    half = cutting.last + half_of_lead(cutting.last, cutting.change, cutting.std)
    kinds = joint(np.zeros(len(later)))
    guesses = (cutting.last, cutting.last + cutting.change, half, kinds, joint(cutting.change))
    return [float(later[int(np.argmin(guess))] - later.min()) for guess in guesses]


def half_of_lead(last: np.ndarray, changes: np.ndarray, stds: np.ndarray) -> np.ndarray:
    """What counted before candidates were forecast together: half of a lead, less in doubt."""
    first = int(np.argmin(last))
    lead = np.clip(changes - changes[first], -0.4, 0.4)
    return 0.5 * lead / (1 + (np.maximum(stds, stds[first]) / 0.3) ** 2)


if __name__ == "__main__":
    main()
