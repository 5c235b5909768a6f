"""Scoring of one piece of a file: the task that is run here, in several processes or on Ray."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.reading.across_files import MarkCounts
from leadline.reading.conform import refuse_missing
from leadline.reading.file_forms.raw import Trim
from leadline.reading.file_forms.source import Note
from leadline.reading.file_forms.trim_advice import Advice
from leadline.reading.images.image_columns import paths_of
from leadline.reading.images.image_files import read_column
from leadline.reading.totals import note_of_totals, totals_refused
from leadline.reading.unusual_inputs import InputCounts
from leadline.serving.batch.locations import Location
from leadline.serving.batch.pieces import Chunk, Form, Piece, read_piece
from leadline.serving.batch.scoring_release import opened
from leadline.serving.compiled.answers import free_names, renamed_words
from leadline.serving.releases.bundle import ReleaseBundle
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.prediction_table import prediction_columns
from leadline.serving.releases.release_place import ReleasePlace

SEPARATORS = {".csv": ",", ".tsv": "\t"}
"""Between the fields, by the suffix of a file of text."""


@dataclass(frozen=True)
class Scoring:
    """What is the same for all pieces.

    Attributes
    ----------
    parts : Location
        The folder that scored pieces are written to.
    suffix : str
        Of their form: ``.csv``, ``.tsv``, ``.parquet``.
    columns : tuple of str
        Of the source, in the order in which they are written.
    chunk_rows : int
        Rows of a chunk of a file that is read whole.
    trim : Trim
        Lines that are no rows.
    folder : Path or None
        Where paths of images may lead from, beside the source's own folder.
    """

    parts: Location
    suffix: str
    columns: tuple[str, ...]
    chunk_rows: int
    trim: Trim
    folder: Path | None


@dataclass(frozen=True)
class PieceSpec:
    """One piece to be scored.

    Attributes
    ----------
    index : int
        Its place among all pieces.
    piece : Piece
        The rows.
    scoring : Scoring
        What is to be done.
    release : ReleasePlace or None
        What scores them; None where that is at hand.
    """

    index: int
    piece: Piece
    scoring: Scoring
    release: ReleasePlace | None = None


@dataclass(frozen=True)
class Part:
    """A piece that has been scored.

    Attributes
    ----------
    index : int
        Its place among all pieces.
    n_rows, n_learnt : int
        Rows, and how many of them the release learnt from.
    n_bytes : int
        Of the file it was written to.
    digest : str
        SHA-256 of these bytes.
    columns : tuple of str
        That it holds.
    notes : tuple of str
        What a person should know.
    inputs : InputCounts
        What is unusual about its rows.
    marks : dict of str to list of MarkCounts
        Column to how its numbers are written, chunk by chunk, where that could be misread.
    """

    index: int
    n_rows: int
    n_learnt: int
    n_bytes: int
    digest: str
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()
    inputs: InputCounts = field(default_factory=InputCounts)
    marks: dict[str, list[MarkCounts]] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Part:
        """What `to_bytes` wrote."""
        told = json.loads(data)
        listed = {name: tuple(told[name]) for name in ("columns", "notes")}
        inputs = InputCounts(**told.get("inputs", {}))
        marks = {
            name: [MarkCounts(**each) for each in counts]
            for name, counts in told.get("marks", {}).items()
        }
        return cls(**{**told, **listed, "inputs": inputs, "marks": marks})


def score_elsewhere(spec: PieceSpec) -> Part:
    """Score a piece in another process, which opens the release for itself."""
    if spec.release is None:
        raise ValueError("release is None; another process needs its place. Pass it.")
    return score_piece(opened(spec.release), spec)


def score_piece(bundle: ReleaseBundle, spec: PieceSpec) -> Part:
    """Score a piece, and write what comes of it: first the rows, then that they are whole.

    Raises
    ------
    DataError
        If a value does not fit, or a column is missing; names line and column.
    IrregularError
        If only the reader of all forms can judge the file.
    """
    piece, scoring = spec.piece, spec.scoring
    folders = [piece.location.parent.path] if piece.location.is_here else []
    folders += [scoring.folder] if scoring.folder else []
    notes: list[str] = []
    frames = []
    marks: dict[str, list[MarkCounts]] = {}
    n_learnt, inputs = 0, InputCounts()
    chunks = read_piece(
        piece, scoring.chunk_rows, bundle.manifest.columns, scoring.trim, notes.append
    )
    for chunk in chunks:
        laid = replace(chunk, frame=_laid_out(chunk.frame, piece, scoring.columns))
        for name, counts in _marks(bundle, laid.frame).items():
            marks.setdefault(name, []).append(counts)
        names = free_names(
            list(prediction_columns(bundle.manifest.task, may_abstain=bundle.manifest.may_abstain)),
            scoring.columns or laid.frame.columns,
            piece.location.name,
            laid.frame.columns,
        )
        notes += renamed_words(names)
        X = _read_or_tell(bundle, laid, folders, notes.append)
        if bundle.learnt is not None:
            n_learnt += int(bundle.learnt.contain(X).sum())
        if bundle.usual is not None:
            inputs.count(X, bundle.usual)
        frames.append(laid.frame.hstack(bundle.answer(X).rename(names)))
    frame = pl.concat(frames)
    data = part_bytes(frame, scoring.suffix)
    part = Part(
        spec.index,
        frame.height,
        n_learnt,
        len(data),
        hashlib.sha256(data).hexdigest(),
        tuple(frame.columns),
        tuple(notes),
        inputs,
        marks,
    )
    scoring.parts.child(part_name(spec.index, scoring.suffix)).write(data)
    scoring.parts.child(part_name(spec.index, ".json")).write(part.to_bytes())
    return part


def part_name(index: int, suffix: str) -> str:
    """Name of the file of a part."""
    return f"part-{index:06d}{suffix}"


def part_bytes(frame: pl.DataFrame, suffix: str) -> bytes:
    """A part as bytes; as text without names of columns."""
    buffer = io.BytesIO()
    if suffix == ".parquet":
        frame.write_parquet(buffer, row_group_size=max(frame.height, 1))
    else:
        _refuse_bytes(frame, suffix)
        frame.write_csv(buffer, separator=SEPARATORS[suffix], include_header=False)
    return buffer.getvalue()


def _laid_out(frame: pl.DataFrame, piece: Piece, columns: Sequence[str]) -> pl.DataFrame:
    """The columns in the order of the first file."""
    if not columns or tuple(frame.columns) == tuple(columns):
        return frame
    lacking = [name for name in columns if name not in frame.columns]
    extra = [name for name in frame.columns if name not in columns]
    if piece.form is Form.JSON_LINES:
        # an object names what it has
        return frame.with_columns(pl.lit(None).alias(name) for name in lacking).select(
            *columns, *extra
        )
    if lacking or extra:
        raise other_columns(piece.location.name, lacking, extra)
    return frame.select(columns)


def other_columns(name: str, lacking: Sequence[str], extra: Sequence[str]) -> DataError:
    """The refusal of a file that has not the columns of the first."""
    said = [f"lacks {', '.join(map(repr, lacking[:5]))}"] * bool(lacking)
    said += [f"has also {', '.join(map(repr, extra[:5]))}"] * bool(extra)
    return DataError(
        f"{name} {' and '.join(said)}, compared with the first file.",
        "All files need the same columns.",
        "Mend it, leave the file out, or score it by itself.",
    )


def _read_or_tell(
    bundle: ReleaseBundle, chunk: Chunk, folders: Sequence[Path], note: Note
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
    if chunk.n_totals:
        note(note_of_totals(*totals))
    return X


def _read(bundle: ReleaseBundle, chunk: Chunk, folders: Sequence[Path]) -> pl.DataFrame:
    """A chunk as the model is given it."""
    manifest = bundle.manifest
    refuse_missing(chunk.frame, manifest.columns)
    cleaned = _cleaned(chunk.frame, manifest)
    cleaned = _with_images(cleaned, manifest, chunk.place, folders)
    return bundle.read(cleaned, place=chunk.place)


def _cleaned(frame: pl.DataFrame, manifest: Manifest) -> pl.DataFrame:
    """The columns that the model reads; words for no value mean what they meant in training."""
    text = pl.col(pl.String)
    frame = frame.select(pl.col(n) for n in frame.columns if n in manifest.columns)
    return frame.with_columns(pl.when(~text.is_in(list(manifest.missing))).then(text))


def _marks(bundle: ReleaseBundle, frame: pl.DataFrame) -> dict[str, MarkCounts]:
    """How numbers are written, of columns of which that could be misread."""
    known = {each.name: each for each in bundle.manifest.reading_schema if each.thousands}
    cleaned = _cleaned(
        frame.select(name for name in known if name in frame.columns), bundle.manifest
    )
    counts = {name: MarkCounts.of(cleaned[name], known[name]) for name in cleaned.columns}
    return {name: each for name, each in counts.items() if each.n_cells}


def _with_images(
    frame: pl.DataFrame, manifest: Manifest, place: Callable[[int], str], folders: Sequence[Path]
) -> pl.DataFrame:
    """Paths and bytes of image files as the model learnt from them."""
    for name in _image_columns(frame, manifest):
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
                f"{place(row)}: {name!r} is{value}: {why}.",
                f"An image that can be read is needed.{more}",
                "Bring the file back, or leave the value empty where there is none.",
            )
        frame = frame.with_columns(read)
    return frame


def _image_columns(frame: pl.DataFrame, manifest: Manifest) -> Iterator[str]:
    for name, kind in manifest.columns.items():
        if kind == "image" and name in frame.columns:
            yield name


def _refuse_bytes(frame: pl.DataFrame, suffix: str) -> None:
    """Refuse to write as text what is none."""
    for name, dtype in frame.schema.items():
        if dtype in (pl.Binary, pl.Object) or dtype.is_nested():
            raise DataError(
                f"{name!r} holds bytes or arrays, which {suffix} cannot.",
                "A Parquet file takes them.",
                "Write to a name that ends in .parquet instead.",
            )
