"""Files of rows that want a label, for people to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.monitoring.block_rows import KEY, KEY_COLUMN, TIME, features_of
from leadline.monitoring.label_requests.requested_rows import LabelRequests, counted_rows
from leadline.monitoring.page_labels import known_rows
from leadline.monitoring.reference_blocks import ReferenceBlocks, ReferenceSources
from leadline.monitoring.release_in_service import stood_on
from leadline.phases.release import Release
from leadline.record import AlarmAct
from leadline.workspace import Workspace


@dataclass(frozen=True)
class Asked:
    """Rows that were written for people to label.

    Attributes
    ----------
    n_rows : int
        How many.
    blocks : tuple of str
        Of which blocks.
    label : str
        The column to fill in.
    """

    n_rows: int
    blocks: tuple[str, ...]
    label: str


def write_requests(folder: str, path: str, is_parquet: bool) -> Asked:
    """Write the rows that want a label, of all blocks that lack labels, into a file.

    The file has the rows' keys, their time, their features and an empty column for the label;
    neither the score nor what the model said. Filled in, it is a file that `observe_file` takes.

    Parameters
    ----------
    folder : str
        Of the workspace.
    path : str
        Where to.
    is_parquet : bool
        Whether it becomes a Parquet file, else a CSV.

    Returns
    -------
    Asked
        Without rows where no block lacks labels: then no file is written.

    Raises
    ------
    NotReadyError
        If nothing is released.
    DataError
        If the rows hold images and the file is a CSV.
    """
    with Workspace.open(folder) as workspace:
        entry, _, problem = stood_on(workspace.record)
        release = entry.verdict_as(Release)
        sources = ReferenceSources.of(workspace, entry.on)
        reference = ReferenceBlocks.of(workspace, release, sources)
        wanted = _wanted(workspace, release, reference)
        if not wanted:
            return Asked(0, (), problem.label)
        key = workspace.settings.watch.key or KEY_COLUMN
        frame = _as_asked(wanted, key, sources.data.day_column, problem.label)
        _write(frame, Path(path), is_parquet=is_parquet)
        n_rows = sum(rows.height for rows in wanted.values())
        return Asked(n_rows, tuple(wanted), problem.label)


def closed_through(workspace: Workspace, release_id: str) -> tuple[str, ...]:
    """Names of the blocks after which the search for a rise began anew."""
    events = workspace.record.alarm_events.of(release_id)
    return tuple(event.through for event in events if event.act is AlarmAct.CLOSED)


def _wanted(
    workspace: Workspace, release: Release, reference: ReferenceBlocks
) -> dict[str, pl.DataFrame]:
    """Block to its rows that want a label; blocks of closed alarms are left alone."""
    release_id = release.release_id
    requests = LabelRequests(workspace, release, reference)
    observed = workspace.record.observations.of(release_id)
    names = [seen.block for seen in observed]
    ends = [
        names.index(name) + 1 for name in closed_through(workspace, release_id) if name in names
    ]
    found = {}
    for seen in observed[max(ends, default=0) :]:
        known = known_rows(workspace, seen)
        if known is None:
            continue
        rows = counted_rows(known.rows, seen, release)
        if not rows.height:
            continue
        chosen = requests.of(seen, rows, known.unsure).rows_to_ask()
        if chosen.size:
            found[seen.block] = rows[chosen]
    return found


def _as_asked(wanted: dict[str, pl.DataFrame], key: str, time: str, label: str) -> pl.DataFrame:
    """Keys, times and features of rows, and a column for the label."""
    rows = pl.concat(list(wanted.values()), how="diagonal_relaxed")
    features = features_of(rows)
    first = [rows[KEY].alias(key)]
    if time and time not in features.columns and rows[TIME].null_count() < rows.height:
        first.append(rows[TIME].alias(time))
    empty = pl.Series(label, [None] * rows.height, dtype=pl.String)
    kept = [column for column in features if column.name != key]
    return pl.DataFrame([*first, *kept, empty])


def _write(frame: pl.DataFrame, path: Path, *, is_parquet: bool) -> None:
    if is_parquet:
        frame.write_parquet(path)
        return
    if any(dtype == pl.Binary for dtype in frame.dtypes):
        raise DataError(
            "The rows to label have images.",
            "A CSV cannot hold them; a Parquet file can.",
            "Name a Parquet file: leadline watch --ask rows.parquet",
        )
    frame.write_csv(path)
