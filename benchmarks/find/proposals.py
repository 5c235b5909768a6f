"""What the families of trees propose for numbers, on rows held out from the train rows.

Every proposal of boosting and forest is fitted to four fifths of the train rows, the oldest where
the rows are split by time, and judged on the rest. No test row is looked at. Seconds are of the
processor.

    python benchmarks/find/proposals.py [--data avocado,bike,air] [--rows 20000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from data_sets import DATA_SETS, Case
from peers import leadline, make_project, read

from leadline.datasets.frames import Target, load_pool
from leadline.engines.loading import load_family
from leadline.evaluation.fit import fit_model
from leadline.evaluation.scores import response_of, score_of
from leadline.phases.data import Data, SplitKind
from leadline.phases.problem import Problem
from leadline.workspace import Workspace

_SHARE_LEARNT_FROM = 0.8
_FAMILIES = ("boosting", "forest")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="avocado,bike,air")
    parser.add_argument("--rows", type=int, default=20_000, help="most rows of a data set")
    options = parser.parse_args()
    print("| data | family | proposal | score | processor s |\n|---|---|---|---:|---:|")
    for name in options.data.split(","):
        with tempfile.TemporaryDirectory() as folder:
            _print_one(name, DATA_SETS[name](options.rows), Path(folder))


def _print_one(name: str, case: Case, folder: Path) -> None:
    make_project(case, folder, 60.0)
    for row in ("problem", "data"):
        leadline(folder, row)
    with Workspace.open(folder) as workspace:
        problem, data = read(workspace, "problem", Problem), read(workspace, "data", Data)
        pool = load_pool(workspace.artifacts, data, Target.of(problem))
    is_by_time = data.split.kind is SplitKind.TIME
    order = pool.order if is_by_time else np.random.default_rng(0).permutation(pool.order)
    cut = int(_SHARE_LEARNT_FROM * len(order))
    for label in _FAMILIES:
        family = load_family(label)
        proposals = family.candidates(case.task, data.features, len(pool.order))
        for params in proposals:
            began = time.process_time()
            model = family.build(params, case.task, data.features, data.split.seed)
            fit_model(model, pool, order[:cut])
            spent = time.process_time() - began
            answered = response_of(model, pool.X[order[cut:]], case.scoring)
            score = score_of(pool.y[order[cut:]], answered, case.scoring)
            changed = [
                f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}"
                for k, v in params.items()
                if params is proposals[0] or v != proposals[0][k]
            ]
            print(
                f"| {name} | {label} | {', '.join(changed)} | {score:.4f} | {spent:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
