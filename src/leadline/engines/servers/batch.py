"""Batch scoring of a file: constant memory, and a whole output or none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl

from leadline.engines.releases.bundle import ReleaseBundle
from leadline.engines.releases.manifest import Manifest
from leadline.engines.releases.prediction_table import prediction_columns
from leadline.engines.servers.table_chunks import (
    Chunk,
    read_chunks,
    refuse_other_suffix,
    write_chunks,
)
from leadline.errors import DataError
from leadline.reading.conform import refuse_missing
from leadline.reading.images.image_files import read_column

Progress = Callable[[int], None]


def score_file(
    bundle: ReleaseBundle,
    source: Path,
    target: Path,
    *,
    chunk_rows: int = 50_000,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> int:
    """Score every row of a file.

    Parameters
    ----------
    bundle : ReleaseBundle
        Opened.
    source : Path
        Any file that a project can be made of.
    target : Path
        CSV, TSV or Parquet: all columns of the source, then those of the answer, called
        ``leadline_score`` and so on where the source has one of their names. It is there whole
        or not at all; what was there before is replaced.
    chunk_rows : int > 0, default=50_000
        Rows in memory at once.
    folder : Path, optional
        Where paths of images may lead from, beside the source's own folder.
    progress : callable, optional
        Told the number of rows done after each chunk.

    Returns
    -------
    int
        Rows scored.

    Raises
    ------
    DataError
        If the source cannot be read, has a column that the answer would overwrite or that the
        target cannot hold, lacks one that the release needs, or holds a value that does not fit;
        names line and column.
    ValueError
        If `chunk_rows` is less than 1.
    """
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows is {chunk_rows}; at least 1 is needed. Raise it.")
    refuse_other_suffix(target)
    folders = [source.parent, *([folder] if folder else [])]
    n_rows = 0

    def scored() -> Iterator[pl.DataFrame]:
        nonlocal n_rows
        for chunk in read_chunks(source, chunk_rows, bundle.manifest.columns):
            yield _answered(bundle, chunk, source.name, folders)
            n_rows += chunk.frame.height
            if progress is not None:
                progress(n_rows)

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside:
        whole = Path(aside) / target.name
        write_chunks(scored(), whole, chunk_rows=chunk_rows)
        whole.replace(target)
    return n_rows


def _answered(
    bundle: ReleaseBundle, chunk: Chunk, file: str, folders: Sequence[Path]
) -> pl.DataFrame:
    """A chunk with its answers beside it; its own columns as they were."""
    manifest = bundle.manifest
    names = _free_names(chunk.frame, manifest.task, file)
    refuse_missing(chunk.frame, manifest.columns)
    text = pl.col(pl.String)
    cleaned = chunk.frame.select(pl.col(n) for n in chunk.frame.columns if n in manifest.columns)
    # the words for a missing value mean here what they meant in training
    cleaned = cleaned.with_columns(pl.when(~text.is_in(list(manifest.missing))).then(text))
    cleaned = _with_images(cleaned, manifest, chunk, folders)
    answers = bundle.predict(cleaned, place=chunk.place)
    return chunk.frame.hstack(answers.rename(names))


def _with_images(
    frame: pl.DataFrame, manifest: Manifest, chunk: Chunk, folders: Sequence[Path]
) -> pl.DataFrame:
    """Paths and bytes of image files as the model learnt from them."""
    for name, kind in manifest.columns.items():
        if kind != "image" or name not in frame.columns:
            continue
        values = frame.get_column(name)
        result = read_column(values, folders, manifest.image_size)
        if result is None:
            continue  # what does not fit is refused with all else
        read, faults = result
        if faults:
            row, why = next(iter(faults.items()))
            value = f" {values[row]}" if values.dtype == pl.String else ""
            more = f" {len(faults) - 1:,} more like it." if len(faults) > 1 else ""
            raise DataError(
                f"{chunk.place(row)}: {name!r} is{value}: {why}.",
                f"An image that can be read is needed.{more}",
                "Bring the file back, or leave the value empty where there is none.",
            )
        frame = frame.with_columns(read)
    return frame


def _free_names(frame: pl.DataFrame, task: str, file: str) -> dict[str, str]:
    """Names of the answer's columns: as they are called, or marked where the source has one."""
    names = {
        name: f"leadline_{name}" if name in frame.columns else name
        for name in prediction_columns(task)
    }
    taken = [name for name in names.values() if name in frame.columns]
    if taken:
        raise DataError(
            f"{file} has a column {taken[0]!r} already.",
            "The answer is written under that name.",
            "Rename the column.",
        )
    return names
