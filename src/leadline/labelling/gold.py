"""Gold items: items with a known label, hidden among the others to test annotators."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadline.datasets.source_files import read_later
from leadline.errors import DataError, SettingsError
from leadline.labelling.item_pool import items_of, keys_of
from leadline.phases.data import Data
from leadline.phases.scoring import Task
from leadline.record import Item
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace


@dataclass(frozen=True)
class Gold:
    """Items whose label is known.

    Attributes
    ----------
    items : tuple of Item
        As people see them.
    labels : dict of str to str
        The true label by key.
    """

    items: tuple[Item, ...] = ()
    labels: dict[str, str] | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the items."""
        return frozenset(item.key for item in self.items)


def gold_stamp(workspace: Workspace) -> tuple[str, int, int]:
    """Name, time and size of the gold file: they change when the file does."""
    name = workspace.settings.labels.gold
    if not name:
        return "", 0, 0
    try:
        found = workspace.path(name).stat()
    except OSError as error:
        raise _unreadable(name, str(error.strerror)) from None
    return name, found.st_mtime_ns, found.st_size


def read_gold(workspace: Workspace, data: Data, label: str) -> Gold:
    """Read the file named under [labels] gold.

    Parameters
    ----------
    workspace : Workspace
        The project.
    data : Data
        Which columns say which row a row is, and which classes there are.
    label : str
        The column of the true label.

    Raises
    ------
    SettingsError
        If a column is missing, a label is no class, or a row is nowhere to be shown.
    DataError
        If the file cannot be read as it is.
    """
    name = workspace.settings.labels.gold
    if not name:
        return Gold()
    known = _known_rows(workspace, data)
    frame = _with_types(_read(workspace, name, data), known, data, name, label)
    labels = dict(zip(keys_of(frame, data), map(_text, frame[label].to_list()), strict=True))
    _require_classes(name, data, labels)
    has_all = set(data.features) <= set(frame.columns)
    source = frame if has_all else known.filter(pl.Series(keys_of(known, data)).is_in(list(labels)))
    items = tuple(items_of(source, data))
    if len(items) < len(labels):
        raise SettingsError(
            f"{len(labels) - len(items)} of {len(labels)} rows of {name} are not among the data.",
            f"To show such a row, all of {', '.join(data.features)} are needed.",
            "Add the columns to the file, or take the rows out.",
        )
    return Gold(items, labels)


def _read(workspace: Workspace, name: str, data: Data) -> pl.DataFrame:
    try:
        return read_later(workspace, [workspace.path(name)], data.reading).frame
    except OSError as error:
        raise _unreadable(name, str(error.strerror)) from None


def _known_rows(workspace: Workspace, data: Data) -> pl.DataFrame:
    sources = [digest for digest in (data.unlabelled, data.snapshot) if digest]
    frames = [from_parquet(workspace.artifacts.get(digest)) for digest in sources]
    columns = [*dict.fromkeys([*data.features, *data.split.identity])]
    return pl.concat([frame.select(columns) for frame in frames], how="vertical_relaxed")


def _with_types(
    frame: pl.DataFrame, known: pl.DataFrame, data: Data, name: str, label: str
) -> pl.DataFrame:
    """The columns with the types of the data, so that equal rows have equal names."""
    identity = list(data.split.identity) or list(data.features)
    missing = [column for column in (*identity, label) if column not in frame.columns]
    if missing:
        raise SettingsError(
            f"{name} has no column {missing[0]!r}.",
            f"Gold needs {', '.join((*identity, label))}.",
            "Add the column, or name another file under [labels] gold.",
        )
    wanted = [pl.col(one).cast(known.schema[one]) for one in known.columns if one in frame.columns]
    try:
        return frame.select(*wanted, pl.col(label)).drop_nulls(label)
    except pl.exceptions.InvalidOperationError as error:
        raise DataError(
            f"{name} does not fit the data: {error}.",
            "Its columns must hold what those of the data hold.",
            "Mend the file.",
        ) from None


def _require_classes(name: str, data: Data, labels: dict[str, str]) -> None:
    if data.task is Task.REGRESSION:
        return
    classes = [count.value for count in data.classes]
    for value in labels.values():
        if value not in classes:
            raise SettingsError(
                f"{name} says that a row is {value[:80]!r}.",
                f"One of {', '.join(classes)} is needed.",
                "Mend the file.",
            )


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _unreadable(name: str, why: str) -> SettingsError:
    return SettingsError(
        f"The gold {name!r} cannot be read: {why}.",
        "A CSV or Parquet file with the identity columns and the label is needed.",
        "Correct [labels] gold in leadline.toml, or the file.",
    )
