"""Due dates: the next look, the schedule, and an alarm before both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from tests.services.upkeep.test_yearly_money import ageing

from leadline.services.upkeep.due_dates import due

RELEASED = datetime(2026, 1, 5, 12, tzinfo=UTC)
LOOKED = datetime(2026, 2, 2, 12, tzinfo=UTC)
TODAY = date(2026, 2, 4)
AGES = ageing(0.0, 0.1, retrain_every=8)


def test_a_look_is_due_a_block_after_the_last_one_or_the_release() -> None:
    first = due(RELEASED, AGES, None, TODAY)
    assert (first.what, first.day, first.is_late) == ("check", date(2026, 1, 12), True)
    next_one = due(RELEASED, AGES, LOOKED, TODAY)
    assert (next_one.what, next_one.day, next_one.is_late) == ("check", date(2026, 2, 9), False)
    assert "last look" in next_one.why
    monthly = due(RELEASED, replace(AGES, block="month"), LOOKED, TODAY)
    assert monthly.day == date(2026, 3, 4)
    assert due(RELEASED, None, LOOKED, TODAY).day == date(2026, 2, 9)


def test_the_schedule_counts_from_when_it_went_into_service() -> None:
    found = due(RELEASED, replace(AGES, retrain_every=4), LOOKED, TODAY)
    assert (found.what, found.day, found.is_late) == ("retrain", date(2026, 2, 2), True)
    assert found.why.startswith("4 weeks after")
    same_day = due(RELEASED, replace(AGES, retrain_every=5), LOOKED, TODAY)
    assert (same_day.what, same_day.day) == ("retrain", date(2026, 2, 9))


def test_an_alarm_asks_for_a_retraining_at_once() -> None:
    found = due(RELEASED, AGES, LOOKED, TODAY, is_alarmed=True)
    assert (found.what, found.day, found.is_late) == ("retrain", date(2026, 2, 2), True)
    assert not due(RELEASED, AGES, LOOKED, LOOKED.date(), is_alarmed=True).is_late
