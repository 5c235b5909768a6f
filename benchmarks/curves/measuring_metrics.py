"""Measure learning curves of other metrics than the error rate, into `metric_curves.csv.gz`.

Of every table of `metric_tables.py` six repeats are measured: rows in an order left to chance, the
last quarter of them (1,500 at most) to score on, and nested train sets of 20, 40, 80, ... 2,560
rows. Five learners of scikit-learn: linear, neighbours, forest, boosting and a small network. Of
numbers the root mean squared error, the mean absolute error and 1 - R² are kept, in units of the
label's standard deviation; of classes 1 - average precision.

Tables that the file has already are not measured again, unless --again. With --seconds no table is
begun after so long.

    python benchmarks/curves/measuring_metrics.py [--only NAME,NAME] [--seconds S] [--again]
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from metric_examples import CURVES, KEYS, N_REPEATS, OF_NUMBERS, stored
from metric_tables import CLASSES, NUMBERS, Table
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from leadline.stats.metric import METRICS

_SMALLEST, _LARGEST = 20, 2560
_MOST_TO_SCORE = 1500
_DIGITS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--seconds", type=float, default=np.inf)
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    unknown = set(options.only or []) - {table.data for table in (*NUMBERS, *CLASSES)}
    if unknown:
        parser.error(f"no table {', '.join(sorted(unknown))}: see metric_tables.py")
    warnings.filterwarnings("ignore")  # of networks that have not converged
    began = time.monotonic()
    for table in (*NUMBERS, *CLASSES):
        kept = stored() if CURVES.exists() else pl.DataFrame()
        of_table = _of(table)
        done = bool(kept.height) and kept.filter(of_table).height > 0
        is_asked = not options.only or table.data in options.only
        if not is_asked or (done and not options.again):
            continue
        if time.monotonic() - began > options.seconds:
            break
        rows = pl.DataFrame(list(measured(table)))
        kept = pl.concat([kept.filter(~of_table), rows], how="diagonal") if kept.height else rows
        sizes = sorted((c for c in kept.columns if c not in KEYS), key=int)
        kept.select(*KEYS, *sizes).sort(KEYS).write_csv(CURVES, compression="gzip")
        print(f"{table.data}: {time.monotonic() - began:.0f} s", file=sys.stderr)


def _of(table: Table) -> pl.Expr:
    is_of_classes = pl.col("metric") == "average_precision"
    own = is_of_classes if table.positive is not None else ~is_of_classes
    return (pl.col("data") == table.data) & own


def measured(table: Table) -> Iterator[dict[str, Any]]:
    """A row for each learner, metric and repeat; its errors by size."""
    x, y = table.rows()
    if table.positive is None:
        y = (y - y.mean()) / y.std()
    n_to_score = min(len(y) // 4, _MOST_TO_SCORE)
    most = min(len(y) - n_to_score, _LARGEST)
    sizes = [_SMALLEST * 2**k for k in range(20) if _SMALLEST * 2**k <= most]
    for repeat in range(N_REPEATS):
        order = np.random.default_rng([repeat, len(y)]).permutation(len(y))
        to_score = order[len(y) - n_to_score :]
        for learner in LEARNERS:
            found: dict[str, dict[str, float]] = {}
            for size in sizes:
                response = _response(table, learner, x[order[:size]], y[order[:size]], x[to_score])
                for metric, error in _errors(table, y[to_score], response).items():
                    found.setdefault(metric, {})[str(size)] = error
            for metric, errors in found.items():
                values = (table.data, table.half, learner, metric, repeat)
                yield {**dict(zip(KEYS, values, strict=True)), **errors}


def _response(
    table: Table, learner: str, x: np.ndarray, y: np.ndarray, to_score: np.ndarray
) -> np.ndarray:
    """Predicted numbers, or probabilities; one value for all where one class was seen."""
    if np.unique(y).size == 1:
        return np.full(len(to_score), y[0])
    model = make_pipeline(StandardScaler(), LEARNERS[learner](table.positive is None, len(y)))
    model.fit(x, y)
    if table.positive is None:
        return model.predict(to_score)
    return model.predict_proba(to_score)[:, 1]


def _errors(table: Table, y: np.ndarray, response: np.ndarray) -> dict[str, float]:
    names = OF_NUMBERS if table.positive is None else ("average_precision",)
    found = {name: METRICS[name].error(METRICS[name].compute(y, response)) for name in names}
    return {name: float(f"{error:.{_DIGITS}g}") for name, error in found.items()}


def _linear(numbers: bool, _: int) -> Any:
    return Ridge() if numbers else LogisticRegression(max_iter=200)


def _neighbours(numbers: bool, n: int) -> Any:
    return (KNeighborsRegressor if numbers else KNeighborsClassifier)(min(10, n))


def _forest(numbers: bool, _: int) -> Any:
    return (RandomForestRegressor if numbers else RandomForestClassifier)(
        24, max_features=0.5, random_state=0
    )


def _boosting(numbers: bool, _: int) -> Any:
    kind = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    return kind(max_iter=40, min_samples_leaf=5, max_leaf_nodes=16, random_state=0)


def _network(numbers: bool, _: int) -> Any:
    kind = MLPRegressor if numbers else MLPClassifier
    return kind(hidden_layer_sizes=(24,), solver="lbfgs", alpha=1.0, max_iter=80, random_state=0)


LEARNERS = {
    "linear": _linear,
    "neighbours": _neighbours,
    "forest": _forest,
    "boosting": _boosting,
    "network": _network,
}
"""By family: from whether numbers are predicted, and the train size, to an estimator."""


if __name__ == "__main__":
    main()
