"""Due dates: when a model in service is to be retrained, or looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leadline.services.upkeep.yearly_money import BLOCKS_A_YEAR, Ageing


@dataclass(frozen=True)
class Due:
    """What a model in service is due for.

    Attributes
    ----------
    what : str
        retrain or check.
    day : date
        By when.
    is_late : bool
        Whether that day is over.
    why : str
        What the day follows from.
    """

    what: str
    day: date
    is_late: bool
    why: str


def due(
    released_at: datetime,
    decay: Ageing | None,
    looked_at: datetime | None,
    today: date,
    *,
    is_alarmed: bool = False,
) -> Due:
    """What comes first: the retraining that the schedule asks for, or the next look.

    An alarm asks for a retraining at once, unless a person has said to go on. A look is due a block
    after the last one, or after the release went into service. The schedule counts from that day
    too.

    Parameters
    ----------
    released_at : datetime
        Since when the release is in service.
    decay : Ageing or None
        Its block and its schedule.
    looked_at : datetime or None
        When the monitor last looked at this release; None if it never did.
    today : date
        The day it is.
    is_alarmed : bool, default=False
        Whether the last look said no, and nobody has said to go on.

    Examples
    --------
    >>> from datetime import UTC
    >>> found = due(datetime(2026, 1, 5, tzinfo=UTC), None, None, date(2026, 1, 13))
    >>> found.what, found.day.isoformat(), found.is_late
    ('check', '2026-01-12', True)
    """
    block = "week" if decay is None else decay.block
    length = timedelta(days=365.25 / BLOCKS_A_YEAR[block])
    if is_alarmed and looked_at is not None:
        day = looked_at.date()
        return Due("retrain", day, day < today, "The monitor says no: alarm, or time to retrain")
    look = ((looked_at or released_at) + length).date()
    since = "it went into service" if looked_at is None else "the last look"
    found = [Due("check", look, look < today, f"A {block} after {since}")]
    if decay is not None and decay.retrain_every is not None:
        planned = (released_at + decay.retrain_every * length).date()
        why = f"{decay.retrain_every} {block}s after it went into service, as it ages"
        found.append(Due("retrain", planned, planned < today, why))
    return min(found, key=lambda each: (each.day, each.what != "retrain"))
