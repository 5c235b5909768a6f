from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.reading.reader import read_table, read_tables

from leadline.errors import DataError
from leadline.phases.data import Kind
from leadline.phases.wording import is_picture
from leadline.reading import table as tables
from leadline.reading.images.image_columns import Images
from leadline.reading.images.image_files import png_of_numbers
from leadline.snapshot import (
    columns_of,
    content_hashes,
    from_parquet,
    infer_kinds,
    infer_task,
    to_parquet,
)

N_ROWS = 24


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images in a folder, and a table of their paths beside it."""
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for row in range(N_ROWS):
        data = png_of_numbers(rng.integers(0, 255, (12, 9)))
        (tmp_path / "photos" / f"{row}.png").write_bytes(data)
    table(tmp_path)
    return tmp_path


def table(folder: Path, name: str = "pool.csv", start: str = "photos/") -> Path:
    paths = [f"{start}{row}.png" for row in range(N_ROWS)]
    labels = ["yes" if row % 3 else "no" for row in range(N_ROWS)]
    path = folder / name
    pl.DataFrame({"photo": paths, "label": labels}).write_csv(path)
    return path


def test_paths_become_images_whatever_they_lead_from(folder: Path) -> None:
    beside = read_table(folder / "pool.csv")
    assert beside.schema["photo"] == pl.Binary
    assert infer_kinds(beside, label="label") == {"photo": Kind.IMAGE}
    (folder / "deep").mkdir()
    below = table(folder, "deep/pool.csv")
    absolute = table(folder, "deep/absolute.csv", f"{folder}/photos/")
    for frame in (read_table(below, images=Images(folder=folder)), read_table(absolute)):
        assert frame.equals(beside)


def test_words_that_became_paths_of_images_stay_words(folder: Path) -> None:
    schema = tables.read_tables([table(folder, "before.csv", "lost/")]).schema
    found = tables.read_tables([folder / "pool.csv"], schema=schema).frame
    assert found.schema["photo"] == pl.String


def test_the_snapshot_needs_no_file_later_and_pins_the_pixels(folder: Path) -> None:
    frame = read_table(folder / "pool.csv")
    hashes = content_hashes(frame, ["photo"])
    (folder / "photos" / "0.png").write_bytes(png_of_numbers(np.zeros((12, 9))))
    kept = from_parquet(to_parquet(frame))
    assert (content_hashes(kept, ["photo"]) == hashes).all()
    changed = content_hashes(read_table(folder / "pool.csv"), ["photo"]) != hashes
    assert changed.tolist() == [True] + [False] * (N_ROWS - 1)
    assert np.unique(hashes).size == N_ROWS


def test_lost_and_broken_files_are_missing_and_named(folder: Path) -> None:
    for row in (3, 4, 5, 6):
        (folder / "photos" / f"{row}.png").unlink()
    (folder / "photos" / "2.png").write_bytes(b"no image")
    notes: list[str] = []
    frame = read_table(folder / "pool.csv", note=notes.append)
    assert frame["photo"].null_count() == 5
    (said,) = notes
    assert "5 images of 'photo' could not be read and count as missing" in said
    assert "photos/2.png (not a whole image), photos/3.png (no such file)" in said
    assert "and 2 more" in said


def test_where_most_files_are_not_there_words_stay_words(folder: Path) -> None:
    notes: list[str] = []
    frame = read_table(table(folder, start="elsewhere/"), note=notes.append)
    assert frame.schema["photo"] == pl.String
    assert "24 of 24 looked for are not there, such as elsewhere/0.png" in notes[0]
    # a stream whose images are lost has nulls, not words
    known = Images(names=("photo",))
    lost = read_table(folder / "pool.csv", images=known)
    assert lost["photo"].null_count() == N_ROWS
    assert lost.schema["photo"] == pl.Binary


def test_words_that_are_no_paths_are_left_alone(folder: Path) -> None:
    frame = pl.DataFrame({"said": ["see a.png", "hello", "b"] * 8, "empty": [None] * 24})
    frame.write_csv(folder / "words.csv")
    notes: list[str] = []
    assert read_table(folder / "words.csv", note=notes.append).schema["said"] == pl.String
    assert not any("image" in note for note in notes)
    unread = read_table(folder / "pool.csv", images=None)
    assert unread["photo"][0] == "photos/0.png"
    assert read_table(folder / "pool.csv", exclude=("photo",))["photo"][0] == "photos/0.png"


def test_a_file_whose_images_are_lost_still_has_images(folder: Path) -> None:
    other = table(folder, "other.csv", "gone/")
    frame = read_tables([folder / "pool.csv", other])
    assert frame["photo"].null_count() == N_ROWS
    # the first file says what a column is
    assert read_tables([other, folder / "pool.csv"]).schema["photo"] == pl.String


def test_bytes_and_arrays_in_parquet(folder: Path) -> None:
    data = [path.read_bytes() for path in sorted((folder / "photos").iterdir())]
    squares = np.random.default_rng(0).integers(0, 17, (N_ROWS, 8, 8)).astype(float)
    pl.DataFrame(
        {
            "file": data,
            "array": pl.Series(squares.tolist(), dtype=pl.Array(pl.Array(pl.Float64, 8), 8)),
            "flat": squares.reshape(N_ROWS, 64).tolist(),
            "label": range(N_ROWS),
        }
    ).write_parquet(folder / "pool.parquet")
    frame = read_table(folder / "pool.parquet")
    assert set(infer_kinds(frame, label="label").values()) == {Kind.IMAGE}
    assert frame["array"].to_list() == frame["flat"].to_list()


@pytest.mark.parametrize("values", [[[0.5, -0.5]] * 4, [b"\x00\x01", b"\x02"] * 2])
def test_lists_and_bytes_that_are_no_images_are_refused(tmp_path: Path, values: object) -> None:
    pl.DataFrame({"x": values, "y": range(4)}).write_parquet(tmp_path / "pool.parquet")
    with pytest.raises(DataError, match="and no images"):
        read_table(tmp_path / "pool.parquet")


def test_a_column_of_images_is_described(folder: Path) -> None:
    frame = read_table(folder / "pool.csv")
    photo = columns_of(frame, label="label")[0]
    assert (photo.kind, photo.n_unique, photo.why) == (Kind.IMAGE, N_ROWS, "")
    assert is_picture(photo.example)
    same = frame.with_columns(pl.lit(frame["photo"][0]).alias("photo"))
    assert columns_of(same, label="label")[0].why == "it has the same value in every row"
    with pytest.raises(DataError, match="holds images"):
        infer_task(frame["photo"])


def test_scaled_down_as_far_as_asked(folder: Path) -> None:
    small = read_table(folder / "pool.csv", images=Images(size=6))
    assert small["photo"][0] != read_table(folder / "pool.csv")["photo"][0]
