"""Titles above and totals below the rows of a file that is scored: told, and left out if asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest
from tests.serving.conftest import Sealed

from leadline.errors import DataError
from leadline.reading.file_forms.raw import BY_COMMAND
from leadline.serving.batch.score_file import score_file

N_ROWS = 20
TOTAL = "Total,,,\n"


def text_of(release: Sealed) -> str:
    """The rows with a town first, so that a total can begin there."""
    return release.X[:N_ROWS].select("town", "size", "said", "at").write_csv()


def as_old_text(text: str) -> bytes:
    """In Windows' letters, so that it is read as a whole."""
    return text.replace("Bern", "Bérn").encode("cp1252")


@pytest.mark.parametrize("chunk_rows", [1, N_ROWS, N_ROWS + 1, 50_000])
@pytest.mark.parametrize("write", [str.encode, as_old_text], ids=["in chunks", "whole"])
def test_a_total_that_could_be_a_row_is_told(
    tmp_path: Path, release: Sealed, chunk_rows: int, write: Callable[[str], bytes]
) -> None:
    source, target, notes = tmp_path / "in.csv", tmp_path / "out.csv", list[str]()
    source.write_bytes(write(text_of(release) + TOTAL))
    bundle = release.open()
    n_rows = score_file(bundle, source, target, chunk_rows=chunk_rows, note=notes.append).n_rows
    assert n_rows == N_ROWS + 1
    (told,) = [each for each in notes if "begins with" in each]
    assert told == (
        f'in.csv line {N_ROWS + 2} begins with "Total": this line looks like a total of the rows '
        "above. If so, leave them out: --footer-rows 1."
    )
    trim = replace(BY_COMMAND, footer_rows=1)
    notes.clear()
    n_rows = score_file(
        bundle, source, target, chunk_rows=chunk_rows, trim=trim, note=notes.append
    ).n_rows
    assert n_rows == N_ROWS
    assert not any("Total" in each for each in notes)


@pytest.mark.parametrize("chunk_rows", [N_ROWS + 2, 50_000])
def test_a_total_that_cannot_be_a_row_is_refused_as_one(
    tmp_path: Path, release: Sealed, chunk_rows: int
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    text = text_of(release)
    source.write_text(text + "Total,sum of all,,\nMean,.,,\n")
    with pytest.raises(DataError, match="the last 2 lines look like a total") as refused:
        score_file(release.open(), source, target, chunk_rows=chunk_rows)
    assert refused.value.next == "Leave them out: --footer-rows 2."
    trim = replace(BY_COMMAND, footer_rows=2)
    assert score_file(release.open(), source, target, trim=trim).n_rows == N_ROWS
    # what else is odd is told first
    source.write_text(text.replace("\n", "\nUlm,tall,,\n", 1) + "Total,sum of all,,\n")
    with pytest.raises(DataError, match=r"line 2: 'size' is \"tall\""):
        score_file(release.open(), source, target, chunk_rows=chunk_rows)


def test_totals_of_parquet_are_told(tmp_path: Path, release: Sealed) -> None:
    source, target, notes = tmp_path / "in.parquet", tmp_path / "out.parquet", list[str]()
    rows = release.X[:N_ROWS].select("town", "size", "said", "at")
    total = rows[:1].with_columns(town=pl.lit("Total"))
    pl.concat([rows, total]).write_parquet(source)
    score_file(release.open(), source, target, chunk_rows=7, note=notes.append)
    assert len(notes) == 2  # the other one: a town that training never saw
    assert re.search(rf'row {N_ROWS + 1} begins with "Total".*--footer-rows 1\.', notes[0])
    trim = replace(BY_COMMAND, footer_rows=1)
    assert score_file(release.open(), source, target, chunk_rows=7, trim=trim).n_rows == N_ROWS
    assert np.allclose(
        pl.read_parquet(target)["score"].to_numpy(), release.open().score(release.X[:N_ROWS])
    )


def test_titles_above_a_header_are_passed_over_and_told(tmp_path: Path, release: Sealed) -> None:
    source, target, notes = tmp_path / "in.csv", tmp_path / "out.csv", list[str]()
    source.write_text("Delays of May\n\n" + text_of(release))
    assert score_file(release.open(), source, target, note=notes.append).n_rows == N_ROWS
    assert notes == ["in.csv: lines above the header left out: 2."]
    trim = replace(BY_COMMAND, skip_lines=2)
    assert score_file(release.open(), source, target, trim=trim).n_rows == N_ROWS


def test_a_sheet_can_be_named(tmp_path: Path, release: Sealed) -> None:
    source, target, notes = tmp_path / "in.xlsx", tmp_path / "out.csv", list[str]()
    book = openpyxl.Workbook()
    for name, n_rows in (("May", 5), ("June", 8)):
        sheet = book.create_sheet(name)
        sheet.append(release.X.columns)
        for row in release.X[:n_rows].iter_rows():
            sheet.append(list(row))
    del book["Sheet"]
    book.save(source)
    assert score_file(release.open(), source, target, note=notes.append).n_rows == 5
    assert "If another is meant, name it: --sheet NAME." in notes[0]
    assert "[data]" not in notes[0]
    trim = replace(BY_COMMAND, sheet="June")
    assert score_file(release.open(), source, target, trim=trim).n_rows == 8
