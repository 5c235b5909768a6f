"""Test split: rows set aside at random, by group, or by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import DataError
from leadline.phases.data import Split, SplitKind
from leadline.reading.mixed_bits import mixed_bits
from leadline.reading.row_hashes import content_hashes

_ODD = np.uint64(0x9E3779B97F4A7C15)
_LARGEST_SEED = 2**64
_NEXT_DRAW = 0xD1342543DE82EF95
_MOST_DRAWS = 500
_NEAR_SHARE = 0.02
_N_STANDARD_ERRORS = 3.0
_ONE_SIDED = {
    SplitKind.RANDOM: ("at random", "they are few, or equal"),
    SplitKind.GROUP: ("by group", "there are few groups"),
    SplitKind.TIME: ("by time", "they are all of one time"),
}


def split_rows(
    frame: pl.DataFrame,
    *,
    columns: Sequence[str],
    kind: SplitKind | str,
    column: str = "",
    test_share: float = 0.2,
    seed: int = 0,
    draw: int = 0,
) -> NDArray[np.bool_]:
    """Draw the test rows.

    At random and by group, a row's side depends on its own content (or group) and the seed
    alone: equal rows are on one side, and rows added later move nobody. So the share met is
    `test_share` up to chance.

    Parameters
    ----------
    frame : polars.DataFrame
        The labelled rows.
    columns : sequence of str
        The features: what makes two rows equal.
    kind : SplitKind or {"random", "group", "time"}
        How rows are set aside.
    column : str, default=""
        The group or time column.
    test_share : float in (0, 1), default=0.2
        Share of the rows wished for.
    seed : int >= 0, default=0
        Salt of the hash.
    draw : int >= 0, default=0
        Draws passed over, as `choose_draw` says.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        True for test rows.

    Raises
    ------
    DataError
        If the column is not there or does not order the rows, or one side would be empty.

    Examples
    --------
    >>> frame = pl.DataFrame({"x": [1, 2, 3, 4, 5], "day": [1, 2, 3, 4, 5]})
    >>> split_rows(frame, columns=["x"], kind="time", column="day").tolist()
    [False, False, False, False, True]
    """
    kind = SplitKind(kind)
    if kind is not SplitKind.RANDOM and column not in frame.columns:
        raise DataError(
            f"There is no column {column!r} to split by.",
            f"A split by {kind.value} needs one.",
            f"Name it under [data] {kind.value}.",
        )
    if kind is SplitKind.TIME:
        mask = _latest(frame[column], test_share)
    else:
        hashes = _side_hashes(frame, columns, column)
        mask = _drawn(hashes, test_share, _salt(seed, draw))
    if mask.all() or not mask.any():
        raise _one_sided(kind, len(mask))
    return mask


def choose_draw(
    frame: pl.DataFrame,
    *,
    columns: Sequence[str],
    group: str = "",
    test_share: float = 0.2,
    seed: int = 0,
) -> int:
    """How many draws to pass over until the share of test rows is near the one wished for.

    Where few different rows or groups carry the hash, a draw can be far off. Then the first one
    is taken that is no farther off than as many rows drawn singly would be (three standard
    errors, or .02), of at most 500 the nearest. The labels are not looked at.

    Parameters
    ----------
    frame : polars.DataFrame
        The labelled rows.
    columns : sequence of str
        What makes two rows equal.
    group : str, default=""
        The group column; empty for a split at random.
    test_share : float in (0, 1), default=0.2
        Share of the rows wished for.
    seed : int >= 0, default=0
        Salt of the hash.

    Returns
    -------
    int >= 0
        To be kept with the split: rows added later must be drawn in the same way.

    Examples
    --------
    >>> frame = pl.DataFrame({"sex": ["f", "m", "m", "f", "m"] * 100, "age": [1, 1, 1, 2, 2] * 100})
    >>> draw = choose_draw(frame, columns=["sex", "age"])
    >>> float(split_rows(frame, columns=["sex", "age"], kind="random", draw=draw).mean())
    0.2
    """
    if frame.height == 0:
        return 0
    hashes = _side_hashes(frame, columns, group)
    by_chance = _N_STANDARD_ERRORS * np.sqrt(test_share * (1 - test_share) / frame.height)
    near = max(_NEAR_SHARE, float(by_chance))
    if abs(_drawn(hashes, test_share, _salt(seed, 0)).mean() - test_share) <= near:
        return 0
    contents, counts = np.unique(hashes, return_counts=True)
    distances = []
    for draw in range(_MOST_DRAWS):
        share = counts[_drawn(contents, test_share, _salt(seed, draw))].sum() / frame.height
        is_one_sided = share in {0.0, 1.0}
        distances.append(np.inf if is_one_sided else abs(share - test_share))
        if distances[-1] <= near:
            return draw
    return int(np.argmin(distances))


def test_side(frame: pl.DataFrame, split: Split) -> NDArray[np.bool_]:
    """Which rows are test rows under a split that was made before; rows without a label too.

    Parameters
    ----------
    frame : polars.DataFrame
        With the columns of the split.
    split : Split
        As it is on the record.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        All or none may be.
    """
    if split.kind is SplitKind.TIME:
        return rows_between(frame[split.column], split.test_from, split.test_to)
    hashes = _side_hashes(frame, split.identity, split.column)
    return _drawn(hashes, split.test_share, _salt(split.seed, split.draw))


def rows_between(times: pl.Series, first: str, last: str) -> NDArray[np.bool_]:
    """Which rows are of a span of time, both ends among it.

    Parameters
    ----------
    times : polars.Series of shape (n_rows,)
        Dates, or numbers that grow with time; where there is none, the row is of no span.
    first, last : str
        As `span_of` writes them.

    Examples
    --------
    >>> rows_between(pl.Series([1.5, 2.5, None]), "2", "3").tolist()
    [False, True, False]
    """
    if not first or not last:
        return np.zeros(len(times), dtype=bool)
    if times.dtype.is_numeric() and "T" not in first:
        kind = int if times.dtype.is_integer() else float
        inside = (times >= kind(first)) & (times <= kind(last))
    elif times.dtype.is_numeric() or "T" in first:
        # splits of before there were readings noted numbers as microseconds since 1970
        bounds = pl.Series([first, last]).str.to_datetime(time_unit="us")
        instants = times.cast(pl.Datetime("us"))
        inside = (instants >= bounds[0]) & (instants <= bounds[1])
    else:
        return np.zeros(len(times), dtype=bool)
    return np.asarray(inside.fill_null(value=False).to_numpy(), dtype=bool)


def span_of(times: pl.Series) -> tuple[str, str]:
    """The first and the last time; empty if there is none.

    Parameters
    ----------
    times : polars.Series of shape (n_rows,)
        Dates, or numbers that grow with time.

    Returns
    -------
    first, last : str
        Dates in ISO 8601, numbers as they are.

    Examples
    --------
    >>> span_of(pl.Series([2, 1, None])), span_of(pl.Series([0.5]))
    (('1', '2'), ('0.5', '0.5'))
    """
    filled = times.drop_nulls()
    if filled.is_empty():
        return "", ""
    if filled.dtype.is_numeric():
        return str(filled.min()), str(filled.max())
    instants = filled.cast(pl.Datetime("us"))
    first, last = instants.min(), instants.max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    return first.isoformat(), last.isoformat()


def ahead_words(times: pl.Series, now: datetime) -> str:
    """What a person is told of rows that are dated after tomorrow; empty if there are none.

    Parameters
    ----------
    times : polars.Series of shape (n_rows,)
        Dates, or numbers, of which nothing is said.
    now : datetime
        Without an offset, in UTC.

    Examples
    --------
    >>> days = pl.Series("day", [datetime(2024, 5, 31), datetime(2099, 1, 1)])
    >>> ahead_words(days, datetime(2024, 6, 1))[:61]
    "1 row is dated ahead of today ('day', the last 2099-01-01): i"
    """
    if not times.dtype.is_temporal():
        return ""
    instants = times.drop_nulls().cast(pl.Datetime("us"))
    ahead = instants.filter(instants > now + timedelta(days=1))
    if ahead.is_empty():
        return ""
    verb, last = "row is" if len(ahead) == 1 else "rows are", ahead.max()
    assert isinstance(last, datetime)
    return (
        f"{len(ahead):,} {verb} dated ahead of today ({times.name!r}, the last "
        f"{last:%Y-%m-%d}): in order of time they count as the newest. If the dates are "
        "wrong, correct them in the file."
    )


def _side_hashes(frame: pl.DataFrame, columns: Sequence[str], group: str) -> NDArray[np.uint64]:
    """The hash of a row's content, or of its group where one is named."""
    hashes = content_hashes(frame, columns)
    if group:
        # rows of no group are no group: each stands for itself
        alone = frame[group].is_null().to_numpy()
        hashes = np.where(alone, hashes, content_hashes(frame, [group]))
    return hashes


