"""Slices of a stream: counted when it is read, and known again in a few of its rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from tests.examples import example_data

from leadline.datasets.kept_slices import KeptSlices, keep_slices, members, read_slices
from leadline.phases.data import Data
from leadline.record import Artifacts

N = 2_000
FIRST = datetime(2020, 1, 1)  # noqa: DTZ001 - files hold naive times


def stream() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "departed_at": [FIRST + timedelta(days=row) for row in range(N)],
            "carrier": np.array(["UA", "DL", None], dtype=object)[
                rng.choice(3, N, p=[0.6, 0.3, 0.1])
            ],
            "origin": rng.choice(["JFK", "LGA"], N),
            "dep_delay": np.where(rng.random(N) < 0.1, np.nan, rng.normal(8, 20, N)),
            "remark": rng.choice(["short", "rather a long remark", ""], N),
        }
    ).fill_nan(None)


def kept(
    named: tuple[str, ...] = (), groups: tuple[str, ...] = ("carrier", "departed_at", "sex")
) -> KeptSlices:
    store, data, stratum = Artifacts("memory://slices"), known(), np.arange(N) % 3
    digest = keep_slices(store, stream(), data, (named, groups), stratum, 4)
    return read_slices(store, digest)


def known() -> Data:
    return example_data()


def test_rows_of_each_slice_are_counted_by_stratum() -> None:
    found, frame = kept(), stream()
    by_name = {each.rule.words: each for each in found.slices}
    is_ua = (frame["carrier"] == "UA").fill_null(value=False).to_numpy()
    expected = np.bincount(np.arange(N)[is_ua] % 3, minlength=4)
    assert by_name["carrier = UA"].sizes.tolist() == expected.tolist()
    assert by_name["carrier = UA"].is_group
    assert by_name["carrier is missing"].sizes.sum() == frame["carrier"].null_count()
    assert not by_name["origin = JFK"].is_group
    assert found.lacking == ("sex",)
    assert found.slices[0].is_group, "named groups first"


def test_a_few_rows_are_known_again() -> None:
    """Many months make years of a stream; a few rows of it have few months."""
    found, rows = kept(), np.random.default_rng(1).choice(N, 40, replace=False)
    assert any("year of departed_at" in each.rule.words for each in found.slices)
    everything = members(stream(), known(), found)
    assert everything.sum(axis=1).tolist() == [each.sizes.sum() for each in found.slices]
    few = members(stream()[rows], known(), found)
    assert np.array_equal(few, everything[:, rows])


def test_only_columns_that_are_named_are_looked_at() -> None:
    found = kept(("origin",), ())
    assert {each.rule.column for each in found.slices} == {"origin"}
