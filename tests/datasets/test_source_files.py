from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.projects import customers, project, write_settings

from leadline.datasets.source_files import read_later, read_pool, read_stream, source_digest
from leadline.errors import DataError
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.record import Vote
from leadline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with project(tmp_path, customers(50)) as opened:
        yield opened


def changed(workspace: Workspace, **settings: object) -> str:
    """The digest after the settings have changed."""
    write_settings(workspace.folder, **settings)  # type: ignore[arg-type]
    with Workspace.open(workspace.folder) as again:
        return source_digest(again)


def test_the_digest_is_of_the_bytes_and_how_they_are_read(workspace: Workspace) -> None:
    first = source_digest(workspace)
    assert changed(workspace) == first
    assert changed(workspace, data={"exclude": ["spend"]}) != first
    assert changed(workspace, data={"stream": ["stream.csv"]}) == first
    assert changed(workspace, label="plan") != first
    assert changed(workspace, data={"image_size": 64}) == first
    assert changed(workspace, data={"image_size": 32}) != first
    customers(51).write_csv(workspace.folder / "pool.csv")
    assert changed(workspace) != first


def test_votes_change_the_digest(workspace: Workspace) -> None:
    first = source_digest(workspace)
    workspace.record.labels.votes.add(Vote("item", "bo", "yes", 1.0))
    assert source_digest(workspace) != first


def test_a_missing_file_is_named(workspace: Workspace) -> None:
    (workspace.folder / "pool.csv").unlink()
    with pytest.raises(DataError, match=r"pool\.csv does not exist"):
        source_digest(workspace)


def test_several_files_are_one_pool(tmp_path: Path) -> None:
    customers(20, 1).write_parquet(tmp_path / "more.parquet")
    with project(tmp_path, customers(50), files=("pool.csv", "more.parquet")) as workspace:
        assert read_pool(workspace).frame.height == 70


def test_a_missing_label_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    words = r"no column 'churned' in pool\.csv; it has 'joined'"
    with (
        project(tmp_path, customers(50), label="churned") as workspace,
        pytest.raises(DataError, match=words),
    ):
        read_pool(workspace)


def test_a_column_that_is_read_otherwise_must_be_there(tmp_path: Path) -> None:
    with (
        project(
            tmp_path, customers(50), data={"columns": {"spent": {"decimal": "."}}}
        ) as workspace,
        pytest.raises(DataError, match=r"no column 'spent'\..*Did you mean 'spend'\?"),
    ):
        read_pool(workspace)


def test_the_stream_is_none_where_none_is_named(workspace: Workspace) -> None:
    assert read_stream(workspace, ReadingSchema()) is None
    customers(10).drop("left").write_csv(workspace.folder / "stream.csv")
    write_settings(workspace.folder, data={"stream": ["stream.csv"]})
    with Workspace.open(workspace.folder) as again:
        stream = read_stream(again, ReadingSchema())
    assert stream is not None
    assert stream.height == 10


@pytest.mark.parametrize(
    "settings",
    [{}, {"skip_lines": 1}, {"footer_rows": 1}, {"columns": {"spend": {"decimal": "."}}}],
)
def test_the_stream_is_read_as_the_labelled_rows_were(
    workspace: Workspace, settings: dict[str, object]
) -> None:
    """Lines left out are those of the first files; what was corrected then is in the schema."""
    (workspace.folder / "stream.csv").write_text("plan,spend\nplus,1.500\nbasic,2.250\n")
    write_settings(workspace.folder, data={"stream": ["stream.csv"], **settings})
    spend = ColumnReading(name="spend", type=CellType.NUMBER, decimal=",", thousands=".")
    with Workspace.open(workspace.folder) as again:
        stream = read_stream(again, ReadingSchema((spend,)))
    assert stream is not None
    assert stream["spend"].to_list() == [1500, 2250]


