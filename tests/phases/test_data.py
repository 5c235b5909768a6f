from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.examples import example_data
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.data import (
    ClassCount,
    Column,
    Data,
    FilledLeak,
    Group,
    Kind,
    Leak,
    Role,
    Sentinel,
    Spellings,
    Split,
    SplitKind,
    SpreadLeak,
    TellingGap,
    TellingWord,
    TextLeak,
)
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
    assert found[0].next == "If it is, name it under [data] exclude: exclude = ['refund']."
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
    number = again(DATA, task=Task.REGRESSION, n_duplicates=60, n_conflicts=7)
    assert any(what.startswith("7 of the repeats have another value") for what in notes(number))
    assert not any("repeats" in what for what in warnings(number))


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


def test_test_rows_of_before_are_not_taken_for_a_bad_draw() -> None:
    time = {
        **vars(RANDOM),
        "kind": SplitKind.TIME,
        "column": "at",
        "test_from": "A",
        "test_to": "B",
    }
    few = {**time, "n_train": 900, "n_test": 100}
    assert any("few different times" in each for each in warnings(again(DATA, split=Split(**few))))
    kept = again(DATA, split=Split(**{**few, "train_to": "C"}))
    assert not any("were asked for" in each for each in warnings(kept))
    assert any(
        each.startswith("The newest rows, up to C, are learnt from. The test rows stay those set")
        for each in warnings(kept)
    )


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
    assert not any("dated" in w for w in warnings(again(dated, is_random_stated=True)))
    assert not any("dated" in w for w in warnings(again(DATA, split=RANDOM, time_column="")))


def test_rows_that_are_dated_in_parts_are_told() -> None:
    parts = [Column(name=name, kind=Kind.NUMBER) for name in ("Year", "month", "hour", "day")]
    undated: dict[str, Any] = {"split": RANDOM, "time_column": ""}
    told = again(DATA, columns=(*DATA.columns, *parts), **undated)
    what = "Rows seem to be dated in parts ('Year', 'month', 'day') but split at random."
    assert what in warnings(told)
    for columns, others in ((parts[:1], undated), (parts, {"split": RANDOM, "time_column": "at"})):
        silent = again(DATA, columns=(*DATA.columns, *columns), **others)
        assert not any("in parts" in each for each in warnings(silent))


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


def next_of(verdict: Data, start: str) -> str:
    return next(each.next for each in verdict.findings if each.what.startswith(start))


def test_why_data_are_unfit_stands_in_the_headline() -> None:
    verdict = again(DATA, classes=classes(5991, 9))
    assert verdict.summary.startswith("Not fit to learn from: class 'b' has 9 rows. ")


def test_all_classes_that_are_too_small_are_counted_and_the_first_named() -> None:
    verdict = again(DATA, positive="", task=Task.MULTICLASS, classes=classes(5900, *[5] * 7))
    assert faults(verdict) == [
        "7 of 8 classes have fewer than 10 rows: 'b' 5, 'c' 5, 'd' 5, 'e' 5, 'f' 5 and 2 more."
    ]


def test_small_classes_are_told_with_the_ways_out() -> None:
    of_many: dict[str, Any] = {
        "positive": "",
        "task": Task.MULTICLASS,
        "classes": classes(5990, 9, 1),
    }
    words = next_of(again(DATA, **of_many), "2 of 3 classes have fewer than 10 rows")
    assert "ask of one alone: positive = 'a' under [problem]" in words
    assert "regression" not in words
    numbers = tuple(
        replace(each, kind=Kind.NUMBER) if each.role is Role.LABEL else each
        for each in DATA.columns
    )
    counted = again(DATA, columns=numbers, **of_many)
    assert "task = 'regression'" in next_of(counted, "2 of 3 classes have fewer than 10 rows")
    assert "Class 'b' has 1 row." in faults(again(DATA, classes=classes(5999, 1)))


