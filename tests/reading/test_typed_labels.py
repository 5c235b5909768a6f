"""Labels that people type, on the page or at the terminal, are read as the data were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.projects import run_to, verdict_of

from leadline.errors import SettingsError
from leadline.phases.data import Data
from leadline.record import Assignment
from leadline.services.commands import LabelAnswer, next_item, vote
from leadline.services.commands.start import start_project
from leadline.workspace import Workspace


@contextmanager
def made(folder: Path, file: Path, label: str) -> Iterator[Workspace]:
    """A project of a file, audited."""
    start_project(folder / "project", [file], label)
    with Workspace.open(folder / "project") as workspace:
        run_to(workspace, "problem", "data")
        yield workspace


def values(workspace: Workspace) -> dict[str, str | None]:
    return {vote.item: vote.value for vote in workspace.record.labels.votes.plain()}


def typed(workspace: Workspace, value: str, by: str = "Bo") -> str | None:
    """What the record keeps of a label typed on the page or at the terminal."""
    found = next_item(workspace, by)
    assert isinstance(found, Assignment)
    vote(workspace, found.id, LabelAnswer(value=value), by)
    return values(workspace)[found.item.key]


@pytest.mark.parametrize(
    ("words", "said", "meant"),
    [
        (["caf\u00e9", "bar"], " cafe\u0301 ", "caf\u00e9"),
        ([True, False], "TRUE", "true"),
        ([4.0, 5.0], "4.0", "4"),
        (["4", "5"], " 5 ", "5"),
    ],
)
def test_a_label_that_is_typed_is_read_as_the_data_were(
    tmp_path: Path, words: list[Any], said: str, meant: str
) -> None:
    frame = pl.DataFrame(
        {
            "x": [float(row) + 0.5 for row in range(90)],
            "kind": [words[row % 2] if row < 60 else None for row in range(90)],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    with made(tmp_path, tmp_path / "t.parquet", "kind") as workspace:
        assert typed(workspace, said) == meant
        found = next_item(workspace, "Bo")
        assert isinstance(found, Assignment)
        for nothing in ("tea", "", " "):
            with pytest.raises(SettingsError, match=r"One of .* is needed"):
                vote(workspace, found.id, LabelAnswer(value=nothing), "Bo")


def test_a_number_that_is_typed_has_the_marks_of_the_data(tmp_path: Path) -> None:
    prices = [f"{1 + row}.{100 + row},5" for row in range(60)]
    lines = [f"{row}x;{row},5;{prices[row] if row < 50 else ''}" for row in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["name;size;price", *lines]))
    with made(tmp_path, tmp_path / "t.csv", "price") as workspace:
        said = ["12.5", "1.300,25", " 7 ", "1500"]
        assert [typed(workspace, each) for each in said] == ["12.5", "1300.25", "7", "1500"]
        with pytest.raises(SettingsError, match=r"It could be 1\.3 or 1300"):
            typed(workspace, "1.300")
        with pytest.raises(SettingsError, match="A number is needed"):
            typed(workspace, "dear")


def test_the_class_that_counts_is_named_as_it_is_typed(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"x": [float(row) + 0.5 for row in range(90)], "kind": ["caf\u00e9", "bar"] * 45}
    )
    frame.write_parquet(tmp_path / "t.parquet")
    problem = {"positive": " cafe\u0301"}
    start_project(tmp_path, [tmp_path / "t.parquet"], "kind", problem=problem)
    with Workspace.open(tmp_path) as workspace:
        run_to(workspace, "problem", "data")
        assert verdict_of(workspace, "data", Data).positive == "caf\u00e9"
