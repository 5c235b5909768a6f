"""New workspaces: read the files of data whole, then write the settings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl

from leadline.datasets.audit.groups import groups
from leadline.datasets.source_files import reading_options
from leadline.errors import DataError, SettingsError
from leadline.phases.data import Group
from leadline.phases.scoring import Task
from leadline.reading.file_forms.packed import Tell
from leadline.reading.recognised import Doubt
from leadline.reading.table import ReadingOptions, read_tables
from leadline.settings import template
from leadline.settings.sections import ColumnSettings, DataSettings
from leadline.snapshot import class_texts, infer_task
from leadline.workspace import SETTINGS_FILE, STATE_FOLDER

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
    doubts : tuple of Doubt
        Columns whose cells allow two readings.
    groups : tuple of Group
        Columns by which rows seem to belong together, the strongest first; none unless asked.
    """

    label: str
    task: Task
    classes: tuple[str, ...]
    n_rows: int
    columns: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()
    groups: tuple[Group, ...] = ()


def inspect_label(
    files: Sequence[Path],
    label: str,
    options: ReadingOptions,
    *,
    positive: str = "",
    find_groups: bool = False,
    tell: Tell | None = None,
) -> LabelColumn:
    """Read the files and see what the label is.

    Parameters
    ----------
    files : sequence of Path
        The labelled rows.
    label : str
        The column to predict.
    options : ReadingOptions
        What a person says of how they are read.
    positive : str, default=""
        The class that counts as a hit, if it is named.
    find_groups : bool, default=False
        Whether to look for columns by which rows belong together.
    tell : callable, optional
        Told what is being done, and the share of it that is done.

    Raises
    ------
    DataError
        If a file cannot be read, or has no such column.
    """
    notes: list[str] = []
    options = replace(options, images=None)
    table = read_tables(list(files), options=options, note=notes.append, tell=tell)
    frame = table.frame
    if label not in frame.columns:
        shown = ", ".join(repr(column) for column in frame.columns[:_MOST_SHOWN])
        more = ", ..." if frame.width > _MOST_SHOWN else ""
        near = get_close_matches(label or "", frame.columns, n=1)
        raise DataError(
            f"There is no column {label!r}." if label else "No label is named.",
            f"The column to predict is needed, one of: {shown}{more}.",
            # the sheet, the letters or the header that were read may be why
            " ".join(
                [f"Did you mean {near[0]!r}?" if near else "Name it: --label COLUMN.", *notes]
            ),
        )
    values = frame[label].drop_nulls()
    if values.len() == 0:
        raise DataError(
            f"The label column {label!r} is empty.",
            "Some rows must say what is to be predicted.",
            "Fill it in, or name another column: --label COLUMN.",
        )
    task = infer_task(values, positive=positive)
    classes = _classes(values, task)
    found = _groups(frame, label, task) if find_groups else ()
    columns = tuple(frame.columns)
    return LabelColumn(label, task, classes, frame.height, columns, table.doubts, found)


def given_options(data: Mapping[str, Any]) -> ReadingOptions:
    """What keys of [data] say of how files are read, before there is a `leadline.toml`."""
    columns = {name: ColumnSettings(**keys) for name, keys in data.get("columns", {}).items()}
    known = {item.name for item in fields(DataSettings)}
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in data.items()
        if key in known
    }
    return reading_options(DataSettings(**(given | {"files": (), "columns": columns})))


def start_project(
    folder: Path,
    files: Sequence[Path],
    label: str,
    *,
    name: str = "",
    problem: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    ethics: Mapping[str, Any] | None = None,
    store: str = "",
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
    store : str, default=""
        Address of the database; that of the folder if empty.

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
        more={"ethics": ethics or {}, "store": {"url": store} if store else {}},
    )
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.rename(path)
    return path


@contextmanager
def all_or_nothing(folder: Path, *files: Path) -> Iterator[None]:
    """Remove what was made if the first look fails; what was there before stays.

    Parameters
    ----------
    folder : Path
        Of the new project.
    *files : Path
        Further files that are made.
    """
    state = [path for path in (folder, folder / STATE_FOLDER) if not path.exists()]
    made = [folder / SETTINGS_FILE, *(path for path in files if not path.exists())]
    try:
        yield
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        for path in state:
            shutil.rmtree(path, ignore_errors=True)
        raise


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


def _groups(frame: pl.DataFrame, label: str, task: Task) -> tuple[Group, ...]:
    labelled = frame.filter(pl.col(label).is_not_null())
    is_class = task is not Task.REGRESSION
    values = class_texts(labelled[label]) if is_class else labelled[label]
    return groups(labelled.drop(label), values, is_class=is_class)


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
