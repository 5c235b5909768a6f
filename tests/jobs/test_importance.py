"""A search says what its candidate leans on, and keeps its box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from tests.jobs.test_search import kept
from tests.projects import PROBLEM, customers, finding, project, run_to, whats

from leadline.phases.search import Search

FIND = {
    "executor": "sequential",
    "searcher": "none",
    "families": ["majority", "linear"],
    "folds": 3,
}


def search(folder: Path, frame: pl.DataFrame, *, time_box_s: float = 40.0, **find: Any) -> Search:
    with project(
        folder, frame, problem={**PROBLEM, "time_box_s": time_box_s}, find={**FIND, **find}
    ) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
        assert workspace.record.latest_of(Search) == verdict
    assert isinstance(verdict, Search)
    return verdict


def test_the_chosen_candidate_is_looked_at(tmp_path: Path) -> None:
    verdict = search(tmp_path, customers(600))
    importance = verdict.importance
    assert importance is not None
    assert importance.candidate == verdict.chosen
    assert importance.scoring == verdict.scoring
    assert importance.useful[0].name == "calls"
    assert "spend" not in {each.name for each in importance.useful}
    assert importance.n_rows <= verdict.n_rows
    assert verdict.examples
    assert kept(verdict)


def test_a_leak_that_carries_nearly_everything_is_asked_about(tmp_path: Path) -> None:
    frame = customers(600, strength=0.2).with_columns(
        known=(pl.col("left") == "yes") * 1.5 + pl.col("spend").hash() % 100 / 50
    )
    verdict = search(tmp_path, frame)
    told = finding(verdict, "known carries nearly everything")
    assert told.columns == ("known",)


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    verdict = search(tmp_path, customers(200), importance_s=0)
    assert verdict.importance is None
    assert verdict.examples
    assert not [each for each in whats(verdict) if "leans" in each]


def test_a_short_box_is_kept(tmp_path: Path) -> None:
    verdict = search(tmp_path, customers(2000), time_box_s=10.0)
    assert kept(verdict)
