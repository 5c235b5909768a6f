"""How often are useless columns called useful, and useful ones found?

    python benchmarks/apply/importance.py [--runs 100]

Seeded. Columns that have no part in the labels are planted beside some that have: drawn on their
own, skewed, nearly always 0, going along with each other, going along with a useful one, or, in
real tables, shuffled copies of the columns there are. Models are fitted to one half of the rows,
some of them until they know it by heart, and each column is moved between the rows of the other.
A run counts as wrong if any planted column is called useful. The peer is `permutation_importance`
of scikit-learn on the same rows, score and number of repeats; it makes no decision, so the usual
one is taken: the mean rise is more than two standard deviations of the repeats. A planted column
in a group with a useful one is not counted: the group is useful.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.inspection import permutation_importance as of_scikit_learn
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from leadline.stats.importance import permutation_importance
from leadline.stats.metric import metric_of

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N_REPEATS = 5
_N_PLANTED = 8
_N_REAL = 3
_USEFUL = (0, 1)  # the third matters only beside the first

Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class World:
    """A table whose first columns are real, and the rest planted; and its labels."""

    X: np.ndarray
    y: np.ndarray
    n_real: int


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100)
    n_runs = parser.parse_args().runs
    lines = []
    for planted, held_out, names in _CELLS:
        for name in names:
            started = time.perf_counter()
            runs = np.array([_run(planted, held_out, name, seed) for seed in range(n_runs)])
            shares = runs.mean(axis=0)
            # which columns of a real table matter, nobody knows
            cells = ["–" if np.isnan(each) else f"{each:.3f}" for each in shares]
            lines.append([planted, str(held_out), name, *cells])
            print(*lines[-1], f"{time.perf_counter() - started:.0f} s", flush=True)
    head = ["planted", "held out", "model", "wrong", "wrong, peer", "found", "found, peer"]
    print(markdown(head, lines))
    ours = np.array([float(line[3]) for line in lines])
    print(
        f"worst {ours.max():.3f}, mean {ours.mean():.3f} of {len(lines)} cells, {n_runs} runs each"
    )


def _run(planted: str, held_out: int, name: str, seed: int) -> tuple[float, float, float, float]:
    """Wrong of us and of the peer; share of the useful columns found by us and by the peer."""
    rng = np.random.default_rng(seed)
    is_class = name != "one tree, numbers"
    world = (
        _WORLDS[planted](rng, is_class)
        if planted in _WORLDS
        else _simulated(rng, _DRAWS[planted], held_out, is_class=is_class)
    )
    X, y = world.X, world.y
    order = rng.permutation(y.size)
    test, train = order[:held_out], order[held_out:]
    model = _MODELS[name]().fit(X[train], y[train])
    found = permutation_importance(
        (lambda table: model.predict_proba(table)[:, 1]) if is_class else model.predict,
        X[test],
        y[test],
        _one_less_auc if is_class else _squared,
        rng=rng,
        n_repeats=_N_REPEATS,
    )
    assert found is not None
    groups = [set(each.columns) for each in found.columns if each.is_useful]
    real = set(range(world.n_real))
    peer = of_scikit_learn(
        model,
        X[test],
        y[test],
        scoring="roc_auc" if is_class else "neg_mean_squared_error",
        n_repeats=_N_REPEATS,
        random_state=seed,
    )
    named = set(np.flatnonzero(peer.importances_mean > 2 * peer.importances_std).tolist())
    wrong = any(not group & real for group in groups), bool(named - real)
    if planted in _WORLDS:
        return (*map(float, wrong), float("nan"), float("nan"))
    ours = [any(one in group for group in groups) for one in _USEFUL]
    return (*map(float, wrong), float(np.mean(ours)), float(np.mean([n in named for n in _USEFUL])))


def _simulated(rng: np.random.Generator, draw: Draw, held_out: int, *, is_class: bool) -> World:
    x = rng.normal(size=(200 + held_out, _N_REAL))
    signal = 1.5 * x[:, 0] + 1.2 * x[:, 1] + 0.8 * x[:, 0] * x[:, 2]
    y = signal + rng.logistic(size=len(x))
    X = np.hstack([x, draw(rng, x)])
    return World(X, (y > 0).astype(np.int64) if is_class else y, _N_REAL)


def _table(load: Callable[..., Any]) -> Callable[[np.random.Generator, bool], World]:
    """A real table beside shuffled copies of some of its columns."""

    def world(rng: np.random.Generator, is_class: bool) -> World:
        X, y = load(return_X_y=True)
        copied = rng.choice(X.shape[1], _N_PLANTED)
        copies = np.column_stack([rng.permutation(X[:, place]) for place in copied])
        assert is_class == (y.dtype.kind != "f")
        return World(np.hstack([X, copies]), y, X.shape[1])

    return world


def _one_less_auc(y: np.ndarray, answers: np.ndarray) -> float:
    return 1 - metric_of("roc_auc").compute(y, answers)


def _squared(y: np.ndarray, answers: np.ndarray) -> float:
    return float(np.mean((y - answers) ** 2))


def _alone(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    return rng.normal(size=(len(x), _N_PLANTED))


def _skewed(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    return np.exp(2 * rng.normal(size=(len(x), _N_PLANTED)))


def _rare(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    return (rng.random((len(x), _N_PLANTED)) < 0.02).astype(float)


def _together(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    return rng.normal(size=(len(x), 1)) + 0.7 * rng.normal(size=(len(x), _N_PLANTED))


def _along(share: float) -> Draw:
    def draw(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
        noise = rng.normal(size=(len(x), _N_PLANTED // 2))
        return share * x[:, [0]] + np.sqrt(1 - share**2) * noise

    return draw


_DRAWS: dict[str, Draw] = {
    "on their own": _alone,
    "skewed": _skewed,
    "nearly always 0": _rare,
    "go together": _together,
    "along with a useful one, .3": _along(0.3),
    "along with a useful one, .5": _along(0.5),
    "along with a useful one, .8": _along(0.8),
}
_WORLDS = {
    "breast cancer, shuffled": _table(load_breast_cancer),
    "diabetes, shuffled": _table(load_diabetes),
}
_MODELS: dict[str, Callable[[], Any]] = {
    "one tree": lambda: DecisionTreeClassifier(random_state=0),
    "one tree, numbers": lambda: DecisionTreeRegressor(random_state=0),
    "forest": lambda: RandomForestClassifier(20, random_state=0),
    "boosting": lambda: HistGradientBoostingClassifier(max_iter=40, early_stopping=False),
    "logistic": lambda: LogisticRegression(C=1e4, max_iter=300),
    "nearest": lambda: KNeighborsClassifier(5),
}
_CELLS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    (
        "on their own",
        200,
        ("one tree", "one tree, numbers", "forest", "boosting", "logistic", "nearest"),
    ),
    ("on their own", 1_000, ("one tree, numbers", "logistic")),
    ("skewed", 200, ("one tree, numbers", "logistic")),
    ("nearly always 0", 200, ("one tree, numbers", "logistic")),
    ("go together", 200, ("one tree, numbers", "logistic")),
    ("along with a useful one, .3", 1_000, ("one tree, numbers", "logistic")),
    ("along with a useful one, .5", 1_000, ("one tree, numbers", "one tree", "logistic")),
    ("along with a useful one, .8", 1_000, ("one tree, numbers", "logistic")),
    ("breast cancer, shuffled", 284, ("one tree",)),
    ("diabetes, shuffled", 221, ("one tree, numbers",)),
)

if __name__ == "__main__":
    main()
