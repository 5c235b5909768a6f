"""Rows of new data that a monitor asks for, on a record of examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
from tests.examples import example_monitor, example_release
from tests.phases.again import again
from tests.services.default_streams import drawn_project
from tests.services.flights import append, flights

from leadline.monitoring.block_rows import blind_rows, block_rows
from leadline.record import BlockLabel
from leadline.snapshot import to_parquet
from leadline.workspace import Workspace

OLD, NEW = "2025-01-20", "2025-01-27"
N_OLD, N_NEW, N_SPARE = 2, 3, 2


def rows_of(n: int, seed: int, key: str) -> pl.DataFrame:
    """Rows of a block as they are kept, with what must not be shown."""
    return block_rows(
        keys=pl.Series([f"{key}{i}" for i in range(n)]),
        times=pl.Series(["2025-01-21T04:05"] * n),
        scores=pl.Series([0.8125] * n),
        said=pl.Series([1] * n),
        truth=pl.Series([None] * n, dtype=pl.Int64),
        is_learnt=None,
        features=flights(n, seed=seed),
    )


def ask(workspace: Workspace) -> int:
    """Let the newest monitor want two rows of one week and three of the next; return its entry."""
    old = blind_rows(rows_of(N_OLD + N_SPARE, 4, "old"), OLD)
    new = blind_rows(rows_of(N_NEW + N_SPARE, 5, "new"), NEW)
    asked = workspace.artifacts.put(to_parquet(pl.concat([old, new])), "asked")
    wanted = {OLD: N_OLD, NEW: N_NEW}
    monitor = example_monitor()
    blocks = tuple(replace(one, n_wanted=wanted.get(one.name, 0)) for one in monitor.blocks)
    return append(workspace, "monitor", again(monitor, blocks=blocks, asked=asked))


def asked_project(make: Callable[..., Workspace], kind: str = "binary") -> Workspace:
    """A record whose monitor asks for labels: of yes or no, of "classes" or of "numbers"."""
    if kind == "binary":
        workspace = make()
    else:
        workspace = drawn_project(make, kind)
        append(workspace, "release", example_release())
    ask(workspace)
    return workspace


def labels(workspace: Workspace) -> list[tuple[str, str | None]]:
    """Key and value of what counts."""
    found: tuple[BlockLabel, ...] = workspace.record.block_labels.of(example_release().release_id)
    return [(one.key, one.value) for one in found]
