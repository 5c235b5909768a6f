"""Data files named by the settings: reading them, and a digest of their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from leadline.engines.model_inputs.images import IMAGE_SIZE
from leadline.errors import DataError, SettingsError
from leadline.phases.data import Kind
from leadline.snapshot import Images, read_tables

if TYPE_CHECKING:
    import polars as pl

    from leadline.workspace import Workspace


def read_pool(
    workspace: Workspace,
    *,
    typed: Sequence[str] = (),
    note: Callable[[str], None] | None = None,
) -> pl.DataFrame:
    """Read the files of labelled rows.

    Parameters
    ----------
    workspace : Workspace
        Whose settings name them.
    typed : sequence of str
        Columns to read as numbers and dates although they are excluded: they identify a row, and
        must keep the same values.
    note : callable, optional
        Called with each sentence that a person should know about how they were read.

    Raises
    ------
    SettingsError
        If no file is named.
    DataError
        If a file cannot be read, or has no label column.
    """
    settings = workspace.settings
    if not settings.data.files:
        raise SettingsError(
            "No file of data is named.",
            "The labelled rows are needed.",
            "Set [data] files = ['FILE'] in leadline.toml.",
        )
    frame = read_tables(
        [workspace.path(name) for name in settings.data.files],
        missing=settings.data.missing,
        exclude=[name for name in settings.data.exclude if name not in typed],
        images=images_of(workspace),
        note=note,
    )
    label = settings.problem.label
    if label not in frame.columns:
        raise DataError(
            f"There is no column {label!r} in {settings.data.files[0]}; it has "
            f"{', '.join(map(repr, frame.columns[:20]))}.",
            "The column to predict is needed.",
            "Set [problem] label in leadline.toml.",
        )
    return frame


def images_of(workspace: Workspace, features: Mapping[str, str] | None = None) -> Images:
    """How images are read; the columns are recognised, if no features are known yet."""
    names = None
    if features is not None:
        names = tuple(name for name, kind in features.items() if kind == Kind.IMAGE)
    return Images(workspace.settings.data.image_size, workspace.folder, names)


def read_stream(
    workspace: Workspace, features: Mapping[str, str] | None = None
) -> pl.DataFrame | None:
    """Read the unlabelled stream; None if the settings name none.

    Parameters
    ----------
    workspace : Workspace
        Whose settings name it.
    features : mapping of str to str, optional
        Feature name to kind: an image is read as one, though its file be lost.
    """
    data = workspace.settings.data
    if not data.stream:
        return None
    return read_tables(
        [workspace.path(name) for name in data.stream],
        missing=data.missing,
        exclude=data.exclude,
        images=images_of(workspace, features),
    )


def source_digest(workspace: Workspace) -> str:
    """Digest of the files, of how they are to be read, and of what people said and decided.

    Raises
    ------
    DataError
        If a file is missing.
    """
    settings = workspace.settings.data
    digest = hashlib.sha256()
    how = {key: value for key, value in asdict(settings).items() if key != "stream"}
    if settings.image_size == IMAGE_SIZE:
        # projects made before images were supported keep their digest
        del how["image_size"]
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
    for vote in workspace.record.labels.votes.plain():
        digest.update(f"{vote.item} {vote.annotator} {vote.value}".encode())
    for item, label in workspace.record.labels.adjudications.labels().items():
        digest.update(f"{item} {label}".encode())
    return digest.hexdigest()
