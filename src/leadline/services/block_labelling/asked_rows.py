"""Rows of new data that want a label: those that the monitor chose, less those answered since."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from leadline.labelling.item_pool import Values, values_of
from leadline.monitoring.block_rows import BLOCK, KEY, TRUTH, features_of, rows_of_block
from leadline.monitoring.release_in_service import in_service, stood_on
from leadline.phases.monitor import Monitor
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.record import BlockLabel, Entry
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

Place = tuple[str, str]


@dataclass(frozen=True)
class AskedRows:
    """The rows that the newest monitor asks for.

    Attributes
    ----------
    entry : Entry
        Of the monitor.
    problem : Problem
        That the release stood on: it says what counts as a hit.
    rows : DataFrame
        Block, key and features of each; of every block those that are wanted, then spare ones.
    said : dict of (str, str) to BlockLabel
        What counts of a block and a key, of those said on the page.
    filed : frozenset of (str, str)
        Block and key of rows whose label a file has brought since.
    gone : frozenset of (str, str)
        Block and key of rows that a file has taken out of their block since.
    """

    entry: Entry
    problem: Problem
    rows: pl.DataFrame
    said: dict[Place, BlockLabel]
    filed: frozenset[Place]
    gone: frozenset[Place]

    @property
    def monitor(self) -> Monitor:
        """Its verdict."""
        return self.entry.verdict_as(Monitor)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Block and key of each row."""
        return tuple(self.rows.select(BLOCK, KEY).iter_rows())

    @cached_property
    def left_by_block(self) -> dict[str, tuple[int, ...]]:
        """Block to its rows to ask for now, by their place; the newest block first."""
        n_told = Counter(block for block, key in self.places if self._is_told((block, key)))
        found = {}
        for block in reversed(self.monitor.blocks):
            open_ones = [
                number
                for number, place in enumerate(self.places)
                if place[0] == block.name and self._is_open(place)
            ]
            n_left = max(block.n_wanted - n_told[block.name], 0)
            if block.n_wanted:
                found[block.name] = tuple(open_ones[:n_left])
        return found

    @property
    def left(self) -> tuple[int, ...]:
        """Rows to ask for now, in their order."""
        return tuple(number for rows in self.left_by_block.values() for number in rows)

    @property
    def n_complete(self) -> int:
        """Blocks of which nothing is left to ask."""
        return sum(not rows for rows in self.left_by_block.values())

    def own(self, person: str) -> tuple[BlockLabel, ...]:
        """What a person has said of rows of the release and still counts."""
        return tuple(one for one in self.said.values() if one.person == person)

    def n_answered(self, person: str) -> int:
        """How many of these rows a person has answered."""
        here = set(self.places)
        return sum((one.block, one.key) in here for one in self.own(person))

    def values(self, number: int) -> Values:
        """The features of a row, as a person sees them."""
        features = features_of(self.rows)
        return values_of(features, features.columns, number)

    def _is_told(self, place: Place) -> bool:
        said = self.said.get(place)
        return place in self.filed or (said is not None and said.value is not None)

    def _is_open(self, place: Place) -> bool:
        return place not in self.said and place not in self.filed and place not in self.gone


def asked_rows(workspace: Workspace) -> AskedRows | None:
    """Read what the newest monitor asks for; None where nothing wants a label.

    Parameters
    ----------
    workspace : Workspace
        The project.

    Returns
    -------
    AskedRows or None
        None, too, if another release is in service since: its own monitor must be run first.
    """
    record = workspace.record
    entry = record.latest("monitor")
    if entry is None or in_service(record) is None:
        return None
    served, _, problem = stood_on(record)
    monitor = entry.verdict_as(Monitor)
    if not monitor.asked or served.verdict_as(Release).release_id != monitor.release_id:
        return None
    if not workspace.artifacts.has(monitor.asked):
        return None  # a row among them was to be forgotten, and the monitor was not run since
    rows = from_parquet(workspace.artifacts.get(monitor.asked))
    said = {(one.block, one.key): one for one in record.block_labels.of(monitor.release_id)}
    filed, gone = _changed_since(workspace, entry, rows)
    return AskedRows(entry, problem, rows, said, frozenset(filed), frozenset(gone))


def n_left(workspace: Workspace) -> int:
    """How many rows want a label on the page."""
    asked = asked_rows(workspace)
    return 0 if asked is None else len(asked.left)


def _changed_since(
    workspace: Workspace, entry: Entry, asked: pl.DataFrame
) -> tuple[set[Place], set[Place]]:
    """Rows that have a label by file now, and rows that are gone, of blocks observed since."""
    filed: set[Place] = set()
    gone: set[Place] = set()
    release_id = entry.verdict_as(Monitor).release_id
    for seen in workspace.record.observations.of(release_id):
        keys = asked.filter(pl.col(BLOCK) == seen.block)[KEY]
        if not keys.len() or seen.at is None or seen.at <= entry.at:
            continue
        rows = rows_of_block(workspace.artifacts, seen)
        if rows is None:
            continue
        here = rows.filter(pl.col(KEY).is_in(keys.implode())).select(KEY, TRUTH)
        filed |= {(seen.block, key) for key, truth in here.iter_rows() if truth is not None}
        gone |= {(seen.block, key) for key in set(keys) - set(here[KEY])}
    return filed, gone
