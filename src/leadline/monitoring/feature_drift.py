"""Feature drift: columns of a block that differ from the reference beyond its blocks' spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.shifts.category_words import category_words
from leadline.monitoring.shifts.image_words import image_words
from leadline.monitoring.shifts.looks import WORDS
from leadline.monitoring.shifts.number_words import number_words
from leadline.monitoring.shifts.reference_rows import Found, ReferenceRows
from leadline.monitoring.shifts.text_words import text_words
from leadline.phases.monitor import FEWEST_COMPARED
from leadline.stats.arrays import Floats


def column_shifts(
    block: pl.DataFrame,
    reference: pl.DataFrame | ReferenceRows,
    kinds: Mapping[str, str],
    *,
    name: str = "",
    is_right: Floats | None = None,
) -> list[dict[str, Any]]:
    """Name the columns of a block that moved, and how.

    Parameters
    ----------
    block : DataFrame of shape (n_rows, n_features)
        Cast to their kinds.
    reference : DataFrame of shape (n_rows, n_features) or ReferenceRows
        The same columns. Many blocks are compared faster with `ReferenceRows`, which may know the
        block that each of its rows lies in.
    kinds : mapping of str to str
        Feature name to kind; dates are left out.
    name : str, optional
        First day of the block, ISO: it is compared with the same season of earlier years, if the
        reference has it.
    is_right : ndarray of shape (n_rows,), optional
        Whether each answer was right; not a number where that is not known.

    Returns
    -------
    list of dict
        ``column``, ``distance`` in [0, 1], ``words`` and ``beside`` (with what it was compared),
        the largest distance first. Of blocks like those of the reference, at most one of twenty
        has any column here; of fewer than ten rows none.
    """
    rows = reference if isinstance(reference, ReferenceRows) else ReferenceRows(reference, kinds)
    if block.height < FEWEST_COMPARED or not rows.frame.height:
        return []
    compared = rows.beside(name)
    found: dict[str, list[Found]] = {}
    for each in rows.beyond(block, compared):
        found.setdefault(each.column.name, []).append(each)
    is_beside = compared.mine[rows.rows.blocks]
    known, blocks = rows.frame.filter(pl.Series(is_beside)), rows.rows.blocks[is_beside]
    shifts: list[dict[str, Any]] = []
    for column, looks in found.items():
        said, distance = _words(looks, block, (known, blocks), rows, is_right)
        if said:
            shift = {"column": column, "distance": distance, "words": "; ".join(said)}
            shifts.append({**shift, "beside": compared.words})
    return sorted(shifts, key=lambda shift: -shift["distance"])


def _words(
    looks: Sequence[Found],
    block: pl.DataFrame,
    beside: tuple[pl.DataFrame, NDArray[np.intp]],
    rows: ReferenceRows,
    is_right: Floats | None,
) -> tuple[list[str], float]:
    """What is said of a column, and how far it moved."""
    name, kind, read = looks[0].column.name, looks[0].column.kind, looks[0].column.read
    new, old = block[name], beside[0][name]
    limits = {each.what: each.limit for each in looks}
    # surprise at words is no distance
    distances = {each.what: each.distance for each in looks if each.what != WORDS}
    most = max(distances.values(), default=0.0)
    if kind == "number":
        return number_words(name, limits, new, old, beside[1]), most
    if kind == "category":
        seen = Counter(rows.frame[name].drop_nulls().to_list())
        return category_words(name, limits, new, old, seen), most
    if kind == "text":
        drawn = rows.texts[name].drawn(block.height)
        is_right = None if is_right is None else is_right[drawn]
        said, grown = text_words(name, limits, new[drawn], old, is_right, rows.newest)
        return said, max(most, grown)
    return image_words(name, distances, new, old, read), most
