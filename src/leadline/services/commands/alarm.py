"""Life of an alarm: somebody has seen it, explains it, closes it."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.errors import NotReadyError, OutdatedAnswerError, SettingsError
from leadline.phases.monitor import Monitor
from leadline.phases.permissions import Action
from leadline.record import AlarmAct, AlarmEvent
from leadline.services.identity.permission import acting
from leadline.workspace import Workspace

_ACTS = {
    "seen": AlarmAct.SEEN,
    "explain": AlarmAct.EXPLAINED,
    "close": AlarmAct.CLOSED,
}


def act_on_alarm(workspace: Workspace, act: str, by: str, why: str = "") -> AlarmEvent:
    """Put on the record what a person does about the open alarm.

    The verdict of the monitor follows when its row is run again.

    Parameters
    ----------
    workspace : Workspace
        The project.
    act : {"seen", "explain", "close"}
        What is done. A closing counts all blocks known by now as explained; those that come in
        later are judged anew.
    by : str
        Who.
    why : str, default=""
        The explanation; needed to explain, and to close what nobody has explained.

    Returns
    -------
    AlarmEvent
        As it was kept.

    Raises
    ------
    NotReadyError
        If no alarm is open.
    OutdatedAnswerError
        If it was closed since the monitor was run.
    SettingsError
        If the act is none of the three, nobody is named, or the explanation is missing.
    """
    workspace, person = acting(workspace, Action.ALARM, by, "the alarm")
    if act not in _ACTS:
        raise SettingsError(f"The act is {act!r}.", "It must be seen, explain or close.", "Choose.")
    monitor = workspace.record.latest_of(Monitor)
    alarm = None if monitor is None else monitor.open_alarm
    if monitor is None or alarm is None:
        raise NotReadyError(
            "No alarm is open.",
            "The monitor raises one when the error has risen.",
            "See 'leadline alarm'.",
        )
    events = workspace.record.alarm_events.of(monitor.release_id)
    n_closed = sum(event.act is AlarmAct.CLOSED for event in events)
    if n_closed > sum(not each.is_open for each in monitor.alarms):
        raise OutdatedAnswerError(
            f"The alarm of {alarm.block} was closed by {events[-1].person} meanwhile.",
            "The monitor has not been run since.",
            "Run 'leadline run monitor', then look again.",
        )
    event = AlarmEvent(
        release_id=monitor.release_id,
        block=alarm.block,
        act=_ACTS[act],
        person=person,
        why=_explanation(act, why, _said(events)),
        through=monitor.blocks[-1].name if act == "close" else "",
    )
    workspace.record.alarm_events.add(event)
    return event


def _said(events: Sequence[AlarmEvent]) -> str:
    """How the open alarm was explained last; empty if it was not."""
    why = ""
    for event in events:
        why = "" if event.act is AlarmAct.CLOSED else event.why or why
    return why


def _explanation(act: str, why: str, said: str) -> str:
    """The explanation that goes with an act."""
    text = " ".join(why.split())
    if act == "seen" or text or (act == "close" and said):
        return text
    raise SettingsError(
        "The alarm is not explained.",
        "Whoever comes later must know what it was.",
        "Say it with --why, or in the field Why.",
    )
