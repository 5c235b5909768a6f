"""Events in the life of an alarm: seen, explained, closed; by whom, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadline.record.append_only import add, rows_of
from leadline.record.database import Database
from leadline.record.monitoring.monitoring_tables import AlarmAct
from leadline.record.monitoring.monitoring_tables import alarm_event as table
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class AlarmEvent:
    """What a person did about an alarm.

    Attributes
    ----------
    release_id : str
        The release that was watched.
    block : str
        Name of the block at which the alarm was raised.
    act : AlarmAct
        Seen, explained or closed.
    person : str
        Who.
    why : str
        The explanation; empty if none was given.
    through : str
        Of a closing: name of the newest block known then. It and all before it count as explained;
        the search for a rise begins anew after it.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    release_id: str
    block: str
    act: AlarmAct
    person: str
    why: str = ""
    through: str = ""
    at: datetime | None = None


class AlarmEvents:
    """What people did about alarms, release by release.

    Contract
    --------
    *Append-only.* An event stays. At most one alarm of a release is open at a time: a closing ends
    it, and the events after it are about the next one.

    *Atomic.* An event is there whole or not at all.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, event: AlarmEvent) -> None:
        """Keep an event.

        Raises
        ------
        ValueError
            If the time has no zone.
        """
        add(self._database, table, **vars(event) | {"at": utc(event.at)})

    def of(self, release_id: str) -> tuple[AlarmEvent, ...]:
        """The events of a release, in the order they came."""
        found = rows_of(self._database, table, table.c.release_id == release_id)
        return tuple(
            AlarmEvent(r.release_id, r.block, r.act, r.person, r.why, r.through, r.at)
            for r in found
        )
