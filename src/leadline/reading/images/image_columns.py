"""Columns of images: from paths of files, their bytes, or arrays of pixels."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.reading.file_forms.source import Note
from leadline.reading.images.image_files import (
    SUFFIXES,
    place_of,
    read_column,
    white_of,
)
from leadline.reading.schema import IMAGE_SIZE
from leadline.reading.values.cell_values import stripped
from leadline.reading.values.missing import is_missing

_ENDS = rf"(?i)({'|'.join(re.escape(suffix) for suffix in SUFFIXES)})$"
_ENDS_LOOSELY = _ENDS.removesuffix("$") + r"\s*$"
_NEARLY_ALL = 0.9
_MOST = 0.5
_SAMPLE = 200
_MOST_NAMED = 3


@dataclass(frozen=True)
class Images:
    """How images are read.

    Attributes
    ----------
    size : int > 0
        Pixels of the longer side at most.
    folder : Path or None
        Where a path may lead from, beside the folder of the file it stands in.
    names : tuple of str or None
        The columns of images; None: they are recognised by what they hold.
    white : float or None
        The number that is white in arrays of pixels; None: as the highest of a column has it.
    again : str
        What a person does once files are mended.
    """

    size: int = IMAGE_SIZE
    folder: Path | None = None
    names: tuple[str, ...] | None = None
    white: float | None = None
    again: str = "run 'leadline run data'"

    def folders(self, path: Path) -> list[Path]:
        """Where the paths in a file may lead from, the likelier first."""
        return [path.parent, *([self.folder] if self.folder else [])]


RECOGNISED = Images()
"""At the usual size, from the folder of the file, where columns look like it."""


def may_be_paths(column: pl.Series) -> bool:
    """Whether any word ends like a file of images; where none does, none need be looked at."""
    return bool(column.str.contains(_ENDS_LOOSELY).any())


def paths_of(column: pl.Series, missing: Collection[str] = ()) -> pl.Series:
    """Paths as they are meant: without white space around them, words for no value left out.

    Examples
    --------
    >>> paths_of(pl.Series([" 1.png", "None", "tba", ""]), ["tba"]).to_list()
    ['1.png', None, None, None]
    """
    text = stripped(column)
    return text.set(is_missing(text, missing, in_numbers=True), None)


def white_in(parts: Sequence[pl.Series]) -> float | None:
    """What is white in the arrays of pixels of a column, by all its files; None if it has none.

    Examples
    --------
    >>> white_in([pl.Series([[[0.5, 1.0]]]), pl.Series([[[0, 16]]])]), white_in([pl.Series(["a"])])
    (16.0, None)
    """
    highest = []
    for part in parts:
        if not isinstance(part.dtype, pl.List | pl.Array):
            continue
        values = part
        while isinstance(values.dtype, pl.List | pl.Array):
            values = values.explode()
        if values.dtype.is_numeric():
            numbers = values.cast(pl.Float64)
            highest.append(numbers.filter(numbers.is_finite()).max())
    known = [float(value) for value in highest if isinstance(value, float)]
    return white_of(max(known)) if known else None


def from_paths(
    column: pl.Series, images: Images, path: Path, note: Note, missing: Collection[str] = ()
) -> pl.Series:
    """Read a column of words as images if that is what it names; else it stays as it is.

    Parameters
    ----------
    column : polars.Series of str
        As the file has it.
    images : Images
        How they are read.
    path : Path
        Of the file.
    note : callable
        Told what could not be read.
    missing : collection of str
        Words for no value, beside the well-known ones.
    """
    column = paths_of(column, missing)
    folders = images.folders(path)
    if images.names is None and not _are_paths(column, folders, path.name, note):
        return column
    result = read_column(column, folders, images.size)
    assert result is not None
    read, faults = result
    told = {row: f"{column[row]} ({why})" for row, why in faults.items()}
    _say(column.name, told, path, note, images.again)
    return read


def from_values(column: pl.Series, images: Images, path: Path, note: Note) -> pl.Series | None:
    """Read bytes of image files, or arrays of pixels; None where a column holds neither."""
    result = read_column(column, (), images.size, white=images.white)
    if result is None:
        return None
    read, faults = result
    if len(faults) > column.count() * _MOST:
        return None
    told = {row: f"row {row + 1:,} ({why})" for row, why in faults.items()}
    _say(column.name, told, path, note, images.again)
    return read


def _are_paths(column: pl.Series, folders: Sequence[Path], file: str, note: Note) -> bool:
    """Whether words name image files, most of which are there."""
    filled = column.drop_nulls()
    # the mean of no value is None
    if not (filled.str.contains(_ENDS).mean() or 0.0) >= _NEARLY_ALL:  # type: ignore[operator]
        return False
    sample = filled.unique(maintain_order=True).head(_SAMPLE).to_list()
    lost = [name for name in sample if not _is_there(name, folders)]
    if len(lost) <= len(sample) * (1 - _MOST):
        return True
    note(
        f"{file}: {column.name!r} names images, but {len(lost):,} of {len(sample):,} looked for "
        f"are not there, such as {lost[0]}; it was read as words. Paths lead from the folder of "
        "the file or of leadline.toml: bring the images there, then run 'leadline run data'."
    )
    return False


def _is_there(name: str, folders: Sequence[Path]) -> bool:
    try:
        return place_of(name, folders).is_file()
    except OSError:
        return False


def _say(name: str, faults: Mapping[int, str], path: Path, note: Note, again: str) -> None:
    """Name the first images that could not be read."""
    if not faults:
        return
    shown = ", ".join(list(faults.values())[:_MOST_NAMED])
    more = f" and {len(faults) - _MOST_NAMED:,} more" if len(faults) > _MOST_NAMED else ""
    which = "1 image" if len(faults) == 1 else f"{len(faults):,} images"
    note(
        f"{path.name}: {which} of {name!r} could not be read and count as missing: {shown}{more}. "
        f"Bring back or mend the files, then {again}."
    )


def refuse_images(name: str) -> None:
    """Refuse a label of images.

    Raises
    ------
    DataError
        Always.
    """
    raise DataError(
        f"The label {name!r} holds images.",
        "A class or a number is needed.",
        "Name another column under [problem] label.",
    )
