"""How well are fit times forecast, on the measured fits of LCDB 1.0?

Seen are up to six sizes a factor two apart, up to a cut that is a power of two from 256 on; truth
is the mean time at 8 and 16 times the cut. Beside ours: the straight line through the logarithms,
with the interval of least squares. Only the train half of the data sets is used, since the law's
few constants were chosen on it; OpenML ids decide.

    python benchmarks/curves/timing.py [--limit N]
"""

from __future__ import annotations

import argparse
import tarfile
from collections.abc import Callable

import numpy as np
import polars as pl
from scipy.special import stdtrit
from scoring import figure, markdown
from sources import cache, half_of, lcdb10

from leadline.stats.machines.fit_time import fit_time_law

_MEMBER = "lcdb-0.1.0/lcdb/database-accuracy.csv"
_CUTS = 2.0 ** np.arange(8, 19)
_RATIOS = (8, 16)
_NEAR = 0.1
_SEED = 1
Forecast = tuple[float, float, float]
Instance = tuple[np.ndarray, np.ndarray, float, float, int]


def timed_fits() -> pl.DataFrame:
    """Every fit of the train half with its seconds and its test error, from the cached sdist."""
    compact = cache() / "lcdb10-timed.parquet"
    if not compact.exists():
        lcdb10("accuracy")  # fetches the sdist
        with tarfile.open(cache() / "lcdb-0.1.0.tar.gz") as sdist:
            table = sdist.extractfile(_MEMBER)
            assert table is not None
            rows = pl.read_csv(table.read())
        seconds, score = (pl.col(c).cast(pl.Float64) for c in ("traintime", "score_test"))
        order = ["openmlid", "learner", "size_train", "outer_seed", "inner_seed"]
        rows = rows.select(*order, "size_test", seconds=seconds, error=1 - score).sort(order)
        rows.filter(pl.col("seconds") > 0, pl.col("error").is_finite()).write_parquet(compact)
    fits = pl.read_parquet(compact)
    ids = [i for i in fits["openmlid"].unique().to_list() if half_of(i) == "train"]
    return fits.filter(pl.col("openmlid").is_in(ids))


def instances() -> list[Instance]:
    """Sizes and mean seconds seen, the size and the seconds to forecast, and their ratio."""
    keys = ["openmlid", "learner", "size_train"]
    means = timed_fits().group_by(keys).agg(pl.col("seconds").mean()).sort(keys)
    found = []
    for _, curve in means.group_by(["openmlid", "learner"], maintain_order=True):
        sizes = curve["size_train"].to_numpy().astype(float)
        seconds = curve["seconds"].to_numpy()
        for cut in _CUTS:
            seen = [
                i for i in (_near(sizes, cut / 2**k) for k in range(5, -1, -1)) if i is not None
            ]
            if len(seen) < 5 or _near(sizes, cut) is None:
                continue
            for ratio in _RATIOS:
                at = _near(sizes, ratio * cut)
                if at is not None:
                    found.append((sizes[seen], seconds[seen], sizes[at], seconds[at], ratio))
    return found


def _near(sizes: np.ndarray, wanted: float) -> int | None:
    distance = np.abs(np.log(sizes / wanted))
    return int(np.argmin(distance)) if distance.min() < _NEAR else None


def ours(sizes: np.ndarray, seconds: np.ndarray, at: float) -> Forecast:
    law = fit_time_law(sizes, seconds)
    bounds = law.interval(at)
    return float(bounds.low), float(law.predict(at)), float(bounds.high)


def line(sizes: np.ndarray, seconds: np.ndarray, at: float) -> Forecast:
    """Least squares on logarithms, and its t interval for a new fit."""
    x, y = np.log(sizes), np.log(seconds)
    slope, level = np.polyfit(x, y, 1)
    rest = y - level - slope * x
    scatter = np.sqrt(rest @ rest / (x.size - 2))
    distance = (np.log(at) - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()
    reach = stdtrit(x.size - 2, 0.95) * scatter * np.sqrt(1 + 1 / x.size + distance)
    middle = level + slope * np.log(at)
    return tuple(float(np.exp(middle + s * reach)) for s in (-1, 0, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=2000, help="instances drawn (default: 2000)")
    drawn = instances()
    order = np.random.default_rng(_SEED).permutation(len(drawn))[: parser.parse_args().limit]
    methods: dict[str, Callable[[np.ndarray, np.ndarray, float], Forecast]] = {
        "line through logarithms": line,
        "ours": ours,
    }
    rows = []
    for ratio in _RATIOS:
        chosen = [drawn[i] for i in order if drawn[i][-1] == ratio]
        truth = np.log([each[3] for each in chosen])
        for name, method in methods.items():
            low, middle, high = np.log([method(*each[:3]) for each in chosen]).T
            held = (low <= truth) & (truth <= high)
            errors, width = np.abs(middle - truth), high - low
            rows.append(
                [
                    f"{name}, {ratio}x ({len(chosen):,})",
                    figure(float(np.median(errors)), 3),
                    figure(float(np.median(middle - truth)), 3),
                    figure(float(held.mean()), 3),
                    figure(float(np.median(width)), 2),
                ]
            )
    heads = ("median abs log error", "median log bias", "90 % coverage", "log width")
    print(markdown(["forecast", *heads], rows))


if __name__ == "__main__":
    main()
