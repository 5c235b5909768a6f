"""Items to label: rows by content key, with the features that people are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import shorten

import polars as pl

from leadline.phases.data import Data
from leadline.phases.wording import is_picture
from leadline.reading.images.pixels import data_uri
from leadline.record import Artifacts, Item
from leadline.snapshot import content_hashes, from_parquet

Values = tuple[tuple[str, str], ...]

N_POOL = 20_000
N_SECOND_OPINIONS = 500
_MOST_CHARACTERS = 64_000_000  # images are long; the record keeps what is shown
_SEED = 0
_LINE = 200


@dataclass(frozen=True)
class ItemPool:
    """What there is to label.

    Attributes
    ----------
    items : tuple of Item
        In an order drawn by chance, but for train rows that are ranked.
    is_labelled : bool
        True if every row came with a label, so that labelling is a second opinion.
    """

    items: tuple[Item, ...]
    is_labelled: bool


def item_pool(artifacts: Artifacts, data: Data, ranking: Sequence[str] = ()) -> ItemPool:
    """Draw what there is to label: rows without a label, else rows that came with one.

    At most 20,000 rows without a label, or 500 with one; fewer where images make them large.

    Parameters
    ----------
    artifacts : Artifacts
        Where the bytes are.
    data : Data
        Which rows there are.
    ranking : sequence of str
        Keys of train rows, the most wanted first. They change places among each other; every other
        row, the test rows among them, stays where chance put it.
    """
    drawn = drawn_rows(artifacts, data)
    if ranking:
        drawn = drawn[in_order(keys_of(drawn, data), ranking)]
    return ItemPool(tuple(_fitting(items_of(drawn, data))), is_labelled=not data.unlabelled)


def drawn_rows(artifacts: Artifacts, data: Data) -> pl.DataFrame:
    """The rows there are to label, in an order drawn by chance that is the same each time."""
    frame = from_parquet(artifacts.get(data.unlabelled or data.snapshot))
    n_most = N_POOL if data.unlabelled else N_SECOND_OPINIONS
    return frame.sample(min(n_most, frame.height), shuffle=True, seed=_SEED)


def in_order(keys: Sequence[str], ranking: Sequence[str]) -> list[int]:
    """Places of rows once those that are ranked have changed places among each other.

    Examples
    --------
    >>> in_order(["a", "test", "b", "c"], ["c", "a", "b"])
    [3, 1, 0, 2]
    """
    rank = {key: place for place, key in enumerate(ranking)}
    ranked = [place for place, key in enumerate(keys) if key in rank]
    order = list(range(len(keys)))
    for place, row in zip(ranked, sorted(ranked, key=lambda row: rank[keys[row]]), strict=True):
        order[place] = row
    return order


def items_of(frame: pl.DataFrame, data: Data) -> Iterator[Item]:
    """The rows of a frame as items, each content once.

    The key of an item is a hash of its identity columns; by it the next snapshot finds the rows
    that people labelled.
    """
    features = list(data.features)
    rows = dict(zip(keys_of(frame, data), range(frame.height), strict=True))
    for key, row in rows.items():
        yield Item(key, values_of(frame, features, row))


def keys_of(frame: pl.DataFrame, data: Data) -> list[str]:
    """The key of each row: a hash of its content."""
    identity = list(data.split.identity) or list(data.features)
    return [f"{int(key):016x}" for key in content_hashes(frame, identity)]


def line_of(frame: pl.DataFrame, features: list[str], row: int) -> str:
    """A row in one line of text, cut where it is too long."""
    parts = [
        f"{name}: {'an image' if is_picture(value) else value}"
        for name, value in values_of(frame, features, row)
    ]
    return shorten("; ".join(parts), _LINE, placeholder=" ...")


def _fitting(items: Iterator[Item]) -> Iterator[Item]:
    n_characters = 0
    for item in items:
        n_characters += sum(len(value) for _, value in item.values)
        if n_characters > _MOST_CHARACTERS:
            return
        yield item


def values_of(frame: pl.DataFrame, features: list[str], row: int) -> Values:
    """The features of one row, as a person sees them."""
    values = frame.select(features).row(row)
    return tuple((name, _shown(value)) for name, value in zip(features, values, strict=True))


def _shown(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bytes):
        return data_uri(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
