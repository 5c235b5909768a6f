"""Votes as CSV, JSON lines and Parquet: nothing is lost, and what is wrong is named by its line."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from tests.engines.formats.batches import batches, said_in, small_batch

from leadline.engines.annotation_format import (
    Answer,
    Format,
    ImportResult,
    LabellingBatch,
    Question,
)
from leadline.engines.loading import load, names
from leadline.errors import DataError

QUESTION = Question(text="?", label="y")
TABLES = ["csv", "jsonl", "parquet"]


def read(path: Path, text: str, name: str = "csv") -> ImportResult:
    path.write_text(text, encoding="utf-8")
    engine: Format = load("formats", name)()
    return engine.read(path, QUESTION)


@pytest.mark.parametrize("name", names("formats"))
def test_every_format_keeps_the_contract(name: str) -> None:
    engine = load("formats", name)()
    assert isinstance(engine, Format)
    assert engine.name == name


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
@given(batch=batches())
@settings(max_examples=60, deadline=None)
def test_votes_come_back_as_they_went(suffix: str, batch: LabellingBatch) -> None:
    engine = load("formats", "csv" if suffix == "tsv" else suffix)()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"votes.{suffix}"
        engine.write(batch, path)
        assert said_in(engine.read(path, batch.question)) == list(batch.answers)


@pytest.mark.parametrize("suffix", TABLES)
def test_items_go_beside_the_votes(tmp_path: Path, suffix: str) -> None:
    items = small_batch().items
    load("formats", suffix)().write(small_batch(), tmp_path / f"votes.{suffix}")
    beside = tmp_path / f"votes-items.{suffix}"
    if suffix == "parquet":
        assert pl.read_parquet(beside).equals(items)
        return
    back = pl.read_csv(beside) if suffix == "csv" else pl.read_ndjson(beside)
    assert back["item"].to_list() == ["a", "b"]
    assert back["n"].to_list() == [1.5, None]
    first, second = back["picture"].to_list()
    assert first.startswith("data:image/png;base64,")
    assert second is None


def test_a_line_that_is_broken_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    text = "item,judge,value,seconds\na,Ada,yes,1\nb,Ada\nc,Bo,no,soon\nd,Bo,,2\n"
    import_result = read(tmp_path / "votes.csv", text)
    assert [imported.where for imported in import_result.annotations] == ["line 2", "line 5"]
    assert import_result.annotations[1].answer == Answer(
        item="d", judge="Bo", value=None, seconds=2.0
    )
    assert [(fault.where, fault.found) for fault in import_result.faults] == [
        ("line 3", "it has 2 fields; 4 are needed"),
        ("line 4", "seconds is 'soon'; a number of at least 0 is needed"),
    ]


def test_a_text_over_several_lines_counts_them(tmp_path: Path) -> None:
    import_result = read(tmp_path / "v.csv", 'item,value,comment\na,yes,"one\ntwo"\nb\n')
    assert import_result.annotations[0].answer.comment == "one\ntwo"
    assert import_result.faults[0].where == "line 4"


def test_an_open_quote_is_a_fault_where_it_begins(tmp_path: Path) -> None:
    import_result = read(tmp_path / "v.csv", 'item,value\na,yes\nb,"no\nc,yes\n')
    assert len(import_result.annotations) == 1
    assert import_result.faults[0].where == "line 3"
    assert "broken" in import_result.faults[0].found


def test_half_a_line_of_json_is_named(tmp_path: Path) -> None:
    text = '{"item": "a", "value": true}\n\n{"item": "b", "val\n[1]\n{"item": "c"}\n'
    import_result = read(tmp_path / "v.jsonl", text, "jsonl")
    assert [imported.answer.value for imported in import_result.annotations] == ["true"]
    assert [fault.where for fault in import_result.faults] == ["line 3", "line 4", "line 5"]


def test_columns_that_are_no_part_of_a_vote_are_the_items_content(tmp_path: Path) -> None:
    import_result = read(tmp_path / "v.csv", "amount;plan;value;judge\n3.5;basic;yes;Ada\n")
    assert dict(import_result.annotations[0].content) == {"amount": "3.5", "plan": "basic"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1 has 0 columns"),
        (b"item,judge\na,Ada\n", "there is no 'value' (columns: item, judge)"),
        (b"value,value\n", "the column 'value' twice"),
        (b"item,value\n\xff\xfe,yes\n", "is no text in UTF-8"),
        (b"x," * 1_000_000 + b"value\n", "has 1,000,001 columns"),
        (b'"value\n', "line 1 is broken"),
    ],
)
def test_what_is_no_table_of_votes_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "votes.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as refusal:
        load("formats", "csv")().read(path, QUESTION)
    assert told in str(refusal.value)
    assert refusal.value.needed
    assert refusal.value.next


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(DataError, match=r"v\.parquet is no Parquet"):
        load("formats", "parquet")().read(tmp_path / "v.parquet", QUESTION)