def test_words_for_no_value_are_those_that_the_settings_name_now(workspace: Workspace) -> None:
    (workspace.folder / "pool.csv").write_text("spend,left\n1.5,yes\ntba,no\n")
    write_settings(workspace.folder, data={"missing": ["tba"]})
    spend = ColumnReading(name="spend", type=CellType.NUMBER, missing=("before",))
    with Workspace.open(workspace.folder) as again:
        table = read_pool(again, schema=ReadingSchema((spend,)))
    assert table.frame["spend"].to_list() == [1.5, None]


@pytest.mark.parametrize(
    ("before", "odd_cells", "values", "words"),
    [
        ("refuse", "missing", [1.5, 2.5, 3.25, 4.75, None], "number, what cannot be read is no"),
        ("refuse", "words", ["1.5", "2.5", "3.25", "4.75", "tba"], "words"),
        ("words", "missing", [1.5, 2.5, 3.25, 4.75, None], "number, what cannot be read is no"),
        ("missing", "words", ["1.5", "2.5", "3.25", "4.75", "tba"], "words"),
        ("missing", "missing", [1.5, 2.5, 3.25, 4.75, None], "number, what cannot be read is no"),
    ],
)
def test_odd_cells_are_read_as_the_settings_say_now(
    workspace: Workspace, before: str, odd_cells: str, values: list[object], words: str
) -> None:
    (workspace.folder / "pool.csv").write_text(
        "spend,sure,left\n1.5,1.5,yes\n2.5,2,no\n3.25,3,no\n4.75,4,no\ntba,5,no\n"
    )
    write_settings(workspace.folder, data={"odd_cells": odd_cells})
    kind = CellType.WORDS if before == "words" else CellType.NUMBER
    spend = ColumnReading(name="spend", type=kind, is_odd_missing=before == "missing")
    sure = ColumnReading(name="sure", type=CellType.NUMBER)
    left = ColumnReading(name="left", type=CellType.WORDS)
    with Workspace.open(workspace.folder) as again:
        table = read_pool(again, schema=ReadingSchema((spend, sure, left)))
    assert table.frame["spend"].to_list() == values
    assert table.schema.columns[0].words.startswith(words)
    # where it changes nothing, nothing is stale
    assert table.schema.columns[1:] == (sure, left)


def test_odd_cells_are_refused_again_once_the_settings_say_so(workspace: Workspace) -> None:
    (workspace.folder / "pool.csv").write_text("spend,left\n1.5,yes\n2.5,no\n3.25,no\n4,no\nx,no\n")
    write_settings(workspace.folder)
    for before in ({"is_odd_missing": True}, {"type": CellType.WORDS}):
        spend = ColumnReading(**{"name": "spend", "type": CellType.NUMBER, **before})  # type: ignore[arg-type]
        with Workspace.open(workspace.folder) as again, pytest.raises(DataError) as refused:
            read_pool(again, schema=ReadingSchema((spend,)))
        assert "pool.csv line 6: 'spend' is \"x\", a number is needed." in str(refused.value)


def test_words_that_are_words_in_their_own_right_stay_so(workspace: Workspace) -> None:
    zips = "\n".join(f"{n:05d},no" for n in range(40))
    (workspace.folder / "pool.csv").write_text(f"zip,left\n{zips}\n1234,yes\n")
    write_settings(workspace.folder, data={"odd_cells": "missing"})
    code = ColumnReading(name="zip", type=CellType.WORDS)
    with Workspace.open(workspace.folder) as again:
        assert read_pool(again, schema=ReadingSchema((code,))).schema.columns[0] == code


def test_later_files_are_read_by_the_schema_whatever_the_settings_say_of_odd_cells(
    workspace: Workspace,
) -> None:
    (workspace.folder / "later.csv").write_text("spend\n1.5\n2.5\n3.25\n4\ntba\n")
    write_settings(workspace.folder, data={"odd_cells": "missing"})
    spend = ColumnReading(name="spend", type=CellType.NUMBER)
    with (
        Workspace.open(workspace.folder) as again,
        pytest.raises(DataError, match=r"later\.csv line 6"),
    ):
        read_later(again, [workspace.folder / "later.csv"], ReadingSchema((spend,)))
