from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.projects import ETHICS, run, verdict_of, write_settings

from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.verdict import Answer
from leadline.workspace import Workspace


def decay(folder: Path, *, block: str) -> Decay:
    """Backtest again with other blocks."""
    write_settings(
        folder,
        data={"stream": ["stream.csv"], "test_share": 0.3},
        ethics=ETHICS,
        watch={"block": block},
    )
    with Workspace.open(folder) as workspace:
        verdict = run(workspace, "decay").verdict
    assert isinstance(verdict, Decay)
    return verdict


def test_dated_rows_are_backtested_week_by_week(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        verdict = verdict_of(workspace, "decay", Decay)
    assert verdict.answer is Answer.GO
    assert verdict.blocks[0] == "2024-01-01"
    assert list(verdict.blocks) == sorted(set(verdict.blocks))
    n_blocks = len(verdict.blocks)
    assert n_blocks == 15
    matrix = np.array(
        [[math.nan if e is None else e for e in row] for row in verdict.errors], dtype=float
    )
    assert matrix.shape == (n_blocks, n_blocks - 1)
    for trained in range(n_blocks):
        assert np.isnan(matrix[trained, n_blocks - 1 - trained :]).all(), "the future is not known"
    assert 0 < np.nanmean(matrix) < 0.4
    assert [each.delay for each in verdict.staleness] == list(range(1, len(verdict.staleness) + 1))
    assert verdict.staleness[0].added_error.estimate == 0
    assert 0 <= verdict.p_ages <= 1
    assert verdict.n_per_block > 20


def test_few_months_are_unclear(released_folder: Path) -> None:
    verdict = decay(released_folder, block="month")
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.blocks == ("2024-01-01", "2024-02-01", "2024-03-01"), "half April is left out"
    assert verdict.errors == ()


def test_undated_rows_are_unclear(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        record = workspace.record
        now = {row: here.number for row, here in record.standing().items() if here.number}
        data = replace(verdict_of(workspace, "data", Data), time_column="")
        number = record.append("data", data, by="x", on={"problem": now["problem"]}).number
        for row in ("search", "tuning", "review", "release"):
            entry = record.entry(now[row])
            on = {name: number if name == "data" else now[name] for name in entry.on}
            now["data"] = number
            now[row] = record.append(row, entry.verdict, by="x", on=on).number
        verdict = run(workspace, "decay").verdict
    assert isinstance(verdict, Decay)
    assert verdict.answer is Answer.UNCLEAR
    assert not verdict.is_dated
    assert "The rows carry no time." in verdict.summary
