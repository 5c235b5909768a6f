"""Regret at full size of choosing a candidate by forecast, and by its error so far.

On each data set of LCDB 1.0 every learner is measured up to an eighth of the rows; one is chosen,
and its regret is its error at full size less that of the best learner there. Chosen is the learner
with the smallest error at the largest size that was measured, or the smallest error forecast. Data
sets are those of one half; the table of curves was learnt on the train half, where each fifth of
the data sets is forecast by what was learnt on the others.

    python benchmarks/find/regret.py [--half train|test] [--share 0.125] [--limit N]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

import ours
from families import family_of
from peers import CONSTRAINED, PEERS
from scoring import markdown
from sources import Curve, fold_of, lcdb10

from leadline.phases.search.choice import comparison_errors
from leadline.phases.search.trial import Expected, Trial
from leadline.stats.curves import fit
from leadline.stats.curves.learnt import Learnt

_MIN_SEEN = 4
_FEWEST_LEARNERS = 5
_N_RESAMPLES = 2000
_N_DRAWS = 400
_TINY = 1e-6
LAST = "error at the largest size seen"
MEDIAN = "Leadline, median forecast"
CHOICE = "Leadline, as a search chooses"
METHODS = (LAST, "POW3", CONSTRAINED, MEDIAN, CHOICE)


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
    parser.add_argument("--share", type=float, default=0.125)
    parser.add_argument("--limit", type=int, default=None)
    options = parser.parse_args()
    fields = fields_of(lcdb10("accuracy", options.half), options.share)[: options.limit]
    regrets = np.array([regret_of(field, options.half) for field in fields])
    print(
        f"LCDB 1.0, accuracy, {options.half} half: {len(fields)} data sets, "
        f"{np.mean([len(field.curves) for field in fields]):.1f} learners each, "
        f"seen up to {options.share:g} of the rows\n"
    )
    rng = np.random.default_rng(0)
    rows = []
    for column, name in enumerate(METHODS):
        mean, base = regrets[:, column].mean(), regrets[:, 0].mean()
        picks = rng.integers(len(fields), size=(_N_RESAMPLES, len(fields)))
        ratios = regrets[picks, column].mean(axis=1) / regrets[picks, 0].mean(axis=1)
        low, high = np.quantile(ratios, [0.05, 0.95])
        rows.append(
            [
                name,
                f"{mean:.4f}",
                f"{mean / base:.2f} ({low:.2f} to {high:.2f})",
                f"{(regrets[:, column] <= 0).mean():.0%}",
                f"{np.quantile(regrets[:, column], 0.9):.4f}",
            ]
        )
    heads = ["chosen by", "mean regret", "of the first (90 %)", "best one chosen", "90 % quantile"]
    print(markdown(heads, rows))


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


def regret_of(field: Field, half: str) -> list[float]:
    """Of each method on one data set."""
    learnt = ours.learnt_without(fold_of(int(field.data))) if half == "train" else None
    guesses: dict[str, list[float]] = {name: [] for name in METHODS}
    trials = []
    for number, curve in enumerate(field.curves):
        at = np.array([field.size])
        guesses[LAST].append(curve.errors[-1])
        for name in ("POW3", CONSTRAINED):
            guess = PEERS[name](curve.sizes, curve.errors, curve.stderr, at)
            guesses[name].append(float(guess[0]))
        trial = trial_of(curve, field.size, str(number), learnt)
        guesses[MEDIAN].append(curve.errors[-1] * np.exp(trial.log_error_change))
        trials.append(trial)
    guesses[CHOICE] = list(comparison_errors(trials, "accuracy").values())
    best = field.finals.min()
    return [float(field.finals[int(np.argmin(guesses[name]))] - best) for name in METHODS]


def trial_of(curve: Curve, size: float, name: str, learnt: Learnt | None) -> Trial:
    """A learner as a search has it on record: its last error, and what is forecast beyond."""
    belief = fit(
        curve.sizes,
        curve.errors,
        curve.stderr,
        family=family_of(curve.learner),
        n_repeats=None if curve.repeats is None else curve.repeats.shape[1],
        prior=learnt,
    )
    last = max(float(curve.errors[-1]), _TINY)
    draws = belief.sample([size], _N_DRAWS, rng=np.random.default_rng(0))
    ends = np.maximum(belief.quantile([curve.sizes[-1], size], 0.5), _TINY)
    return Trial(
        name=name,
        family=family_of(curve.learner),
        params={},
        complexity=0,
        n_train=int(curve.sizes[-1]),
        mean=1 - last,
        error_at_largest=Expected(n_train=int(curve.sizes[-1]), error=last, low=last, high=last),
        log_error_change=float(np.log(ends[1] / ends[0])),
        log_error_std=float(np.std(np.log(np.maximum(draws, _TINY)))),
    )


if __name__ == "__main__":
    main()
