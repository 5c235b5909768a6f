"""Small files after public reports: what `leadline init` must say of each."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.cli.conftest import Call

from leadline.cli.terminal import options

TABLES = Path(__file__).parents[3] / "shared" / "data" / "tables"


@pytest.fixture
def told(call: Call, tmp_path: Path) -> object:
    """What init prints of a frame or a file, on one line."""

    def tell(rows: pl.DataFrame | Path, label: str, *more: str, code: int = 0) -> str:
        file = rows
        if isinstance(rows, pl.DataFrame):
            file = tmp_path / "rows.parquet"
            rows.write_parquet(file)
        answer = call("init", file, "--label", label, "--yes", "-C", tmp_path, *more)
        assert answer.exit_code == code, answer.output
        return " ".join(answer.output.split())

    return tell


def test_classes_in_several_spellings(told) -> None:  # type: ignore[no-untyped-def]
    label = ["caf\u00e9", "cafe\u0301", "bar", "bar ", "Bar"]
    frame = pl.DataFrame(
        {
            "x": [row * 7 % 101 for row in range(400)],
            "kind": [label[row % 5] for row in range(400)],
        }
    )
    output = told(frame, "kind", code=options.EXIT_NO)
    assert "Classes of 'kind' differ in spelling only: 'bar' = 'Bar'. They are 3 classes" in output


def test_small_classes_are_counted(told) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"x": rng.normal(size=1_000), "y": [f"c{row % 200}" for row in range(1_000)]}
    )
    output = told(frame, "y", code=options.EXIT_NO)
    assert "200 of 200 classes have fewer than 10 rows: 'c0' 5, 'c1' 5" in output
    assert "and 195 more" in output


def test_many_columns_on_few_rows(told) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(rng.normal(size=(90, 400)).round(3)).with_columns(
        y=pl.Series(["case", "ctrl"] * 45)
    )
    assert "400 columns on" in told(frame, "y")


def test_a_label_of_one_value_says_so_in_the_headline(told) -> None:  # type: ignore[no-untyped-def]
    frame = pl.DataFrame({"x": list(range(0, 240, 2)), "g": ["a", "b"] * 60, "y": ["yes"] * 120})
    output = told(frame, "y", code=options.EXIT_NO)
    assert "data no The label has one value only: nothing can be learnt from 120 labelled" in output


def test_sentences_without_blanks_are_text(told) -> None:  # type: ignore[no-untyped-def]
    good, bad = "我觉得很好而且喜欢下次再说", "我觉得不好而且失望不再购买"
    frame = pl.DataFrame(
        {
            "price": [row * 37 % 97 for row in range(200)],
            "review": [f"这是第{row}号商品的评价{good if row % 3 else bad}" for row in range(200)],
            "verdict": ["good" if row % 3 else "bad" for row in range(200)],
        }
    )
    assert "200 labelled rows with 2 features" in told(frame, "verdict")


def test_a_real_sensor_whose_no_value_is_minus_200(told, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = TABLES / "air.csv.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    (tmp_path / "air.csv").write_bytes(gzip.decompress(path.read_bytes()))
    output = told(tmp_path / "air.csv", "CO(GT)")
    assert "-200 is frequent and far from all else in 'CO(GT)' (1,683 rows)" in output
    assert "blank lines left out: 114" in output
    (tmp_path / "leadline.toml").unlink()
    again = told(tmp_path / "air.csv", "CO(GT)", "--missing", "-200")
    assert "1,683 rows have no label" in again
    assert "frequent and far" not in again
