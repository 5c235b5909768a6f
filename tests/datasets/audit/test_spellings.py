from __future__ import annotations

import polars as pl
import pytest
from tests.datasets.audit.tables import CLEAN, CleanTable

from leadline.datasets.audit.spellings import fold, spellings


def test_letters_composed_and_decomposed_blanks_and_capitals() -> None:
    values = ["caf\u00e9", "cafe\u0301", "bar", "bar ", "Bar", "tea"]
    assert spellings(values) == (("caf\u00e9", "cafe\u0301"), ("bar", "bar ", "Bar"))


def test_short_words_only_where_the_long_one_is_there() -> None:
    assert spellings(["yes", "no", "y", "n"]) == (("yes", "y"), ("no", "n"))
    assert spellings(["y", "n", "x"]) == ()


@pytest.mark.parametrize(
    ("one", "other"), [("+", "-"), ("a", "\u00e1"), ("1", "1.0"), ("C", "C++")]
)
def test_values_that_are_not_the_same(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert spellings([one, other]) == ()


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_table_has_none(name: str) -> None:
    frame = CleanTable(name).frame.select(pl.col(pl.String))
    found = {
        column.name: spellings(column.drop_nulls().unique().to_list())
        for column in frame
        if column.n_unique() < 2_000
    }
    assert not any(found.values())
