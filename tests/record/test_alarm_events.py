"""What people did about alarms: kept in order, release by release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from leadline.record import AlarmAct, AlarmEvent, Record

AT = datetime(2025, 1, 6, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def test_events_stay_in_the_order_they_came(record: Record) -> None:
    seen = AlarmEvent("r1", "2025-01-20", AlarmAct.SEEN, "Ada", at=AT)
    closed = AlarmEvent("r1", "2025-01-20", AlarmAct.CLOSED, "Bo", "a strike", "2025-01-27", AT)
    for event in (seen, AlarmEvent("r2", "b", AlarmAct.SEEN, "Cy"), closed):
        record.alarm_events.add(event)
    assert record.alarm_events.of("r1") == (seen, closed)
    assert [event.person for event in record.alarm_events.of("r2")] == ["Cy"]
    assert record.alarm_events.of("r3") == ()


def test_an_act_that_is_none_is_refused(record: Record) -> None:
    with pytest.raises(Exception, match="forgotten"):
        record.alarm_events.add(AlarmEvent("r1", "b", "forgotten", "Ada"))  # type: ignore[arg-type]
    assert record.alarm_events.of("r1") == ()
