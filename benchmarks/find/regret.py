"""Regret at full size of choosing a candidate by forecast, and by its error so far.

On each data set of LCDB 1.0 every learner is measured up to an eighth of the rows; one is chosen,
and its regret is its error at full size less that of the best learner there. Chosen is the learner
with the smallest error at the largest size that was measured, or the smallest error forecast: of
each curve alone, or of all together. Data sets are those of one half; tables were learnt on the
train half, where each fifth of the data sets is forecast by what was learnt on the others.

With --replays this is done so many times with five repeats a size drawn by chance, the same of all
learners, as a project would have them, and without the laws that are fitted to a curve. Regrets are
averaged: a data set says more, with less chance in it.

A second table is of six learners of each data set, as many as a search compares, drawn by chance
thirty times. Of all of them who is chosen hangs on one comparison a data set, and a few data sets
decide; of six drawn many times it hangs on all that are near the best.

With --shipped data sets of the train half are forecast by what ships and has seen them.

For the same budget an oracle is shown: who knows which of the three that lead at the largest size
seen will be the best at full size. The share reached is of the regret that it saves.

    python benchmarks/find/regret.py [--half train|test] [--shipped] [--share 0.125] [--replays N]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

import ours
from families import family_of
from learn_residuals import N_COMPARED, N_PICKS, crossed, half_of_lead, kind_of
from peers import CONSTRAINED, PEERS
from scoring import markdown
from sources import Curve, fold_of, lcdb10

from leadline.stats.candidate_residuals import ResidualTable, joint_log_errors
from leadline.stats.curves import fit
from leadline.stats.curves.learnt import Learnt

_MIN_SEEN = 4
_FEWEST_LEARNERS = 5
_N_RESAMPLES = 2000
_N_DRAWS = 400
_TINY = 1e-6
LAST = "error at the largest size seen"
MEDIAN = "Leadline, median forecast"
ALONE = "Leadline, half of the forecast lead"
JOINT = "Leadline, joint forecast, as a search chooses"
KINDS = "the same without any of the forecast lead, by kinds alone"
ORACLE = "oracle among the three that lead there"
METHODS = (LAST, "POW3", CONSTRAINED, MEDIAN, ALONE, JOINT, KINDS, ORACLE)
_N_OF_ORACLE = 3
_N_OF_REPLAY = 5


@dataclass(frozen=True)
class Field:
    """The learners of one data set: what is seen of each, and its error at full size."""

    data: str
    size: float
    curves: tuple[Curve, ...]
    finals: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--half", choices=["train", "test"], default="test")
    parser.add_argument("--shipped", action="store_true", help="by tables that may have seen them")
    parser.add_argument("--share", type=float, default=0.125)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--replays", type=int, default=0, help="of five repeats each; 0: all, once")
    options = parser.parse_args()
    fields = fields_of(lcdb10("accuracy", options.half), options.share)[: options.limit]
    rng = np.random.default_rng(1)
    replays = [[replay(f, rng) for f in fields] for _ in range(options.replays)] or [fields]
    # laws fitted to a curve take most of the time, and need no closer look
    methods = [name for name in METHODS if not (options.replays and name in PEERS)]
    is_crossed = options.half == "train" and not options.shipped
    known = [[forecasts_of(f, is_crossed, methods) for f in some] for some in replays]
    print(
        f"LCDB 1.0, accuracy, {options.half} half: {len(fields)} data sets, "
        f"{np.mean([len(field.curves) for field in fields]):.1f} learners each, "
        f"seen up to {options.share:g} of the rows, {len(replays)} times"
    )
    print("\nAll learners:\n")
    print_table(methods, [[each.regrets(methods)] for some in known for each in some], len(fields))
    rng = np.random.default_rng(2)
    picked = [
        [each.some(rng).regrets(methods) for _ in range(N_PICKS)] for some in known for each in some
    ]
    print(f"\n{N_COMPARED} learners, drawn {N_PICKS} times:\n")
    print_table(methods, picked, len(fields))


def print_table(methods: Sequence[str], found: list[list[list[float]]], n_fields: int) -> None:
    """Mean regrets over replays and picks of each data set, and over data sets."""
    every = np.array(found)
    by_data = every.reshape(-1, n_fields, *every.shape[1:]).swapaxes(0, 1)
    by_data = by_data.reshape(n_fields, -1, len(methods))
    regrets, is_best = by_data.mean(axis=1), (by_data <= 0).mean(axis=(0, 1))
    picks = np.random.default_rng(0).integers(n_fields, size=(_N_RESAMPLES, n_fields))
    rows = []
    for column, name in enumerate(methods):
        mean, base = regrets[:, column].mean(), regrets[:, 0].mean()
        ratios = regrets[picks, column].mean(axis=1) / regrets[picks, 0].mean(axis=1)
        low, high = np.quantile(ratios, [0.05, 0.95])
        rows.append(
            [
                name,
                f"{mean:.4f}",
                f"{mean / base:.2f} ({low:.2f} to {high:.2f})",
                f"{is_best[column]:.0%}",
                f"{np.quantile(regrets[:, column], 0.9):.4f}",
            ]
        )
    heads = ["chosen by", "mean regret", "of the first (90 %)", "best one chosen", "90 % quantile"]
    print(markdown(heads, rows))
    last, joint, oracle = (regrets[:, methods.index(m)].mean() for m in (LAST, JOINT, ORACLE))
    reached = (last - joint) / (last - oracle)
    print(f"\nOf what the oracle saves the joint forecast saves {reached:.0%}.")


def fields_of(curves: list[Curve], share: float) -> list[Field]:
    """Learners that were measured at the data set's full size, cut at a share of it."""
    by_data: dict[str, list[Curve]] = {}
    for curve in curves:
        by_data.setdefault(curve.data, []).append(curve)
    fields = []
    for data, group in by_data.items():
        size = max(curve.sizes[-1] for curve in group)
        whole = [curve for curve in group if curve.sizes[-1] == size]
        cut = tuple(_seen(curve, share * size) for curve in whole)
        kept = [n for n, curve in enumerate(cut) if curve.sizes.size >= _MIN_SEEN]
        if len(kept) >= _FEWEST_LEARNERS:
            finals = np.array([whole[n].errors[-1] for n in kept])
            fields.append(Field(data, size, tuple(cut[n] for n in kept), finals))
    return fields


