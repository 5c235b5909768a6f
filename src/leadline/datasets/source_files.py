"""Data files named by the settings: reading them, and a digest of their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.errors import DataError, NotReadyError, SettingsError
from leadline.phases.data import Data, Kind
from leadline.phases.lifecycle import ROWS, Stage
from leadline.reading.correction import Correction
from leadline.reading.file_forms.packed import Tell
from leadline.reading.file_forms.raw import IN_FILE, Trim
from leadline.reading.images.image_columns import Images
from leadline.reading.schema import IMAGE_SIZE, ReadingSchema
from leadline.reading.table import ReadingOptions, Table, read_tables
from leadline.snapshot import refuse_unknown

if TYPE_CHECKING:
    import polars as pl

    from leadline.settings.sections import DataSettings
    from leadline.workspace import Workspace


_USUAL = {
    "image_size": IMAGE_SIZE,
    "odd_cells": "refuse",
    "skip_lines": 0,
    "footer_rows": 0,
    "sheet": "",
    "columns": {},
}


def read_pool(
    workspace: Workspace,
    *,
    schema: ReadingSchema | None = None,
    note: Callable[[str], None] | None = None,
    tell: Tell | None = None,
) -> Table:
    """Read the files of labelled rows.

    Parameters
    ----------
    workspace : Workspace
        Whose settings name them.
    schema : ReadingSchema, optional
        How they were read before; columns it does not know are recognised.
    note : callable, optional
        Told what a person should know about how they were read.
    tell : callable, optional
        Told what is being done, and the share of it that is done.

    Raises
    ------
    SettingsError
        If no file is named.
    DataError
        If a file cannot be read, or has no label column, or none that [data.columns] names.
    """
    settings = workspace.settings
    if not settings.data.files:
        raise SettingsError(
            "No file of data is named.",
            "The labelled rows are needed.",
            "Set [data] files = ['FILE'] in leadline.toml.",
        )
    options = replace(reading_options(settings.data), images=images_of(workspace), is_odd_said=True)
    paths = [workspace.path(name) for name in settings.data.files]
    table = read_tables(
        paths,
        schema=_as_said(schema, settings.data.missing),
        options=options,
        note=note,
        tell=tell,
    )
    label = settings.problem.label
    if label not in table.frame.columns:
        raise DataError(
            f"There is no column {label!r} in {settings.data.files[0]}; it has "
            f"{', '.join(map(repr, table.frame.columns[:20]))}.",
            "The column to predict is needed.",
            "Set [problem] label in leadline.toml.",
        )
    for name in settings.data.columns:
        if name not in table.frame.columns:
            refuse_unknown(name, table.frame.columns)
    return table


def _as_said(schema: ReadingSchema | None, missing: tuple[str, ...]) -> ReadingSchema | None:
    """The schema of before, with the words for "no value" that the settings name now."""
    if schema is None:
        return None
    return ReadingSchema(tuple(replace(column, missing=missing) for column in schema))


def reading_options(data: DataSettings) -> ReadingOptions:
    """What the settings say of how files are read; images are left as they are."""
    return ReadingOptions(
        missing=data.missing,
        exclude=data.exclude,
        time=data.time,
        corrections={name: Correction(**asdict(column)) for name, column in data.columns.items()},
        odd_cells=data.odd_cells,
        trim=Trim(data.skip_lines, data.footer_rows, data.sheet),
        images=None,
    )


def read_later(
    workspace: Workspace,
    paths: Sequence[Path],
    schema: ReadingSchema,
    *,
    features: Mapping[str, str] | None = None,
    trim: Trim = IN_FILE,
    note: Callable[[str], None] | None = None,
) -> Table:
    """Read files that come after the first ones, by the schema that those made.

    Parameters
    ----------
    workspace : Workspace
        Whose settings name what is left out.
    paths : sequence of Path
        The files.
    schema : ReadingSchema
        How their columns are read; a project of before there were schemas has an empty one, and
        its files are recognised.
    features : mapping of str to str, optional
        Feature name to kind: an image is read as one, though its file be lost.
    trim : Trim
        Lines that are no rows.
    note : callable, optional
        Told what a person should know about how they were read.
    """
    options = replace(reading_options(workspace.settings.data), trim=trim)
    if schema:
        # what a person corrected is in the schema
        options = replace(options, corrections={})
    images = replace(images_of(workspace, features), again="read the file again")
    return read_tables(paths, schema=schema, options=replace(options, images=images), note=note)


def images_of(workspace: Workspace, features: Mapping[str, str] | None = None) -> Images:
    """How images are read; the columns are recognised, if no features are known yet."""
    names = None
    if features is not None:
        names = tuple(name for name, kind in features.items() if kind == Kind.IMAGE)
    return Images(workspace.settings.data.image_size, workspace.folder, names)


def read_stream(
    workspace: Workspace, schema: ReadingSchema, features: Mapping[str, str] | None = None
) -> pl.DataFrame | None:
    """Read the unlabelled stream by the schema of the labelled rows; None if there is no stream.

    Parameters
    ----------
    workspace : Workspace
        Whose settings name it.
    schema : ReadingSchema
        How columns are read.
    features : mapping of str to str, optional
        Feature name to kind: an image is read as one, though its file be lost.
    """
    names = workspace.settings.data.stream
    if not names:
        return None
    paths = [workspace.path(name) for name in names]
    return read_later(workspace, paths, schema, features=features).frame


def source_digest(workspace: Workspace) -> str:
    """Digest of the files, of how they are to be read, and of what people said and decided.

    Raises
    ------
    DataError
        If a file is missing.
    """
    return source_digests(workspace)[1]


def source_digests(workspace: Workspace) -> tuple[str, str]:
    """Digest of the files and of how they are to be read, and that of `source_digest`.

    Raises
    ------
    DataError
        If a file is missing.
    """
    settings = workspace.settings.data
    digest = hashlib.sha256()
    how = {
        key: value
        for key, value in asdict(settings).items()
        # what came later counts once it is said: older projects keep their digest
        if key != "stream" and (key not in _USUAL or value != _USUAL[key])
    }
    digest.update(json.dumps([how, workspace.settings.problem.label], sort_keys=True).encode())
    for name in settings.files:
        path = workspace.path(name)
        if not path.is_file():
            raise DataError(
                f"{path} does not exist.",
                "It is named under [data] files.",
                "Bring it back, or change leadline.toml.",
            )
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    of_files = digest.hexdigest()
    for vote in workspace.record.labels.votes.plain():
        digest.update(f"{vote.item} {vote.annotator} {vote.value}".encode())
    for item, label in workspace.record.labels.adjudications.labels().items():
        digest.update(f"{item} {label}".encode())
    return of_files, digest.hexdigest()


def require_unchanged(workspace: Workspace, row: str) -> None:
    """Refuse to learn from rows that the files no longer hold.

    What is released already is watched all the same. Files that lie on another computer, and
    verdicts of before these digests, are not looked at.

    Parameters
    ----------
    workspace : Workspace
        Whose settings name the files.
    row : str
        What is to be computed.

    Raises
    ------
    NotReadyError
        If a file, or what [data] says of it, has changed since.
    """
    its = ROWS[row]
    if "data" not in its.stands_on or its.stage in {Stage.SHIP, Stage.WATCH}:
        return
    measured = workspace.record.latest_of(Data)
    files = map(workspace.path, workspace.settings.data.files)
    if measured is None or not measured.files_digest or not all(map(Path.is_file, files)):
        return
    if source_digests(workspace)[0] != measured.files_digest:
        raise NotReadyError(
            "The files of data, or how [data] says they are read, have changed since they were "
            "measured.",
            "What is learnt must be of the rows that the audit looked at.",
            "Run 'leadline run data' first, or bring back what was there.",
        )