def test_rows_that_belong_together_are_told_with_what_to_write() -> None:
    group = Group(column="patient no", n_groups=60, rows_each=8, agreement=0.97)
    verdict = again(DATA, groups=(group,), split=RANDOM)
    what = "'patient no' has 60 values that come back, 8 rows each"
    assert any(each.startswith(what) for each in warnings(verdict))
    assert "group = 'patient no'" in next_of(verdict, what)
    assert '--group "patient no"' in next_of(verdict, what)
    by_time = again(DATA, groups=(group,))
    assert any(each.startswith(what) for each in notes(by_time))
    assert "split = 'group'" in next_of(by_time, what)


def test_sentinels_of_one_value_are_told_at_once() -> None:
    found = tuple(Sentinel(column=name, value="-200", n_rows=366) for name in "abcdef")
    verdict = again(DATA, sentinels=found)
    what = "-200 is frequent and far from all else in 'a' (366 rows)"
    told = [each for each in warnings(verdict) if each.startswith("-200")]
    assert len(told) == 1
    assert told[0].startswith(what)
    assert "and 2 more" in told[0]
    assert "missing = ['-200'] (init: --missing -200)" in next_of(verdict, what)


def test_a_word_for_not_known_is_not_said_to_lie_far_away() -> None:
    word = next(each.name for each in DATA.columns if each.kind is Kind.CATEGORY)
    verdict = again(DATA, sentinels=(Sentinel(column=word, value="unknown", n_rows=38),))
    assert f"unknown stands in '{word}' (38 rows): does it mean missing?" in warnings(verdict)


def test_a_column_that_is_filled_for_one_class_only() -> None:
    leak = FilledLeak(
        column="reason", is_filled=True, value="left", n_rows=400, n_of_value=399, share=0.25
    )
    verdict = again(DATA, filled_leaks=(leak,))
    what = "'reason' is filled in 400 rows, and 399 of them are 'left' (of all rows 25%)"
    assert any(each.startswith(what) for each in warnings(verdict))
    assert "exclude = ['reason']" in next_of(verdict, what)
    assert "Filled for one class" in {line.finding for line in verdict.audit_lines}


@pytest.mark.parametrize(
    ("strength", "value", "is_warned"), [(0.2, "", False), (0.4, "left", True), (0.97, "0", True)]
)
def test_what_is_missing_tells_the_label(strength: float, value: str, is_warned: bool) -> None:
    gap = TellingGap(
        columns=("heat", "wear"), n_missing=1_200, value=value, missing=0.5, others=0.25,
        strength=strength,
    )  # fmt: skip
    verdict = again(DATA, telling_gaps=(gap,))
    how = f"50% of them have '{value}', of the others 25%" if value else "is 0.5 there in the medi"
    what = "'heat', 'wear' are missing in 1,200 rows, which tells: "
    assert any(
        each.startswith(what) and how in each
        for each in (warnings if is_warned else notes)(verdict)
    )
    assert "exclude = ['heat', 'wear']" in next_of(verdict, what)
    assert "What is missing tells the label" in {line.finding for line in verdict.audit_lines}


def test_a_small_share_is_not_said_to_be_none() -> None:
    gap = TellingGap(
        columns=("heat",), n_missing=900, value="yes", missing=0.9962, others=0.004, strength=0.97
    )
    verdict = again(DATA, telling_gaps=(gap,))
    assert any("99.6% of them have 'yes', of the others 0.4%" in each for each in warnings(verdict))


def test_columns_that_only_together_tell_the_label() -> None:
    leak = SpreadLeak(columns=("heat", "wear"), score=0.994, model="tree")
    verdict = again(DATA, spread_leak=leak)
    assert "exclude = ['heat', 'wear']" in next_of(verdict, "'heat', 'wear' together predict")
    assert verdict.answer is Answer.GO