def _seen(curve: Curve, most: float) -> Curve:
    kept = curve.sizes <= most
    return Curve(
        curve.data,
        curve.learner,
        curve.sizes[kept],
        curve.errors[kept],
        None if curve.stderr is None else curve.stderr[kept],
        None if curve.repeats is None else curve.repeats[kept],
    )


def replay(field: Field, rng: np.random.Generator) -> Field:
    """The same learners, of which fewer repeats were seen, drawn by chance: the same of each."""
    most = max(curve.repeats.shape[1] for curve in field.curves if curve.repeats is not None)
    order = rng.permutation(most)
    return replace(field, curves=tuple(_drawn(curve, order) for curve in field.curves))


def _drawn(curve: Curve, order: np.ndarray) -> Curve:
    """The first few repeats in this order that were run at every size."""
    assert curve.repeats is not None
    whole = np.isfinite(curve.repeats).all(axis=0)
    here = order[order < whole.size]
    few = here[whole[here]][:_N_OF_REPLAY]
    if few.size < _N_OF_REPLAY:
        return curve
    runs = curve.repeats[:, few]
    stderr = runs.std(axis=1, ddof=1) / np.sqrt(_N_OF_REPLAY)
    return replace(curve, errors=runs.mean(axis=1), stderr=stderr, repeats=runs)


@dataclass(frozen=True)
class Forecasts:
    """What is seen and forecast of each learner of a field, and its error at full size."""

    kinds: tuple[str, ...]
    ratio: float
    last: np.ndarray
    changes: np.ndarray
    stds: np.ndarray
    of_laws: dict[str, np.ndarray]
    finals: np.ndarray
    table: ResidualTable | None

    def some(self, rng: np.random.Generator) -> Forecasts:
        """A few of the learners, drawn by chance."""
        n = len(self.kinds)
        places = rng.choice(n, min(n, N_COMPARED), replace=False)
        return replace(
            self,
            kinds=tuple(self.kinds[place] for place in places),
            last=self.last[places],
            changes=self.changes[places],
            stds=self.stds[places],
            of_laws={name: errors[places] for name, errors in self.of_laws.items()},
            finals=self.finals[places],
        )

    def regrets(self, methods: Sequence[str]) -> list[float]:
        """Of each method."""
        leading = np.argsort(self.last, kind="stable")[:_N_OF_ORACLE]
        oracle = np.full(len(self.last), np.inf)
        oracle[leading] = self.finals[leading]
        guesses = {
            LAST: self.last,
            **self.of_laws,
            MEDIAN: self.last + self.changes,
            ALONE: self.last + half_of_lead(self.last, self.changes, self.stds),
            JOINT: self._joint(self.changes),
            KINDS: self._joint(np.zeros(len(self.last))),
            ORACLE: oracle,
        }
        best = self.finals.min()
        return [float(self.finals[int(np.argmin(guesses[name]))] - best) for name in methods]

    def _joint(self, changes: np.ndarray) -> np.ndarray:
        return joint_log_errors(
            self.last, changes, self.stds, self.kinds, self.ratio, table=self.table
        )


def forecasts_of(field: Field, is_crossed: bool, methods: Sequence[str]) -> Forecasts:
    """Of one data set; crossed: by what was learnt without its fold."""
    fold = fold_of(int(field.data)) if is_crossed else None
    learnt, table = (None, None) if fold is None else (ours.learnt_without(fold), crossed(fold))
    at = np.array([field.size])
    of_laws = {
        name: np.array(
            [
                float(PEERS[name](curve.sizes, curve.errors, curve.stderr, at)[0])
                for curve in field.curves
            ]
        )
        for name in PEERS.keys() & methods
    }
    changes, stds = np.array([_change(curve, field.size, learnt) for curve in field.curves]).T
    return Forecasts(
        kinds=tuple(kind_of(curve.learner) for curve in field.curves),
        ratio=field.size / max(float(curve.sizes[-1]) for curve in field.curves),
        last=np.log([max(float(curve.errors[-1]), _TINY) for curve in field.curves]),
        changes=changes,
        stds=stds,
        of_laws=of_laws,
        finals=field.finals,
        table=table,
    )


def _change(curve: Curve, size: float, learnt: Learnt | None) -> tuple[float, float]:
    """Log error forecast at full size less that at the last size, and its standard deviation."""
    posterior = fit(
        curve.sizes,
        curve.errors,
        curve.stderr,
        family=family_of(curve.learner),
        n_repeats=None if curve.repeats is None else curve.repeats.shape[1],
        prior=learnt,
    )
    draws = posterior.sample([size], _N_DRAWS, rng=np.random.default_rng(0))
    ends = np.log(np.maximum(posterior.quantile([curve.sizes[-1], size], 0.5), _TINY))
    return float(ends[1] - ends[0]), float(np.std(np.log(np.maximum(draws, _TINY))))


if __name__ == "__main__":
    main()
