"""Looks at the hold-out: what agents were told of held-out scores, all of them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from leadline.record.agents.agent_tables import holdout_look as table
from leadline.record.append_only import rows_of
from leadline.record.database import Database
from leadline.record.sql_types import utc

FRESH = "fresh"


@dataclass(frozen=True)
class HoldoutLook:
    """One answer of the hold-out, and the hold-out by then.

    Attributes
    ----------
    by : str
        The agent; of fresh rows, the person.
    entry : int or None
        The verdict of 'tuning' asked about; None: from here on the held-out rows are fresh.
    snapshot : str
        Digest of the data that the held-out rows are of.
    answer : str
        As `leadline.stats.adaptive_holdout.Answered` has it, or "fresh".
    is_told : bool
        Whether the score was asked for.
    score, low, high : float or None
        What was answered; more is better.
    stderr : float or None
        As of `leadline.stats.adaptive_holdout.AdaptiveHoldout`.
    n_looks, n_told : int
        Looks by then.
    nats : float
        What was learnt by then.
    at : datetime or None, default=None
        When, UTC; None: now.
    """

    by: str
    entry: int | None
    snapshot: str
    answer: str
    is_told: bool = False
    score: float | None = None
    low: float | None = None
    high: float | None = None
    stderr: float | None = None
    n_looks: int = 0
    n_told: int = 0
    nats: float = 0.0
    at: datetime | None = None


class HoldoutLooks:
    """What the hold-out told.

    Contract
    --------
    *Append-only.*

    *One after the other.* Of two agents that look at once, the second one's answer counts what the
    first one learnt.

    *For all agents together*: they may talk to each other.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[HoldoutLook, ...]:
        """Every look, the newest last."""
        return tuple(map(_look_of, rows_of(self._database, table)))

    def add(self, answer: Callable[[tuple[HoldoutLook, ...]], HoldoutLook]) -> HoldoutLook:
        """Keep what is answered in the light of all looks.

        Parameters
        ----------
        answer : callable
            Given every look, the newest last; if it raises, or answers with one of them, nothing is
            kept.
        """
        with self._database.writing() as connection:
            looks = [_look_of(r) for r in rows_of(self._database, table, within=connection)]
            look = answer(tuple(looks))
            if look not in looks:
                values = {n: v for n, v in vars(look).items() if n not in {"by", "at"}}
                values |= {"made_by": look.by, "made_at": utc(look.at)}
                self._database.insert(connection, table, values)
        return look


def _look_of(row: Row[Any]) -> HoldoutLook:
    values = {
        name: getattr(row, name)
        for name in HoldoutLook.__dataclass_fields__
        if name in row._mapping
    }
    return HoldoutLook(**values, by=row.made_by, at=row.made_at)
