"""Networks as a search trains them beside the same networks by hand: scores, seconds.

``leadline run search`` on digits and on flights, with a guest that is the network family with its
default alone; then each fit that it has measured at the largest size once more, on the same rows of
the same folds, in the plain PyTorch of ``networks.py``. "Overhead" is by the clock and an epoch:
all that the search spent on a fit, reading the rows and judging included, beside fitting and
judging by hand.

    python benchmarks/find/networks_in_find.py [--seconds 240] [--rows 20000] [--data NAMES]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from data_sets import DATA_SETS
from networks import Case, by_hand
from peers import leadline, make_project, read

from leadline.datasets.frames import Pool, Target, load_pool
from leadline.evaluation.fit import fold_rows
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.search.candidate_evaluator import CandidateEvaluator, EvaluationContext
from leadline.workspace import Workspace

_GUEST = """
from leadline.engines.families.network.variants import TableNetwork

class One(TableNetwork):
    name = "one-network"

    def candidates(self, task, columns, n_rows):
        return super().candidates(task, columns, n_rows)[:1]
"""


def install_guest(folder: Path) -> None:
    """Make a package with an entry point, as pip would leave it."""
    (folder / "one_network.py").write_text(_GUEST)
    info = folder / "one_network-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: one-network\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[leadline.families]\none-network = one_network:One\n")
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def main() -> None:
    """Print a line a data set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=240.0, help="of the time box")
    parser.add_argument("--rows", type=int, default=20_000, help="most rows of a data set")
    parser.add_argument("--data", default="digits,flights")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("| data | rows a fit | fits | by hand | `leadline run search` | difference | overhead |")
    print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
    for name in options.data.split(","):
        with tempfile.TemporaryDirectory() as folder:
            case = DATA_SETS[name](options.rows)
            install_guest(Path(folder))
            settings = {"families": ["majority", "one-network"], "executor": "sequential"}
            make_project(case, Path(folder), options.seconds, searcher="none", **settings)
            for row in ("problem", "data", "search"):
                leadline(Path(folder), row)
            print(compared(name, Path(folder)), flush=True)


def compared(name: str, folder: Path) -> str:
    """A line: what the search measured at the largest size, and the same fits by hand."""
    with Workspace.open(folder) as workspace:
        problem, data = read(workspace, "problem", Problem), read(workspace, "data", Data)
        trials = read(workspace, "search", Search).trials
        trial = next(trial for trial in trials if trial.family == "one-network")
        n_folds = workspace.settings.find.folds
        evaluator = EvaluationContext.of(workspace, problem, data, n_folds=n_folds).evaluator(trial)
        pool = load_pool(workspace.artifacts, data, Target.of(problem))
    largest = max(n_train for n_train, _ in evaluator.fits)
    fits = {repeat: fit for (n_train, repeat), fit in evaluator.fits.items() if n_train == largest}
    by_repeat = [timed(fold_of(name, pool, evaluator, largest, r), r) for r in fits]
    hand = np.array([score for score, _, _ in by_repeat])
    house = np.array([fit.score for fit in fits.values()])
    differences = house - hand
    stderr = differences.std(ddof=1) / np.sqrt(len(differences))
    overhead = statistics.median(
        (fit.spent_s / len(fit.epochs)) / (seconds / n_epochs) - 1
        for fit, (_, seconds, n_epochs) in zip(fits.values(), by_repeat, strict=True)
    )
    return (
        f"| {name} | {largest:,} | {len(fits)} | {hand.mean():.4f} | {house.mean():.4f} | "
        f"{differences.mean():+.4f} ± {stderr:.4f} | {overhead:+.1%} |"
    )


def timed(case: Case, seed: int) -> tuple[float, float, int]:
    """By hand: score, seconds by the clock from rows to score, epochs."""
    started = time.perf_counter()
    score, _, n_epochs = by_hand(case, seed)
    return score, time.perf_counter() - started, n_epochs


def fold_of(
    name: str, pool: Pool, evaluator: CandidateEvaluator, n_train: int, repeat: int
) -> Case:
    """The rows of one fit of the search."""
    turn, fold = divmod(repeat, evaluator.n_folds)
    spec = replace(evaluator.spec, n_train=n_train, fold=fold, seed=evaluator.spec.seed + turn)
    train, valid = ((pool.X[rows], pool.y[rows]) for rows in fold_rows(pool, spec))
    return Case(name, spec.target.task.value, dict(spec.data.features), train, valid)


if __name__ == "__main__":
    main()
