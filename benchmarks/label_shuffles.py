"""How often signal is said to be there where there is none, in rows that follow each other in time.

    python benchmarks/label_shuffles.py

Each column and what the label is made of is a series of its own, so nothing can be predicted; how
far each value carries on from the one before is the first column. A linear model in three forward
folds is held against 39 series of labels: shuffled one by one, and moved along in time as
feasibility does it. Printed is the share of 200 data sets in which p is at most .05; below the
line the label depends on the first column.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import r2_score, roc_auc_score

from leadline.datasets.folds import folds_of
from leadline.datasets.frames import Pool
from leadline.jobs.feasibility import _shuffle
from leadline.phases.data import SplitKind
from leadline.stats.permutation import permutation_test

N_ROWS, N_COLUMNS, N_SETS, N_SHUFFLES = 300, 4, 200, 39
CARRIED = (0.0, 0.5, 0.9, 0.98)


def series(rng: np.random.Generator, carried: float, n_columns: int) -> np.ndarray:
    """Columns of unit variance, each value carrying on from the one before."""
    values = rng.normal(size=(N_ROWS, n_columns))
    for row in range(1, N_ROWS):
        values[row] = carried * values[row - 1] + np.sqrt(1 - carried**2) * values[row]
    return values


def score(pool: Pool, X: np.ndarray, *, is_class: bool) -> float:
    found = []
    for train, valid in folds_of(pool, n_folds=3, seed=0):
        if is_class and min(np.unique(pool.y[train]).size, np.unique(pool.y[valid]).size) < 2:
            continue
        if is_class:
            model = LogisticRegression().fit(X[train], pool.y[train])
            found.append(roc_auc_score(pool.y[valid], model.decision_function(X[valid])))
        else:
            told = Ridge().fit(X[train], pool.y[train]).predict(X[valid])
            found.append(r2_score(pool.y[valid], told))
    return float(np.mean(found)) if found else 0.5


def said(carried: float, strength: float, seed: int, *, is_class: bool) -> tuple[bool, bool]:
    """Whether signal is said to be there: by single shuffles, and moved along in time."""
    rng = np.random.default_rng(seed)
    X = series(rng, carried, N_COLUMNS)
    hidden = series(rng, carried, 1)[:, 0] + strength * X[:, 0]
    y = (hidden > np.median(hidden)).astype(int) if is_class else hidden
    rows = np.arange(N_ROWS)
    frame = pl.DataFrame(X, schema=[f"x{column}" for column in range(N_COLUMNS)])
    pool = Pool(frame, frame, y, np.zeros(N_ROWS, bool), rows, None, SplitKind.TIME)
    observed = score(pool, X, is_class=is_class)
    told = []
    for kind in (SplitKind.RANDOM, SplitKind.TIME):
        drawn = [_shuffle(replace(pool, kind=kind), rng) for _ in range(N_SHUFFLES)]
        null = [score(replace(each, kind=SplitKind.TIME), X, is_class=is_class) for each in drawn]
        told.append(permutation_test(observed, null).p_value <= 0.05)
    return told[0], told[1]


def main() -> None:
    print("| carried on | classes: shuffled | moved | numbers: shuffled | moved |")
    print("| --- | --- | --- | --- | --- |")
    for strength in (0.0, 0.6):
        for carried in CARRIED:
            cells = []
            for is_class in (True, False):
                found = [said(carried, strength, seed, is_class=is_class) for seed in range(N_SETS)]
                cells += [f"{share:.3f}" for share in np.mean(found, axis=0)]
            print(f"| {carried:g} | {' | '.join(cells)} |", flush=True)
        print("| | | | | |" if not strength else "", flush=True)


if __name__ == "__main__":
    main()
