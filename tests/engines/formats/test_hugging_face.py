"""A folder for Hugging Face's `datasets`: what lies where, and back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from tests.engines.formats.batches import batches, said_in, small_batch

from leadline.engines.annotation_format import LabellingBatch
from leadline.engines.loading import load
from leadline.errors import DataError


@given(batches())
@settings(max_examples=30, deadline=None)
def test_votes_come_back_as_they_went(batch: LabellingBatch) -> None:
    engine = load("formats", "hugging-face")()
    with tempfile.TemporaryDirectory() as folder:
        engine.write(batch, Path(folder) / "set")
        assert said_in(engine.read(Path(folder) / "set", batch.question)) == list(batch.answers)
        assert pl.read_parquet(Path(folder) / "set/items/train.parquet").equals(batch.items)


def test_the_head_of_the_card_names_files_that_are_there(tmp_path: Path) -> None:
    load("formats", "hugging-face")().write(small_batch(), tmp_path / "set")
    card = (tmp_path / "set" / "README.md").read_text()
    _, head, text = card.split("---\n", 2)
    configurations = json.loads(head.removeprefix("configs: "))
    for each in configurations:
        (files,) = each["data_files"]
        assert (tmp_path / "set" / files["path"]).is_file()
    assert [each["config_name"] for each in configurations] == ["votes", "items"]
    assert "1 votes" in text


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no votes/train\.parquet"):
        load("formats", "hugging-face")().read(tmp_path, small_batch().question)
