"""New workspaces: read the files of data whole, then write the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from leadline.errors import DataError, SettingsError
from leadline.phases.scoring import Task
from leadline.settings import template
from leadline.snapshot import class_texts, infer_task, read_tables
from leadline.workspace import SETTINGS_FILE

_MOST_SHOWN = 20


@dataclass(frozen=True)
class LabelColumn:
    """A label column: its task and classes.

    Attributes
    ----------
    label : str
        Its name.
    task : Task
        What kind of label it is.
    classes : tuple of str
        Its values, the rarest last; empty for regression.
    n_rows : int
        Rows of the files.
    columns : tuple of str
        All columns.
    """

    label: str
    task: Task
    classes: tuple[str, ...]
    n_rows: int
    columns: tuple[str, ...]


def inspect_label(
    files: Sequence[Path], label: str, *, missing: Sequence[str] = (), exclude: Sequence[str] = ()
) -> LabelColumn:
    """Read the files and see what the label is.

    Raises
    ------
    DataError
        If a file cannot be read, or has no such column.
    """
    frame = read_tables(list(files), missing=missing, exclude=exclude, images=None)
    if label not in frame.columns:
        shown = ", ".join(repr(column) for column in frame.columns[:_MOST_SHOWN])
        more = ", ..." if frame.width > _MOST_SHOWN else ""
        raise DataError(
            f"There is no column {label!r}." if label else "No label is named.",
            f"The column to predict is needed, one of: {shown}{more}.",
            "Name it: --label COLUMN.",
        )
    values = frame[label].drop_nulls()
    if values.len() == 0:
        raise DataError(
            f"The label column {label!r} is empty.",
            "Some rows must say what is to be predicted.",
            "Fill it in, or name another column: --label COLUMN.",
        )
    task = infer_task(values)
    return LabelColumn(label, task, _classes(values, task), frame.height, tuple(frame.columns))


def start_project(
    folder: Path,
    files: Sequence[Path],
    label: str,
    *,
    name: str = "",
    problem: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    ethics: Mapping[str, Any] | None = None,
) -> Path:
    """Write the settings of a new project.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    files : sequence of Path
        The labelled rows; named relative to the folder where they lie inside it.
    label : str
        The column to predict.
    name : str, default=""
        Of the project; the folder's if empty.
    problem, data, ethics : mapping, optional
        Settings that are known already; everything else is written as assumed.

    Returns
    -------
    Path
        The settings file.

    Raises
    ------
    SettingsError
        If the folder is a workspace already.
    """
    path = require_new(folder)
    text = template(
        name=name or folder.resolve().name or "project",
        files=[_named(file, folder) for file in files],
        label=label,
        problem=problem,
        data=data,
        more={"ethics": ethics or {}},
    )
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.rename(path)
    return path


def require_new(folder: Path) -> Path:
    """Where the settings of a new project go.

    Raises
    ------
    SettingsError
        If the folder is a workspace already.
    """
    path = folder / SETTINGS_FILE
    if path.exists():
        raise SettingsError(
            f"{path} exists already.",
            "A new project needs a folder of its own.",
            "Change that file, or choose another folder: -C FOLDER.",
        )
    return path


def _classes(values: pl.Series, task: Task) -> tuple[str, ...]:
    if task is Task.REGRESSION:
        return ()
    counts = class_texts(values).value_counts(sort=True)
    return tuple(counts.to_series(0).to_list())


def _named(file: Path, folder: Path) -> str:
    try:
        return str(file.resolve().relative_to(folder.resolve()))
    except ValueError:
        return str(file.resolve())
