"""Small real projects on disk, whose rows are computed here, in the process of the test."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from leadline.phases.lifecycle import Stage, rows_of
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Finding, Verdict
from leadline.record import Entry
from leadline.services.commands import choose_point, judge, state_problem
from leadline.services.queries import review_page
from leadline.settings import template
from leadline.workspace import SETTINGS_FILE, Workspace

V = TypeVar("V", bound=Verdict)

BY = "Ada Ops"
ETHICS = {
    "answered_by": BY,
    "harmed": "customers who are called for nothing",
    "by_which_error": "a false alarm",
    "data_allowed": "our own records",
    "personal_data": "none",
}
FIND = {
    "families": ["majority", "linear"],
    "folds": 2,
    "executor": "sequential",
    "searcher": "none",
}
PROBLEM = {"positive": "yes", "target_score": 0.8, "cost_miss": 4.0, "time_box_s": 40.0}
FIRST_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - files hold naive times
N_POOL, N_STREAM, N_BEFORE_STREAM = 600, 160, 600


def customers(
    n_rows: int, seed: int = 0, *, skipped: int = 0, strength: float = 1.0
) -> pl.DataFrame:
    """Customers in time order, four a day; calls and plan tell who left.

    Parameters
    ----------
    n_rows, seed : int
        How many, and which.
    skipped : int
        Rows before the first one: moves the dates on.
    strength : float
        1: as in the pool; 0: noise; -1: who left is turned round.
    """
    rng = np.random.default_rng(seed)
    calls, spend = rng.normal(5, 2, n_rows), rng.gamma(2, 20, n_rows)
    plan = rng.choice(["basic", "plus", "family"], n_rows)
    lean = strength * (1.5 * (calls - 5) + 1.5 * (plan == "basic") - 0.5)
    left = rng.random(n_rows) < 1 / (1 + np.exp(-lean))
    days = [FIRST_DAY + timedelta(hours=6 * (skipped + row)) for row in range(n_rows)]
    return pl.DataFrame(
        {
            "joined": days,
            "calls": calls.round(3),
            "spend": spend.round(2),
            "plan": plan,
            "left": np.where(left, "yes", "no"),
        }
    )


def write_settings(
    folder: Path,
    *,
    label: str = "left",
    files: tuple[str, ...] = ("pool.csv",),
    problem: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    **more: Mapping[str, Any],
) -> None:
    """Write `leadline.toml`: two quick families, and whatever is given."""
    text = template(
        name="customers",
        files=files,
        label=label,
        problem=PROBLEM if problem is None else problem,
        data=data,
        more={"find": FIND, **more},
    )
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")


def project(folder: Path, pool: pl.DataFrame, **settings: Any) -> Workspace:
    """A new workspace with these labelled rows."""
    folder.mkdir(parents=True, exist_ok=True)
    pool.write_csv(folder / "pool.csv")
    write_settings(folder, **settings)
    return Workspace.open(folder)


class Quiet:
    """Keeps progress to itself, but refuses what no job row could hold."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def __call__(self, message: str, share: float | None = None) -> None:
        assert message
        assert share is None or 0 <= share <= 1

    def waited_s(self) -> float:
        return time.monotonic() - self._begun


def run(workspace: Workspace, row: str) -> Entry:
    """Compute one row here and put it on the record, as a worker's child does."""
    if row == "problem":
        return state_problem(workspace, BY)
    reading = workspace.record.reading(row)
    # test processes side by side must not fight for the same cores
    with threadpool_limits(1):
        verdict = import_module(f"leadline.jobs.{row}").run(workspace, reading, Quiet())
    return workspace.record.append(
        row, verdict, by=BY, on=reading.seen, artifacts=workspace.artifacts.made
    )


def run_to(workspace: Workspace, *rows: str) -> Verdict:
    """Compute rows one after the other; return the verdict of the last."""
    return [run(workspace, row) for row in rows][-1].verdict


def verdict_of(workspace: Workspace, row: str, kind: type[V]) -> V:
    """The newest verdict of a row."""
    entry = workspace.record.latest(row)
    assert entry is not None
    assert isinstance(entry.verdict, kind)
    return entry.verdict


def review(workspace: Workspace, truth: pl.Series) -> Entry:
    """Judge every row drawn by what really happened, and choose the cheapest point."""
    entry = workspace.record.latest("tuning")
    assert entry is not None
    assert isinstance(entry.verdict, Tuning)
    while (page := review_page(workspace, BY)).row is not None:
        judge(workspace, entry.number, page.row, truth[page.row] == "yes", BY, 2.0)
    point = min(entry.verdict.points, key=lambda each: each.cost_per_1000).name
    return choose_point(workspace, point, 4.0, 1.0, "the cheapest", BY)


def whats(verdict: Verdict) -> list[str]:
    """What was found, each in its words."""
    return [finding.what for finding in verdict.findings]


def finding(verdict: Verdict, start: str) -> Finding:
    """The one finding whose words begin so."""
    (found,) = [each for each in verdict.findings if each.what.startswith(start)]
    return found


@cache
def _released(base: Path) -> Path:
    folder = base / "released"
    pool = customers(N_POOL)
    stream = customers(N_STREAM, 1, skipped=N_BEFORE_STREAM)
    folder.mkdir()
    stream.drop("left").write_csv(folder / "stream.csv")
    with project(
        folder,
        pool,
        data={"stream": ["stream.csv"], "test_share": 0.3},
        ethics=ETHICS,
        watch={"block": "week", "error_cost": 1.0},
    ) as workspace:
        before_review = [row.name for stage in list(Stage)[:4] for row in rows_of(stage)]
        run_to(workspace, *(row for row in before_review if row != "review"))
        review(workspace, stream["left"])
        run_to(workspace, "release", "decay")
    return folder


def copy_of_released(base: Path, folder: Path) -> Path:
    """A copy of a project that went from question to release and decay; made once a process."""
    shutil.copytree(_released(base), folder)
    return folder


@pytest.fixture
def released_folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a project that went from question to release and decay; the test's own copy."""
    return copy_of_released(tmp_path_factory.getbasetemp(), tmp_path / "released")
