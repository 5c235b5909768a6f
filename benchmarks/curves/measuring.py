"""Does choosing the next size by information a second need less compute than a fixed grid?

Replays the fits of LCDB 1.0 (train half, accuracy): every repeat with the seconds it took. Sizes up
to an eighth of the largest may be measured; forecast is the error at the largest. Asked is how many
fit seconds it takes until the 90 % interval there is narrow enough (log of high over low), for

- a fixed grid: eight geometric sizes, five repeats each, whatever comes out;
- the same grid upward, five sizes first, that stops as soon as the interval is narrow enough;
- our design: five repeats at the five smallest sizes a factor of two apart, then three repeats at a
  time where they tell most a second, stopping alike.

Curves are those whose fixed grid takes three seconds or more and reaches 1,000 rows. Shares are of
the fixed grid's seconds: first on the curves where all three become narrow enough, then on all,
where the others give up at three times the fixed grid's seconds.

    python benchmarks/curves/measuring.py [--limit N] [--overhead SECONDS]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scoring import figure, markdown
from timing import timed_fits

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.design import (
    next_size,
    noise_of_more,
    pooled_variance,
    residual_variance,
)
from leadline.stats.machines.fit_time import fit_time_law

_RATIO = 8
_BATCH, _MOST = 3, 15
_N_FIXED, _N_REPEATS = 8, 5
_N_SEEDS = 5
_N_DRAWS = 2000
_LEAST = 1e-4
_LEAST_SIZE = 1000
_LEAST_SECONDS = 3.0
_WIDTHS = (1.0, 0.6)
_MOST_TIMES = 3
_SEED = 7


@dataclass
class Replay:
    """One learner on one data set: repeats to draw on, and those that were drawn."""

    sizes: np.ndarray
    errors: dict[int, np.ndarray]
    seconds: dict[int, np.ndarray]
    aim: float
    truth: float
    overhead: float
    taken: dict[int, int] = field(default_factory=dict)
    spent: float = 0.0

    def take(self, size: int, n: int) -> None:
        before = self.taken.get(size, 0)
        self.taken[size] = before + n
        self.spent += float(np.sum(self.seconds[size][before : before + n] + self.overhead))

    def points(self) -> tuple[np.ndarray, ...]:
        """Sizes, mean errors, variances of a repeat, repeats, and mean seconds."""
        rows = []
        for size, n in sorted(self.taken.items()):
            errors = self.errors[size][:n]
            seconds = self.seconds[size][:n].mean()
            rows.append((size, max(errors.mean(), _LEAST), errors.var(ddof=1), n, seconds))
        return tuple(np.array(rows, dtype=float).T)

    def belief(self) -> CurvePosterior:
        sizes, errors, variances, counts, _ = self.points()
        stderr = np.sqrt(variances / counts)
        return fit(sizes, errors, stderr, n_repeats=int(counts.min()))

    def interval(self) -> np.ndarray:
        return np.maximum(self.belief().quantile(self.aim, [0.05, 0.5, 0.95]), _LEAST)


Step = Callable[[Replay], bool]


def replays(overhead: float) -> list[Replay]:
    """Curves with enough sizes and repeats, their repeats in an order left to chance."""
    rng = np.random.default_rng(_SEED)
    found = []
    for _, curve in timed_fits().group_by(["openmlid", "learner"], maintain_order=True):
        counts = curve.group_by("size_train").agg(pl.len()).sort("size_train")
        enough = counts.filter(pl.col("len") >= _MOST)["size_train"].to_numpy()
        if enough.size < _N_FIXED or enough[-1] < _LEAST_SIZE * _RATIO:
            continue
        sizes = enough[enough <= enough[-1] / _RATIO * 1.01]
        if sizes.size < _N_FIXED:
            continue
        errors, seconds = {}, {}
        for size in sizes:
            rows = curve.filter(pl.col("size_train") == size)
            order = rng.permutation(len(rows))[:_MOST]
            errors[int(size)] = rows["error"].to_numpy()[order]
            seconds[int(size)] = rows["seconds"].to_numpy()[order]
        truth = float(curve.filter(pl.col("size_train") == enough[-1])["error"].mean())
        found.append(Replay(sizes, errors, seconds, float(enough[-1]), truth, overhead))
    return found


def spread(sizes: np.ndarray, n: int) -> list[int]:
    places = np.linspace(0, sizes.size - 1, n).round().astype(int)
    return [int(sizes[place]) for place in np.unique(places)]


def fresh(replay: Replay) -> Replay:
    return Replay(
        replay.sizes, replay.errors, replay.seconds, replay.aim, replay.truth, replay.overhead
    )


def begun(replay: Replay, sizes: Sequence[int]) -> Replay:
    one = fresh(replay)
    for size in sizes:
        one.take(int(size), _N_REPEATS)
    return one


def until(one: Replay, step: Step, width: float, most_s: float) -> tuple[float, bool]:
    """Seconds until the interval is so narrow, and whether it ever was."""
    while log_width(one.interval()) > width:
        if one.spent > most_s or not step(one):
            return one.spent, False
    return one.spent, True


def upward(one: Replay) -> bool:
    """The next larger size of the grid; when there is none, more repeats from the smallest on."""
    grid = spread(one.sizes, _N_FIXED)
    size = min(grid, key=lambda n: (one.taken.get(n, 0), n))
    if one.taken.get(size, 0) + _N_REPEATS > _MOST:
        return False
    one.take(size, _N_REPEATS)
    return True


def by_information(one: Replay) -> bool:
    sizes = [int(n) for n in one.sizes if one.taken.get(int(n), 0) + _BATCH <= _MOST]
    size = choose(one, sizes) if sizes else None
    if size is None:
        return False
    one.take(size, _BATCH)
    return True


def choose(one: Replay, open_sizes: list[int]) -> int | None:
    sizes, errors, variances, counts, seconds = one.points()
    rng = np.random.default_rng(0)
    belief = one.belief()
    curves = belief.sample([*open_sizes, one.aim], _N_DRAWS, rng=rng)
    draws = np.log(np.maximum(curves, _LEAST))
    floor = residual_variance(belief, np.exp(draws[:, :-1].mean(axis=0)))
    split = pooled_variance(sizes, variances / errors**2, counts, open_sizes)
    taken = [one.taken.get(n, 0) for n in open_sizes]
    nothing = np.zeros(len(open_sizes))
    noise = noise_of_more(split, nothing, taken, n_more=_BATCH, n_rounds=1, floor=floor)
    cost = _BATCH * (fit_time_law(sizes, seconds).predict(open_sizes) + one.overhead)
    best = next_size(draws[:, :-1], draws[:, -1], noise, cost)
    return None if best is None else open_sizes[best]


def log_width(interval: np.ndarray) -> float:
    return float(np.log(interval[-1] / interval[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=60, help="curves drawn (default: 60)")
    parser.add_argument("--overhead", type=float, default=0.01, help="seconds around each fit")
    options = parser.parse_args()
    grids = [(one, begun(one, spread(one.sizes, _N_FIXED))) for one in replays(options.overhead)]
    worth = [pair for pair in grids if pair[1].spent > _LEAST_SECONDS]
    order = np.random.default_rng(_SEED).permutation(len(worth))[: options.limit]
    drawn = [worth[place] for place in order]
    print(f"LCDB 1.0, train half, {len(drawn)} of {len(worth)} curves\n")
    rows = []
    for width in _WIDTHS:
        whole = np.array([[grid.spent, log_width(grid.interval()) <= width] for _, grid in drawn])
        found = {"fixed grid": whole}
        for name, step in {"grid upward": upward, "information a second": by_information}.items():
            found[name] = np.array([_reached(*pair, name, step, width) for pair in drawn])
        everywhere = np.all([each[:, 1] == 1 for each in found.values()], axis=0)
        for name, each in found.items():
            share = each[:, 0] / whole[:, 0]
            rows.append(
                [
                    f"{name}, log width {width}",
                    figure(float(each[:, 1].mean()), 2),
                    figure(float(np.median(share[everywhere])), 2),
                    figure(float(each[everywhere, 0].sum() / whole[everywhere, 0].sum()), 2),
                    figure(float(each[:, 0].sum() / whole[:, 0].sum()), 2),
                ]
            )
    heads = ["reached", "seconds, median of shares", "all seconds", "all seconds, every curve"]
    print(markdown(["design", *heads], rows))


def _reached(
    replay: Replay, grid: Replay, name: str, step: Step, width: float
) -> tuple[float, bool]:
    sizes = spread(replay.sizes, _N_FIXED) if name == "grid upward" else replay.sizes[::2]
    return until(begun(replay, sizes[:_N_SEEDS]), step, width, _MOST_TIMES * grid.spent)


if __name__ == "__main__":
    main()
