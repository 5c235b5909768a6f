"""The life of an alarm: who may do what, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.examples import RELEASE_ID

from leadline.errors import NotReadyError, OutdatedAnswerError, SettingsError
from leadline.phases.lifecycle import ROWS
from leadline.record import AlarmAct
from leadline.services.commands import act_on_alarm
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def test_an_alarm_is_seen_explained_and_closed(make: Make) -> None:
    workspace = make()
    act_on_alarm(workspace, "seen", " Ada  Ops ")
    act_on_alarm(workspace, "explain", "Bo", "a  strike\n")
    closed = act_on_alarm(workspace, "close", "Ada")
    events = workspace.record.alarm_events.of(RELEASE_ID)
    assert [(event.act, event.person, event.why) for event in events] == [
        (AlarmAct.SEEN, "Ada Ops", ""),
        (AlarmAct.EXPLAINED, "Bo", "a strike"),
        (AlarmAct.CLOSED, "Ada", ""),
    ]
    assert {event.block for event in events} == {"2025-01-20"}
    # everything that was known by then counts as explained
    assert closed.through == "2025-01-27"
    with pytest.raises(OutdatedAnswerError, match="closed by Ada meanwhile"):
        act_on_alarm(workspace, "close", "Cy", "once more")


@pytest.mark.parametrize(
    ("act", "by", "why", "found"),
    [
        ("explain", "Ada", "  ", "The alarm is not explained."),
        ("close", "Ada", "", "The alarm is not explained."),
        ("seen", " ", "", "Nobody is named for the alarm."),
        ("forget", "Ada", "it", "The act is 'forget'."),
    ],
)
def test_what_is_missing_is_refused(make: Make, act: str, by: str, why: str, found: str) -> None:
    workspace = make()
    with pytest.raises(SettingsError) as caught:
        act_on_alarm(workspace, act, by, why)
    assert caught.value.found == found
    assert workspace.record.alarm_events.of(RELEASE_ID) == ()


def test_without_an_open_alarm_there_is_nothing_to_do(make: Make) -> None:
    workspace = make([row for row in ROWS if row != "monitor"])
    with pytest.raises(NotReadyError, match="No alarm is open"):
        act_on_alarm(workspace, "seen", "Ada")
