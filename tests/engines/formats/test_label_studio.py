"""Label Studio's JSON, both ways: nothing is lost of ours, nor of what it adds."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.formats.batches import batches, by_item, said_in

from leadline.engines.annotation_format import Answer, ImportResult, LabellingBatch, Question
from leadline.engines.formats.cells import plain
from leadline.engines.formats.label_studio.tasks import task_of, written_task
from leadline.engines.loading import load
from leadline.errors import DataError

QUESTION = Question(text="?", label="y", classes=("yes", "no"), columns={"text": "text"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ANNOTATIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "result": st.lists(JSON, max_size=2),
            "completed_by": JSON,
            "lead_time": JSON,
            "created_at": JSON,
            "was_cancelled": st.booleans(),
            "ground_truth": st.booleans(),
            "draft_created_at": JSON,
        },
    ),
    max_size=3,
)
TASKS = st.fixed_dictionaries(
    {"data": st.dictionaries(st.text(max_size=5), JSON)},
    optional={
        "id": st.integers(),
        "meta": JSON,
        "annotations": ANNOTATIONS,
        "predictions": JSON,
        "inner_id": st.integers(),
    },
)


def read(path: Path, tasks: Any) -> ImportResult:
    path.write_text(json.dumps(tasks), encoding="utf-8")
    import_result: ImportResult = load("formats", "label-studio")().read(path, QUESTION)
    return import_result


def annotation(**changed: Any) -> dict[str, Any]:
    """What its page makes of one choice."""
    region = {
        "from_name": "sentiment",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": ["yes"]},
    }
    made = {
        "result": [region],
        "completed_by": {"id": 3, "email": "ada@example.org"},
        "lead_time": 4.25,
        "created_at": "2026-03-01T08:30:00.123456Z",
        "was_cancelled": False,
    }
    return made | changed


@given(TASKS)
def test_a_foreign_task_is_written_as_it_was_read(task: dict[str, Any]) -> None:
    assert written_task(task_of(task)) == task


@given(batches())
@settings(max_examples=80, deadline=None)
def test_nothing_is_lost_on_the_way_there_and_back(batch: LabellingBatch) -> None:
    engine = load("formats", "label-studio")()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.json"
        engine.write(batch, path)
        ET.fromstring(path.with_suffix(".xml").read_text(encoding="utf-8"))
        import_result = engine.read(path, batch.question)
    assert said_in(import_result) == by_item(batch.answers, batch)
    rows = {row.pop("item"): row for row in batch.items.iter_rows(named=True)}
    for imported in import_result.annotations:
        row = rows[imported.answer.item]
        assert imported.content == {name: plain(value) for name, value in row.items()}


def test_a_label_given_there_is_read_with_who_when_and_how_long(tmp_path: Path) -> None:
    import_result = read(
        tmp_path / "t.json", [{"data": {"text": "a"}, "annotations": [annotation()]}]
    )
    (imported,) = import_result.annotations
    assert (imported.answer.value, imported.answer.judge) == ("yes", "ada@example.org")
    assert imported.answer.seconds == 4.25
    assert imported.answer.at is not None
    assert imported.answer.at.isoformat() == "2026-03-01T08:30:00.123456+00:00"
    assert dict(imported.content) == {"text": "a"}


def test_what_was_skipped_there_is_unsure(tmp_path: Path) -> None:
    task = {"data": {"text": "a"}, "annotations": [annotation(was_cancelled=True, completed_by=7)]}
    (imported,) = read(tmp_path / "t.json", [task]).annotations
    assert imported.answer.value is None
    assert imported.answer.judge == "label-studio 7"


def test_a_label_changed_there_is_of_whoever_changed_it(tmp_path: Path) -> None:
    engine, path = load("formats", "label-studio")(), tmp_path / "t.json"
    said = Answer(item="a", judge="Ada", value="yes", seconds=2.0)
    items = pl.DataFrame({"item": ["a"], "text": ["x"]})
    engine.write(LabellingBatch(question=QUESTION, key="item", items=items, answers=(said,)), path)
    tasks = json.loads(path.read_text())
    made = tasks[0]["annotations"][0]
    made["result"][0]["value"]["choices"] = ["no"]
    made |= {"completed_by": 4, "updated_at": "2026-03-02T00:00:00Z"}
    (imported,) = read(path, tasks).annotations
    assert (imported.answer.judge, imported.answer.value) == ("label-studio 4", "no")
    assert imported.answer.item == "a"


def test_classes_that_are_digits_are_no_numbers(tmp_path: Path) -> None:
    engine, path = load("formats", "label-studio")(), tmp_path / "t.json"
    question = Question(text="?", label="code", classes=("1", "01"), columns={"text": "text"})
    said = Answer(item="a", judge="Ada", value="1", seconds=2.0)
    items = pl.DataFrame({"item": ["a"], "text": ["x"]})
    engine.write(LabellingBatch(question=question, key="item", items=items, answers=(said,)), path)
    tasks = json.loads(path.read_text())
    made = tasks[0]["annotations"][0]
    made["result"][0]["value"]["choices"] = ["01"]
    made |= {"completed_by": 4, "updated_at": "2026-03-02T00:00:00Z"}
    path.write_text(json.dumps(tasks))
    (imported,) = engine.read(path, question).annotations
    assert (imported.answer.judge, imported.answer.value) == ("label-studio 4", "01")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"result": [{"type": "choices", "value": {"choices": ["yes", "no"]}}]}, "it says 2"),
        ({"lead_time": "soon"}, "seconds is 'soon'"),
        ({"created_at": None}, "it does not say when"),
        ({"created_at": "yesterday"}, "Invalid isoformat string"),
        ({"result": [{"type": "rectanglelabels", "value": {}}]}, "holds rectanglelabels"),
    ],
)
def test_what_is_no_one_label_is_named_by_its_place(
    tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    good, bad = annotation(), annotation(**changed)
    import_result = read(tmp_path / "t.json", [{"data": {"text": "a"}, "annotations": [good, bad]}])
    assert len(import_result.annotations) == 1
    assert [fault.where for fault in import_result.faults] == ["task 1, annotation 2"]
    assert told in import_result.faults[0].found


@pytest.mark.parametrize(
    ("text", "told"),
    [("[{", "is no JSON"), ('[{"text": "a"}]', "holds something else"), ("3", "something else")],
)
def test_another_file_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(DataError, match=told):
        load("formats", "label-studio")().read(tmp_path / "t.json", QUESTION)


def test_words_are_shown_and_never_obeyed(tmp_path: Path) -> None:
    question = Question(
        text='"/><Script>alert(1)</Script> $5',
        label="y",
        classes=("<b>", "$a"),
        columns={"text": "text"},
        guidelines="</View> $x",
    )
    items = pl.DataFrame({"item": ["a"], "text": ["x"]})
    path = tmp_path / "t.json"
    load("formats", "label-studio")().write(
        LabellingBatch(question=question, key="item", items=items), path
    )
    root = ET.fromstring(path.with_suffix(".xml").read_text(encoding="utf-8"))
    tags = {element.tag for element in root.iter()}
    assert tags == {"View", "Header", "Collapse", "Panel", "Text", "Choices", "Choice", "TextArea"}
    assert [each.get("alias") or each.get("value") for each in root.iter("Choice")] == ["<b>", "$a"]
    assert "$5" not in next(root.iter("Header")).get("value", "")
