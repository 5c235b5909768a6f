"""Which rows to label next: random, uncertainty or diversity, by the learning curve each gives.

Real data whose labels are all known play a project that labels in rounds. Every strategy begins
with the same rows drawn by chance, has the same learner, and is judged on the same test rows, which
are always drawn by chance. After each round the learner is fitted anew and the strategy asked
again. Printed is the mean score at each size, the paired difference to random with its standard
error over the seeds, and what cross-validation on the labelled rows would claim at the last size
beside what the test rows say: rows that were not drawn by chance are no fair judges.

    python benchmarks/labels/next.py [--seeds 20]
"""

from __future__ import annotations

import argparse
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from leadline.stats.active_learning import farthest_first, margins

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from find import data_sets

_RULES = ("random", "uncertainty", "diversity")
_SIZES = (50, 100, 200, 400, 800)
_TEST_SHARE = 0.3
_N_TOPICS = 50


@dataclass(frozen=True)
class Arena:
    """Rows, and the learner of all strategies.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features)
        As the learner gets them.
    y : ndarray of shape (n_samples,)
        Classes.
    space : ndarray of shape (n_samples, n_dimensions)
        Where diversity measures distances.
    learner : estimator
        Not fitted.
    is_binary : bool
        Judged by the area under the ROC curve; else by accuracy.
    """

    X: Any
    y: np.ndarray
    space: np.ndarray
    learner: Any
    is_binary: bool


def tables(name: str, rows: int) -> Arena:
    """Numbers as they are, the commonest categories one column a value."""
    case = data_sets.DATA_SETS[name](rows)
    parts = []
    for column in case.frame.drop(case.label).iter_columns():
        if column.dtype.is_temporal():
            parts += [column.dt.month(), column.dt.weekday()]
            if column.dtype == pl.Datetime:
                parts.append(column.dt.hour())
        elif column.dtype.is_numeric():
            parts.append(column.fill_null(column.median()))
        else:
            common = column.value_counts(sort=True)[column.name].head(15).to_list()
            parts += [(column == each).fill_null(value=False) for each in common if each]
    X = np.column_stack([np.asarray(part, dtype=np.float64) for part in parts])
    y = np.unique(case.frame[case.label].cast(pl.String).to_numpy(), return_inverse=True)[1]
    learner = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    return Arena(X, y, StandardScaler().fit_transform(X), learner, case.task == "binary")


def texts(name: str, rows: int) -> Arena:
    """Words counted; distances in fifty directions of latent semantic analysis."""
    case = data_sets.DATA_SETS[name](rows)
    X = TfidfVectorizer(sublinear_tf=True, min_df=2).fit_transform(case.frame["message"].to_list())
    y = (case.frame[case.label] == case.positive).to_numpy().astype(int)
    space = TruncatedSVD(_N_TOPICS, random_state=0).fit_transform(X)
    return Arena(X, y, space, LogisticRegression(C=10.0, max_iter=500), is_binary=True)


def next_rows(
    rule: str, arena: Arena, model: Any, known: np.ndarray, pool: np.ndarray, n: int
) -> np.ndarray:
    """The rows that a strategy wants labelled; the pool is in an order drawn by chance."""
    if rule == "random":
        return pool[:n]
    if rule == "uncertainty":
        return pool[np.argsort(margins(model.predict_proba(arena.X[pool])), kind="stable")[:n]]
    return pool[farthest_first(arena.space[pool], arena.space[known], n)]


def play(arena: Arena, rule: str, seed: int, sizes: list[int]) -> tuple[list[float], float]:
    """Scores on the test rows at each size, and what cross-validation claims at the last."""
    order = np.random.default_rng(seed).permutation(arena.y.size)
    n_test = int(_TEST_SHARE * order.size)
    test, pool = order[:n_test], order[n_test:]
    known = _first(arena.y, pool, sizes[0])
    scores = []
    for place, size in enumerate(sizes):
        model = clone(arena.learner).fit(arena.X[known], arena.y[known])
        scores.append(_score(arena, arena.y[test], model.predict_proba(arena.X[test])))
        if place + 1 < len(sizes):
            left = pool[~np.isin(pool, known)]
            more = next_rows(rule, arena, model, known, left, sizes[place + 1] - size)
            known = np.append(known, more)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    claimed = cross_val_predict(
        arena.learner, arena.X[known], arena.y[known], cv=folds, method="predict_proba"
    )
    return scores, _score(arena, arena.y[known], claimed)


def _first(y: np.ndarray, pool: np.ndarray, n: int) -> np.ndarray:
    """The rows begun with: by chance, and until every class was seen."""
    while np.unique(y[pool[:n]]).size < np.unique(y).size:
        n += 1
    return pool[:n]


def _score(arena: Arena, y: np.ndarray, proba: np.ndarray) -> float:
    if arena.is_binary:
        return float(roc_auc_score(y, proba[:, 1]))
    return float(accuracy_score(y, proba.argmax(axis=1)))


def show(name: str, arena: Arena, n_seeds: int) -> None:
    """Play all strategies on one data set, and print its lines."""
    n_pool = int((1 - _TEST_SHARE) * arena.y.size)
    sizes = [size for size in _SIZES if size <= 0.7 * n_pool]
    played = {rule: [play(arena, rule, seed, sizes) for seed in range(n_seeds)] for rule in _RULES}
    scores = {rule: np.array([one[0] for one in played[rule]]) for rule in _RULES}
    claims = {rule: np.array([one[1] for one in played[rule]]) for rule in _RULES}
    metric = "ROC AUC" if arena.is_binary else "accuracy"
    for rule in _RULES:
        gaps = scores[rule] - scores["random"]
        cells = [
            f"{score:.3f}" + ("" if rule == "random" else f" ({gap:+.3f} ± {stderr:.3f})")
            for score, gap, stderr in zip(
                scores[rule].mean(axis=0),
                gaps.mean(axis=0),
                gaps.std(axis=0, ddof=1) / n_seeds**0.5,
                strict=True,
            )
        ]
        cells += ["–"] * (len(_SIZES) - len(sizes))
        claim = f"{claims[rule].mean():.3f} / {scores[rule][:, -1].mean():.3f}"
        print(f"| {name}, {metric} | {rule} | {' | '.join(cells)} | {claim} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| data | next | " + " | ".join(map(str, _SIZES)) + " | claimed / test |")
    print("|---|---|" + "---:|" * (len(_SIZES) + 1))
    show("flights", tables("flights", 6000), options.seeds)
    show("weather", tables("weather", 6000), options.seeds)
    show("SMS", texts("sms", 6000), options.seeds)
    show("digits", tables("digits", 6000), options.seeds)
    show("breast cancer", tables("breast cancer", 6000), options.seeds)


if __name__ == "__main__":
    main()
