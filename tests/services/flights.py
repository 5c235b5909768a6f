"""A workspace on disk whose record holds the example verdicts and the rows behind them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from tests.examples import example_verdicts

from leadline.phases.data import Data
from leadline.phases.lifecycle import ROWS
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Verdict
from leadline.record import Artifacts
from leadline.snapshot import to_parquet
from leadline.workspace import Workspace

N_STREAM = 2_000
N_SAMPLE = 60
N_UNLABELLED = 120
REMARK = "Waited for <script>alert('late')</script> crew"

SETTINGS = """
[project]
name = "Late flights"

[problem]
question = "Which flights will land more than 15 minutes late?"
label = "late"
target_score = 0.825
unit = "flight"
positive = "yes"
cost_miss = 40.0
cost_false_alarm = 10.0
miss = "a missed connection"
false_alarm = "a crew held for nothing"

[data]
files = ["flights.csv"]
"""


def flights(n_rows: int, seed: int = 0) -> pl.DataFrame:
    """Rows as the model meets them, features only."""
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "carrier": rng.choice(["UA", "DL", "B6", "<b>EV</b>"], n_rows),
            "origin": rng.choice(["JFK", "LGA", "EWR"], n_rows),
            "dep_delay": rng.normal(8, 20, n_rows).round(1),
            "remark": [REMARK if row % 3 else None for row in range(n_rows)],
        }
    )


def departed(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with the time that the split goes by: every fifth lies between the test rows."""
    month = pl.when(pl.int_range(pl.len()) % 5 == 4).then(9).otherwise(6)
    return frame.with_columns(departed_at=pl.datetime(2024, month, 1))


def is_late(row: int) -> bool:
    """What was true of a row of the stream."""
    return bool(stream_scores()[row] > np.random.default_rng(row).random())


def stream_scores() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What the model thinks of each row of the stream."""
    return np.random.default_rng(1).beta(1, 3, N_STREAM)


def make_workspace(folder: Path, rows: Collection[str] = tuple(ROWS)) -> Workspace:
    """Open a workspace in a folder with these rows on its record, put there in order."""
    shutil.copytree(_made(frozenset(rows)), folder, dirs_exist_ok=True)
    return Workspace.open(folder)


@cache
def _made(rows: frozenset[str]) -> Path:
    """One to copy, made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="leadline-flights-"))
    atexit.register(shutil.rmtree, folder)
    fill_workspace(folder, rows).close()
    return folder


def fill_workspace(folder: Path, rows: Collection[str], settings: str = SETTINGS) -> Workspace:
    """Open a workspace with these settings and put the rows on its record, in order."""
    labelled = flights(80, seed=2).with_columns(
        late=pl.Series(["yes" if row % 4 == 0 else "no" for row in range(80)])
    )
    labelled.write_csv(folder / "flights.csv")
    (folder / "leadline.toml").write_text(settings)
    workspace = Workspace.open(folder)
    verdicts = verdicts_with_rows(workspace.artifacts)
    for row in ROWS:
        if row in rows:
            append(workspace, row, verdicts[row])
    return workspace


def append(workspace: Workspace, row: str, verdict: Verdict) -> int:
    """Put a verdict on the record; it stands on everything current that it may read."""
    now = workspace.record.standing()
    on = {name: now[name].number for name in ROWS[row].stands_on if now[name].number is not None}
    numbers = {name: number for name, number in on.items() if number is not None}
    return workspace.record.append(row, verdict, by="Ada Ops", on=numbers).number


def verdicts_with_rows(artifacts: Artifacts) -> dict[str, Verdict]:
    """The example verdicts, with real rows behind those that name some."""
    verdicts = example_verdicts()
    data, tuning = verdicts["data"], verdicts["tuning"]
    assert isinstance(data, Data)
    assert isinstance(tuning, Tuning)
    unlabelled = artifacts.put(to_parquet(departed(flights(N_UNLABELLED, seed=3))), "unlabelled")
    rows = np.random.default_rng(0).choice(N_STREAM, N_SAMPLE, replace=False)
    verdicts["data"] = replace(data, unlabelled=unlabelled)
    verdicts["tuning"] = replace(
        tuning,
        stream=artifacts.put(to_parquet(flights(N_STREAM)), "stream"),
        stream_scores=artifacts.put(stream_scores().astype("<f8").tobytes(), "scores"),
        sample=artifacts.put(rows.astype("<i8").tobytes(), "sample"),
        n_stream=N_STREAM,
        n_sample=N_SAMPLE,
    )
    return verdicts
