"""What machine labels are worth for training: said, and read off learning curves.

A logistic regression learns from rows whose labels are wrong by a known noise. Its error is looked
up on the curve of clean labels: the rows that teach as much, over the rows it had, is the factor.
The excess over the lowest error of the task is interpolated in logarithms. Simulated tasks, where
that lowest error is known; and digits of scikit-learn against each other, where it is the error of
a model on all rows. Noise is even; uneven, with the model's threshold left at 1/2 or put right; or
put on the rows nearest to the border, where machines err too, though the formula takes them to err
anywhere.

    python benchmarks/machines/noise.py [--draws 30] [--rows 800] [--seed 0]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import expit
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from leadline.stats.machine_votes import noisy_worth

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_SIZES = (0.03, 0.06, 0.12, 0.25, 0.5, 1.0)
_MANY = 100_000


@dataclass(frozen=True)
class Rows:
    """Inputs, labels, and the probability of each class, where it is known."""

    X: np.ndarray
    y: np.ndarray
    sure: np.ndarray


@dataclass(frozen=True)
class Noise:
    """What puts noise on labels; its table by true and noisy class; where the model says yes."""

    name: str
    table: np.ndarray
    put_on: Callable[[Rows, np.random.Generator], np.ndarray]
    threshold: float = 0.5
    counts: bool = True


@dataclass(frozen=True)
class Task:
    """Rows to learn from, drawn anew, and rows to test on; the error that is left at the end."""

    name: str
    draw: Callable[[int, np.random.Generator], Rows]
    test: Rows
    least_error: float
    n_classes: int = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows, ratios = [], []
    for task in tasks(options.seed):
        rng = np.random.default_rng(options.seed)
        sizes = [round(share * options.rows) for share in _SIZES]
        curve = [
            np.mean([_error(task, task.draw(size, rng)) for _ in range(options.draws)])
            for size in sizes
        ]
        for noise in noises(task):
            errors = []
            for _ in range(options.draws):
                drawn = task.draw(options.rows, rng)
                noisy = Rows(drawn.X, noise.put_on(drawn, rng), drawn.sure)
                errors.append(_error(task, noisy, noise.threshold))
            found = _looked_up(float(np.mean(errors)), np.array(curve), task.least_error)
            said = noisy_worth(options.rows, noise.table * _MANY, task.least_error, rng).factor
            if noise.counts:
                ratios.append(found / said.estimate)
            cells = [f"{task.least_error:.2f}", f"{found:.2f}", f"{said.estimate:.2f}"]
            cells.append(f"{said.low:.2f} to {said.high:.2f}")
            rows.append([f"{task.name}, {noise.name}", *cells])
            print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    header = (f"task, noise; {options.rows} rows", "least error", "found", "said", "range")
    print(markdown(header, rows))
    spread, middle = np.std(np.log(ratios)), np.median(ratios)
    print(f"\nEven noise, and uneven put right: found / said has the median {middle:.2f},")
    print(f"its logarithm the standard deviation {spread:.2f}.")


def tasks(seed: int) -> list[Task]:
    found = [_simulated(scale, seed) for scale in (0.5, 1.0, 2.0, 4.0)]
    return [*found, _three_classes(seed), _digits("3", "8", seed), _digits("1", "8", seed)]


def _simulated(scale: float, seed: int) -> Task:
    def draw(n: int, rng: np.random.Generator) -> Rows:
        X = rng.normal(size=(n, 20))
        p = expit(scale * X[:, 0])
        return Rows(X, (rng.random(n) < p) * 1, np.maximum(p, 1 - p))

    test = draw(20_000, np.random.default_rng(seed))
    return Task(f"logistic, slope {scale}", draw, test, float(np.mean(1 - test.sure)))


def _three_classes(seed: int) -> Task:
    def draw(n: int, rng: np.random.Generator) -> Rows:
        X = rng.normal(size=(n, 10))
        shares = np.exp(1.5 * X[:, :3])
        shares /= shares.sum(axis=1, keepdims=True)
        y = np.sum(rng.random((n, 1)) > np.cumsum(shares, axis=1), axis=1)
        return Rows(X, np.minimum(y, 2), shares.max(axis=1))

    test = draw(20_000, np.random.default_rng(seed))
    return Task("three classes", draw, test, float(np.mean(1 - test.sure)), 3)


def _digits(one: str, other: str, seed: int) -> Task:
    """Two digits, with noise in the pixels, or they would be told apart by anything."""
    X, y = load_digits(return_X_y=True)
    kept = np.isin(y, [int(one), int(other)])
    X, y = X[kept] / 16, (y[kept] == int(one)) * 1

    def draw(n: int, rng: np.random.Generator) -> Rows:
        rows = rng.integers(len(y), size=n)
        return Rows(X[rows] + rng.normal(scale=0.6, size=(n, X.shape[1])), y[rows], np.ones(n))

    rng = np.random.default_rng(seed)
    model = LogisticRegression(max_iter=2000).fit(*_pair(draw(40_000, rng)))
    test = draw(20_000, rng)
    return Task(
        f"digits {one} and {other}", draw, test, float(np.mean(model.predict(test.X) != test.y))
    )


def noises(task: Task) -> list[Noise]:
    """Even noise, uneven noise, and noise near the border where that is known."""

    def even(wrong: float) -> np.ndarray:
        table = np.full((task.n_classes, task.n_classes), wrong / (task.n_classes - 1))
        np.fill_diagonal(table, 1 - wrong)
        return table

    def by_class(rows: Rows, rng: np.random.Generator, table: np.ndarray) -> np.ndarray:
        return np.sum(rng.random((len(rows.y), 1)) > np.cumsum(table[rows.y], axis=1), axis=1)

    def near_border(rows: Rows, rng: np.random.Generator) -> np.ndarray:
        hard = np.argsort(rows.sure)[: len(rows.y) * 2 // 5]
        flipped = rng.permutation(hard)[: len(rows.y) // 5]
        said = rows.y.copy()
        said[flipped] = 1 - said[flipped]
        return said

    found = [
        Noise(f"even {wrong}", even(wrong), partial(by_class, table=even(wrong)))
        for wrong in (0.1, 0.2, 0.3)
    ]
    if task.n_classes == 2:
        uneven = np.array([[0.95, 0.05], [0.3, 0.7]])
        put_on = partial(by_class, table=uneven)
        found.append(Noise("uneven .05, .3", uneven, put_on, counts=False))
        # the noisy probability at which the clean one is 1/2
        found.append(Noise("the same, threshold put right", uneven, put_on, 0.05 + 0.65 / 2))
        if task.test.sure.min() < 1:
            found.append(Noise("near the border .2", even(0.2), near_border, counts=False))
    return found


def _pair(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    return rows.X, rows.y


def _error(task: Task, rows: Rows, threshold: float = 0.5) -> float:
    if np.unique(rows.y).size < 2:
        return float(np.mean(task.test.y != rows.y[0]))
    model = LogisticRegression(max_iter=500).fit(*_pair(rows))
    if task.n_classes > 2:
        return float(np.mean(model.predict(task.test.X) != task.test.y))
    said = model.predict_proba(task.test.X)[:, 1] > threshold
    return float(np.mean(said != task.test.y))


def _looked_up(error: float, curve: np.ndarray, least: float) -> float:
    """The share of the rows at which the clean curve has this error."""
    excess = np.minimum.accumulate(np.maximum(curve - least, 1e-4))
    target = max(error - least, 1e-4)
    return float(np.exp(np.interp(-np.log(target), -np.log(excess), np.log(_SIZES))))


if __name__ == "__main__":
    main()