def test_words_of_texts_that_tell_the_label() -> None:
    word = TellingWord(
        word="[SPAM]", value="spam", n_with=1_747, n_of_value=1_750, n_elsewhere=0,
        example="[SPAM] Free entry in 2…",
    )  # fmt: skip
    leak = TextLeak(column="text", how="word", score=0.999, words=(word,), n_rows=5_000)
    verdict = again(DATA, text_leaks=(leak,))
    what = (
        "Words of 'text' tell the label: \"[SPAM]\" stands in 1,747 of 1,750 texts of 'spam' and "
        "in no other, as in “[SPAM] Free entry in 2…” (of 5,000 texts that were looked at)."
    )
    assert what in warnings(verdict)
    assert "exclude = ['text']" in next_of(verdict, what)
    assert verdict.answer is Answer.GO


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("number", "'text' has the label written in it, in 99% of the 800 texts"),
        ("length in words", "The length in words of 'text' tells the label (score 0.991)."),
        ("few words", "A few words of 'text' together tell the label (a small tree scores 0.991"),
        ("all words", "The words of 'text' tell the label almost perfectly (a linear model scores"),
    ],
)
def test_other_leaks_of_texts_are_told(how: str, told: str) -> None:
    leak = TextLeak(column="text", how=how, score=0.991, n_rows=800)
    assert any(each.startswith(told) for each in warnings(again(DATA, text_leaks=(leak,))))


def test_spellings_of_classes_are_a_warning_those_of_categories_a_note() -> None:
    label = next(column.name for column in DATA.columns if column.role is Role.LABEL)
    found = (
        Spellings(column=label, values=("yes", "YES")),
        Spellings(column="carrier", values=("UA", "ua")),
    )
    verdict = again(DATA, spellings=found)
    assert f"Classes of {label!r} differ in spelling only: 'yes' = 'YES'." in warnings(verdict)
    assert "Values of 'carrier' differ in spelling only: 'UA' = 'ua'." in notes(verdict)


def test_spellings_that_turn_the_question_into_another_are_a_fault() -> None:
    label = next(column.name for column in DATA.columns if column.role is Role.LABEL)
    rows = {"Ja": 300, "Nein": 500, "ja": 60, "JA": 40, "nein": 100}
    named: dict[str, Any] = {
        "n_rows": 1000,
        "classes": tuple(ClassCount(value=value, n_rows=n) for value, n in rows.items()),
        "spellings": (
            Spellings(column=label, values=("Nein", "nein")),
            Spellings(column=label, values=("Ja", "ja", "JA")),
        ),
    }
    of_ja = again(DATA, **named, positive="Ja")
    assert of_ja.answer is Answer.NO
    assert faults(of_ja)[0].endswith("100 rows with 'ja' or 'JA' count as not 'Ja'.")
    of_all = again(DATA, **named, positive="", task=Task.MULTICLASS)
    assert faults(of_all)[0].endswith(
        "They are 5 classes where two are meant: the question is yes or no."
    )
    maybe = (*named["classes"], ClassCount(value="vielleicht", n_rows=50))
    of_three = again(DATA, **{**named, "classes": maybe}, positive="", task=Task.MULTICLASS)
    assert faults(of_three) == []
    assert of_three.answer is Answer.GO


def test_near_repeats_empty_rows_and_many_columns() -> None:
    verdict = again(DATA, near_repeats=0.3, n_empty_rows=1)
    assert any(what.startswith("30% of the test rows are nearly") for what in warnings(verdict))
    assert "1 row without any value was left out." in notes(verdict)
    assert not any("nearly" in what for what in warnings(again(DATA, near_repeats=0.02)))
    columns = tuple(Column(name=f"x{each}", kind=Kind.NUMBER) for each in range(60))
    wide = again(DATA, columns=columns, split=RANDOM)
    assert any(what.startswith("60 columns on 80 train rows") for what in warnings(wide))
    few = again(DATA, columns=columns[:30], split=RANDOM)
    assert not any("train rows" in what for what in warnings(few))


@pytest.mark.parametrize(
    ("n_train", "n_test", "is_told"), [(1191, 1010, True), (1795, 406, False), (30, 10, False)]
)
def test_a_share_of_test_rows_that_was_not_asked_for(
    n_train: int, n_test: int, is_told: bool
) -> None:
    split = Split(kind=SplitKind.RANDOM, test_share=0.2, seed=0, n_train=n_train, n_test=n_test)
    told = [what for what in warnings(again(DATA, split=split)) if "asked for" in what]
    assert bool(told) == is_told
    if told:
        assert told[0].startswith("1,010 of 2,201 rows (46%) are test rows, where 20% were asked")
