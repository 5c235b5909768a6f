"""Rows as a person sees them: features only, nothing that gives an answer away."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadline.engines.pixels import data_uri
from leadline.phases.data import Data
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.snapshot import content_hashes, from_parquet

Values = tuple[tuple[str, str], ...]

N_POOL = 500
_SEED = 0


@dataclass(frozen=True)
class Item:
    """One thing to label.

    Attributes
    ----------
    key : str
        Hash of the content of its features: the same for the same row of any file.
    values : tuple of (str, str)
        Feature and value, in the order of the file; an image as a ``data:`` URI.
    """

    key: str
    values: Values


@dataclass(frozen=True)
class ItemPool:
    """What there is to label.

    Attributes
    ----------
    items : tuple of Item
        In the order to label them, the same for everybody, so that two people label the same.
    is_labelled : bool
        True if every row came with a label, so that labelling is a second opinion.
    """

    items: tuple[Item, ...]
    is_labelled: bool


def stream_values(artifacts: Artifacts, tuning: Tuning, data: Data, row: int) -> Values:
    """Return the features of one row of the stream."""
    frame = from_parquet(artifacts.get(tuning.stream))
    return _values(frame, list(data.features), row)


def item_pool(artifacts: Artifacts, data: Data) -> ItemPool:
    """Draw what there is to label: rows without a label, else rows that came with one.

    Items are named by the hash of the content of their identity columns, which is how the next
    snapshot finds the rows that people labelled.
    """
    frame = from_parquet(artifacts.get(data.unlabelled or data.snapshot))
    features = list(data.features)
    drawn = frame.sample(min(N_POOL, frame.height), shuffle=True, seed=_SEED)
    keys = content_hashes(drawn, list(data.split.identity) or features)
    items = {f"{int(key):016x}": _values(drawn, features, row) for row, key in enumerate(keys)}
    return ItemPool(
        tuple(Item(key, values) for key, values in items.items()),
        is_labelled=not data.unlabelled,
    )


def _values(frame: pl.DataFrame, features: list[str], row: int) -> Values:
    values = frame.select(features).row(row)
    return tuple((name, _shown(value)) for name, value in zip(features, values, strict=True))


def _shown(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bytes):
        return data_uri(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
