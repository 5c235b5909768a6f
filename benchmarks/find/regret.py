"""Regret at full size of choosing a candidate by forecast, and by its error so far.

On each data set of LCDB 1.0 every learner is measured up to an eighth of the rows; one is chosen,
and its regret is its error at full size less that of the best learner there. Chosen is the learner
with the smallest error at the largest size that was measured, or the smallest error forecast: of
each curve alone, or of all together. Data sets are those of one half; tables were learnt on the
train half, where each fifth of the data sets is forecast by what was learnt on the others.

The bound is the regret of the same choice if errors came as the joint forecast says they may, over
that of choosing by the last error then: who knew how curves come about could do no better with
what was seen. The share reached is the part of that fall of the regret that came true.

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
from learn_residuals import crossed, kind_of
from peers import CONSTRAINED, PEERS
from scoring import markdown
from sources import Curve, fold_of, lcdb10

from leadline.stats.candidate_residuals import ResidualTable, joint_log_errors, residual_draws
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
METHODS = (LAST, "POW3", CONSTRAINED, MEDIAN, ALONE, JOINT)


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
    found = [regret_of(field, options.half) for field in fields]
    regrets = np.array([regret for regret, _ in found])
    bound = np.array([expected for _, expected in found])
    print(
        f"LCDB 1.0, accuracy, {options.half} half: {len(fields)} data sets, "
        f"{np.mean([len(field.curves) for field in fields]):.1f} learners each, "
        f"seen up to {options.share:g} of the rows\n"
    )
    rng = np.random.default_rng(0)
    picks = rng.integers(len(fields), size=(_N_RESAMPLES, len(fields)))
    rows = []
    for column, name in enumerate(METHODS):
        mean, base = regrets[:, column].mean(), regrets[:, 0].mean()
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
    _print_bound(regrets, bound)


def _print_bound(regrets: np.ndarray, bound: np.ndarray) -> None:
    """How far the regret could fall with what was seen, and how much of it came true."""
    last, joint = bound.mean(axis=0)
    came = 1 - regrets[:, METHODS.index(JOINT)].mean() / regrets[:, 0].mean()
    print(
        f"\nBound: {joint / last:.2f} of the first, if errors came as the joint forecast says "
        f"({joint:.4f} of {last:.4f}); reached {came / (1 - joint / last):.0%} of that fall."
    )


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


def regret_of(field: Field, half: str) -> tuple[list[float], list[float]]:
    """Of each method on one data set, and what is expected of the first and of the joint one."""
    fold = fold_of(int(field.data)) if half == "train" else None
    learnt, table = (None, None) if fold is None else (ours.learnt_without(fold), crossed(fold))
    at = np.array([field.size])
    guesses: dict[str, np.ndarray] = {
        LAST: np.array([max(float(curve.errors[-1]), _TINY) for curve in field.curves])
    }
    for name in ("POW3", CONSTRAINED):
        guesses[name] = np.array(
            [
                float(PEERS[name](curve.sizes, curve.errors, curve.stderr, at)[0])
                for curve in field.curves
            ]
        )
    last = np.log(guesses[LAST])
    changes, stds = np.array([_change(curve, field.size, learnt) for curve in field.curves]).T
    guesses[MEDIAN] = last + changes
    guesses[ALONE] = last + _lead(last, changes, stds)
    kinds = [kind_of(curve.learner) for curve in field.curves]
    ratio = field.size / max(float(curve.sizes[-1]) for curve in field.curves)
    guesses[JOINT] = joint_log_errors(last, changes, stds, kinds, ratio, table=table)
    regrets = [_regret(field.finals, guesses[name]) for name in METHODS]
    return regrets, _expected_regrets(guesses, kinds, ratio, table)


def _regret(errors: np.ndarray, guess: np.ndarray) -> float:
    return float(errors[int(np.argmin(guess))] - errors.min())


def _expected_regrets(
    guesses: dict[str, np.ndarray], kinds: list[str], ratio: float, table: ResidualTable | None
) -> list[float]:
    """Of choosing by the last error and by the joint forecast, were the forecast right."""
    rng = np.random.default_rng(0)
    factors = residual_draws(kinds, ratio, _N_DRAWS, rng=rng, table=table)
    draws = np.minimum(np.exp(guesses[JOINT]) * factors, 1.0)
    return [
        float(np.mean([_regret(drawn, guesses[name]) for drawn in draws])) for name in (LAST, JOINT)
    ]


def _lead(last: np.ndarray, changes: np.ndarray, stds: np.ndarray) -> np.ndarray:
    """What counted before candidates were forecast together: half of a lead, less in doubt."""
    first = int(np.argmin(last))
    lead = np.clip(changes - changes[first], -0.4, 0.4)
    return 0.5 * lead / (1 + (np.maximum(stds, stds[first]) / 0.3) ** 2)


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
