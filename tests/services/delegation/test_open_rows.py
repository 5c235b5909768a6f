"""Rows without a label, and which of them a machine's label could teach."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.projects import N_POOL, customers, project, run_to

from leadline.labelling.machine_teaching import row_keys
from leadline.phases.data import Data, SplitKind
from leadline.services.delegation.machine_task import open_keys
from leadline.snapshot import from_parquet

N_OPEN_EARLY, N_LABELLED = 40, 400


def test_rows_later_than_the_train_rows_are_open_but_teach_nothing(tmp_path: Path) -> None:
    place = pl.int_range(N_POOL)
    has_label = (place >= N_OPEN_EARLY) & (place < N_OPEN_EARLY + N_LABELLED)
    pool = customers(N_POOL).with_columns(left=pl.when(has_label).then("left"))
    with project(tmp_path, pool, data={"time": "joined"}) as workspace:
        data = run_to(workspace, "problem", "data")
        assert isinstance(data, Data)
        assert data.split.kind is SplitKind.TIME
        rows = from_parquet(workspace.artifacts.get(data.unlabelled)).sort("joined")
        early = set(row_keys(rows.head(N_OPEN_EARLY), data.split.identity))
        everything = open_keys(workspace, data)
        assert len(everything) == N_POOL - N_LABELLED
        assert set(open_keys(workspace, data, is_learnt=True)) == early
        assert set(everything[:N_OPEN_EARLY]) == early, "what teaches is labelled first"
