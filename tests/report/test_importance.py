from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_tuning
from tests.importances import FLIGHTS, search_with, word
from tests.report.entries import example_entries, standing_of

from leadline.phases.search import Search
from leadline.record import Entry
from leadline.report import demo_report, write_report
from leadline.report.importance import importance_tables


def entries(search: Search) -> list[Entry]:
    return [
        replace(each, verdict=search) if each.row == "search" else each
        for each in example_entries()
    ]


def test_columns_with_those_of_a_group_alone_then_words() -> None:
    columns, words = importance_tables(search_with(FLIGHTS))
    assert [row[0] for row in columns.rows] == [
        "hour",
        "distance + air_time",
        "  distance alone",
        "  air_time alone",
        "carrier",
        "humid",
        "gate",
    ]
    assert columns.rows[0] == (
        "hour",
        "0.1500",
        "0.1300 to 0.1700",
        "0.660",
        "yes",
        "rises with it",
    )
    assert words.rows[0] == ("late", "note", "+0.31", "+0.26 to +0.36", "15")
    assert "Towards" not in words.head


def test_words_of_several_classes_say_which() -> None:
    found = replace(FLIGHTS, words=(word("late", 0.3, "red"),))
    assert importance_tables(search_with(found))[1].rows[0][-1] == "red"


def test_other_rows_and_searches_that_did_not_look_have_none() -> None:
    assert importance_tables(search_with(None)) == ()
    assert importance_tables(example_tuning()) == ()


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_it_is_in_the_demo_report_and_the_report(form: str) -> None:
    found, nothing = entries(search_with(FLIGHTS)), entries(search_with(None))
    demo = demo_report(found, title="F", form=form)  # type: ignore[arg-type]
    assert "What it leans on" in demo
    assert "others may stand in for it" in demo
    assert "What it leans on" not in demo_report(nothing, title="F", form=form)  # type: ignore[arg-type]
    whole = write_report(found, standing_of(found), title="F", form=form)  # type: ignore[arg-type]
    assert "What boosting-3 leans on: score 0.810 on 960 held-out rows" in whole
    assert "Words that move the answer most" in whole
    if form == "html":
        assert "highest at &lt;EV&gt;" in whole
        assert demo.count("<svg") == 4
