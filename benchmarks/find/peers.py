"""Scores of Leadline and of other tools after the same time box, on the same rows.

Every tool learns from the train rows that Leadline's split leaves and is scored on its test rows,
once. Leadline's model is the one its search chose, fitted to all train rows after the box; the
others hand over what they have when their own time is over. "defaults" is the best on the test
rows of the default linear model, forest and boosting, fitted to all train rows, unsearched. FLAML,
TPOT and AutoGluon cannot be installed beside each other: each has an environment of its own, made
once in the cache.

    python benchmarks/find/peers.py [--seconds 60] [--data NAMES] [--tools NAMES] [--rows 20000]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
from data_sets import DATA_SETS, Case
from sklearn.feature_extraction.text import TfidfVectorizer

from leadline.datasets.frames import Pool, Target, load_pool
from leadline.engines.loading import load_family
from leadline.evaluation.fit import fit_model
from leadline.evaluation.scores import response_of, score_of, standard_error_of
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.settings import template
from leadline.workspace import Workspace

_CACHE = Path.home() / ".cache" / "leadline-benchmarks" / "peers"
_PACKAGES = {
    "FLAML": ["flaml[automl]", "lightgbm", "xgboost", "pyarrow"],
    "TPOT": ["tpot", "pyarrow"],
    "AutoGluon": ["autogluon.tabular[lightgbm]", "pyarrow"],
}
_OURS = ("Leadline", "Leadline random")
_DEFAULTS = "defaults"
_DEFAULT_FAMILIES = ("linear", "forest", "boosting")
_MOST_WORDS = 2000

V = TypeVar("V")


@dataclass(frozen=True)
class Outcome:
    """What a tool reached.

    Attributes
    ----------
    score, stderr : float
        On the test rows.
    seconds : float
        From start to a model that can be asked.
    """

    score: float
    stderr: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rows", type=int, default=20_000, help="most rows of a data set")
    parser.add_argument("--data", default=",".join(DATA_SETS))
    parser.add_argument("--tools", default=",".join(["Leadline", _DEFAULTS, *_PACKAGES]))
    options = parser.parse_args()
    tools = options.tools.split(",")
    print(f"{options.seconds:g} s each, at most {options.rows:,} rows, {os.cpu_count()} cores\n")
    print("|".join(["", "data", "metric", *tools, ""]))
    print("|".join(["", "---", "---", *["---:"] * len(tools), ""]), flush=True)
    near, behind = dict.fromkeys(tools, 0), []
    for name in options.data.split(","):
        found = run_case(DATA_SETS[name](options.rows), tools, options.seconds)
        best = max(found.values(), key=lambda outcome: outcome.score)
        for tool, outcome in found.items():
            near[tool] += outcome.score >= best.score - best.stderr
        cells = [
            f"{o.score:.4f} ± {o.stderr:.4f} ({o.seconds:.0f} s)"
            if np.isfinite(o.score)
            else f"none ({o.seconds:.0f} s)"
            for o in found.values()
        ]
        print("|".join(["", name, DATA_SETS[name](10).scoring, *cells, ""]), flush=True)
        if {"Leadline", _DEFAULTS} <= found.keys():
            ours, plain = found["Leadline"], found[_DEFAULTS]
            behind.append((plain.score - ours.score) / max(ours.stderr, 1e-9))
    print("|".join(["", "best or within one standard error", "", *map(str, near.values()), ""]))
    if behind:
        n_quarter = sum(each <= 0.25 for each in behind)
        print(
            f"\nLeadline behind the best of the defaults by at most {max(behind):.2f} standard "
            f"errors; by at most a quarter of one in {n_quarter} of {len(behind)}."
        )


def run_case(case: Case, tools: list[str], seconds: float) -> dict[str, Outcome]:
    """Every tool on one data set."""
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for tool in tools:
            yard = Path(folder) / tool.replace(" ", "-")
            yard.mkdir()
            run = run_ours if tool in _OURS else run_peer
            run = run_defaults if tool == _DEFAULTS else run
            found[tool] = run(case, yard, seconds, tool)
        return found


def make_project(case: Case, folder: Path, seconds: float, **find: object) -> None:
    """A workspace as `leadline init` would leave it, with some settings of the search."""
    case.frame.write_parquet(folder / "rows.parquet")
    text = template(
        name="peers",
        files=("rows.parquet",),
        label=case.label,
        problem={
            "positive": case.positive,
            "task": case.task,
            "scoring": case.scoring,
            "target_score": 0.9,
            "time_box_s": seconds,
        },
        more={"find": find} if find else {},
    )
    (folder / "leadline.toml").write_text(text)


def run_ours(case: Case, folder: Path, seconds: float, tool: str) -> Outcome:
    """`leadline run search`, then the chosen candidate on all train rows."""
    make_project(case, folder, seconds, **({"searcher": "random"} if "random" in tool else {}))
    for row in ("problem", "data"):
        leadline(folder, row)
    started = time.monotonic()
    leadline(folder, "search")
    spent = time.monotonic() - started
    with Workspace.open(folder) as workspace:
        problem, data = read(workspace, "problem", Problem), read(workspace, "data", Data)
        trial = read(workspace, "search", Search).chosen_trial
        pool = load_pool(workspace.artifacts, data, Target.of(problem))
        model = load_family(trial.family).build(
            trial.params, case.task, data.features, data.split.seed
        )
        fit_model(model, pool, pool.order)
        answered = response_of(model, pool.X[pool.test], case.scoring)
    return judged(pool, answered, case, spent)


def run_defaults(case: Case, folder: Path, seconds: float, _: str) -> Outcome:
    """The best default on the test rows, fitted to all train rows."""
    make_project(case, folder, seconds)
    for row in ("problem", "data"):
        leadline(folder, row)
    started, found = time.monotonic(), []
    with Workspace.open(folder) as workspace:
        problem, data = read(workspace, "problem", Problem), read(workspace, "data", Data)
        pool = load_pool(workspace.artifacts, data, Target.of(problem))
    for name in _DEFAULT_FAMILIES:
        family = load_family(name)
        params = family.candidates(case.task, data.features, pool.order.size)[0]
        model = family.build(params, case.task, data.features, data.split.seed)
        fit_model(model, pool, pool.order)
        answered = response_of(model, pool.X[pool.test], case.scoring)
        found.append(judged(pool, answered, case, time.monotonic() - started))
    return max(found, key=lambda outcome: outcome.score)


def run_peer(case: Case, folder: Path, seconds: float, tool: str) -> Outcome:
    """A peer in its own environment, on the same rows."""
    make_project(case, folder, seconds)
    for row in ("problem", "data"):
        leadline(folder, row)
    with Workspace.open(folder) as workspace:
        problem, data = read(workspace, "problem", Problem), read(workspace, "data", Data)
        pool = load_pool(workspace.artifacts, data, Target.of(problem))
    train, test = frames_of(pool, data, knows_words=tool == "AutoGluon")
    train.with_columns(pl.Series("__y", pool.y[pool.order])).write_parquet(folder / "train.parquet")
    test.write_parquet(folder / "test.parquet")
    request = {"tool": tool, "task": case.task, "scoring": case.scoring, "seconds": seconds}
    (folder / "request.json").write_text(json.dumps(request))
    started = time.monotonic()
    subprocess.run(
        [environment(tool), str(Path(__file__).with_name("peer_tools.py")), str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "errors.txt").open("w"),
        timeout=20 * seconds,
        check=False,
    )
    answered = folder / "answered.npy"
    if not answered.exists():
        print((folder / "errors.txt").read_text()[-500:], file=sys.stderr)
        return Outcome(-np.inf, 0.0, time.monotonic() - started)
    spent = json.loads((folder / "spent.json").read_text())
    return judged(pool, np.load(answered, allow_pickle=True), case, spent)


def frames_of(pool: Pool, data: Data, *, knows_words: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Train and test rows; texts as TF-IDF of words for who cannot read."""
    train, test = pool.X[pool.order], pool.X[pool.test]
    for name, kind in data.features.items():
        if kind == "text" and not knows_words:
            counter = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=_MOST_WORDS)
            parts = []
            for frame, count in ((train, counter.fit_transform), (test, counter.transform)):
                dense = count(frame[name].to_list()).toarray()
                words = [f"w{i}" for i in range(dense.shape[1])]
                parts.append(
                    frame.drop(name).hstack(pl.DataFrame(dense, schema=words, orient="row"))
                )
            train, test = parts
    return train, test


def judged(pool: Pool, answered: np.ndarray, case: Case, seconds: float) -> Outcome:
    """The score on the test rows."""
    y = pool.y[pool.test]
    answered = answered.astype(y.dtype) if case.task == "multiclass" else answered
    return Outcome(
        score_of(y, answered, case.scoring), standard_error_of(y, answered, case.scoring), seconds
    )


def read(workspace: Workspace, row: str, kind: type[V]) -> V:
    """The last verdict of a row."""
    entry = workspace.record.latest(row)
    assert entry is not None
    assert isinstance(entry.verdict, kind)
    return entry.verdict


def leadline(folder: Path, row: str) -> None:
    """Run a row as a person would."""
    subprocess.run(
        [str(Path(sys.executable).with_name("leadline")), "run", row],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def environment(tool: str) -> str:
    """The Python of a peer's environment, made when it is first asked for."""
    folder = _CACHE / tool.lower()
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *_PACKAGES[tool]], check=True)
    return str(python)


if __name__ == "__main__":
    main()
