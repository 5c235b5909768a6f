"""Columns of images: from paths of files, their bytes, or arrays of pixels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.reading.file_forms.source import Note
from leadline.reading.images.image_files import IMAGE_SIZE, SUFFIXES, place_of, read_column

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
    """

    size: int = IMAGE_SIZE
    folder: Path | None = None
    names: tuple[str, ...] | None = None

    def folders(self, path: Path) -> list[Path]:
        """Where the paths in a file may lead from, the likelier first."""
        return [path.parent, *([self.folder] if self.folder else [])]


RECOGNISED = Images()
"""At the usual size, from the folder of the file, where columns look like it."""


def may_be_paths(column: pl.Series) -> bool:
    """Whether enough words end like files of images; white space around them is no matter."""
    text = column.filter(column.str.contains(r"\S"))
    return bool((text.str.contains(_ENDS_LOOSELY).mean() or 0.0) >= _NEARLY_ALL)  # type: ignore[operator]


def from_paths(column: pl.Series, images: Images, path: Path, note: Note) -> pl.Series:
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
    """
    folders = images.folders(path)
    if images.names is None and not _are_paths(column, folders, path.name, note):
        return column
    result = read_column(column, folders, images.size)
    assert result is not None
    read, faults = result
    _say(column.name, {row: f"{column[row]} ({why})" for row, why in faults.items()}, path, note)
    return read


def from_values(column: pl.Series, images: Images, path: Path, note: Note) -> pl.Series | None:
    """Read bytes of image files, or arrays of pixels; None where a column holds neither."""
    result = read_column(column, (), images.size)
    if result is None:
        return None
    read, faults = result
    if len(faults) > column.count() * _MOST:
        return None
    _say(column.name, {row: f"row {row + 1:,} ({why})" for row, why in faults.items()}, path, note)
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


def _say(name: str, faults: Mapping[int, str], path: Path, note: Note) -> None:
    """Name the first images that could not be read."""
    if not faults:
        return
    shown = ", ".join(list(faults.values())[:_MOST_NAMED])
    more = f" and {len(faults) - _MOST_NAMED:,} more" if len(faults) > _MOST_NAMED else ""
    which = "1 image" if len(faults) == 1 else f"{len(faults):,} images"
    note(
        f"{path.name}: {which} of {name!r} could not be read and count as missing: {shown}{more}. "
        "Bring back or mend the files, then run 'leadline run data'."
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
