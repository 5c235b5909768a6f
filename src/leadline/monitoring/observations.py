"""Observations of new rows: scored by the release in service, compared with its train rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.source_files import read_later
from leadline.errors import DataError, OutdatedAnswerError
from leadline.monitoring.block_counts import are_right, counts_of, learnt_rows_of
from leadline.monitoring.block_rows import (
    KEY,
    ROWS,
    SCORE,
    TIME,
    TRUTH,
    block_names,
    block_rows,
    features_of,
    merged,
    value_keys,
)
from leadline.monitoring.delivery import Delivery, named_columns
from leadline.monitoring.feature_drift import column_shifts
from leadline.monitoring.watched_release import WatchedRelease
from leadline.phases.wording import plural
from leadline.reading.conform import conform
from leadline.reading.file_forms.raw import BY_COMMAND, Trim
from leadline.record import Observation
from leadline.snapshot import ahead_words, to_parquet
from leadline.workspace import Workspace

_MOST_TRIES = 5


@dataclass(frozen=True)
class Observed:
    """What became of a file of new rows.

    Attributes
    ----------
    blocks : tuple of str
        Names of the blocks: the first day, or the file's name where rows carry no time.
    notes : tuple of str
        What a person should know about how the file was read.
    """

    blocks: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Count:
    """What became of the rows of a file."""

    delivered: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    blocks: set[str] = field(default_factory=set)
    n_known: int = 0
    n_beside: int = 0
    n_labels: int = 0
    n_changed: int = 0

    @property
    def label_words(self) -> str:
        """Labels that are new, and those that took the place of another."""
        changed = f", {self.n_changed:,} changed" if self.n_changed else ""
        return f"{plural(self.n_labels, 'new label')}{changed}"


def observe_file(
    folder: str, path: str, trim: Trim = BY_COMMAND, *, key: str = "", whole: str = ""
) -> Observed:
    """Score a file of new rows block by block and put each block on the record.

    Parts of a block add up. A row that comes again is the same row, known by the column that
    ``[watch] key`` names, else by its values and its time; a label that comes later is its label.
    A file that names rows by their keys may bring their labels only.

    Parameters
    ----------
    folder : str
        Of the workspace.
    path : str
        Any file that a project can be made of; with the label column where the truth has arrived.
    trim : Trim
        Lines of the file that are no rows.
    key : str, default=""
        Column that names the rows; empty: the one of the settings.
    whole : str, default=""
        Beginning of the keys of which the file holds all rows of its blocks: rows of its blocks
        whose keys begin so and that it lacks are taken out. Empty: none are.

    Returns
    -------
    Observed

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    DataError
        If the file cannot be read, a label is none of the classes, or a row has no time or key
        where it must have one; nothing of it is kept then.
    """
    with Workspace.open(folder) as workspace:
        watched = WatchedRelease.of(workspace)
        notes: list[str] = []
        table = read_later(
            workspace,
            [Path(path)],
            watched.data.reading,
            features=watched.data.features,
            trim=trim,
            note=notes.append,
        )
        named = key or workspace.settings.watch.key
        delivery = Delivery.of(Path(path).name, table, watched.data, watched.problem, named)
        if named and delivery.keys is None:
            notes.append(
                f"{delivery.file} has no column {named!r} ([watch] key): its rows are known "
                "by their values."
            )
        known = {} if delivery.keys is None else _blocks_of_keys(watched)
        _require_own_keys(watched, delivery, known)
        if (
            not whole
            and delivery.keys is not None
            and (delivery.is_bare or delivery.keys.is_in(list(known)).all())
        ):
            count = _keep_labels(watched, delivery, notes)
        else:
            count = _keep_rows(watched, delivery, known, notes, whole=whole)
        return Observed(tuple(sorted(count.blocks)), tuple(notes))


def _require_own_keys(
    watched: WatchedRelease, delivery: Delivery, known: Mapping[str, str]
) -> None:
    """Refuse keys that begin anew in each block: labels would go to the rows of another."""
    dated = watched.data.day_column in delivery.table.frame.columns
    if delivery.keys is None or delivery.is_own or not dated:
        return
    homes = [known.get(key, "") for key in delivery.keys.to_list()]
    names = _names(watched, delivery).tolist()
    n_known = sum(bool(home) for home in homes)
    n_moved = sum(
        bool(home and name) and home != name for home, name in zip(homes, names, strict=True)
    )
    if 2 * n_moved > n_known:
        named, unit = delivery.keys.len(), watched.workspace.settings.watch.block
        raise DataError(
            f"{n_moved:,} of {named:,} rows of {delivery.file} have a key that a row has in "
            f"another {unit}. Nothing of the file was kept.",
            "A key must name one row for good: one that begins anew would give a row the label "
            "of another.",
            'Set [watch] key to a column that is never used twice, or to "".',
        )


def _keep_labels(watched: WatchedRelease, delivery: Delivery, notes: list[str]) -> _Count:
    """Give rows that are known the labels that came later."""
    labels = delivery.labels()
    count = _Count()
    for name in watched.observed():
        _add_to(watched, name, labels, count)
    if not labels.height:
        notes.append(f"{delivery.file} has rows that are known, and no label of theirs.")
        return count
    if not count.n_known:
        raise _nobodys(watched, delivery, labels.height)
    n_lost = labels.height - count.n_known
    belong = "belongs" if n_lost == 1 else "belong"
    was = "was" if n_lost == 1 else "were"
    lost = f" {n_lost:,} {belong} to no row that was scored, and {was} left out." if n_lost else ""
    notes.append(f"{delivery.file}: {count.label_words}.{lost}")
    if n_disputed := delivery.n_disputed:
        have = "key has" if n_disputed == 1 else "keys have"
        notes.append(f"{delivery.file}: {n_disputed:,} {have} labels that differ; the last counts.")
    return count


def _nobodys(watched: WatchedRelease, delivery: Delivery, n_labels: int) -> DataError:
    """Labels that belong to no row; or rows that lack a column, and were taken for labels."""
    if delivery.lacking:
        return DataError(
            f"{delivery.file} lacks {named_columns(delivery.lacking)}, so its rows cannot be "
            "scored; and no row of its keys was scored before, that its labels could belong to.",
            "New rows need every column that the release learnt from.",
            "Export it again with all columns.",
        )
    return DataError(
        f"{delivery.file} has {plural(n_labels, 'label')}, but of no row that release "
        f"{watched.release.release_id} has scored.",
        "Rows are watched first, then labelled.",
        "Check the keys, and that no newer release is in service: 'leadline status'.",
    )


def _keep_rows(
    watched: WatchedRelease,
    delivery: Delivery,
    known: Mapping[str, str],
    notes: list[str],
    *,
    whole: str,
) -> _Count:
    """Score rows, and add those that are new to their blocks; keys that are known have one."""
    notes += watched.swapped_days(delivery.table.frame)
    rows = _scored(watched, delivery)
    taken = delivery.last_of_key
    if taken.size < rows.height:
        n_twice = rows.height - taken.size
        notes.append(
            f"{delivery.file}: {plural(n_twice, 'row')} {'has' if n_twice == 1 else 'have'} a key "
            "that a later row has too; the last counts."
        )
    names = _names(watched, delivery)
    is_new = np.isin(np.arange(rows.height), taken)
    if delivery.keys is not None:
        # a row with a name of its own stays where it was first seen
        home = np.asarray([known.get(key, "") for key in rows[KEY].to_list()], dtype=object)
        is_new &= home == ""
        names = np.where(home == "", names, home).astype(str)
    if watched.data.day_column in delivery.table.frame.columns:
        now = datetime.now(UTC).replace(tzinfo=None)
        delivery.require_times(watched.data.day_column, np.flatnonzero(is_new), now)
        if ahead := ahead_words(delivery.table.frame[watched.data.day_column], now):
            notes.append(f"{delivery.file}: {ahead}")
    count = _Count()
    for name in sorted(set(names[taken].tolist())):
        came = rows[taken[names[taken] == name]]
        _add_to(watched, name, came, count, whole=whole)
    if count.n_beside:
        notes.append(
            f"{plural(count.n_beside, 'row')} of these blocks came in files: a row that came both "
            "ways counts twice."
        )
    if count.n_known:
        notes.append(
            f"{delivery.file}: {count.n_known:,} of {plural(taken.size, 'row')} "
            f"{'was' if count.n_known == 1 else 'were'} known already and "
            f"{'counts' if count.n_known == 1 else 'count'} once; {count.label_words}."
        )
    return count


def _add_to(
    watched: WatchedRelease,
    name: str,
    came: pl.DataFrame,
    count: _Count,
    *,
    whole: str = "",
) -> None:
    """Add rows, or labels only, to a block; try again if somebody else did meanwhile."""
    for tries_left in reversed(range(_MOST_TRIES)):
        seen = watched.observed().get(name)
        before = watched.rows_of(seen)
        n_known = 0 if before is None else int(before[KEY].is_in(came[KEY].implode()).sum())
        if SCORE not in came.columns and not n_known:
            return
        kept, n_beside = before, 0
        if whole and before is not None:
            is_other = ~pl.col(KEY).str.starts_with(whole)
            kept = before.filter(is_other | pl.col(KEY).is_in(came[KEY].implode()))
            n_beside = before.select(is_other.sum()).item()
        after = merged(kept, came)
        try:
            _put(watched, name, seen, before, after, count.delivered)
        except OutdatedAnswerError:
            if not tries_left:
                raise
            continue
        count.blocks.add(name)
        count.n_known += n_known
        count.n_beside += n_beside
        count.n_labels += _n_labels(after) - _n_labels(before)
        count.n_changed += _n_changed(before, after)
        return


def _n_labels(rows: pl.DataFrame | None) -> int:
    return 0 if rows is None else rows.height - rows[TRUTH].null_count()


def _n_changed(before: pl.DataFrame | None, after: pl.DataFrame) -> int:
    """Rows whose label was another before; where nothing is known of either, nothing changed."""
    if before is None:
        return 0
    both = before.select(KEY, TRUTH).join(after.select(KEY, later=TRUTH), on=KEY)
    return both.filter(pl.col(TRUTH) != pl.col("later")).height


def _put(
    watched: WatchedRelease,
    name: str,
    seen: Observation | None,
    before: pl.DataFrame | None,
    after: pl.DataFrame,
    delivered: str,
) -> None:
    """Put a block on the record, unless nothing has changed."""
    if before is not None and before.equals(after):
        return
    data, task = watched.data, watched.problem.task
    payload = counts_of(after, task, watched.release.tolerance, watched.release.confidence)
    payload |= learnt_rows_of(after, watched.bundle.learnt)
    block = conform(features_of(after), data.features)
    payload["shifts"] = column_shifts(
        block,
        watched.inputs,
        data.features,
        name=name,
        is_right=are_right(after, watched.release),
    )
    payload["delivered"] = delivered
    payload[ROWS] = watched.workspace.artifacts.put(to_parquet(after), kind="block")
    is_dated = after[TIME].null_count() < after.height
    observation = Observation(
        release_id=watched.release.release_id,
        block=name,
        block_at=name if is_dated else "",
        n_rows=after.height,
        payload=payload,
    )
    watched.workspace.record.observations.add(observation, replacing=seen)


def _scored(watched: WatchedRelease, delivery: Delivery) -> pl.DataFrame:
    """The rows of a file with what the release says of them."""
    frame, data = delivery.table.frame, watched.data
    X = watched.bundle.read(frame, place=delivery.table.place)
    decided = watched.answers(X)
    times = frame[data.day_column] if data.day_column in frame.columns else None
    learnt = watched.bundle.learnt
    keys = delivery.keys
    if keys is None:
        keys = value_keys(X, times, pl.Series(_names(watched, delivery).tolist(), dtype=pl.String))
    return block_rows(
        keys=keys,
        times=times,
        scores=pl.Series(decided.scores),
        said=pl.Series(decided.predicted.tolist(), dtype=delivery.truth.dtype),
        truth=delivery.truth,
        is_learnt=None if learnt is None else pl.Series(learnt.contain(X)),
        features=frame.select(list(data.features)),
    )


def _names(watched: WatchedRelease, delivery: Delivery) -> NDArray[np.str_]:
    """Block of each row."""
    frame, column = delivery.table.frame, watched.data.day_column
    if column in frame.columns:
        block = watched.workspace.settings.watch.block
        return np.asarray(block_names(frame[column], block), dtype=str)
    return np.full(frame.height, delivery.file)


def _blocks_of_keys(watched: WatchedRelease) -> dict[str, str]:
    """Key to the block that its row lies in."""
    found: dict[str, str] = {}
    for name, seen in watched.observed().items():
        rows = watched.rows_of(seen)
        if rows is not None:
            found |= dict.fromkeys(rows[KEY].to_list(), name)
    return found
