"""Votes of machines: the label that a model gives an item, and what it was told."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from leadline.record.append_only import latest, rows_of
from leadline.record.database import Database
from leadline.record.delegation.delegation_tables import machine_vote
from leadline.record.sql_types import utc


@dataclass(frozen=True, kw_only=True)
class MachineVote:
    """What a machine says is the label of an item.

    Attributes
    ----------
    item : str
        The row of data.
    machine : str
        The name under which the settings declare it.
    model : str
        What answered.
    prompt : str
        Digest of all that the model was told beside the row.
    value : str or None
        The label; None: unsure, or no answer that could be read.
    confidence : float in [0, 1] or None, default=None
        Probability of its own answer, as the model says; None where it says none.
    reason : str, default=""
        Why there is no label.
    guidelines : int or None, default=None
        Version of the people's guidelines that it was told; None: none.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    item: str
    machine: str
    model: str
    prompt: str
    value: str | None
    confidence: float | None = None
    reason: str = ""
    guidelines: int | None = None
    at: datetime | None = None


_FIELDS = tuple(one.name for one in fields(MachineVote))


class MachineVotes:
    """The votes of all machines.

    Contract
    --------
    *Append-only.* Of the votes of one model on one item, told the same, the latest counts.

    *Apart.* They are no votes of `Votes`: nobody's agreement, label, pay or list of items to label
    knows of them.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, vote: MachineVote) -> None:
        """Keep a vote.

        Raises
        ------
        ValueError
            If it does not say which item, machine, model and prompt, if the confidence is no
            probability, or the time has no zone.
        """
        if not (vote.item and vote.machine and vote.model and vote.prompt):
            raise ValueError("a machine's vote says of what it is, and which model was told what")
        sure = vote.confidence
        if sure is not None and not (math.isfinite(sure) and 0 <= sure <= 1):
            raise ValueError(f"confidence must lie in [0, 1]; got {sure}")
        values = vars(vote) | {"at": utc(vote.at)}
        with self._database.writing() as connection:
            self._database.insert(connection, machine_vote, values)

    def of(self, machine: str, model: str, prompt: str) -> tuple[MachineVote, ...]:
        """What a machine says when a model is told one thing: its latest vote on each item."""
        columns = machine_vote.c
        found = rows_of(
            self._database,
            machine_vote,
            columns.machine == machine,
            columns.model == model,
            columns.prompt == prompt,
        )
        return tuple(_vote(row) for row in latest((row.item, row) for row in found))

    def newest(self, machine: str, model: str, prompt: str) -> int:
        """Number of the newest vote of a machine when a model is told one thing; 0 without any.

        As long as it stays, `of` says the same.
        """
        columns = machine_vote.c
        query = select(func.max(columns.id)).where(
            self._database.mine(machine_vote),
            columns.machine == machine,
            columns.model == model,
            columns.prompt == prompt,
        )
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def all(self) -> tuple[MachineVote, ...]:
        """Every vote that counts, whatever the model and whatever it was told."""
        found = rows_of(self._database, machine_vote)
        of_same = ((row.machine, row.model, row.prompt, row.item) for row in found)
        return tuple(_vote(row) for row in latest(zip(of_same, found, strict=True)))


def _vote(row: Row[Any]) -> MachineVote:
    return MachineVote(**{name: getattr(row, name) for name in _FIELDS})
