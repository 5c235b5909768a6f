"""A search on a machine whose processors others keep busy: what is chosen, and what is said.

Beside ``leadline run search`` a number of processes compute for themselves. Each line says how many
of them there were, what was chosen and what it scores on the test rows beside feasibility's quick
linear model, what the verdict answers and advises, and how many rows it says were seen.

    python benchmarks/find/busy.py [--hogs 0,2,4,8] [--data NAMES] [--seconds 45]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_sets import DATA_SETS, Case
from peers import leadline, make_project, read

from leadline.datasets.frames import Target, load_pool
from leadline.engines.loading import load_family
from leadline.evaluation.fit import fit_model
from leadline.evaluation.scores import score_model
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.workspace import Workspace

_HEADS = ("data", "hogs", "wall s", "chosen", "score", "linear", "answer", "advice", "rows seen")
_HOG = "while True: pass"


def main() -> None:
    """Print a line a data set and number of hogs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hogs", default="0,2,4,8")
    parser.add_argument("--data", default="hr_attrition,framingham,wine,sms,flights")
    parser.add_argument("--seconds", type=float, default=45.0)
    parser.add_argument("--rows", type=int, default=20_000, help="most rows of a data set")
    options = parser.parse_args()
    print("|".join(["", *_HEADS, ""]))
    print("|".join(["", *["---"] * len(_HEADS), ""]), flush=True)
    for name in options.data.split(","):
        case = DATA_SETS[name](options.rows)
        for n_hogs in map(int, options.hogs.split(",")):
            cells = [name, str(n_hogs), *_line(case, n_hogs, options.seconds)]
            print("|".join(["", *cells, ""]), flush=True)


def _line(case: Case, n_hogs: int, seconds: float) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        make_project(case, Path(folder), seconds)
        for row in ("problem", "data"):
            leadline(Path(folder), row)
        with _hogs(n_hogs):
            started = time.monotonic()
            leadline(Path(folder), "search")
            wall_s = time.monotonic() - started
        with Workspace.open(Path(folder)) as workspace:
            problem, data = read(workspace, "problem", Problem), read(workspace, "data", Data)
            search = read(workspace, "search", Search)
            pool = load_pool(workspace.artifacts, data, Target.of(problem))

        def score(family: str, params: object) -> float:
            model = load_family(family).build(params, case.task, data.features, data.split.seed)
            return score_model(fit_model(model, pool, pool.order), pool, pool.test, case.scoring)

        plain = load_family("linear").candidates(case.task, data.features, pool.order.size)[0]
        linear, chosen = score("linear", plain), search.chosen
        own = score(search.chosen_trial.family, search.chosen_trial.params) if chosen else None
    is_behind = own is None or scoring_of(case.scoring).error(own) > scoring_of(case.scoring).error(
        linear
    )
    return [
        f"{wall_s:.0f}",
        chosen or "none",
        "–" if own is None else f"{own:.4f}" + (" (behind)" if is_behind else ""),
        f"{linear:.4f}",
        search.answer.value,
        search.advice.value,
        f"{search.n_seen:,} of {search.n_largest:,}",
    ]


@contextmanager
def _hogs(n: int) -> Iterator[None]:
    """Processes that do nothing but compute."""
    hogs = [subprocess.Popen([sys.executable, "-c", _HOG]) for _ in range(n)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


if __name__ == "__main__":
    main()
