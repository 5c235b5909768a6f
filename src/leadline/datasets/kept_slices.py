"""Slices of the stream, kept as rules and as counts of their rows by score.

What the judged rows say of a slice needs to know how many rows of it score how. A page counts no
rows of a stream, so that is kept when the stream is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from leadline.datasets.slice_columns import (
    date_columns,
    names_to_look_at,
    script_column,
    slice_columns,
)
from leadline.phases.data import Data
from leadline.reading.conform import conform
from leadline.record import Artifacts
from leadline.stats.slices.slice_rules import SliceRule, membership_of

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_N_BINS = 5
# of a smaller part not enough rows would ever be judged
_FEWEST_ROWS = 20
_MOST = 300


@dataclass(frozen=True)
class KeptSlice:
    """One slice of a stream.

    Attributes
    ----------
    rule : SliceRule
        Which rows belong to it.
    is_group : bool
        Whether it is of a column named under [ethics] groups.
    sizes : ndarray of int of shape (n_strata,)
        Its rows in each stratum of the stream.
    """

    rule: SliceRule
    is_group: bool
    sizes: Ints


@dataclass(frozen=True)
class KeptSlices:
    """The slices of a stream.

    Attributes
    ----------
    names : tuple of str
        Columns that they are made of.
    slices : tuple of KeptSlice
        Named groups first, then by falling size.
    lacking : tuple of str
        Columns of named groups that the stream does not have.
    """

    names: tuple[str, ...]
    slices: tuple[KeptSlice, ...]
    lacking: tuple[str, ...]


def keep_slices(
    store: Artifacts,
    frame: pl.DataFrame,
    data: Data,
    named: tuple[Sequence[str], Sequence[str]],
    stratum: Ints,
    n_strata: int,
) -> str:
    """Count the rows of each slice of a stream; return the digest of what is kept.

    Parameters
    ----------
    store : Artifacts
        Where it is kept.
    frame : DataFrame of shape (n_samples, n_columns)
        The stream.
    data : Data
        Says what the columns hold.
    named : (sequence of str, sequence of str)
        Columns to look at (empty: all that the model sees), and those of named groups.
    stratum : ndarray of int of shape (n_samples,)
        Stratum of each row by what the model says of it.
    n_strata : int
        Strata, the empty ones too.
    """
    names, groups = names_to_look_at(data, *named), set(named[1])
    X = conform(frame, data.features)
    found = []
    for name in names:
        columns = slice_columns(frame, X, data, [name])
        parts = membership_of(columns, frame.height, _N_BINS)
        for place, (rule,) in enumerate(parts.rules):
            rows = parts.rows_of(place)
            if name in groups or _FEWEST_ROWS <= rows.size < frame.height:
                sizes = np.bincount(stratum[rows], minlength=n_strata)
                found.append((name not in groups, -rows.size, rule, sizes))
    found.sort(key=lambda each: each[:2])
    kept = {
        "names": names,
        "lacking": [name for name in named[1] if name not in frame.columns],
        "slices": [
            asdict(rule) | {"is_group": not is_other, "sizes": sizes.tolist()}
            for is_other, _, rule, sizes in found[:_MOST]
        ],
    }
    return store.put(json.dumps(kept).encode(), "slices")


def read_slices(store: Artifacts, digest: str) -> KeptSlices:
    """Return what `keep_slices` kept."""
    kept = json.loads(store.get(digest))
    slices = [
        KeptSlice(
            rule=SliceRule(each["column"], each["value"], each["low"], each["high"]),
            is_group=each["is_group"],
            sizes=np.asarray(each["sizes"], dtype=np.int64),
        )
        for each in kept["slices"]
    ]
    return KeptSlices(tuple(kept["names"]), tuple(slices), tuple(kept["lacking"]))


def members(frame: pl.DataFrame, data: Data, kept: KeptSlices) -> Bools:
    """Which of some rows of the stream belong to which slice.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The rows.
    data : Data
        Says what the columns hold.
    kept : KeptSlices
        The slices.

    Returns
    -------
    ndarray of bool of shape (n_slices, n_rows)
    """
    X = conform(frame, data.features)
    columns = slice_columns(frame, X, data, kept.names)
    for name in kept.names:
        source = X if name in X.columns else frame
        if name in source.columns and source[name].dtype.is_temporal():
            columns |= dict(date_columns(name, source[name]))
        # a few rows may be of one script alone
        if name in source.columns and f"length of {name}" in columns:
            columns |= dict([script_column(name, source[name])])
    found = np.zeros((len(kept.slices), frame.height), dtype=np.bool_)
    for place, each in enumerate(kept.slices):
        found[place] = each.rule.holds(columns[each.rule.column])
    return found
