"""Requests for labels: the rows of each block whose label tells most, written into a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import DataError
from leadline.monitoring.block_rows import (
    KEY,
    KEY_COLUMN,
    SAID,
    TIME,
    TRUTH,
    answered_rows,
    features_of,
    without_learnt,
)
from leadline.monitoring.page_labels import known_rows
from leadline.monitoring.reference_blocks import ReferenceBlocks, ReferenceSources
from leadline.monitoring.release_in_service import stood_on
from leadline.phases.monitor import RECALL
from leadline.phases.release import Release
from leadline.record import AlarmAct
from leadline.settings.service_sections import WatchSettings
from leadline.stats.monitoring.watched_rates import untold
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


@dataclass(frozen=True)
class LabelRequests:
    """Which rows of a block want a label.

    Release, block and rows alone decide which, so that the same rows are asked for until they are
    answered.

    Attributes
    ----------
    reference : ReferenceBlocks
        Of the release.
    watch : WatchSettings
        How many labels a block gets.
    release_id : str
        Of the release.
    """

    reference: ReferenceBlocks
    watch: WatchSettings
    release_id: str

    def n_wanted(self, rows: pl.DataFrame, block: str, unsure: Collection[str] = ()) -> int:
        """How many rows of a block want a label still.

        Parameters
        ----------
        rows : DataFrame
            Of the block, those that count.
        block : str
            Its name.
        unsure : collection of str
            Keys of rows of which it cannot be told: others are asked for in their place.
        """
        n_labelled = rows.height - rows[TRUTH].null_count()
        if _are_of_flagged_rows(rows):
            n_labelled = self._n_answered(rows, block, unsure)
        missing = min(self.watch.labels, rows.height) - n_labelled
        return max(0, min(missing, int(_is_open(rows, unsure).sum())))

    def rows_to_ask(
        self,
        rows: pl.DataFrame,
        block: str,
        *,
        unsure: Collection[str] = (),
        n_spare: int = 0,
    ) -> NDArray[np.int64]:
        """Choose the rows of a block that want a label: by strata of the predicted error.

        Parameters
        ----------
        rows : DataFrame
            Of the block, those that count.
        block : str
            Its name.
        unsure : collection of str
            Keys of rows of which it cannot be told.
        n_spare : int, default=0
            Further rows, to ask for in the place of rows of which it cannot be told.

        Returns
        -------
        ndarray of int
            At most as many as labels are missing, and behind them the spare ones; none where no
            label is missing.
        """
        n_missing = self.n_wanted(rows, block, unsure)
        if not n_missing:
            return np.zeros(0, dtype=np.int64)
        order = self._order(rows, block)
        wanted: NDArray[np.int64] = order[_is_open(rows, unsure)[order]]
        return wanted[: n_missing + n_spare]

    def _order(self, rows: pl.DataFrame, block: str) -> NDArray[np.int64]:
        """All rows of a block, those first that are asked for before any is answered."""
        seed = blake2b(f"{self.release_id} {block}".encode(), digest_size=8).digest()
        rng = np.random.default_rng(int.from_bytes(seed, "little"))
        monitor = self.reference.monitor(self.watch, rng)
        if monitor is None:
            drawn = rng.permutation(rows.height)[: self.watch.labels]
        else:
            seen = self.reference.rows(rows)
            drawn = monitor.ask(seen.scores, seen.said)
        # labels of rows that were not asked for may have taken the place of some
        others = rng.permutation(rows.height)
        return np.concatenate([drawn, others[~np.isin(others, drawn)]]).astype(np.int64)

    def _n_answered(self, rows: pl.DataFrame, block: str, unsure: Collection[str]) -> int:
        """How many of the rows that were asked for have a label."""
        order = self._order(rows, block)
        is_unsure = rows[KEY].is_in(list(unsure)).to_numpy()
        asked = order[~is_unsure[order]][: self.watch.labels]
        return int(rows[TRUTH].is_not_null().to_numpy()[asked].sum())


def _are_of_flagged_rows(rows: pl.DataFrame) -> bool:
    """Whether only flagged rows have labels.

    They may have been chosen by the flag: what was missed among the others is not known then. Or
    the first answers happen to be such.
    """
    said = rows[SAID]
    if not said.dtype.is_integer():
        return False
    known = np.flatnonzero(rows[TRUTH].is_not_null().to_numpy())
    return known.size > 0 and RECALL in untold(said.to_numpy().astype(np.float64), known)


def _is_open(rows: pl.DataFrame, unsure: Collection[str]) -> NDArray[np.bool_]:
    """Whether a row may be asked for."""
    is_open: NDArray[np.bool_] = rows[TRUTH].is_null().to_numpy()
    if unsure:
        is_open = is_open & ~rows[KEY].is_in(list(unsure)).to_numpy()
    return is_open


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
    requests = LabelRequests(reference, workspace.settings.watch, release_id)
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
        rows = answered_rows(without_learnt(known.rows, seen.payload), release.confidence)
        if not rows.height:
            continue
        chosen = requests.rows_to_ask(rows, seen.block, unsure=known.unsure)
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
