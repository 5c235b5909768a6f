"""Measured learning curves, from three public collections, in one form.

Google (Alabdulmohsin, Neyshabur, Zhai 2022) and LCDB 1.1 (Yan, Mohr, Viering 2025) are read from
`shared/data/curves` beside the repository; LCDB 1.0 (Mohr, Viering et al. 2022) is the sdist
`lcdb` 0.1.0 on PyPI, fetched once into the cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "curves"
_LCDB10 = "lcdb-0.1.0"
METRICS = ("accuracy", "auc", "f1", "logloss")
# fewer repeats than one outer seed has: the others ran out of time or memory
_MIN_REPEATS = 5


@dataclass(frozen=True)
class Curve:
    """One learner on one data set: a mean error a size, and how uncertain that mean is.

    `repeats` has a row a size and a column a repeat (NaN where it is missing), where the source
    kept them; `stderr` is None where the source has no repeats.
    """

    data: str
    learner: str
    sizes: np.ndarray
    errors: np.ndarray
    stderr: np.ndarray | None = None
    repeats: np.ndarray | None = None


@dataclass(frozen=True)
class Split:
    """A curve to fit, and the points to score it on; sizes to score at may repeat."""

    domain: str
    curve: Curve
    at: np.ndarray
    truth: np.ndarray


def hash_share(openml_id: int) -> float:
    """A data set's place in [0, 1); it decides halves and folds, in both versions of LCDB."""
    return int(int(openml_id) * 2654435761 % 2**32) / 2**32


def half_of(openml_id: int) -> str:
    """Everything learnt or chosen may use the train half only."""
    return "train" if hash_share(openml_id) < 0.5 else "test"


def fold_of(openml_id: int, n_folds: int = 5) -> int:
    """The cross-validation fold of a data set of the train half."""
    return int(hash_share(openml_id) * 2 * n_folds)


def google() -> list[Split]:
    """The 92 curves: fitted where Training is 1, scored where it is 0.

    Repeated sizes are averaged into one point for fitting and all kept for scoring. They are exact
    copies (the language models list each checkpoint up to four times), so this loses nothing.
    """
    splits = []
    for part, domain in (("vision", "image"), ("lang", "language")):
        rows = pl.read_csv(here(SHARED / f"google_benchmark.{part}.csv.gz"))
        for (_, task, model), curve in rows.group_by(
            ["Domain", "Task", "Model"], maintain_order=True
        ):
            seen = curve.filter(pl.col("Training") == 1).group_by("Seen Examples")
            fit = seen.agg(pl.col("Loss").mean()).sort("Seen Examples")
            score = curve.filter(pl.col("Training") == 0).sort("Seen Examples")
            sizes, errors = (fit[c].to_numpy().astype(float) for c in ("Seen Examples", "Loss"))
            splits.append(
                Split(
                    domain,
                    Curve(str(task), str(model), sizes, errors),
                    score["Seen Examples"].to_numpy().astype(float),
                    score["Loss"].to_numpy().astype(float),
                )
            )
    return splits


@dataclass(frozen=True)
class Grid:
    """LCDB 1.1: error rates on unseen rows, on one grid of sizes; NaN where nothing was run."""

    openml_ids: np.ndarray
    learners: list[str]
    sizes: np.ndarray
    errors: np.ndarray  # data set, learner, size
    stderr: np.ndarray


def lcdb11() -> Grid:
    """The train half of LCDB 1.1: 133 data sets, 24 learners, 137 sizes a factor 2^(1/8) apart."""
    with np.load(here(SHARED / "lcdb11_train.npz")) as stored:
        test = stored["error"][..., 2].astype(float)
        return Grid(
            stored["openml_id"],
            stored["learner"].tolist(),
            stored["train_size"].astype(float),
            test[:, :, 0],
            test[:, :, 1],
        )


def lcdb10(metric: str = "accuracy", half: str = "train") -> list[Curve]:
    """The curves of one half of the data sets of LCDB 1.0; `data` is the OpenML id.

    `stderr` is the repeats' deviation over the root of their number, as if they were independent
    (they share five test sets), NaN for a single repeat. Sizes with fewer than five repeats are
    left out. Errors are 1 - score, or the logloss itself.
    """
    rows = pl.read_parquet(_compact(metric))
    ids = [i for i in rows["openmlid"].unique().to_list() if half_of(i) == half]
    rows = rows.filter(pl.col("openmlid").is_in(ids))
    curves = []
    for (data, learner), curve in rows.group_by(["openmlid", "learner"], maintain_order=True):
        sizes, row = np.unique(curve["size_train"].to_numpy(), return_inverse=True)
        seed = curve["outer_seed"].to_numpy() * 1000 + curve["inner_seed"].to_numpy()
        seeds, column = np.unique(seed, return_inverse=True)
        repeats = np.full((len(sizes), len(seeds)), np.nan)
        repeats[row, column] = curve["error"].to_numpy()
        enough = np.isfinite(repeats).sum(axis=1) >= _MIN_REPEATS
        if enough.any():
            curves.append(_of_repeats(str(data), str(learner), sizes[enough], repeats[enough]))
    return curves


def _of_repeats(data: str, learner: str, sizes: np.ndarray, repeats: np.ndarray) -> Curve:
    n_repeats = np.isfinite(repeats).sum(axis=1)
    stderr = np.nanstd(repeats, axis=1, ddof=1) / np.sqrt(n_repeats)
    return Curve(data, learner, sizes.astype(float), np.nanmean(repeats, axis=1), stderr, repeats)


def _compact(metric: str) -> Path:
    """The columns that are needed, sorted, as a parquet file in the cache."""
    if metric not in METRICS:
        raise SystemExit(f"no metric {metric!r}: one of {', '.join(METRICS)}")
    compact = cache() / f"lcdb10-{metric}.parquet"
    if compact.exists():
        return compact
    member = f"{_LCDB10}/lcdb/database-{metric}.csv"
    print(f"reading {member}, once", file=sys.stderr)
    with tarfile.open(_sdist()) as sdist:
        table = sdist.extractfile(member)
        if table is None:
            raise SystemExit(f"{_sdist()} has no {member}: delete it, and it is fetched again")
        rows = pl.read_csv(table.read())
    score = pl.col("score_test").cast(pl.Float64)
    order = ["openmlid", "learner", "size_train", "outer_seed", "inner_seed"]
    rows = (
        rows.select(*order, error=score if metric == "logloss" else 1 - score)
        .filter(pl.col("error").is_finite())
        .sort(order)
    )
    partial = compact.with_suffix(f".{os.getpid()}")
    rows.write_parquet(partial)
    partial.rename(compact)
    return compact


def _sdist() -> Path:
    """The sdist of LCDB 1.0, fetched with pip where the cache has none yet (68 MB)."""
    sdist = cache() / f"{_LCDB10}.tar.gz"
    if not sdist.exists():
        print(f"fetching {_LCDB10} from PyPI into {sdist.parent}, once", file=sys.stderr)
        wanted = [_LCDB10.replace("-", "=="), "--no-deps", "--no-binary", ":all:"]
        command = [sys.executable, "-m", "pip", "download", *wanted, "--dest", str(sdist.parent)]
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode or not sdist.exists():
            raise SystemExit(
                f"no learning curves: {sdist} is absent and pip could not fetch it; "
                f"put the sdist lcdb 0.1.0 of PyPI there by hand"
            )
    return sdist


def cache() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "leadline-benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def here(path: Path) -> Path:
    if not path.exists():
        raise SystemExit(
            f"no learning curves: {path} is absent; it belongs beside the repository, "
            "see docs/benchmarks.md"
        )
    return path
