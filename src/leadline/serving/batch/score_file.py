"""Batch scoring of a file: constant memory, and a whole output or none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.reading.conform import refuse_missing
from leadline.reading.file_forms.raw import BY_COMMAND, Trim
from leadline.reading.file_forms.source import Note
from leadline.reading.file_forms.trim_advice import Advice
from leadline.reading.images.image_columns import paths_of
from leadline.reading.images.image_files import read_column
from leadline.reading.totals import note_of_totals, totals_refused
from leadline.serving.batch.table_chunks import (
    Chunk,
    read_chunks,
    refuse_other_suffix,
    write_chunks,
)
from leadline.serving.releases.bundle import ReleaseBundle
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.prediction_table import prediction_columns

Progress = Callable[[int], None]


def score_file(
    bundle: ReleaseBundle,
    source: Path,
    target: Path,
    *,
    chunk_rows: int = 50_000,
    folder: Path | None = None,
    trim: Trim = BY_COMMAND,
    progress: Progress | None = None,
    note: Note | None = None,
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
    trim : Trim
        Lines of the source that are no rows.
    progress : callable, optional
        Told the number of rows done after each chunk.
    note : callable, optional
        Told what a person should know: that the release was made of these rows, or that the last
        one looks like a total.

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
    n_rows = n_learnt = 0

    def scored() -> Iterator[pl.DataFrame]:
        nonlocal n_rows, n_learnt
        columns = bundle.manifest.columns
        for chunk in read_chunks(source, chunk_rows, columns, trim=trim, note=note):
            names = _free_names(chunk.frame, bundle.manifest, source.name)
            X = _read_or_tell(bundle, chunk, folders, note)
            yield chunk.frame.hstack(bundle.answer(X).rename(names))
            n_rows += X.height
            if bundle.learnt is not None:
                n_learnt += int(bundle.learnt.contain(X).sum())
            if progress is not None:
                progress(n_rows)

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside:
        whole = Path(aside) / target.name
        write_chunks(scored(), whole, chunk_rows=chunk_rows)
        whole.replace(target)
    words = "" if bundle.learnt is None else bundle.learnt.words(n_learnt, n_rows)
    if words and note is not None:
        note(f"{source.name}: {words}")
    return n_rows


def _read_or_tell(
    bundle: ReleaseBundle, chunk: Chunk, folders: Sequence[Path], note: Note | None
) -> pl.DataFrame:
    """A chunk as the model is given it; totals at its end are told, or refused if they are odd."""
    totals = chunk.frame, chunk.place, chunk.n_totals, Advice.COMMAND
    try:
        X = _read(bundle, chunk, folders)
    except DataError:
        if chunk.n_totals:
            above = chunk.frame.head(chunk.frame.height - chunk.n_totals)
            # whatever else is odd is told first
            _read(bundle, replace(chunk, frame=above), folders)
            raise totals_refused(*totals) from None
        raise
    if chunk.n_totals and note is not None:
        note(note_of_totals(*totals))
    return X


def _read(bundle: ReleaseBundle, chunk: Chunk, folders: Sequence[Path]) -> pl.DataFrame:
    """A chunk as the model is given it."""
    manifest = bundle.manifest
    refuse_missing(chunk.frame, manifest.columns)
    text = pl.col(pl.String)
    cleaned = chunk.frame.select(pl.col(n) for n in chunk.frame.columns if n in manifest.columns)
    # the words for a missing value mean here what they meant in training
    cleaned = cleaned.with_columns(pl.when(~text.is_in(list(manifest.missing))).then(text))
    cleaned = _with_images(cleaned, manifest, chunk, folders)
    return bundle.read(cleaned, place=chunk.place)


def _with_images(
    frame: pl.DataFrame, manifest: Manifest, chunk: Chunk, folders: Sequence[Path]
) -> pl.DataFrame:
    """Paths and bytes of image files as the model learnt from them."""
    for name, kind in manifest.columns.items():
        if kind != "image" or name not in frame.columns:
            continue
        values = frame.get_column(name)
        if values.dtype == pl.String:
            values = paths_of(values, manifest.missing)
        reading = manifest.reading_schema.get(name)
        white = None if reading is None else reading.white
        result = read_column(values, folders, manifest.image_size, white=white)
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


def _free_names(frame: pl.DataFrame, manifest: Manifest, file: str) -> dict[str, str]:
    """Names of the answer's columns: as they are called, or marked where the source has one."""
    names = {
        name: f"leadline_{name}" if name in frame.columns else name
        for name in prediction_columns(manifest.task, may_abstain=manifest.may_abstain)
    }
    taken = [name for name in names.values() if name in frame.columns]
    if taken:
        raise DataError(
            f"{file} has a column {taken[0]!r} already.",
            "The answer is written under that name.",
            "Rename the column.",
        )
    return names
