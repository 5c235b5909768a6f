"""Rows of a block that want a label, and labels that are no fair sample of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.block_rows import (
    KEY,
    SAID,
    TRUTH,
    answered_rows,
    rows_of_block,
    without_learnt,
)
from leadline.monitoring.label_requests.chosen_labels import rules_of_choice
from leadline.monitoring.reference_blocks import ReferenceBlocks, run_length
from leadline.phases.monitor import PRECISION, RECALL, Monitor
from leadline.phases.release import Release
from leadline.record import Observation
from leadline.stats.monitoring.watched_rates import untold
from leadline.workspace import Workspace

# of any block that is called unfairly labelled, while as many come as between two false alarms
_CHANCE = 0.05


@dataclass(frozen=True)
class LabelRequests:
    """Which rows of blocks want a label.

    Release, block and rows alone decide which, so that the same rows are asked for until they are
    answered.

    Attributes
    ----------
    workspace : Workspace
        Of the project.
    release : Release
        That is watched.
    reference : ReferenceBlocks
        Of the release.
    """

    workspace: Workspace
    release: Release
    reference: ReferenceBlocks

    def of(
        self, seen: Observation, rows: pl.DataFrame, unsure: Collection[str] = ()
    ) -> BlockRequests:
        """Requests of a block.

        Parameters
        ----------
        seen : Observation
            Of the block, its newest.
        rows : DataFrame
            Of the block, those that count, at least one.
        unsure : collection of str
            Keys of rows of which it cannot be told: others are asked for in their place.
        """
        return BlockRequests(self, seen, rows, unsure)

    @cached_property
    def label_counts(self) -> frozenset[int]:
        """Labels that a block got or gets: the setting may have been another one."""
        before = (entry.verdict_as(Monitor) for entry in self.workspace.record.entries("monitor"))
        own = {each.n_labels for each in before if each.release_id == self.release.release_id}
        return frozenset({*own, self.workspace.settings.watch.labels})

    def order(self, rows: pl.DataFrame, block: str, n_labels: int) -> NDArray[np.int64]:
        """All rows of a block, those first that are asked for before any is answered."""
        seed = blake2b(f"{self.release.release_id} {block}".encode(), digest_size=8).digest()
        rng = np.random.default_rng(int.from_bytes(seed, "little"))
        watch = replace(self.workspace.settings.watch, labels=n_labels)
        monitor = self.reference.monitor(watch, rng)
        if monitor is None:
            drawn = rng.permutation(rows.height)[:n_labels]
        else:
            seen = self.reference.rows(rows)
            drawn = monitor.ask(seen.scores, seen.said)
        # labels of rows that were not asked for may have taken the place of some
        others = rng.permutation(rows.height)
        return np.concatenate([drawn, others[~np.isin(others, drawn)]]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class BlockRequests:
    """Which rows of a block want a label, and which of its labels count.

    Attributes
    ----------
    requests : LabelRequests
        Of the release.
    seen : Observation
        Of the block.
    rows : DataFrame
        Of the block, those that count.
    unsure : collection of str
        Keys of rows of which it cannot be told.
    """

    requests: LabelRequests
    seen: Observation
    rows: pl.DataFrame
    unsure: Collection[str]

    @cached_property
    def n_wanted(self) -> int:
        """How many rows want a label still."""
        is_fair = not self.chosen_by and not self._is_of_flagged_rows
        n_labelled = int(self._is_labelled.sum()) if is_fair else self._n_answered
        missing = min(self._n_labels, self.rows.height) - n_labelled
        return max(0, min(missing, int(self._is_open.sum())))

    def rows_to_ask(self, n_spare: int = 0) -> NDArray[np.int64]:
        """Choose the rows that want a label: by strata of the predicted error.

        Parameters
        ----------
        n_spare : int, default=0
            Further rows, to ask for in the place of rows of which it cannot be told.

        Returns
        -------
        ndarray of int
            At most as many as labels are missing, and behind them the spare ones; none where no
            label is missing.
        """
        if not self.n_wanted:
            return np.zeros(0, dtype=np.int64)
        wanted: NDArray[np.int64] = self._order[self._is_open[self._order]]
        return wanted[: self.n_wanted + n_spare]

    @cached_property
    def chosen_by(self) -> tuple[str, ...]:
        """Rules by which rows got their labels, in words; none if they are fair.

        Rows that nobody asked for at any time are compared with each other, and so are those that
        are asked for now, as only some may have been answered.
        """
        if self._is_labelled.all() or not self._is_labelled.any():
            return ()
        is_asked = np.zeros(self.rows.height, dtype=bool)
        is_asked[self._asked] = True
        found = self._rules(~is_asked)
        if found:
            for keys in self._asked_earlier():
                is_asked |= self.rows[KEY].is_in(keys.implode()).to_numpy()
            found = self._rules(~is_asked)
        return found or self._rules(np.isin(np.arange(self.rows.height), self._asked))

    @cached_property
    def fair_rows(self) -> pl.DataFrame:
        """The rows without the labels that are left aside, as a rule chose them.

        Those of all rows that were asked for count; while one of them lacks its label none does, as
        the rule may have chosen among them, too.
        """
        if not self.chosen_by:
            return self.rows
        is_kept = np.zeros(self.rows.height, dtype=bool)
        is_kept[self._asked] = not self.n_wanted
        return self.rows.with_columns(pl.when(pl.Series(is_kept)).then(TRUTH).alias(TRUTH))

    @property
    def n_aside(self) -> int:
        """Labels that are left aside."""
        return int(self._is_labelled.sum()) - self.fair_rows[TRUTH].count()

    def _rules(self, are_compared: NDArray[np.bool_]) -> tuple[str, ...]:
        watch = self.requests.workspace.settings.watch
        is_like = self._is_like_labelled
        # of flagged rows most may well be positive
        share = self.requests.reference.share_positive if is_like.all() else None
        part = self.rows.filter(pl.Series(are_compared & is_like))
        return rules_of_choice(part, share, level=_CHANCE / 2 / run_length(watch))

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return self.requests.order(self.rows, self.seen.block, self._n_labels)

    @property
    def _n_labels(self) -> int:
        return self.requests.workspace.settings.watch.labels

    @cached_property
    def _asked(self) -> NDArray[np.int64]:
        """Rows that are asked for before any is answered."""
        is_unsure = self.rows[KEY].is_in(list(self.unsure)).to_numpy()
        wanted: NDArray[np.int64] = self._order[~is_unsure[self._order]]
        return wanted[: self._n_labels]

    def _asked_earlier(self) -> Iterator[pl.Series]:
        """Keys of the rows that were asked for when fewer rows had come, or fewer were wanted."""
        requests, seen = self.requests, self.seen
        workspace, n_rows = requests.workspace, set[int]()
        for before in workspace.record.observations.history(seen.release_id, seen.block):
            every = rows_of_block(workspace.artifacts, before)
            rows = None if every is None else counted_rows(every, before, requests.release)
            if rows is None or rows.height in n_rows or not rows.height:
                continue
            n_rows.add(rows.height)
            for n_labels in requests.label_counts:
                yield rows[KEY][requests.order(rows, seen.block, n_labels)[:n_labels]]

    @cached_property
    def _is_labelled(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.rows[TRUTH].is_not_null().to_numpy()
        return found

    @property
    def _is_open(self) -> NDArray[np.bool_]:
        """Whether a row may be asked for."""
        is_unsure = self.rows[KEY].is_in(list(self.unsure)).to_numpy()
        found: NDArray[np.bool_] = ~self._is_labelled & ~is_unsure
        return found

    @property
    def _n_answered(self) -> int:
        """How many of the rows that were asked for have a label."""
        return int(self._is_labelled[self._asked].sum())

    @cached_property
    def _lacking(self) -> tuple[str, ...]:
        """Rates that labels do not tell, as they came of one kind of row only."""
        said, known = self.rows[SAID], np.flatnonzero(self._is_labelled)
        if not said.dtype.is_integer() or not known.size:
            return ()
        return untold(said.to_numpy().astype(np.float64), known)

    @property
    def _is_of_flagged_rows(self) -> bool:
        """Whether only flagged rows have labels.

        They may have been chosen by the flag: what was missed among the others is not known then.
        Or the first answers happen to be such.
        """
        return RECALL in self._lacking

    @property
    def _is_like_labelled(self) -> NDArray[np.bool_]:
        """Rows of the kind that has labels: flagged or not, where one of the two has none."""
        found = np.ones(self.rows.height, dtype=bool)
        if RECALL in self._lacking:
            found = self.rows[SAID].to_numpy() == 1
        elif PRECISION in self._lacking:
            found = self.rows[SAID].to_numpy() != 1
        return found


def counted_rows(rows: pl.DataFrame, seen: Observation, release: Release) -> pl.DataFrame:
    """The rows of a block by which a release is judged."""
    return answered_rows(without_learnt(rows, seen.payload), release.confidence)
