"""Rows of a block: what the release said of each, its label once there is one, its features.

A row is known by its key. Deliveries of a block add up: a row that comes again is the same row,
and a label that comes later is its label.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from leadline.reading.row_hashes import content_hashes
from leadline.record import Artifacts, Observation
from leadline.snapshot import from_parquet

KEY_COLUMN = "leadline_key"
"""Column of keys in files that Leadline itself wrote."""
ROWS = "rows"
"""Where the payload of an observation names the artifact of its rows."""

BLOCK = "block"
"""Column of the block in the rows that want a label, which are kept for the page."""
KEY, TIME, SCORE, SAID, TRUTH, LEARNT = "key", "time", "score", "said", "truth", "is_learnt"
_FEATURE = "x."
_EVERY = {"day": "1d", "week": "1w", "month": "1mo"}


def block_rows(
    *,
    keys: pl.Series,
    times: pl.Series | None,
    scores: pl.Series,
    said: pl.Series,
    truth: pl.Series,
    is_learnt: pl.Series | None,
    features: pl.DataFrame,
) -> pl.DataFrame:
    """Put rows together, as they are kept.

    Parameters
    ----------
    keys, scores, said : Series of shape (n_rows,)
        Of the rows: text; the score; what the release said, as labels are.
    times : Series or None
        Of a project whose rows carry a time.
    truth : Series
        As `said`; null where it is not known.
    is_learnt : Series of bool or None
        Whether the release learnt from the row, or from one that equals it; None where it does
        not know its rows.
    features : DataFrame of shape (n_rows, n_features)
        As they were read.
    """
    empty = pl.Series([None], dtype=pl.Null).new_from_index(0, keys.len())
    columns = {
        KEY: keys,
        TIME: empty if times is None else times,
        SCORE: scores,
        SAID: said,
        TRUTH: truth,
        LEARNT: empty.cast(pl.Boolean) if is_learnt is None else is_learnt,
    }
    own = [series.alias(name) for name, series in columns.items()]
    return pl.DataFrame(own + [column.alias(_FEATURE + column.name) for column in features])


def blind_rows(rows: pl.DataFrame, block: str) -> pl.DataFrame:
    """Block, key and features of rows: what the page of labels needs, and no more.

    Neither what the release said of them nor their time is among them.
    """
    own = [name for name in rows.columns if name.startswith(_FEATURE)]
    return rows.select(pl.lit(block).alias(BLOCK), KEY, *own)


def feature_name(column: str) -> str:
    """Name that a feature has among the rows of a block."""
    return _FEATURE + column


def features_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The features, under their own names."""
    return rows.select(
        pl.col(name).alias(name.removeprefix(_FEATURE))
        for name in rows.columns
        if name.startswith(_FEATURE)
    )


def value_keys(X: pl.DataFrame, times: pl.Series | None, blocks: pl.Series) -> pl.Series:
    """Keys of rows that nobody has named: by their values, their time and their block.

    Of rows that are equal in all of that, the second is another row than the first.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        As the model is given it.
    times : Series or None
        When each row was.
    blocks : Series of str
        The block each belongs to.

    Examples
    --------
    >>> X = pl.DataFrame({"age": [41.0, 42.0, 41.0]})
    >>> keys = value_keys(X, None, pl.Series(["may.csv"] * 3))
    >>> keys.n_unique(), keys[2][-2:]
    (3, '.2')
    """
    # names that no column of a file can have by chance
    more = [blocks.alias("\0block")]
    if times is not None:
        more.append(times.cast(pl.Datetime("us")).alias("\0time"))
    whole = X.with_columns(more)
    hashes = pl.Series("hash", content_hashes(whole, whole.columns))
    counted = pl.DataFrame({"hash": hashes}).with_columns(
        n=pl.int_range(1, pl.len() + 1).over("hash")
    )
    # a letter first: no reader takes it for a number
    texts = [f"r{key:016x}.{n}" for key, n in counted.iter_rows()]
    return pl.Series(KEY, texts, dtype=pl.String)


def merged(before: pl.DataFrame | None, came: pl.DataFrame) -> pl.DataFrame:
    """Rows of before and rows that came: each key once, the newest label of each.

    What the release said of a row when it first came stays. What came may be labels only, a frame
    of (key, truth); those of other keys are left out. Sorted by key, so that the order in
    which parts come makes no difference.

    Examples
    --------
    >>> first = pl.DataFrame({"key": ["b", "a"], "score": [0.2, 0.9], "truth": [None, 1]})
    >>> again = pl.DataFrame({"key": ["b", "c"], "score": [0.3, 0.5], "truth": [0, None]})
    >>> merged(first, again).rows()
    [('a', 0.9, 1), ('b', 0.2, 0), ('c', 0.5, None)]
    """
    if before is None:
        return came.sort(KEY)
    labels = came.filter(pl.col(TRUTH).is_not_null()).select(KEY, pl.col(TRUTH).alias("later"))
    later = before.select(KEY).join(labels, on=KEY, how="left", maintain_order="left")["later"]
    known = before.with_columns(pl.coalesce(later, TRUTH).alias(TRUTH))
    if SCORE not in came.columns:
        return known
    new = came.filter(~pl.col(KEY).is_in(before[KEY].implode()))
    return pl.concat([known, new], how="diagonal_relaxed").sort(KEY)


def rows_of_block(artifacts: Artifacts, seen: Observation) -> pl.DataFrame | None:
    """The rows of an observation; None if only counts of it were kept.

    Raises
    ------
    RecordError
        If the bytes are missing or damaged.
    """
    digest = seen.payload.get(ROWS)
    return None if digest is None else from_parquet(artifacts.get(digest))


def without_learnt(rows: pl.DataFrame, payload: Mapping[str, object]) -> pl.DataFrame:
    """The rows that count: not those the release learnt from, where chance does not explain them.

    Parameters
    ----------
    rows : DataFrame
        Of a block.
    payload : mapping
        Of its observation: ``is_learnt`` says whether far more rows are known than chance brings.
    """
    if not payload.get("is_learnt"):
        return rows
    return rows.filter(~np.asarray(rows[LEARNT].fill_null(value=False)))


def answered_rows(rows: pl.DataFrame, confidence: float | None) -> pl.DataFrame:
    """The rows that the release answered: of several classes it may say nothing below a score."""
    return rows if confidence is None else rows.filter(pl.col(SCORE) >= confidence)


def block_names(times: pl.Series, block: str) -> list[str]:
    """First day, as ISO date, of the block each row lies in.

    Parameters
    ----------
    times : Series of dates or times, shape (n_samples,)
        When each row was; empty text where it is not known.
    block : {"day", "week", "month"}
        Length of a block; weeks begin on Monday.

    Examples
    --------
    >>> from datetime import datetime
    >>> block_names(pl.Series([datetime(2013, 7, 4), datetime(2013, 7, 8)]), "week")
    ['2013-07-01', '2013-07-08']
    """
    starts = times.cast(pl.Datetime("us")).dt.truncate(_EVERY[block]).dt.date()
    return ["" if start is None else start.isoformat() for start in starts.to_list()]
