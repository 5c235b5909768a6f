"""Labels that a rule chose: rows with a label beside the others of their block."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.block_rows import SCORE, TRUTH, features_of
from leadline.stats.monitoring.row_tests import subset_p_values

THE_SCORE, THE_LABEL = "the score", "the label itself"
_MOST_NAMED = 3
# fewer rows on either side show no rule
_FEWEST = 5
_HALF = 0.5


def rules_of_choice(
    rows: pl.DataFrame, share_positive: float | None, *, level: float
) -> tuple[str, ...]:
    """Say by what rows that have a label differ from those that have none, the plainest first.

    Time does not count: labels come in its order.

    Parameters
    ----------
    rows : DataFrame
        Of a block, those that nobody asked for.
    share_positive : float or None
        Of the reference; None where the label is not binary, or rows of one kind only are looked
        at.
    level : float in (0, 1)
        Chance that a fair sample is said to be none.

    Returns
    -------
    tuple of str
        At most three: columns in quotes, the score, the label where all are positive.
    """
    is_chosen = rows[TRUTH].is_not_null().to_numpy()
    if min(is_chosen.sum(), (~is_chosen).sum()) < _FEWEST:
        return ()
    columns = {THE_SCORE: _values(rows[SCORE])}
    features = features_of(rows)
    columns |= {
        repr(name): _values(features[name])
        for name in features.columns
        if not features[name].dtype.is_temporal() and features[name].dtype != pl.Binary
    }
    p_values = subset_p_values(list(columns.values()), is_chosen)
    found = dict(zip(columns, p_values * len(columns), strict=True))
    if share_positive is not None and share_positive <= _HALF:
        is_one = bool((rows[TRUTH].drop_nulls() == 1).all())
        # even if half of all rows had become positive
        found[THE_LABEL] = _HALF ** float(is_chosen.sum()) if is_one else 1.0
    told = sorted((p, name) for name, p in found.items() if p <= level / 2)
    return tuple(name for _, name in told[:_MOST_NAMED])


def _values(column: pl.Series) -> NDArray[np.generic]:
    """Numbers as such, all else as text; what is missing as no number, or as None."""
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return np.asarray(column.cast(pl.String).to_list(), dtype=object)
