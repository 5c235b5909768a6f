"""Labels given on the page, laid over the labels that files brought; of two, the later counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import polars as pl

from leadline.monitoring.block_rows import KEY, ROWS, TRUTH, merged, rows_of_block
from leadline.record import BlockLabel, Observation
from leadline.workspace import Workspace

Labels = Mapping[str, BlockLabel]


@dataclass(frozen=True, eq=False)
class KnownRows:
    """The rows of a block with every label that is known of them.

    Attributes
    ----------
    rows : DataFrame
        As `leadline.monitoring.block_rows.block_rows` makes them.
    digest : str
        Of the rows and the labels.
    unsure : frozenset of str
        Keys of rows of which somebody said on the page that it cannot be told.
    n_differ : int
        Rows of which a file and the page say different things.
    """

    rows: pl.DataFrame
    digest: str
    unsure: frozenset[str] = frozenset()
    n_differ: int = 0


def known_rows(workspace: Workspace, seen: Observation) -> KnownRows | None:
    """Read the rows of a block; None if only counts of it were kept.

    Parameters
    ----------
    workspace : Workspace
        The project.
    seen : Observation
        Of the block, its newest.

    Raises
    ------
    RecordError
        If the bytes are missing or damaged.
    """
    rows = rows_of_block(workspace.artifacts, seen)
    if rows is None:
        return None
    digest = str(seen.payload[ROWS])
    every = workspace.record.block_labels.of(seen.release_id)
    given = {one.key: one for one in every if one.block == seen.block}
    if not given:
        return KnownRows(rows, digest)
    differ = _differing(rows, given)
    filed = _filed_at(workspace, seen, dict(_labels_of(rows, differ)))
    counted = {
        key: one
        for key, one in given.items()
        if one.value is not None and not _is_later(filed.get(key), one)
    }
    after = merged(rows, _as_labels(rows, counted))
    unsure = frozenset(key for key, one in given.items() if one.value is None)
    return KnownRows(after, _digest(digest, counted), unsure, len(differ))


def _as_labels(rows: pl.DataFrame, given: Labels) -> pl.DataFrame:
    """Keys and labels, as the labels of these rows are."""
    values = pl.Series(TRUTH, [one.value for one in given.values()], dtype=pl.String)
    keys = pl.Series(KEY, list(given), dtype=pl.String)
    return pl.DataFrame([keys, values.cast(rows[TRUTH].dtype)])


def _differing(rows: pl.DataFrame, given: Labels) -> list[str]:
    """Keys of rows whose label is another one on the page."""
    said = {key: one for key, one in given.items() if one.value is not None}
    on_page = _as_labels(rows, said).rename({TRUTH: "on_page"})
    both = rows.select(KEY, TRUTH).join(on_page, on=KEY)
    return both.filter(pl.col(TRUTH) != pl.col("on_page"))[KEY].to_list()


def _labels_of(rows: pl.DataFrame, keys: Collection[str]) -> Iterable[tuple[str, object]]:
    return rows.filter(pl.col(KEY).is_in(list(keys))).select(KEY, TRUTH).iter_rows()


def _filed_at(
    workspace: Workspace, seen: Observation, filed: Mapping[str, object]
) -> dict[str, datetime]:
    """When the label that each row has by file came: since which observation it has had it."""
    found: dict[str, datetime] = {}
    if not filed:
        return found
    left = set(filed)
    for before in reversed(workspace.record.observations.history(seen.release_id, seen.block)):
        rows = rows_of_block(workspace.artifacts, before)
        labels = {} if rows is None else dict(_labels_of(rows, left))
        # a row leaves the walk where its label was another one, or not there
        left = {key for key in left if labels.get(key) == filed[key]}
        if not left:
            break
        if before.at is not None:
            found |= dict.fromkeys(left, before.at)
    return found


def _is_later(filed: datetime | None, given: BlockLabel) -> bool:
    return filed is not None and given.at is not None and filed > given.at


def _digest(rows: str, given: Labels) -> str:
    """The same for the same labels, whoever gave them and when."""
    if not given:
        return rows
    told = sorted((key, one.value) for key, one in given.items())
    return blake2b(f"{rows} {told}".encode(), digest_size=16).hexdigest()
