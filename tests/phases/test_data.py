from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_data
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.data import ClassCount, Column, Kind, Leak, Role, Split, SplitKind
from leadline.phases.scoring import Task
from leadline.phases.verdict import Answer
from leadline.reading.schema import CellType, ColumnReading, Epoch, ReadingSchema

DATA = example_data()
RANDOM = Split(kind=SplitKind.RANDOM, test_share=0.2, seed=0, n_train=80, n_test=20)


def classes(*n_rows: int) -> tuple[ClassCount, ...]:
    return tuple(ClassCount(value=chr(97 + i), n_rows=n) for i, n in enumerate(n_rows))


def test_good_data_are_fit() -> None:
    verdict = again(DATA)
    assert verdict.answer is Answer.GO
    assert faults(verdict) == []
    assert f"{DATA.n_rows:,} labelled rows" in verdict.summary


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"n_rows": 39}, "Only 39 labelled rows."),
        ({"n_rows": 0, "classes": ()}, "Only 0 labelled rows."),
        ({"columns": ()}, "No column is left to learn from."),
        ({"classes": classes(6000)}, "The label has one value only."),
        ({"classes": classes(5991, 9)}, "Class 'b' has 9 rows."),
    ],
)
def test_unfit_data_are_a_no(changes: dict[str, object], fault: str) -> None:
    verdict = again(DATA, **changes)
    assert verdict.answer is Answer.NO
    assert fault in faults(verdict)


@pytest.mark.parametrize(
    ("changes", "barrier"),
    [
        ({"classes": classes(6000)}, "The label has one value only."),
        ({"columns": ()}, "No column is left to learn from."),
        ({"n_rows": 4, "split": replace(DATA.split, n_train=3)}, "Only 4 labelled rows."),
        ({"classes": classes(5991, 9)}, ""),
        ({"n_rows": 39}, ""),
    ],
)
def test_what_cannot_be_learnt_from_at_all_is_the_headline(
    changes: dict[str, object], barrier: str
) -> None:
    verdict = again(DATA, **changes)
    assert verdict.answer is Answer.NO
    assert verdict.barrier == barrier
    assert verdict.summary.startswith(f"{barrier[:-1]}: nothing can be") == bool(barrier)


def test_a_number_needs_no_classes() -> None:
    assert again(DATA, task=Task.REGRESSION, classes=()).answer is Answer.GO


def test_a_rare_class_is_a_warning() -> None:
    assert "Class 'b' is rare: 2.0% of the rows." in warnings(
        again(DATA, classes=classes(5880, 120))
    )
    assert any(
        what.startswith("Class shares: 'a' 60.0%")
        for what in notes(again(DATA, classes=classes(3600, 2400)))
    )


def test_a_column_that_tells_the_label_is_a_warning_that_names_it() -> None:
    leaks = (Leak(column="refund", score=0.99), Leak(column="calls", score=0.97))
    found = [each for each in again(DATA, leaks=leaks).findings if each.columns == ("refund",)]
    assert found[0].next == "If so, name it under [data] exclude: exclude = ['refund']."
    assert not any("calls" in what for what in warnings(again(DATA, leaks=leaks)))


def test_columns_left_out_or_half_empty_are_told() -> None:
    columns = (
        Column(name="id", kind=Kind.CATEGORY, role=Role.EXCLUDED, why="an identifier"),
        Column(name="named", kind=Kind.CATEGORY, role=Role.EXCLUDED),
        Column(name="empty", kind=Kind.NUMBER, n_missing=4000),
    )
    verdict = again(DATA, columns=columns)
    assert "'id' is left out: an identifier." in notes(verdict)
    assert "'empty' is missing in 67% of the rows." in warnings(verdict)
    assert not any("'named'" in each.what for each in verdict.findings)
    assert verdict.features == {"empty": "number"}


def test_repeats_conflicts_and_crossings_are_told() -> None:
    verdict = again(DATA, n_duplicates=60, n_conflicts=7, n_crossing=3)
    assert "60 rows (1.0%) repeat an earlier row's features." in notes(verdict)
    assert "7 of the repeats have another label." in warnings(verdict)
    assert any(what.startswith("3 test rows repeat a train row") for what in warnings(verdict))
    assert verdict.answer is Answer.GO


@pytest.mark.parametrize(
    ("ends", "epoch", "told"),
    [
        (("2021-01-01T00:00:00", "2024-01-01T00:00:00"), Epoch.YEARS, "2021 to 2024"),
        (("2021-01-01T00:00:00", "2024-10-01T00:00:00"), Epoch.YEARS, "2021-01-01 to 2024-10-01"),
        (("2021-01-01T00:00:00", "2024-01-01T00:00:00"), None, "2021-01-01 to 2024-01-01"),
        (("2021-01-01T00:00:00", "2021-01-01T10:00:00"), None,
         "2021-01-01T00:00:00 to 2021-01-01T10:00:00"),
        (("2005", "2024"), None, "2005 to 2024"),
    ],
)  # fmt: skip
def test_the_span_of_test_rows_is_told_as_people_say_it(
    ends: tuple[str, str], epoch: Epoch | None, told: str
) -> None:
    time = Split(
        kind=SplitKind.TIME, column="at", test_share=0.2, seed=0, n_train=80, n_test=20,
        test_from=ends[0], test_to=ends[1],
    )  # fmt: skip
    reading = ReadingSchema((ColumnReading(name="at", type=CellType.DATE, epoch=epoch),))
    verdict = again(DATA, split=time, reading=reading)
    assert f"Split by time: the test rows are from {told}." in notes(verdict)


def test_days_are_told_from_numbers_that_grow() -> None:
    columns = (Column(name="at", kind=Kind.DATE), Column(name="step", kind=Kind.NUMBER))
    assert again(DATA, columns=columns, time_column="at").day_column == "at"
    assert again(DATA, columns=columns, time_column="step").day_column == ""


def test_each_split_is_told() -> None:
    group = Split(**{**vars(RANDOM), "kind": SplitKind.GROUP, "column": "who"})
    time = Split(
        **{**vars(RANDOM), "kind": SplitKind.TIME, "column": "at", "test_from": "A", "test_to": "B"}
    )
    assert "Split by group: no 'who' is on both sides." in notes(again(DATA, split=group))
    assert "whole groups of 'who'" in again(DATA, split=group).summary
    assert "Split by time: the test rows are from A to B." in notes(again(DATA, split=time))
    assert "from A to B" in again(DATA, split=time).summary
    dated = again(DATA, split=RANDOM, time_column="at")
    assert "Rows are dated ('at') but split at random." in warnings(dated)
    assert "at random" in dated.summary
    assert not any("dated" in w for w in warnings(again(DATA, split=RANDOM, time_column="")))


def test_rows_without_a_label_are_told() -> None:
    assert any("120 rows have no label" in what for what in notes(again(DATA, n_unlabelled=120)))
    assert not any("no label" in what for what in notes(again(DATA, n_unlabelled=0)))


def test_a_yes_or_no_question_has_two_sides_however_many_values() -> None:
    classes = (
        ClassCount(value="yes", n_rows=500),
        ClassCount(value="no", n_rows=495),
        ClassCount(value="odd", n_rows=5),
    )
    assert again(DATA, n_rows=1000, classes=classes, positive="yes").answer is Answer.GO
    verdict = again(DATA, n_rows=1000, classes=classes, positive="odd")
    assert "Class 'odd' has 5 rows." in faults(verdict)
