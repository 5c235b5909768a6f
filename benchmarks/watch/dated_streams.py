"""Dated streams in blocks, with the errors of models trained at each of them.

Rows in order of time, cut into blocks of a week or about as many rows. ``errors[t, d - 1]`` is the
error of a model that learnt from all blocks up to t on block t + d.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, str(Path(__file__).parents[1] / "find"))

import data_sets

_CACHE = Path.home() / ".cache" / "leadline-benchmarks" / "watch"
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_FIRST, _MOST_TRAIN = 8, 6_000


@dataclass(frozen=True)
class Dated:
    """A stream.

    Attributes
    ----------
    name : str
        Of the data.
    errors : ndarray of shape (n_blocks - 1, n_blocks - 1)
        As the module says; not a number where there is no model or no block.
    scores, said, truth : list of ndarray
        One a block from the one after the first third on: what the model of the first third
        answers, and what was true.
    """

    name: str
    errors: np.ndarray
    scores: list[np.ndarray]
    said: list[np.ndarray]
    truth: list[np.ndarray]


def streams() -> list[Dated]:
    """All streams, made where they are not in the cache."""
    return [_stream(name) for name in _ROWS]


def _stream(name: str) -> Dated:
    path = _CACHE / f"{name}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        print(f"fitting {name}", file=sys.stderr, flush=True)
        np.savez_compressed(path, **_made(*_ROWS[name]()))
    with np.load(path) as kept:
        ends = np.cumsum(kept["sizes"])[:-1]
        parts = {key: np.split(kept[key], ends) for key in ("scores", "said", "truth")}
        return Dated(name, kept["errors"], **parts)


def _made(
    rows: object, truth: np.ndarray, blocks: np.ndarray, build: object
) -> dict[str, np.ndarray]:
    n = int(blocks.max()) + 1
    places = [np.flatnonzero(blocks == block) for block in range(n)]
    errors = np.full((n - 1, n - 1), np.nan)
    scores = np.zeros(truth.size)
    third = n // 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for origin in range(_FIRST, n - 1):
            before = np.flatnonzero(blocks <= origin)[-_MOST_TRAIN:]
            model = build()  # type: ignore[operator]
            model.fit(rows[before], truth[before])  # type: ignore[index]
            after = np.flatnonzero(blocks > origin)
            answers = model.predict_proba(rows[after])[:, 1]  # type: ignore[index]
            wrong = (answers >= 0.5) != truth[after]
            for block in range(origin + 1, n):
                errors[origin, block - origin - 1] = wrong[blocks[after] == block].mean()
            if origin == third:
                scores[after] = answers
    later = np.concatenate(places[third + 1 :])
    return {
        "errors": errors,
        "sizes": np.array([each.size for each in places[third + 1 :]]),
        "scores": scores[later],
        "said": scores[later] >= 0.5,
        "truth": truth[later],
    }


def _linear() -> object:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))


def _boosting() -> object:
    return HistGradientBoostingClassifier(max_iter=60, random_state=0)


def _words() -> object:
    return LogisticRegression(C=10, max_iter=100)


def _by_rows(n: int, size: int) -> np.ndarray:
    return np.arange(n) // size


def _weather() -> tuple[object, np.ndarray, np.ndarray, object]:
    frame = data_sets._csv(_SHARED / "streams" / "weather.csv.gz")
    truth = frame[frame.columns[-1]].to_numpy().astype(bool)
    rows = frame[frame.columns[:-1]].fill_null(0).to_numpy().astype(float)
    return rows, truth, _by_rows(truth.size, 180), _linear


def _bike() -> tuple[object, np.ndarray, np.ndarray, object]:
    frame = data_sets._csv(_SHARED / "streams" / "bike_hour.csv.gz")
    count = frame["count"].to_numpy()
    left_out = {"casual", "registered", "instant", "count"}
    columns = [frame[name] for name in frame.columns if name not in left_out]
    rows = np.column_stack(
        [
            each.to_physical().cast(pl.Float64).fill_null(0)
            for each in columns
            if each.dtype.is_numeric()
        ]
    )
    return rows, count > np.median(count[:4000]), _by_rows(count.size, 168), _boosting


def _commits() -> tuple[object, np.ndarray, np.ndarray, object]:
    frame = data_sets._csv(_SHARED / "streams" / "commits_dated.csv.gz").sort("date")
    words = HashingVectorizer(n_features=2**14, alternate_sign=False)
    rows = words.transform(frame["subject"].fill_null("").to_list())
    truth = frame[frame.columns[-1]].to_numpy().astype(bool)
    return rows, truth, _by_rows(truth.size, 260), _words


def _flights() -> tuple[object, np.ndarray, np.ndarray, object]:
    """Departures of all months but July, a twelfth of them, by the week."""
    from leadline.demo import flights as demo

    with tempfile.TemporaryDirectory() as folder:
        story = demo.write_files(Path(folder))
        parts = [pl.read_parquet(Path(folder) / name) for name in (*story.files, *story.later)]
    frame = pl.concat(parts, how="vertical_relaxed").drop_nulls("late").sort("scheduled_at")
    frame = frame.gather_every(12)
    at = frame["scheduled_at"].dt.epoch("s").to_numpy() // (7 * 86_400)
    weeks = np.unique(at, return_inverse=True)[1]
    columns = []
    for name in frame.columns:
        column = frame[name]
        if name == "late" or column.dtype.is_temporal():
            continue
        if not column.dtype.is_numeric():
            column = column.cast(pl.String).rank("dense")
        columns.append(column.cast(pl.Float64).fill_null(-1).to_numpy())
    return np.column_stack(columns), (frame["late"] == "yes").to_numpy(), weeks, _boosting


_ROWS = {"weather": _weather, "bike": _bike, "commits": _commits, "flights": _flights}
