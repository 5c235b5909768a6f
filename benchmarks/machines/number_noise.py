"""What a machine's numbers are worth for training: said, and read off learning curves.

A model learns from rows whose numbers are off: by normal noise, by noise with heavy tails, by noise
and a bias that 80 rows of people's tell and that is taken off, or, against what the formula takes
for granted, alike on rows that look alike. Its squared error is looked up on the curve of clean
numbers: the rows that teach as much, over the rows it had, is the factor. The excess over the noise
of the task is interpolated in logarithms. What is said rests on 80 rows with both numbers, in the
middle of the draws; a machine's noise is given as its standard deviation over that of the task's.

    python benchmarks/machines/number_noise.py [--draws 20] [--rows 800] [--seed 0] [--like bent]
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge

from leadline.stats.machine_votes import NumberErrors, noisy_number_worth, number_errors

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_SIZES = (0.03, 0.06, 0.12, 0.25, 0.5, 1.0)
_N_JUDGED, _N_TEST, _N_COLUMNS = 80, 5_000, 10
_BIAS = 2.0
_HEAVY = 5  # degrees of freedom of Student's law
_MODELS: dict[str, Callable[[], Any]] = {
    "linear": lambda: Ridge(alpha=1.0),
    "forest": lambda: RandomForestRegressor(100, min_samples_leaf=3, random_state=0),
    "boosting": lambda: HistGradientBoostingRegressor(random_state=0),
}
Rng = np.random.Generator
Signal = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Task:
    """What numbers depend on, and the standard deviation of people's about it."""

    name: str
    signal: Signal
    noise: float

    def draw(self, n: int, rng: Rng) -> tuple[np.ndarray, np.ndarray]:
        X = rng.random((n, _N_COLUMNS))
        return X, self.signal(X) + self.noise * rng.standard_normal(n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--like", default="", help="lines whose task and model match this")
    options = parser.parse_args()
    rows: list[list[str]] = []
    ratios: dict[str, list[float]] = {}
    for task in _tasks():
        for model in _MODELS:
            if model == "linear" and task.name.startswith("bent"):
                continue  # its least error is not the noise
            if not re.search(options.like, f"{task.name}, {model}"):
                continue
            for name, is_noise, found, said in _lines(task, model, options):
                if is_noise and said[1]:
                    ratios.setdefault(model, []).append(found / said[1])
                cells = [f"{found:.2f}", f"{said[1]:.2f}", f"{said[0]:.2f} to {said[2]:.2f}"]
                rows.append([f"{task.name}, {model}", name, *cells])
                print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    header = (f"task, model; {options.rows} rows", "machine", "found", "said", "range")
    print(markdown(header, rows), end="\n\n")
    for model, each in ratios.items():
        spread = np.std(np.log(each))
        print(f"{model}, noise said to teach: found / said has the median {np.median(each):.2f},")
        print(f"its logarithm the standard deviation {spread:.2f} ({len(each)} lines).")


def _tasks() -> list[Task]:
    def straight(X: np.ndarray) -> np.ndarray:
        return 4 * X[:, 0] + 2 * X[:, 1] - 3 * X[:, 2]

    def bent(X: np.ndarray) -> np.ndarray:
        """The function of Friedman (1991), Ann. Statist. 19, p. 37, over ten."""
        wave, bow = np.sin(np.pi * X[:, 0] * X[:, 1]), (X[:, 2] - 0.5) ** 2
        return wave + 2 * bow + X[:, 3] + X[:, 4] / 2

    return [
        Task("straight, noise 1", straight, 1.0),
        Task("straight, noise .3", straight, 0.3),
        Task("bent, noise .3", bent, 0.3),
        Task("bent, noise .1", bent, 0.1),
    ]


def _machines(task: Task) -> dict[str, tuple[bool, Callable[[np.ndarray, Rng], np.ndarray]]]:
    """What a machine adds to people's number, and whether the formula is for it."""

    def noise(size: float) -> Callable[[np.ndarray, Rng], np.ndarray]:
        return lambda X, rng: size * task.noise * rng.standard_normal(len(X))

    def heavy(X: np.ndarray, rng: Rng) -> np.ndarray:
        return task.noise * rng.standard_t(_HEAVY, len(X)) * np.sqrt(1 - 2 / _HEAVY)

    def alike(X: np.ndarray, _: Rng) -> np.ndarray:
        return task.noise * np.sqrt(2) * np.sin(2 * np.pi * (X[:, 5] + X[:, 6]))

    return {
        **{f"noise {size:g}": (True, noise(size)) for size in (0.5, 1.0, 2.0)},
        "noise 1, heavy tails": (True, heavy),
        "noise 1, bias 2 taken off": (True, lambda X, r: noise(1.0)(X, r) + _BIAS * task.noise),
        "errs alike on alike rows, 1": (False, alike),
    }


def _lines(
    task: Task, model: str, options: argparse.Namespace
) -> Iterator[tuple[str, bool, float, np.ndarray]]:
    """Of each machine: whether the formula is for it, what was found, and what is said."""
    rng = np.random.default_rng(options.seed)
    test = task.draw(_N_TEST, rng)
    truth = task.signal(test[0])

    def excess(X: np.ndarray, y: np.ndarray) -> float:
        """Mean squared distance from the best prediction."""
        return float(np.mean((_MODELS[model]().fit(X, y).predict(test[0]) - truth) ** 2))

    sizes = [round(share * options.rows) for share in _SIZES]
    curve = [
        np.mean([excess(*task.draw(size, rng)) for _ in range(options.draws)]) for size in sizes
    ]
    for name, (is_noise, adds) in _machines(task).items():
        errors, said = [], []
        for _ in range(options.draws):
            judged = _judged(task, adds, rng)
            X, y = task.draw(options.rows, rng)
            off = adds(X, rng)
            errors.append(excess(X, y + off - judged.bias.estimate * ("bias" in name)))
            worth = noisy_number_worth(
                options.rows, judged, task.noise**2, rng, boosted=model == "boosting"
            ).factor
            said.append((worth.low, worth.estimate, worth.high))
        yield (
            name,
            is_noise,
            _looked_up(float(np.mean(errors)), np.array(curve)),
            np.median(said, 0),
        )


def _judged(task: Task, adds: Callable[[np.ndarray, Rng], np.ndarray], rng: Rng) -> NumberErrors:
    X, people = task.draw(_N_JUDGED, rng)
    return number_errors(people, people + adds(X, rng))


def _looked_up(excess: float, curve: np.ndarray) -> float:
    """The share of the rows at which the clean curve has this excess."""
    falling = np.minimum.accumulate(curve)
    return float(np.exp(np.interp(-np.log(excess), -np.log(falling), np.log(_SIZES))))


if __name__ == "__main__":
    main()
