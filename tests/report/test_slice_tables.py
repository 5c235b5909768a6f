"""Whom it fails, in the report and in the model document."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_problem, example_tuning
from tests.phases.again import again
from tests.report.entries import entries_of, standing_of
from tests.slice_reports import NUMBERS, REPORTS

from leadline.phases.problem import Ethics
from leadline.report import model_document, write_report
from leadline.report.slice_tables import slice_tables

TUNING = again(example_tuning(), slices=REPORTS)


def test_every_point_has_its_table_and_its_groups() -> None:
    tables = slice_tables(TUNING)
    assert [table.caption for table in tables] == [
        "Whom it fails at cautious",
        "Named groups at cautious: rates, and how they differ",
        "Whom it fails at balanced",
        "Named groups at balanced: rates, and how they differ",
    ]
    assert all(len(row) == len(table.head) for table in tables for row in table.rows)
    first, second, _, fourth = tables[2].rows
    assert first == (
        "carrier = UA",
        "160",
        "34.0% (28.0% to 41.0%)",
        "17.0%",
        "4.0%",
        "50.0% (42.0% to 58.0%)",
        "61.0% (50.0% to 71.0%)",
        "worse than the rest",
    )
    assert second[-1] == "worse than its parts explain (19.0%)"
    assert fourth[0] == "origin = LGA (named group)"
    assert fourth[-1] == "not enough rows to know: a difference under 31.0% may be missed"
    assert tables[3].rows[0][2] == "36.0%, the rest 22.0%: differs (+5.0 to +23.0 points)"
    assert tables[3].rows[1][3] == "no rows to count it on"


def test_numbers_have_no_precision() -> None:
    (table,) = slice_tables(again(example_tuning(), slices=(NUMBERS,)))
    assert table.head[2:] == (
        "Off by, on average",
        "The rest",
        "Worse by at least",
        "What the rows say",
    )
    assert table.rows[0][2:5] == ("31.2 (28 to 34.4)", "18.4", "4.2")


def test_other_rows_have_none() -> None:
    assert slice_tables(example_problem()) == ()
    assert slice_tables(example_tuning()) == ()


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_report_and_document_show_them(form: str) -> None:
    entries = entries_of([("problem", example_problem()), ("tuning", TUNING)])
    report = write_report(entries, standing_of(entries), title="flights", form=form)  # type: ignore[arg-type]
    document = model_document(entries, form)  # type: ignore[arg-type]
    for page in (report, document):
        assert "Whom it fails at balanced" in page
        assert "Named groups at cautious" in page
        assert "Fares worse: carrier = UA" in page
    assert "wrong name in at most one project of twenty" in document


def test_the_document_says_what_nobody_has_looked_at() -> None:
    without = model_document(entries_of([("tuning", example_tuning())]), "markdown")
    assert "for parts of the rows is not known" in without
    lines = tuple(line for line in REPORTS[1].lines if not line.is_group)
    nameless = again(example_tuning(), slices=(replace(REPORTS[1], lines=lines, groups=()),))
    assert "none are named" in model_document(entries_of([("tuning", nameless)]), "markdown")
    ethics = Ethics(groups=("origin",))
    problem = again(example_problem(), ethics=ethics)
    named = model_document(entries_of([("problem", problem), ("tuning", TUNING)]), "markdown")
    assert "Groups to be told apart: origin." in named
    assert "none are named" not in named
