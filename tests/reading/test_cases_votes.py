"""Votes, labels and identifiers: read as the data were, and never through floats."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.projects import run_to
from tests.reading.reader import read_table

from leadline.datasets.source_files import read_later
from leadline.engines.loading import load
from leadline.errors import DataError
from leadline.monitoring.block_rows import block_names
from leadline.phases.data import Data, SplitKind
from leadline.services.commands import ImportSummary, import_votes
from leadline.services.commands.start import start_project
from leadline.services.queries.labelling_batch import labelling_batch, question_of
from leadline.snapshot import content_hashes
from leadline.workspace import Workspace

BEYOND = 2**53


@contextmanager
def made(folder: Path, file: Path, label: str, **data: Any) -> Iterator[Workspace]:
    """A project of a file, audited."""
    start_project(folder / "project", [file], label, data=data)
    with Workspace.open(folder / "project") as workspace:
        run_to(workspace, "problem", "data")
        yield workspace


def audit(workspace: Workspace) -> Data:
    found = workspace.record.latest_of(Data)
    assert found is not None
    return found


def exported(workspace: Workspace, path: Path, name: str) -> Path:
    load("formats", name)().write(labelling_batch(workspace, question_of(workspace)), path)
    return path


def items(workspace: Workspace, folder: Path) -> pl.DataFrame:
    """The items of a project, as its table of items."""
    exported(workspace, folder / "items-of.parquet", "parquet")
    return pl.read_parquet(folder / "items-of-items.parquet")


def brought(workspace: Workspace, path: Path, name: str = "csv", by: str = "") -> ImportSummary:
    question = question_of(workspace)
    return import_votes(
        workspace, load("formats", name)().read(path, question), question, name=path.name,
        annotator=by,
    )  # fmt: skip


def values(workspace: Workspace) -> dict[str, str | None]:
    return {vote.item: vote.value for vote in workspace.record.labels.votes.plain()}


def stars(path: Path, **columns: list[Any]) -> Path:
    """40 labelled and 20 unlabelled rows, the label 1 to 5."""
    frame = pl.DataFrame(
        {
            "comment": [f"note {row} on the parcel, it came late" for row in range(60)],
            "weight": [row * 7 % 23 for row in range(60)],
            **columns,
            "stars": [row % 5 + 1 if row < 40 else None for row in range(60)],
        }
    )
    frame.write_parquet(path)
    return path


# --------------------------------------------------------------------------- labels


def test_labels_as_a_data_frame_writes_them(tmp_path: Path) -> None:
    with made(tmp_path, stars(tmp_path / "shop.parquet"), "stars") as workspace:
        keys = items(workspace, tmp_path)["item"].to_list()[:7]
        said = ["4.0", "5.0", "", "1.0", " 2 ", "nan", "3"]
        path = tmp_path / "in.csv"
        lines = [f'{key},"{value}"' for key, value in zip(keys, said, strict=True)]
        path.write_text("\n".join(["item,value", *lines]))
        assert brought(workspace, path, by="Zoe").n_kept == 7
        kept = values(workspace)
        assert [kept[key] for key in keys] == ["4", "5", None, "1", "2", None, "3"]
        path.write_text(f"item,value\n{keys[0]},4.5\n")
        with pytest.raises(DataError, match=r"in\.csv line 2: stars is '4\.5'; one of 1, 2, 3"):
            brought(workspace, path, by="Bo")


@pytest.mark.parametrize("name", ["jsonl", "parquet"])
def test_labels_that_are_typed(tmp_path: Path, name: str) -> None:
    with made(tmp_path, stars(tmp_path / "shop.parquet"), "stars") as workspace:
        keys = items(workspace, tmp_path)["item"].to_list()[:3]
        path = tmp_path / f"in.{name}"
        frame = pl.DataFrame({"item": keys, "value": [4.0, float("nan"), 1.0], "judge": "Zoe"})
        if name == "parquet":
            frame.write_parquet(path)
        else:
            rows = frame.to_dicts()
            path.write_text("\n".join(map(json.dumps, rows)))
        assert brought(workspace, path, name).n_kept == 3
        assert [values(workspace)[key] for key in keys] == ["4", None, "1"]


def test_classes_are_trimmed_composed_and_true_has_one_spelling(tmp_path: Path) -> None:
    kinds, flags = ["caf\u00e9", "bar"], [True, False]
    for label, words, said, meant in (
        ("kind", kinds, [" cafe\u0301 ", "bar"], ["caf\u00e9", "bar"]),
        ("open", flags, ["True", "FALSE"], ["true", "false"]),
    ):
        folder = tmp_path / label
        folder.mkdir()
        frame = pl.DataFrame(
            {
                "x": [float(row) + 0.5 for row in range(90)],
                label: [words[row % 2] if row < 60 else None for row in range(90)],
            }
        )
        frame.write_parquet(folder / "t.parquet")
        with made(folder, folder / "t.parquet", label) as workspace:
            keys = items(workspace, folder)["item"].to_list()[:2]
            path = folder / "in.csv"
            rows = [f"{key},{value},Bo" for key, value in zip(keys, said, strict=True)]
            path.write_text("\n".join(["item,value,judge", *rows]), encoding="utf-8")
            assert brought(workspace, path).n_kept == 2
            assert [values(workspace)[key] for key in keys] == meant


def test_a_number_that_could_be_two_is_refused(tmp_path: Path) -> None:
    prices = [f"{1 + row}.{100 + row},5" for row in range(60)]
    lines = [f"{row}x;{row},5;{prices[row] if row < 50 else ''}" for row in range(60)]
    data = tmp_path / "t.csv"
    data.write_text("\n".join(["name;size;price", *lines]))
    with made(tmp_path, data, "price") as workspace:
        keys = items(workspace, tmp_path)["item"].to_list()[:3]
        path = tmp_path / "in.csv"
        path.write_text(
            f'item,value,judge\n{keys[0]},12.5,Bo\n{keys[1]},"1.300,25",Bo\n{keys[2]},7,Bo\n'
        )
        assert brought(workspace, path).n_kept == 3
        assert [values(workspace)[key] for key in keys] == ["12.5", "1300.25", "7"]
        path.write_text(f"item,value,judge\n{keys[0]},1.300,Cy\n")
        with pytest.raises(DataError, match=r"it could be 1\.3 or 1300"):
            brought(workspace, path)
        # what a program wrote is plain
        path.write_text(json.dumps({"item": keys[0], "value": 1.125, "judge": "Cy"}))
        assert brought(workspace, path, "jsonl").n_kept == 1
        assert values(workspace)[keys[0]] == "1.125"
        back = exported(workspace, tmp_path / "votes.csv", "csv")
        assert brought(workspace, back).n_same == 4


# --------------------------------------------------------------------------- items


def calls(folder: Path) -> tuple[Path, list[list[str]]]:
    """Calls by day, day first, with decimal commas and blanks at the ends."""
    first = datetime(2023, 1, 13)  # noqa: DTZ001 - files hold naive times
    rows = [
        [
            f"{first + timedelta(days=row):%d.%m.%Y}",
            f"{row % 4},{row % 10}5",
            f" caller {row} said that the parcel number {row * 7} never came ",
            "yes" if row % 3 == 0 else "no",
        ]
        for row in range(120)
    ]
    lines = [";".join([*row[:3], row[3] if number < 90 else ""]) for number, row in enumerate(rows)]
    path = folder / "calls.csv"
    path.write_text("\n".join(["day;minutes;words;angry", *lines]))
    return path, rows[90:]


def test_items_are_found_by_content_as_the_data_were_read(tmp_path: Path) -> None:
    data, rows = calls(tmp_path)
    filled = tmp_path / "filled.csv"
    lines = [";".join([*row, "Ada"]) for row in rows]
    filled.write_text("\n".join(["day;minutes;words;value;judge", *lines]))
    with made(tmp_path, data, "angry") as workspace:
        assert brought(workspace, filled).n_kept == 30
        # the same items as leadline writes them: dates in ISO 8601, a decimal point
        table = items(workspace, tmp_path).drop("item")
        table = table.with_columns(value=pl.lit("no"), judge=pl.lit("Bo"))
        table.write_csv(tmp_path / "plain.csv")
        assert brought(workspace, tmp_path / "plain.csv").n_kept == 30
        table.with_columns(judge=pl.lit("Cy")).write_parquet(tmp_path / "typed.parquet")
        assert brought(workspace, tmp_path / "typed.parquet", "parquet").n_kept == 30


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            "07.13.2023;0,65;w",
            r"line 2: day is '07\.13\.2023'; a date \(day-month-year\) is needed",
        ),
        ("07.12.2023;soon;w", r"line 2: minutes is 'soon'; a number \(decimal mark \",\"\) is"),
        ("07.12.2023;0,65;w", r"line 2: no row of the data has this content"),
    ],
)
def test_content_that_cannot_be_is_told(tmp_path: Path, cells: str, told: str) -> None:
    data, _ = calls(tmp_path)
    filled = tmp_path / "filled.csv"
    filled.write_text(f"day;minutes;words;value;judge\n{cells};no;Ada\n")
    with made(tmp_path, data, "angry") as workspace, pytest.raises(DataError, match=told):
        brought(workspace, filled)


def test_columns_of_the_data_may_have_names_of_ours(tmp_path: Path) -> None:
    things = ["desk", "sofa", "chair"]
    file = stars(tmp_path / "shop.parquet", item=[things[row % 3] for row in range(60)])
    with made(tmp_path, file, "stars") as workspace:
        table = items(workspace, tmp_path)
        assert table.columns[0] == "leadline_item"
        filled = table.head(4).with_columns(value=pl.Series(["4", "5", "3", "1"]))
        filled.write_csv(tmp_path / "in.csv")
        assert brought(workspace, tmp_path / "in.csv", by="Zoe").n_kept == 4
        votes = workspace.record.labels.votes.plain()
        # the comment is a column of the data
        assert {vote.comment for vote in votes} == {""}
        # without the key by content, which has an item and a comment
        filled.drop("leadline_item").write_csv(tmp_path / "content.csv")
        assert brought(workspace, tmp_path / "content.csv", by="Bo").n_kept == 4
        # and votes go out and come back, where item is the key
        back = exported(workspace, tmp_path / "votes.csv", "csv")
        assert brought(workspace, back).n_same == 8


def test_a_column_of_the_data_called_value_is_not_taken_for_a_label(tmp_path: Path) -> None:
    file = stars(tmp_path / "shop.parquet", value=[row % 5 + 1 for row in range(60)])
    with made(tmp_path, file, "stars") as workspace:
        table = items(workspace, tmp_path)
        table.write_csv(tmp_path / "in.csv")
        with pytest.raises(DataError, match="write the label under 'leadline_value'"):
            brought(workspace, tmp_path / "in.csv", by="Zoe")
        table.head(2).with_columns(leadline_value=pl.lit("5")).write_csv(tmp_path / "in.csv")
        assert brought(workspace, tmp_path / "in.csv", by="Zoe").n_kept == 2
        assert set(values(workspace).values()) == {"5"}


# --------------------------------------------------------------------------- whole numbers


def accounts(path: Path) -> Path:
    order = [row * 37 % 80 for row in range(80)]
    frame = pl.DataFrame(
        {
            "account": [BEYOND + row for row in order],
            "plan": ["a"] * 40 + ["b"] * 40,
            "seats": [row % 3 + 1 for row in order],
            "churned": [bool(row % 2) if row < 50 else None for row in range(80)],
        }
    )
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    elif path.suffix == ".csv":
        frame.write_csv(path)
    else:
        frame.write_ndjson(path)
    return path


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_large_identifiers_are_told_apart(tmp_path: Path, suffix: str) -> None:
    with made(tmp_path, accounts(tmp_path / f"acc.{suffix}"), "churned") as workspace:
        assert audit(workspace).n_duplicates == 0
        table = items(workspace, tmp_path)
        assert table.height == 30
        numbers = table.with_columns(pl.col("account").cast(pl.Int64), value=pl.lit("True"))
        numbers = numbers.drop("item")
        numbers.with_columns(judge=pl.lit("A")).write_csv(tmp_path / "in.csv")
        numbers.with_columns(judge=pl.lit("B")).write_ndjson(tmp_path / "in.jsonl")
        numbers.with_columns(judge=pl.lit("C")).write_parquet(tmp_path / "in.parquet")
        for name in ("csv", "jsonl", "parquet"):
            assert brought(workspace, tmp_path / f"in.{name}", name).n_kept == 30


def test_a_browser_gets_large_numbers_as_text(tmp_path: Path) -> None:
    with made(tmp_path, accounts(tmp_path / "acc.parquet"), "churned") as workspace:
        page = exported(workspace, tmp_path / "out.zip", "bundle")
        with zipfile.ZipFile(page) as bundle:
            html = bundle.read("index.html").decode()
            lines = bundle.read("items.jsonl").decode().splitlines()
        shown = {json.loads(line)["content"]["account"] for line in lines}
        assert len(shown) == 30
        assert all(isinstance(each, str) for each in shown)
        assert not re.search(r"[^\"\d]\d{16,}[^\"\d]", html)


def test_hashes_tell_whole_numbers_beyond_floats_apart() -> None:
    def hashes(values: list[Any], dtype: Any) -> list[int]:
        frame = pl.DataFrame({"x": pl.Series(values, dtype=dtype)})
        return content_hashes(frame, ["x"]).tolist()  # type: ignore[no-any-return]

    near = [BEYOND + row for row in range(100)]
    assert len(set(hashes(near, pl.Int64))) == 100
    assert hashes(near, pl.Int64) == hashes(near, pl.UInt64)
    # what a float holds is the same content as the float, as ever
    exact = [0, 1, -7, 2**52 + 1, BEYOND, 2**60, None]
    assert hashes(exact, pl.Int64) == hashes(exact, pl.Float64)


# --------------------------------------------------------------------------- classes


def test_sixty_classes_are_sixty_choices(tmp_path: Path) -> None:
    lines = [f"speech about topic {row % 60} number {row},T{row % 60:02d}" for row in range(360)]
    lines += [f"speech about nothing {row}," for row in range(10)]
    data = tmp_path / "topics.csv"
    data.write_text("\n".join(["text,topic", *lines]))
    with made(tmp_path, data, "topic") as workspace:
        assert len(audit(workspace).classes) == 60
        exported(workspace, tmp_path / "t.json", "label-studio")
        assert (tmp_path / "t.xml").read_text().count("<Choice value") == 60
        keys = items(workspace, tmp_path)["item"].to_list()
        path = tmp_path / "in.csv"
        path.write_text(f"item,value,judge\n{keys[0]},T58,Bo\n{keys[1]},T59,Bo\n")
        assert brought(workspace, path).n_kept == 2


# --------------------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("times", "n_test", "told"),
    [
        ([2019 + row // 100 / 4 for row in range(400)], 100, "from 2019-10-01 to 2019-10-01"),
        ([2005 + row // 20 for row in range(400)], 80, "from 2021 to 2024"),
        ([row // 4 * 10 for row in range(400)], 80, "from 800 to 990"),
        ([row // 4 / 8 for row in range(400)], 80, r"from 10\.0 to 12\.375"),
    ],
)
def test_a_split_by_time_is_the_same_the_second_time(
    tmp_path: Path, times: list[float], n_test: int, told: str
) -> None:
    data = tmp_path / "t.csv"
    frame = pl.DataFrame(
        {
            "at": times,
            "x": [row * 7919 % 1009 / 7 for row in range(400)],
            "y": ["ab"[row * row % 7 % 2] for row in range(400)],
        }
    )
    frame.write_csv(data)
    with made(tmp_path, data, "y", time="at") as workspace:
        first = audit(workspace)
        assert first.split.kind is SplitKind.TIME
        assert first.split.n_test == n_test
        assert re.search(told, first.summary)
        assert run_to(workspace, "data") == first


def test_years_of_a_later_file_fall_into_blocks_of_their_own(tmp_path: Path) -> None:
    data, later = tmp_path / "t.csv", tmp_path / "later.csv"
    rows = [f"{2005 + row // 20},{row * 7919 % 1009 / 7},{'ab'[row % 3 % 2]}" for row in range(400)]
    data.write_text("\n".join(["year,x,y", *rows]))
    later.write_text("year,x\n2024,1.5\n2025,2.5\n")
    with made(tmp_path, data, "y", time="year") as workspace:
        frame = read_later(workspace, [later], audit(workspace).reading).frame
    assert block_names(frame["year"], "week") == ["2024-01-01", "2024-12-30"]


# --------------------------------------------------------------------------- the files


def test_excluded_columns_may_hold_anything(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "tags": [["a"], ["b", "c"]] * 40,
            "x": [row * 7 % 79 for row in range(80)],
            "y": ["a", "b"] * 40,
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    with made(tmp_path, tmp_path / "t.parquet", "y", exclude=["tags"]) as workspace:
        assert list(audit(workspace).features) == ["x"]


def test_json_as_other_programs_write_it(tmp_path: Path) -> None:
    (tmp_path / "nan.jsonl").write_text('{"x": NaN, "y": "a"}\n{"x": 3, "y": "b"}\n' * 4)
    (tmp_path / "mixed.jsonl").write_text('{"x": true, "y": "a"}\n{"x": 1, "y": "b"}\n' * 4)
    assert read_table(tmp_path / "nan.jsonl")["x"].to_list() == [None, 3] * 4
    assert read_table(tmp_path / "mixed.jsonl")["x"].to_list() == ["true", "1"] * 4


def test_a_small_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadline.reading.file_forms.source._MOST_BYTES", 2**20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n" + b"1,a\n2,b\n" * 2**18))
    assert path.stat().st_size < 2**14
    with pytest.raises(DataError, match=r"bomb\.csv\.gz has more than 0\.0 GiB"):
        read_table(path)


def test_classes_that_differ_by_blanks_or_composition_are_one(tmp_path: Path) -> None:
    kinds = ["caf\u00e9", "cafe\u0301", "bar", "bar ", "Bar"]
    frame = pl.DataFrame(
        {"x": [row * 7 % 101 for row in range(400)], "kind": [kinds[row % 5] for row in range(400)]}
    )
    frame.write_parquet(tmp_path / "t.parquet")
    with made(tmp_path, tmp_path / "t.parquet", "kind") as workspace:
        assert {each.value for each in audit(workspace).classes} == {"caf\u00e9", "bar", "Bar"}
