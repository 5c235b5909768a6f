"""Items of a project with their keys: a hash of the columns that say which row a row is."""

from __future__ import annotations

import polars as pl

from leadline.phases.data import Data
from leadline.snapshot import content_hashes, from_parquet
from leadline.workspace import Workspace


def keyed_items(workspace: Workspace, digest: str, data: Data) -> pl.DataFrame:
    """The rows of a stored table, once each, with their keys as the first column.

    Parameters
    ----------
    workspace : Workspace
        Whose artifacts hold the table.
    digest : str
        Of the table.
    data : Data
        The audit, which says by which columns rows are told apart.

    Returns
    -------
    polars.DataFrame
        The column of keys, 16 hexadecimal digits each, is ``item``, or ``leadline_item`` where the
        data have an ``item``.
    """
    frame = from_parquet(workspace.artifacts.get(digest))
    hashes = content_hashes(frame, identity_of(data))
    key = "leadline_item" if "item" in frame.columns else "item"
    keys = pl.Series(key, [f"{int(each):016x}" for each in hashes], dtype=pl.String)
    return frame.select(keys, pl.all()).unique(key, keep="first", maintain_order=True)


def identity_of(data: Data) -> list[str]:
    """The columns whose content says which row a row is."""
    return list(data.split.identity) or list(data.features)
