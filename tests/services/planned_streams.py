"""A record up to a tuning that has drawn the first half of its judgments, as the job does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
from tests.examples import example_tuning, example_verdicts
from tests.services.default_streams import NAMES, drawn_project, stream_shares, true_classes
from tests.services.flights import append, flights

from leadline.datasets.default_sample import draw_class_sample
from leadline.datasets.kept_slices import keep_slices
from leadline.datasets.stream_sample import draw_stream_sample
from leadline.phases.data import Data
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.services.commands import judge
from leadline.services.queries import review_page
from leadline.snapshot import to_parquet
from leadline.stats.judgments import Bands, ClassStrata
from leadline.workspace import Workspace

N_ROWS = 3_000
N_PLANNED = 120
GROUPS = ("carrier", "colour")


def scores() -> np.ndarray:
    """What the model thinks of each row."""
    return np.random.default_rng(11).beta(0.7, 2.0, N_ROWS)


def late() -> np.ndarray:
    """What is true: of flights from JFK the scores tell nothing."""
    p = np.where(frame()["origin"].to_numpy() == "JFK", 0.5, scores())
    return np.random.default_rng(12).random(N_ROWS) < p


def sure() -> np.ndarray:
    """What is true where the model is hardly ever wrong."""
    return scores() > 0.34


def frame() -> pl.DataFrame:
    return flights(N_ROWS, seed=7)


def _data() -> Data:
    data = example_verdicts()["data"]
    assert isinstance(data, Data)
    return data


def planned_tuning(artifacts: Artifacts, n_first: int = N_PLANNED // 2) -> Tuning:
    base, rng = example_tuning(), np.random.default_rng(0)
    rows, drawn = draw_stream_sample(
        artifacts, frame(), scores(), base.points, n_first, rng, break_even=0.2
    )
    bands = Bands.of(scores(), [point.threshold for point in base.points])
    band = bands.bands[bands.slice_of(scores())]
    return replace(
        base,
        stream=artifacts.put(to_parquet(frame()), "stream"),
        n_stream=N_ROWS,
        stream_scores=artifacts.put(scores().astype("<f8").tobytes(), "scores"),
        stream_slices=keep_slices(artifacts, frame(), _data(), ((), GROUPS), band, bands.n_bands),
        sample=artifacts.put(rows.astype("<i8").tobytes(), "sample"),
        n_sample=int(rows.size),
        n_planned=N_PLANNED,
        **vars(drawn),
    )


def planned_project(make: Callable[..., Workspace], n_first: int = N_PLANNED // 2) -> Workspace:
    workspace = make(("problem", "data", "feasibility", "search"))
    append(workspace, "tuning", planned_tuning(workspace.artifacts, n_first))
    return workspace


def planned_classes(make: Callable[..., Workspace]) -> Workspace:
    """The same of three classes: 150 of 300 are drawn."""
    workspace = drawn_project(make, "classes")
    entry = workspace.record.latest("tuning")
    assert entry is not None
    assert isinstance(entry.verdict, Tuning)
    store, shares, cuts = workspace.artifacts, stream_shares(), [0.7, 0.9]
    stream = flights(shares.shape[0])
    rows, drawn = draw_class_sample(store, stream, shares, NAMES, cuts, np.random.default_rng(0))
    strata = ClassStrata.of(shares, cuts)
    stratum = strata.stratum_of(shares)
    kept = keep_slices(store, stream, _data(), ((), GROUPS), stratum, strata.sizes.size)
    tuning = replace(
        entry.verdict,
        stream_shares=store.put(shares.astype("<f8").tobytes(), "scores"),
        stream_slices=kept,
        sample=store.put(rows.astype("<i8").tobytes(), "sample"),
        n_sample=int(rows.size),
        n_planned=2 * int(rows.size),
        **vars(drawn),
    )
    append(workspace, "tuning", tuning)
    return workspace


def judge_until(
    workspace: Workspace, truth: np.ndarray, who: str = "Ada", n: int | None = None
) -> list[int]:
    """Judge what is shown until nothing is left, or so many rows; return them in order."""
    rows: list[int] = []
    while (n is None or len(rows) < n) and (page := review_page(workspace, who)).row is not None:
        if truth.dtype == np.bool_:
            judge(workspace, page.tuning, page.row, bool(truth[page.row]), who, 2.0)
        else:
            value = NAMES[int(truth[page.row])]
            judge(workspace, page.tuning, page.row, None, who, 2.0, value=value)
        rows.append(page.row)
    return rows


__all__ = ["true_classes"]
