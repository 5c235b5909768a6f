from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadline.stats.importance.table_columns import (
    is_number,
    n_rows_of,
    names_of,
    values_of,
    with_values_from,
)

FRAME = pl.DataFrame(
    {
        "n": [1, None, 3],
        "word": ["a", None, "c"],
        "day": pl.Series(["2024-01-01", None, "2024-01-02"]).str.to_datetime(),
        "flag": [True, False, True],
        "image": [b"x", b"y", None],
    }
)


def test_numbers_times_and_flags_are_floats_and_the_rest_texts() -> None:
    assert [is_number(values_of(FRAME, name)) for name in FRAME.columns] == [
        True, False, True, True, False,
    ]  # fmt: skip
    assert values_of(FRAME, "word").tolist() == ["a", "", "c"]
    day = values_of(FRAME, "day")
    assert np.isnan(day[1])
    assert day[2] - day[0] == 86400e6
    assert values_of(FRAME, "image").tolist() == ["", "", ""]


def test_a_frame_keeps_its_types_and_its_own_values() -> None:
    moved = with_values_from(FRAME, {"day": np.array([2, 0, 1]), "word": np.array([2, 0, 1])})
    assert moved.schema == FRAME.schema
    assert moved["word"].to_list() == ["c", "a", None]
    assert moved["day"].dt.day().to_list() == [2, 1, None]
    assert FRAME["word"].to_list() == ["a", None, "c"]
    assert (names_of(FRAME)[0], n_rows_of(FRAME)) == ("n", 3)


def test_an_array_must_have_rows_and_columns() -> None:
    with pytest.raises(ValueError, match="two are needed"):
        names_of(np.zeros(3))
