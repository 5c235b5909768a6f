"""Server time of the pages of a choice where the stream has a million scored rows.

    python benchmarks/apply/million.py [--rows 1000000]

The stream is drawn and kept as the tuning keeps it; 200 rows are judged; each page is asked for
through the whole application in process, twice to compile its template, then ten times. What the
slices of the stream are like is computed once for the same judgments: the first time counts it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
from starlette.testclient import TestClient
from streams import normal

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown
from tests.services.flights import append, flights, make_workspace

from leadline.datasets.kept_slices import keep_slices
from leadline.datasets.stream_sample import draw_stream_sample
from leadline.phases.data import Data
from leadline.phases.tuning import Tuning
from leadline.record import Judgment
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.snapshot import to_parquet
from leadline.stats.judgments import Bands
from leadline.web import create_app
from leadline.workspace import Workspace

_HEAD = ["page", "first ms", "median ms", "slowest ms", "processor ms"]
_PAGES = ("/review", "/review/consequences", "/review/choose", "/review/summary")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    n = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder), ("problem", "data", "feasibility", "search"))
        _judged(workspace, n)
        client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
        print(markdown(_HEAD, [_timed(client, p) for p in _PAGES]))
        workspace.close()


def _judged(workspace: Workspace, n: int) -> None:
    """A tuning of such a stream on the record, and 200 judgments."""
    from tests.examples import example_tuning

    rng = np.random.default_rng(0)
    base = example_tuning()
    cuts = np.array([point.threshold for point in base.points])
    stream = normal(rng, n=n, thresholds=cuts)
    frame = pl.concat([flights(10_000)] * -(-n // 10_000))[:n]
    store = workspace.artifacts
    rows, drawn = draw_stream_sample(store, frame, stream.scores, base.points, 200, rng)
    bands = Bands.of(stream.scores, cuts)
    band = bands.bands[bands.slice_of(stream.scores)]
    data = workspace.record.latest_of(Data)
    assert data is not None
    named = ((), ("carrier",))
    tuning = replace(
        base,
        stream=store.put(to_parquet(frame), "stream"),
        stream_scores=store.put(stream.scores.astype("<f8").tobytes(), "scores"),
        stream_slices=keep_slices(store, frame, data, named, band, bands.n_bands),
        sample=store.put(rows.astype("<i8").tobytes(), "sample"),
        n_stream=n,
        n_sample=int(rows.size),
        **vars(drawn),
    )
    number = append(workspace, "tuning", tuning)
    assert isinstance(tuning, Tuning)
    for row in rows_to_judge(store, tuning):
        said = bool(stream.truth[row])
        workspace.record.reviews.add_judgment(
            Judgment(tuning=number, row=row, reviewer="Ada", is_positive=said, seconds=4.0)
        )


def _timed(client: TestClient, path: str) -> list[str]:
    taken, worked = [], []
    for _ in range(12):
        started, before = time.perf_counter(), time.process_time()
        answer = client.get(path)
        taken.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - before))
        assert answer.status_code == 200, answer.text[:500]
    numbers = (taken[0], median(taken[2:]), max(taken[2:]), median(worked[2:]))
    return [path, *(f"{number:.0f}" for number in numbers)]


if __name__ == "__main__":
    main()
