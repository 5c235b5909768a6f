"""Votes as arrays, and the labels made from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.record import Vote
from leadline.snapshot import content_hashes
from leadline.stats.labels.label_aggregation import dawid_skene, majority_value

Ints = NDArray[np.int64]
Rule: TypeAlias = Literal["majority", "dawid-skene"]
_NOTHING: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True)
class CodedVotes:
    """Votes as numbers; unsure ones are left out.

    Attributes
    ----------
    items, annotators, labels : list of str
        What the codes stand for, ascending.
    item, annotator, label : ndarray of int of shape (n_votes,)
        Codes.
    """

    items: list[str]
    annotators: list[str]
    labels: list[str]
    item: Ints
    annotator: Ints
    label: Ints

    @classmethod
    def of(cls, votes: Sequence[Vote]) -> CodedVotes:
        """Number the votes."""
        given = [
            (vote.item, vote.annotator, vote.value) for vote in votes if vote.value is not None
        ]
        names = [sorted({str(row[part]) for row in given}) for part in range(3)]
        codes = [{name: code for code, name in enumerate(known)} for known in names]
        columns = [
            np.array([codes[part][str(row[part])] for row in given], dtype=np.int64)
            for part in range(3)
        ]
        items, annotators, labels = names
        item, annotator, label = columns
        return cls(items, annotators, labels, item, annotator, label)


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
    """Class codes by annotator and item; -1 where an annotator did not vote or was unsure.

    Returns
    -------
    ndarray of int of shape (n_annotators, n_items)
        Codes number the values in alphabetical order.
    """
    annotators = sorted({vote.annotator for vote in votes})
    items = sorted({vote.item for vote in votes})
    values = sorted({vote.value for vote in votes if vote.value is not None})
    table = np.full((len(annotators), len(items)), -1, dtype=np.int64)
    row = {annotator: index for index, annotator in enumerate(annotators)}
    column = {item: index for index, item in enumerate(items)}
    for vote in votes:
        if vote.value is not None:
            table[row[vote.annotator], column[vote.item]] = values.index(vote.value)
    return table


def labels_of(votes: Sequence[Vote], rule: Rule = "majority") -> dict[str, str]:
    """The label of every item on which people decided.

    Parameters
    ----------
    votes : sequence of Vote
        One a person and item.
    rule : {"majority", "dawid-skene"}
        A tie is no label by majority; weighed votes break it.
    """
    if rule == "majority":
        by_item: dict[str, list[str]] = {}
        for vote in votes:
            if vote.value is not None:
                by_item.setdefault(vote.item, []).append(vote.value)
        found = {item: majority_value(values) for item, values in by_item.items()}
        return {item: label for item, label in found.items() if label is not None}
    coded = CodedVotes.of(votes)
    if not coded.item.size:
        return {}
    agreed = dawid_skene(coded.item, coded.annotator, coded.label)
    return {
        coded.items[item]: coded.labels[label]
        for item, label in zip(agreed.items, agreed.labels, strict=True)
    }


def decided_labels(
    votes: Sequence[Vote], adjudicated: Mapping[str, str | None], rule: Rule = "majority"
) -> dict[str, str]:
    """The label of every item: the one somebody decided on, else the one the votes make.

    Parameters
    ----------
    votes : sequence of Vote
        One a person and item.
    adjudicated : mapping of str to str or None
        Item to the label decided on, whatever the votes say; None: it gets no label.
    rule : {"majority", "dawid-skene"}
        How votes become labels.

    Examples
    --------
    >>> votes = [Vote("a", "Ada", "yes", 2.0), Vote("b", "Ada", "yes", 2.0)]
    >>> decided_labels(votes, {"a": "no", "b": None})
    {'a': 'no'}
    """
    found: dict[str, str | None] = {**labels_of(votes, rule), **adjudicated}
    return {item: label for item, label in found.items() if label is not None}


def with_votes(
    frame: pl.DataFrame,
    votes: Sequence[Vote],
    *,
    label: str,
    identity: Sequence[str],
    rule: Rule = "majority",
    adjudicated: Mapping[str, str | None] = _NOTHING,
) -> pl.DataFrame:
    """Fill in the labels that people voted, where they decided.

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
    rule : {"majority", "dawid-skene"}
        How votes become labels.
    adjudicated : mapping of str to str or None
        Item to the label somebody decided on, whatever the votes say; None: it gets no label.
    """
    decided = decided_labels(votes, adjudicated, rule)
    if not decided or not frame[label].null_count():
        return frame
    keys = (f"{key:016x}" for key in content_hashes(frame, list(identity)).tolist())
    given = pl.Series([decided.get(key) for key in keys], dtype=pl.String)
    voted = typed_labels(given, frame.schema[label]).alias("voted")
    return frame.with_columns(pl.coalesce(pl.col(label), voted).alias(label))


def typed_labels(given: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Labels in the type of the column; as floats where some are not whole."""
    if dtype == pl.Boolean:
        return given.str.to_lowercase() == "true"
    if not dtype.is_numeric():
        return given.cast(dtype)
    if dtype.is_integer() and given.drop_nulls().str.contains(r"^\s*[-+]?\d+\s*$").all():
        # whole numbers stay as they are, however large
        return given.str.strip_chars().cast(dtype)
    numbers = given.str.strip_chars().cast(pl.Float64)
    is_whole = (numbers.drop_nulls() % 1 == 0).all()
    return numbers.cast(dtype) if is_whole or dtype.is_float() else numbers
