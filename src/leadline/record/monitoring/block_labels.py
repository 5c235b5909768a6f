"""Block labels: what people said on the page of rows that a release has scored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select

from leadline.record.append_only import (
    add,
    columns_of_answer,
    counts,
    latest,
    rows_of,
    withdraw_newest,
)
from leadline.record.database import Database
from leadline.record.monitoring.monitoring_tables import block_label as table


@dataclass(frozen=True)
class BlockLabel:
    """What a person says one row of a block is.

    Attributes
    ----------
    release_id : str
        The release that scored it.
    block, key : str
        The block it lies in, and its key there.
    value : str or None
        As labels are: 1 or 0 of a binary label, the class, the number. None: unsure.
    person : str
        Who says so.
    seconds : float >= 0
        How long it took.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    release_id: str
    block: str
    key: str
    value: str | None
    person: str
    seconds: float
    at: datetime | None = None


class BlockLabels:
    """What people say of rows that were scored, release by release.

    Contract
    --------
    *Append-only.* Whatever was said of a row last counts, whoever said it; the rest stays. An undo
    is a row that withdraws one, and brings back the label before it.

    *Atomic.* Each method that writes is one transaction.

    *Concurrent writers* may answer at once; answers are ordered by when they were committed. Each
    can be withdrawn once, by its own author.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, label: BlockLabel) -> None:
        """Keep what a person says.

        Raises
        ------
        ValueError
            If the seconds are negative or not finite, or the time has no zone.
        """
        add(self._database, table, **columns_of_answer(label))

    def of(self, release_id: str) -> tuple[BlockLabel, ...]:
        """What counts of each row of a release, in the order it was said."""
        found = rows_of(self._database, table, table.c.release_id == release_id, counts(table))
        return tuple(_label(row) for row in latest(((row.block, row.key), row) for row in found))

    def undo(self, release_id: str, person: str) -> BlockLabel | None:
        """Withdraw a person's newest label of a release; return it, or None if there is none."""
        which = table.c.release_id == release_id, table.c.person == person
        with self._database.writing() as connection:
            undone = withdraw_newest(self._database, connection, table, *which)
        return None if undone is None else _label(undone)

    def n_of(self, keys: Collection[str]) -> int:
        """Labels of the rows of these keys, of all releases, withdrawn ones too."""
        query = select(func.count()).where(self._database.mine(table), table.c.key.in_(keys))
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def forget(self, keys: Collection[str]) -> int:
        """Delete all that was said of the rows of these keys; the one thing that is ever deleted.

        Returns
        -------
        int
            How many labels that were, withdrawn ones and withdrawals too.
        """
        gone = delete(table).where(self._database.mine(table), table.c.key.in_(keys))
        with self._database.writing() as connection:
            return connection.execute(gone).rowcount


def _label(r: Row[Any]) -> BlockLabel:
    return BlockLabel(r.release_id, r.block, r.key, r.value, r.person, r.seconds, r.at)
