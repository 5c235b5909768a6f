"""The flights demo with other seeds: what its search chooses, beside the defaults on all rows.

Each seed shuffles the folds and the fits anew. The chosen model and the default linear model,
forest and boosting are fitted to all train rows and scored on the test rows, of all flights.

    python benchmarks/find/demo_seeds.py [--seeds 10] [--seconds 45]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from data_sets import DATA_SETS, Case
from peers import leadline, make_project, read

from leadline.datasets.frames import Target, load_pool
from leadline.engines.loading import load_family
from leadline.evaluation.fit import fit_model
from leadline.evaluation.scores import score_model
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.workspace import Workspace

_FAMILIES = ("linear", "forest", "boosting")
_ALL_ROWS = 10**9
_LOSS = 0.003


def main() -> None:
    """Print a line a seed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=45.0)
    options = parser.parse_args()
    case, n_near = DATA_SETS["flights"](_ALL_ROWS), 0
    heads = ["seed", "chosen", "score", *_FAMILIES]
    print("|".join(["", *heads, ""]))
    print("|".join(["", *["---"] * len(heads), ""]), flush=True)
    for seed in range(options.seeds):
        chosen, own, defaults = _scores(case, seed, options.seconds)
        n_near += own >= max(defaults) - _LOSS
        cells = [str(seed), chosen, f"{own:.4f}", *[f"{each:.4f}" for each in defaults]]
        print("|".join(["", *cells, ""]), flush=True)
    print(f"\nWithin {_LOSS} of the best default, or better: {n_near} of {options.seeds}.")


def _scores(case: Case, seed: int, seconds: float) -> tuple[str, float, list[float]]:
    """Name and test score of the chosen candidate, and the test scores of the defaults."""
    with tempfile.TemporaryDirectory() as folder:
        make_project(case, Path(folder), seconds)
        path = Path(folder) / "leadline.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("[data]\n", f"[data]\nseed = {seed}\n"), encoding="utf-8")
        for row in ("problem", "data", "search"):
            leadline(Path(folder), row)
        with Workspace.open(Path(folder)) as workspace:
            problem, data = read(workspace, "problem", Problem), read(workspace, "data", Data)
            trial = read(workspace, "search", Search).chosen_trial
            pool = load_pool(workspace.artifacts, data, Target.of(problem))

    def score(family: str, params: object) -> float:
        model = load_family(family).build(params, case.task, data.features, data.split.seed)
        return score_model(fit_model(model, pool, pool.order), pool, pool.test, case.scoring)

    defaults = [
        score(name, load_family(name).candidates(case.task, data.features, pool.order.size)[0])
        for name in _FAMILIES
    ]
    return trial.name, score(trial.family, trial.params), defaults


if __name__ == "__main__":
    main()
