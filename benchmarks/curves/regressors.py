"""How well are errors of numbers (RMSE, MAE) forecast? Regressors on seven public tables.

Nothing was learnt from such curves: this asks whether what was learnt from classifiers holds. Ridge,
neighbours, a tree, a forest and boosting are trained on nested random rows of a half of each table
(64 rows, then a factor 1.4 apart, up to 4,096) and judged on rows of the other half, in 5 repeats;
measured once (some minutes), kept in the cache. Curves are cut at every octave that leaves five
sizes before it; truth is the mean at 2 to 16 times the cut.

    python benchmarks/curves/regressors.py [--metric rmse|mae] [--peers NAMES]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import ours
import polars as pl
from peers import CONSTRAINED
from running import Instance, arguments, forecasts, point
from scoring import figure, inside, markdown
from sources import SHARED, cache, here

_METHODS = ["last", "POW3", CONSTRAINED, "POW4", "MMF4", "WBL4", ours.NAME]
# file, what separates its columns, target, columns that give the target away
_TABLES = (
    ("tables/avocado.csv.gz", ",", "AveragePrice", ()),
    ("tables/wine.csv.gz", ";", "quality", ()),
    ("tables/crop.csv.gz", ",", "humidity", ()),
    ("tables/ai4i.csv.gz", ",", "Torque [Nm]", ()),
    ("streams/bike_hour.csv.gz", ",", "count", ("casual", "registered", "instant")),
    ("streams/weather.csv.gz", ",", "feat_2", ()),
    ("tables/hr_attrition.csv.gz", ",", "MonthlyIncome", ()),
)
_METRICS = {"rmse": "root_mean_squared_error", "mae": "mean_absolute_error"}
_FAMILIES = ("linear", "neighbours", "tree", "forest", "boosting")
_SIZES = np.unique(np.round(64 * 2 ** np.arange(0, 6.01, 0.5)).astype(int))
_N_REPEATS = 5
_MOST_TEST_ROWS = 4000
_RATIOS = (2, 4, 8, 16)
_FEWEST = 5


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--metric", choices=list(_METRICS), default="rmse")
    options = parser.parse_args()
    instances = cuts(options.metric)
    found = forecasts(instances, options.methods, jobs=options.jobs)
    ratios = [[round(float(r)) for r in i.at / i.sizes[-1]] for i in instances]
    heads = [f"{r}x ({sum(r in own for own in ratios)})" for r in _RATIOS]

    def by_ratio(score) -> list[str]:
        values = {r: [] for r in _RATIOS}
        for k, (instance, own) in enumerate(zip(instances, ratios, strict=True)):
            for at, ratio in enumerate(own):
                values[ratio].append(score(k, instance, at))
        return [figure(float(np.mean(v)) if v else None, 3) for v in values.values()]

    rows = [
        [
            name,
            *by_ratio(lambda k, i, at, fs=fs: abs(np.log(max(point(fs[k])[at], 1e-6) / i.truth[at]))),
        ]
        for name, fs in found.items()
    ]
    print(f"{options.metric}, {len(instances)} cuts of {len(_TABLES)} tables\n")
    print(markdown(["mean absolute log error", *heads], rows), end="\n\n")
    if ours.NAME in found:
        own = found[ours.NAME]
        held = by_ratio(lambda k, i, at: inside(i.truth, own[k])[at])
        print(markdown(["coverage of the 90 % interval", *heads], [[ours.NAME, *held]]))


def cuts(metric: str) -> list[Instance]:
    """Every curve, cut; its standard errors are those of the repeats."""
    sizes, errors = _SIZES.astype(float), curves(metric)
    found = []
    for table, learner in np.ndindex(errors.shape[:2]):
        runs = errors[table, learner]
        known = np.isfinite(runs).all(axis=1)
        for cut in range(_FEWEST - 1, sizes.size - 2, 2):
            later = [cut + 2 * k for k in range(1, 5) if cut + 2 * k < sizes.size]
            later = [k for k in later if known[k]]
            if later and known[cut]:
                seen = runs[: cut + 1]
                found.append(
                    Instance(
                        sizes[: cut + 1],
                        seen.mean(axis=1),
                        seen.std(axis=1, ddof=1) / np.sqrt(_N_REPEATS),
                        sizes[later],
                        runs[later].mean(axis=1),
                        family=_FAMILIES[learner],
                        metric=_METRICS[metric],
                        n_repeats=_N_REPEATS,
                    )
                )
    return found


def curves(metric: str) -> np.ndarray:
    """Errors of shape (n_tables, n_families, n_sizes, n_repeats), NaN beyond a table's rows."""
    stored = cache() / "regressors.npz"
    if not stored.exists():
        print("training regressors, once", file=sys.stderr)
        shape = (len(_TABLES), len(_FAMILIES), _SIZES.size, _N_REPEATS)
        measured = {name: np.full(shape, np.nan) for name in _METRICS}
        for place, (file, separator, target, leaks) in enumerate(_TABLES):
            x, y = _numbers(here(SHARED.parent / file), separator, target, leaks)
            for repeat in range(_N_REPEATS):
                _measure(x, y, repeat, {n: v[place, ..., repeat] for n, v in measured.items()})
            print(f"  {file}: {len(y):,} rows", file=sys.stderr)
        np.savez_compressed(stored, **measured)
    with np.load(stored) as arrays:
        return arrays[metric]


def _numbers(
    path: Path, separator: str, target: str, leaks: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    rows = pl.read_csv(path, separator=separator, infer_schema_length=None, null_values=["NA"])
    numbers = rows.select(pl.col(pl.Float64, pl.Int64)).drop_nulls()
    y = numbers[target].to_numpy().astype(float)
    features = [c for c in numbers.columns if c not in {target, *leaks, ""}]
    return numbers.select(features).to_numpy().astype(float), y


def _measure(x: np.ndarray, y: np.ndarray, repeat: int, into: dict[str, np.ndarray]) -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeRegressor

    order = np.random.default_rng(repeat).permutation(len(y))
    train, test = order[: len(y) // 2], order[len(y) // 2 :][:_MOST_TEST_ROWS]
    learners = (
        Ridge(),
        KNeighborsRegressor(),
        DecisionTreeRegressor(random_state=repeat),
        RandomForestRegressor(30, random_state=repeat),
        HistGradientBoostingRegressor(random_state=repeat),
    )
    for row, learner in enumerate(learners):
        model = make_pipeline(StandardScaler(), learner)
        for column, size in enumerate(_SIZES[train.size >= _SIZES]):
            rows = train[:size]
            miss = model.fit(x[rows], y[rows]).predict(x[test]) - y[test]
            into["rmse"][row, column] = np.sqrt(np.mean(miss**2))
            into["mae"][row, column] = np.abs(miss).mean()


if __name__ == "__main__":
    main()
