"""The same rows mean the same however they are written down, the first time and ever after."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.errors import DataError
from leadline.reading.schema import ReadingSchema
from leadline.reading.table import Table, read_tables
from leadline.snapshot import to_parquet

MANY = settings(
    max_examples=int(os.environ.get("LEADLINE_TEST_EXAMPLES", "60")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

Rows = list[dict[str, Any]]

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\x85"),
    min_size=1,
    max_size=12,
).filter(lambda word: word.strip() == word and word != "")
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "whole": st.integers(-10_000, 10_000),
    "big": st.integers(2**53, 2**62),
    "real": st.decimals(-1_000, 1_000, places=2, allow_nan=False).map(float),
    "small": st.floats(1e-9, 1e-3),
    "is_on": st.booleans(),
    "said": WORDS.map(lambda word: f"so {word}"),
    "kind": st.sampled_from(
        ["naïve", "日本", "שלום", "🙂🙃", "a;b", 'say "no"', "x,y", "tab\there"]
    ),
    "day": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    "at": st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
}


@st.composite
def tables(draw: st.DrawFn) -> Rows:
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=2, max_size=6, unique=True))
    n_rows = draw(st.integers(12, 20))
    rows = [{name: draw(COLUMNS[name]) for name in names} for _ in range(n_rows)]
    for name in names:
        # a value in most rows, so that a kind can be told
        for row in rows[6:]:
            if draw(st.integers(0, 9)) == 0:
                row[name] = None
    return rows


def text_of(value: Any, *, comma: bool = False, day: str = "%Y-%m-%d") -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return value.strftime(f"{day} %H:%M:%S")
    if isinstance(value, date):
        return value.strftime(day)
    text = repr(value) if isinstance(value, float) else str(value)
    return text.replace(".", ",") if comma and isinstance(value, float) else text


def delimited(rows: Rows, delimiter: str = ",", **style: Any) -> str:
    target = io.StringIO()
    quoting = style.pop("quoting", csv.QUOTE_MINIMAL)
    writer = csv.writer(target, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow(rows[0])
    writer.writerows([text_of(value, **style) for value in row.values()] for row in rows)
    return target.getvalue()


def json_of(value: Any) -> Any:
    return text_of(value) if isinstance(value, date) else value


def parquet(rows: Rows) -> bytes:
    columns = {name: pl.Series(name, [row[name] for row in rows], strict=False) for name in rows[0]}
    target = io.BytesIO()
    pl.DataFrame(columns).write_parquet(target)
    return target.getvalue()


FORMS: dict[str, Callable[[Rows], bytes]] = {
    "a.csv": lambda rows: delimited(rows).encode(),
    "quoted.csv": lambda rows: delimited(rows, quoting=csv.QUOTE_ALL).encode(),
    "b.tsv": lambda rows: delimited(rows, "\t").encode(),
    "sixteen.csv": lambda rows: delimited(rows, ";").encode("utf-16"),
    "comma.csv": lambda rows: delimited(rows, ";", comma=True).encode("utf-8-sig"),
    "german.csv": lambda rows: delimited(rows, ";", comma=True, day="%d.%m.%Y").encode(),
    "c.jsonl": lambda rows: "\n".join(
        json.dumps({name: json_of(value) for name, value in row.items()}) for row in rows
    ).encode(),
    "d.json": lambda rows: json.dumps(
        [{name: json_of(value) for name, value in row.items()} for row in rows]
    ).encode(),
    "e.parquet": parquet,
}


def read(folder: Path, name: str, rows: Rows, schema: ReadingSchema | None = None) -> Table:
    path = folder / name
    path.write_bytes(FORMS[name](rows))
    return read_tables([path], schema=schema)


def is_told(rows: Rows) -> bool:
    """Whether every column has a value, and each day tells its order."""
    return all(
        any(row[name] is not None for row in rows)
        and (name not in {"day", "at"} or any(row[name] and row[name].day > 12 for row in rows))
        for name in rows[0]
    )


@MANY
@given(rows=tables().filter(is_told))
def test_the_same_rows_are_the_same_snapshot(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows
) -> None:
    folder = tmp_path_factory.mktemp("forms")
    expected = read(folder, "e.parquet", rows)
    for name in FORMS:
        found = read(folder, name, rows)
        assert found.frame.to_dict(as_series=False) == expected.frame.to_dict(as_series=False), name
        assert to_parquet(found.frame) == to_parquet(expected.frame), name


@MANY
@given(rows=tables().filter(is_told), first=st.sampled_from(sorted(FORMS)))
def test_a_schema_reads_every_form(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, first: str
) -> None:
    """What one form taught is enough to read the others, day first or not."""
    folder = tmp_path_factory.mktemp("forms")
    expected = read(folder, first, rows)
    others = set(FORMS) if first == "german.csv" else set(FORMS) - {"german.csv", "comma.csv"}
    if first == "comma.csv":
        others |= {"comma.csv"}
    if first in {"german.csv", "comma.csv"}:
        # numbers with a point are none here: 1.234 is a thousand and more
        others -= {"a.csv", "quoted.csv", "b.tsv", "sixteen.csv"}
    for name in others:
        found = read(folder, name, rows, expected.schema)
        assert found.schema.names == expected.schema.names
        assert to_parquet(found.frame) == to_parquet(expected.frame), name


def test_every_logical_type_of_parquet(tmp_path: Path) -> None:
    moment = datetime(2020, 3, 1, 12, 30, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "i8": pl.Series([1, None], dtype=pl.Int8),
            "u64": pl.Series([2**63 + 1, 2**63 + 2], dtype=pl.UInt64),
            "f32": pl.Series([0.5, float("nan")], dtype=pl.Float32),
            "money": pl.Series([Decimal("1.20"), Decimal("-3.45")], dtype=pl.Decimal(10, 2)),
            "code": pl.Series([Decimal(10) ** 17, None], dtype=pl.Decimal(20, 0)),
            "flag": [True, None],
            "day": [moment.date(), None],
            "ns": pl.Series([moment, None], dtype=pl.Datetime("ns", "UTC")),
            "ms": pl.Series([moment.replace(tzinfo=None), None], dtype=pl.Datetime("ms")),
            "took": [timedelta(seconds=90), None],
            "clock": [moment.time(), None],
            "kind": pl.Series(["a ", "b"], dtype=pl.Categorical),
            "enum": pl.Series(["x", "y"], dtype=pl.Enum(["x", "y"])),
            "nothing": pl.Series([None, None], dtype=pl.Null),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    read = read_tables([tmp_path / "a.parquet"])
    assert read.frame.to_dict(as_series=False) == {
        "i8": [1, None],
        "u64": [str(2**63 + 1), str(2**63 + 2)],
        "f32": [0.5, None],
        "money": [1.2, -3.45],
        "code": ["100000000000000000", None],
        "flag": ["true", None],
        "day": [datetime(2020, 3, 1), None],  # noqa: DTZ001
        "ns": [moment.replace(tzinfo=None), None],
        "ms": [moment.replace(tzinfo=None), None],
        "took": [90, None],
        "clock": ["12:30:00", None],
        "kind": ["a", "b"],
        "enum": ["x", "y"],
        "nothing": [None, None],
    }
    assert "nothing" not in read.schema.names


def test_what_a_schema_cannot_read_is_refused_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "may.csv").write_text("day;amount;y\n13/05/2021;1.500,25;yes\n14/05/2021;7,5;no\n")
    schema = read_tables([tmp_path / "may.csv"]).schema
    june = tmp_path / "june.csv"
    june.write_text("day;amount;y\n01/06/2021;2,5;yes\n06/13/2021;3.5;no\n")
    with pytest.raises(DataError, match=r"june.csv line 3: 'day' is \"06/13/2021\", a date is"):
        read_tables([june], schema=schema)
    june.write_text("day;amount;y\n01/06/2021;2.500;none\n2021-06-02;1000;no\n")
    frame = read_tables([june], schema=schema).frame
    assert frame["day"].dt.day().to_list() == [1, 2]
    assert frame["amount"].to_list() == [2500, 1000]
    assert frame["y"].to_list() == ["none", "no"]
