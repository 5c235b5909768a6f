"""Columns that slices are made of."""

from __future__ import annotations

import polars as pl
import pytest
from tests.examples import example_data

from leadline.datasets.slice_columns import script_column, slice_columns


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Waited for a late crew", "Latin"),
        ("Größe, déjà vu", "Latin"),
        ("Ждали экипаж UA1545", "Cyrillic"),
        ("αργά", "Greek"),
        ("تأخر الطاقم", "Arabic"),
        ("איחור", "Hebrew"),
        ("देर से", "Devanagari"),
        ("等待机组", "Han"),
        ("ひこうきがおくれた", "Hiragana"),
        ("늦은 승무원", "Hangul"),
        ("12:45 !!", "no letters"),
        ("", "no letters"),
        (None, "no letters"),
    ],
)
def test_the_script_of_a_text_is_that_of_most_letters(text: str | None, script: str) -> None:
    title, found = script_column("remark", pl.Series([text], dtype=pl.String))
    assert (title, found.tolist()) == ("script of remark", [script])


def test_scripts_are_compared_where_there_are_several() -> None:
    data = example_data()
    one = pl.DataFrame({"remark": ["late", "crew"]})
    assert set(slice_columns(one, one, data, ["remark"])) == {"length of remark"}
    two = pl.DataFrame({"remark": ["late", "поздно"]})
    assert set(slice_columns(two, two, data, ["remark"])) == {
        "length of remark",
        "script of remark",
    }


def test_a_column_that_rows_lack_is_left_out() -> None:
    frame = pl.DataFrame({"carrier": ["UA", "DL"]})
    found = slice_columns(frame, frame, example_data(), ["carrier", "origin"])
    assert list(found) == ["carrier"]