def _one_sided(kind: SplitKind, n_rows: int) -> DataError:
    if n_rows < 2:
        found, way_out = f"There {'is one row' if n_rows else 'are no rows'}.", "Add rows."
    else:
        how, why = _ONE_SIDED[kind]
        found = f"A split {how} puts all {n_rows:,} rows on one side: {why}."
        way_out = "Set another [data] split or test_share, or add rows."
    return DataError(found, "Test rows and others are needed.", way_out)


def _salt(seed: int, draw: int) -> int:
    return (seed + draw * _NEXT_DRAW) % _LARGEST_SEED


def _drawn(hashes: NDArray[np.uint64], test_share: float, seed: int) -> NDArray[np.bool_]:
    salt = np.full(1, seed, dtype=np.uint64)
    mixed = mixed_bits(hashes ^ mixed_bits(salt + _ODD))
    # 53 bits are what a float holds
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53 < test_share


def _latest(times: pl.Series, test_share: float) -> NDArray[np.bool_]:
    if not (times.dtype.is_temporal() or times.dtype.is_numeric()):
        raise DataError(
            f"{times.name!r} was not read as dates: it holds {times.drop_nulls().first()!r}.",
            "Dates such as 2024-05-31, or numbers that grow with time, are needed.",
            "Mend the column, or name another under [data] time.",
        )
    if times.null_count():
        raise DataError(
            f"{times.name!r} has no value in {times.null_count():,} rows.",
            "A split by time needs a date in every row.",
            "Fill them in, drop these rows, or set [data] split = 'random'.",
        )
    counts = times.value_counts().sort(times.name, descending=True)
    # rows of one moment stay together, so the cut falls between moments
    shares = counts["count"].cum_sum().to_numpy() / len(times)
    last = int(np.abs(shares[:-1] - test_share).argmin()) if len(shares) > 1 else 0
    mask: NDArray[np.bool_] = (times >= counts[times.name][last]).to_numpy()
    return mask
