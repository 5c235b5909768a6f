"""People's votes as arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.record import Vote
from leadline.snapshot import content_hashes
from leadline.stats.votes import majority_value

Ints = NDArray[np.int64]


def vote_counts(votes: Sequence[Vote]) -> tuple[Ints, Ints]:
    """Votes for the most frequent value, and all votes, of each item with at least two.

    Returns
    -------
    n_most, n_votes : ndarray of int of shape (n_items,)
        Unsure votes are left out.
    """
    by_item: dict[str, Counter[str]] = {}
    for vote in votes:
        if vote.value is not None:
            by_item.setdefault(vote.item, Counter())[vote.value] += 1
    repeated = [counts for counts in by_item.values() if counts.total() >= 2]
    n_most = np.array([counts.most_common(1)[0][1] for counts in repeated], dtype=np.int64)
    n_votes = np.array([counts.total() for counts in repeated], dtype=np.int64)
    return n_most, n_votes


def vote_table(votes: Sequence[Vote]) -> Ints:
    """Class codes by judge and item; -1 where a judge did not vote or was unsure.

    Returns
    -------
    ndarray of int of shape (n_judges, n_items)
        Codes number the values in alphabetical order.
    """
    judges = sorted({vote.judge for vote in votes})
    items = sorted({vote.item for vote in votes})
    values = sorted({vote.value for vote in votes if vote.value is not None})
    table = np.full((len(judges), len(items)), -1, dtype=np.int64)
    row = {judge: index for index, judge in enumerate(judges)}
    column = {item: index for index, item in enumerate(items)}
    for vote in votes:
        if vote.value is not None:
            table[row[vote.judge], column[vote.item]] = values.index(vote.value)
    return table


def with_votes(
    frame: pl.DataFrame, votes: Sequence[Vote], *, label: str, identity: Sequence[str]
) -> pl.DataFrame:
    """Fill in the labels that people voted, where the majority is clear.

    Labels that came with the file stay as they are: a vote on them is a second opinion.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
        Rows, some without a label.
    votes : sequence of Vote
        Their items are content hashes of the identity columns, in hex.
    label : str
        The column to fill.
    identity : sequence of str
        What the hash was taken of.
    """
    by_item: dict[str, list[str]] = {}
    for vote in votes:
        if vote.value is not None:
            by_item.setdefault(vote.item, []).append(vote.value)
    if not by_item or not frame[label].null_count():
        return frame
    keys = (f"{key:016x}" for key in content_hashes(frame, list(identity)).tolist())
    given = pl.Series(
        [majority_value(by_item[key]) if key in by_item else None for key in keys],
        dtype=pl.String,
    )
    dtype = frame.schema[label]
    cast = given.str.to_lowercase() == "true" if dtype == pl.Boolean else given.cast(dtype)
    return frame.with_columns(pl.coalesce(pl.col(label), cast.alias("voted")).alias(label))
