"""Columns that are named: how often where nothing changed, and how often where something did.

    python benchmarks/watch/shifts.py [--runs 4]

Real streams whose days were shuffled, so that nothing drifts but the rows of a day stay together;
then cut into blocks of a week, or as many rows as `dated_streams.py` has in one. The first half of
the blocks is the reference, each later block is looked at. Beside Leadline: the tests of rows that
are usual (Kolmogorov-Smirnov, chi-square), each at 5 %, and with Bonferroni's correction over the
columns and a least distance of .05. Last, in the shuffled blocks, a number was turned into another
unit, a category that is new stands in all rows, or a number is up by half a standard deviation.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from leadline.monitoring.feature_drift import column_shifts
from leadline.monitoring.shifts.reference_rows import ReferenceRows
from leadline.stats.monitoring.drift import number_shift, share_shift

sys.path.insert(0, str(Path(__file__).parents[1] / "find"))
sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

import data_sets
from scoring import markdown

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "streams"
_LEVEL, _LEAST = 0.05, 0.05
_MOST_CATEGORIES = 30
_FEWEST_EXPECTED = 5


@dataclass(frozen=True)
class Stream:
    """Rows in order of time.

    Attributes
    ----------
    frame : DataFrame
        With its inputs.
    kinds : dict of str to str
        Feature name to kind.
    days : ndarray of int
        Day of each row, from 0.
    n_rows : int
        About as many in a block; whole days.
    """

    frame: pl.DataFrame
    kinds: dict[str, str]
    days: np.ndarray
    n_rows: int


Plant = Callable[[pl.DataFrame, Stream], pl.DataFrame]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=4)
    given = parser.parse_args()
    false, real, found = [], [], []
    for name, make in _STREAMS.items():
        stream = make()
        counts = [_named(stream, seed, None) for seed in range(given.runs)]
        n = sum(each["blocks"] for each in counts)
        rates = [f"{sum(each[method] for each in counts) / n:.3f}" for method in _METHODS]
        false.append([name, f"{len(stream.kinds)}", f"{n}", *rates])
        ordered = _named(stream, None, None)
        rates = [f"{ordered[method] / ordered['blocks']:.2f}" for method in _METHODS]
        real.append([name, f"{ordered['blocks']}", *rates])
        cells = []
        for plant in _PLANTS.values():
            told = _named(stream, 0, plant)
            cells.append(f"{told['planted'] / told['blocks']:.2f}" if told["blocks"] else "–")
        found.append([name, *cells])
    heads = ["stream", "columns", "blocks", *_METHODS]
    print("Shuffled days: share of blocks with any column named.\n")
    print(markdown(heads, false))
    print("\nAs they happened: the same share.\n")
    print(markdown(["stream", "blocks", *_METHODS], real))
    print("\nShuffled days, one column changed: share of blocks that Leadline names it in.\n")
    print(markdown(["stream", *_PLANTS], found))


def _named(stream: Stream, seed: int | None, plant: Plant | None) -> Counter[str]:
    """Blocks, those with any column named by each method, and those whose planted one is."""
    told: Counter[str] = Counter()
    blocks = list(_blocks(stream, seed))
    half = len(blocks) // 2
    known = pl.concat([frame for _, frame in blocks[:half]])
    names = [name for name, frame in blocks[:half] for _ in range(frame.height)]
    reference = ReferenceRows(known, stream.kinds, names)
    for name, frame in blocks[half:]:
        changed = frame if plant is None else plant(frame, stream)
        if plant is not None and changed.equals(frame):
            continue
        told["blocks"] += 1
        shifts = {
            each["column"] for each in column_shifts(changed, reference, stream.kinds, name=name)
        }
        told["Leadline"] += bool(shifts)
        if plant is None:
            for method, has_bonferroni in (("rows", False), ("rows, corrected", True)):
                told[method] += _by_rows(frame, known, stream.kinds, has_bonferroni)
        else:
            told["planted"] += _PLANTED(stream, plant) in shifts
    return told


def _blocks(stream: Stream, seed: int | None) -> Iterator[tuple[str, pl.DataFrame]]:
    """Name and rows of each block; the days in order, or shuffled."""
    n_days = int(stream.days.max()) + 1
    order = np.arange(n_days) if seed is None else np.random.default_rng(seed).permutation(n_days)
    # where each day comes to lie
    turn = np.argsort(order)[stream.days]
    rows = np.argsort(turn, kind="stable")
    blocks = np.arange(rows.size) // stream.n_rows
    # whole days: the block of a day's first row
    first = np.unique(turn[rows], return_index=True)[1]
    blocks = np.repeat(blocks[first], np.diff(np.append(first, rows.size)))
    for block in range(int(blocks.max()) + 1):
        mine = rows[blocks == block]
        if mine.size > stream.n_rows / 2:
            start = date(1990, 1, 1) + timedelta(int(turn[mine[0]]))
            yield start.isoformat(), stream.frame[mine]


def _by_rows(
    block: pl.DataFrame, known: pl.DataFrame, kinds: dict[str, str], has_bonferroni: bool
) -> bool:
    """Whether tests of rows name any number or category."""
    compared = [name for name, kind in kinds.items() if kind != "text"]
    level = _LEVEL / len(compared) if has_bonferroni else _LEVEL
    least = _LEAST if has_bonferroni else 0.0
    for name in compared:
        new, old = block[name].drop_nulls(), known[name].drop_nulls()
        if not new.len():
            continue
        if kinds[name] == "number":
            shift = number_shift(new, old)
            distance, p_value = shift.statistic, shift.p_value
        else:
            distance, p_value = _of_shares(Counter(new.to_list()), Counter(old.to_list()))
        if p_value <= level and distance >= least:
            return True
    return False


def _of_shares(new: Counter[str], old: Counter[str]) -> tuple[float, float]:
    names = [name for name, _ in old.most_common(_MOST_CATEGORIES)]
    table = np.array([[one[name] for name in names] for one in (new, old)], dtype=float)
    rest = np.array([[one.total()] for one in (new, old)]) - table.sum(axis=1, keepdims=True)
    table = np.hstack([table, rest])
    rare = table.sum(axis=0) * new.total() < _FEWEST_EXPECTED * table.sum()
    pooled = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
    return share_shift(*table).total_variation, share_shift(*pooled).p_value


def _column(stream: Stream, kind: str) -> str:
    return next((name for name, each in stream.kinds.items() if each == kind), "")


def _PLANTED(stream: Stream, plant: Plant) -> str:  # noqa: N802
    return _column(stream, "category" if plant is _unseen else "number")


def _unit(frame: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    name = _column(stream, "number")
    return frame.with_columns(pl.col(name) * 1.8 + 32) if name else frame


def _unseen(frame: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    name = _column(stream, "category")
    return frame.with_columns(pl.lit("XQ").alias(name)) if name else frame


def _half_a_deviation(frame: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    name = _column(stream, "number")
    if not name:
        return frame
    return frame.with_columns(pl.col(name) + 0.5 * float(stream.frame[name].std() or 0))  # type: ignore[arg-type]


_METHODS = ("rows", "rows, corrected", "Leadline")
_PLANTS: dict[str, Plant] = {
    "another unit": _unit,
    "an unseen category": _unseen,
    "half a standard deviation": _half_a_deviation,
}


def _weather() -> Stream:
    frame = data_sets._csv(_SHARED / "weather.csv.gz")
    frame = frame.select(pl.col(frame.columns[:-1]).cast(pl.Float64))
    return Stream(frame, dict.fromkeys(frame.columns, "number"), np.arange(frame.height), 180)


def _bike() -> Stream:
    frame = data_sets._csv(_SHARED / "bike_hour.csv.gz")
    days = np.unique(
        frame["instant"].to_numpy() * 0 + _day_numbers(frame["dateday"]), return_inverse=True
    )[1]
    numbers = ["temp", "feelingTemp", "humidity", "windspeed", "hour"]
    frame = frame.select(
        pl.col(numbers).cast(pl.Float64), pl.col("weathersit", "holiday").cast(pl.String)
    )
    kinds = dict.fromkeys(numbers, "number") | {"weathersit": "category", "holiday": "category"}
    return Stream(frame, kinds, days, 168)


def _day_numbers(days: pl.Series) -> np.ndarray:
    if days.dtype == pl.String:
        days = days.str.to_date("%d-%m-%Y")
    return days.to_physical().to_numpy()


def _commits() -> Stream:
    frame = data_sets._csv(_SHARED / "commits_dated.csv.gz").sort("date")
    days = np.unique(_day_numbers(frame["date"].cast(pl.Date)), return_inverse=True)[1]
    frame = frame.select("project", pl.col("subject").fill_null(""))
    return Stream(frame, {"project": "category", "subject": "text"}, days, 260)


def _flights() -> Stream:
    """Departures of all months but July, a twelfth of them."""
    from leadline.demo import flights as demo

    with tempfile.TemporaryDirectory() as folder:
        story = demo.write_files(Path(folder))
        parts = [pl.read_parquet(Path(folder) / name) for name in (*story.files, *story.later)]
    frame = pl.concat(parts, how="vertical_relaxed").sort("scheduled_at").gather_every(12)
    days = frame["scheduled_at"].dt.date().to_physical().to_numpy()
    days = np.unique(days, return_inverse=True)[1]
    kinds = {
        name: "number" if frame[name].dtype.is_numeric() else "category"
        for name in frame.columns
        if name != "late" and not frame[name].dtype.is_temporal()
    }
    to = {"number": pl.Float64, "category": pl.String}
    frame = frame.select(pl.col(name).cast(to[kind]) for name, kind in kinds.items())
    return Stream(frame, kinds, days, 500)


_STREAMS = {"weather": _weather, "bike": _bike, "commits": _commits, "flights": _flights}


if __name__ == "__main__":
    main()
