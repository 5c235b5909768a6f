"""Age of a release, and the period after which retraining costs least (T* of the decay verdict)."""

from __future__ import annotations

from datetime import timedelta

from leadline.phases.decay import Decay
from leadline.record import Record

_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44}


def retrain_period(record: Record) -> timedelta | None:
    """How long a model is kept where retraining costs least; None if that is not known.

    Parameters
    ----------
    record : Record
        Of the project; the decay verdict on the release in service counts.
    """
    number = record.standing()["decay"].number
    decay = None if number is None else record.entry(number).verdict_as(Decay)
    if decay is None or decay.retrain_every is None:
        return None
    return timedelta(days=_DAYS[decay.block] * decay.retrain_every)
