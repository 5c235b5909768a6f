"""Old result files of Mechanical Turk come in."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.formats.batches import small_batch

from leadline.engines.annotation_format import ImportResult, Question
from leadline.engines.loading import load
from leadline.errors import DataError

QUESTION = Question(text="?", label="late", classes=("yes", "no"))
HEAD = "HITId,WorkerId,AssignmentStatus,SubmitTime,WorkTimeInSeconds,Input.text,"
TIME = "Sat Mar 14 09:30:01 PDT 2009"


def read(folder: Path, text: str) -> ImportResult:
    (folder / "batch.csv").write_text(text)
    import_result: ImportResult = load("formats", "mechanical-turk")().read(
        folder / "batch.csv", QUESTION
    )
    return import_result


def test_who_said_what_when_and_how_long(tmp_path: Path) -> None:
    text = (
        f'"{HEAD.replace(",", chr(34) + "," + chr(34))}Answer.late"\n'
        f'"h1","W1","Approved","{TIME}","12","a, b","yes"\n'
        f'"h1","W2","Submitted","{TIME}","7","a, b",""\n'
        f'"h1","W3","Rejected","{TIME}","1","a, b","no"\n'
    )
    first, second = read(tmp_path, text).annotations
    assert (first.answer.judge, first.answer.value, first.answer.seconds) == ("W1", "yes", 12.0)
    assert first.answer.at is not None
    assert first.answer.at.isoformat() == "2009-03-14T16:30:01+00:00"
    assert dict(first.content) == {"text": "a, b"}
    assert (second.answer.judge, second.answer.value) == ("W2", None)


@pytest.mark.parametrize(
    ("columns", "cells", "value"),
    [
        ("Answer.late.yes,Answer.late.no", "false,true", "no"),
        ("Answer.late.yes,Answer.late.no", "false,false", None),
        ("Answer.sentiment", "no", "no"),
        ("Answer.label,Answer.comment", "yes,hm", "yes"),
    ],
)
def test_forms_of_several_kinds(
    tmp_path: Path, columns: str, cells: str, value: str | None
) -> None:
    text = f"{HEAD}{columns}\nh,W1,Approved,{TIME},3,a,{cells}\n"
    (imported,) = read(tmp_path, text).annotations
    assert imported.answer.value == value
    assert imported.answer.comment == ("hm" if "comment" in columns else "")


def test_a_key_among_the_inputs_names_the_item(tmp_path: Path) -> None:
    text = "WorkerId,AssignmentStatus,Input.item,Answer.late\nW,Approved,00ff,yes\n"
    assert read(tmp_path, text).annotations[0].answer.item == "00ff"
    ours = "WorkerId,AssignmentStatus,Input.item,Input.leadline_item,Answer.late\n"
    both = f"{ours}W,Approved,a column of the data,00ff,yes\n"
    assert read(tmp_path, both).annotations[0].answer.item == "00ff"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("Perhaps,,3,a,true,false", "AssignmentStatus is 'Perhaps'"),
        (f"Approved,{TIME},3,a,true,true", "2 boxes are ticked"),
        ("Approved,Sat Mar 14 XYZ 2009,3,a,true,false", "SubmitTime is"),
        ("Approved,soon,3,a,true,false", "SubmitTime is"),
        (f"Approved,{TIME},long,a,true,false", "seconds is 'long'"),
    ],
)
def test_what_is_wrong_is_named_by_line(tmp_path: Path, cells: str, told: str) -> None:
    import_result = read(tmp_path, f"{HEAD}Answer.yes,Answer.no\nh,W1,{cells}\n")
    assert not import_result.annotations
    assert import_result.faults[0].where == "line 2"
    assert told in import_result.faults[0].found


def test_answers_to_several_questions_are_not_guessed_at(tmp_path: Path) -> None:
    import_result = read(tmp_path, f"{HEAD}Answer.a,Answer.b\nh,W1,Approved,,3,a,x,y\n")
    assert "Answer.late is needed; there are Answer.a, Answer.b" in import_result.faults[0].found


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no WorkerId, AssignmentStatus, Answer"):
        read(tmp_path, "item,value\na,yes\n")
    with pytest.raises(DataError, match="only come in"):
        load("formats", "mechanical-turk")().write(small_batch(), tmp_path / "x.csv")
