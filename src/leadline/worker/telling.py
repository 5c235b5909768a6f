"""Events that need a person: an alarm, a retraining that is due, a failure, a rollback."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leadline.monitoring.maintenance.retrain_due import retrain_period
from leadline.monitoring.release_in_service import in_service
from leadline.notifications import Event, deliver, tell
from leadline.phases.monitor import Monitor
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.record import Entry, Promotion
from leadline.worker.waiting_people import waiting_for_people
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.monitoring.maintenance.rot_check import Check

_LOOK = "Look at it: 'leadline status', or the page of the monitor."


def tell_of_verdict(workspace: Workspace, entry: Entry) -> None:
    """Tell what a new verdict means for people, and what has not arrived so far."""
    if entry.row == "monitor":
        if is_raised(workspace, entry):
            tell(workspace, alarm_raised(workspace, entry))
        due = retraining_due(workspace)
        if due is not None:
            tell(workspace, due)
    elif workspace.settings.notify.channels:  # an alarm says itself that somebody is needed
        for event in waiting_for_people(workspace):
            tell(workspace, event)
    deliver(workspace)


def is_raised(workspace: Workspace, entry: Entry) -> bool:
    """Whether a verdict of the monitor says "no" for a reason the one before had not: told once."""
    reason = _reason(entry)
    earlier = [one for one in workspace.record.entries("monitor") if one.number < entry.number]
    return reason is not None and (not earlier or _reason(earlier[-1]) != reason)


def _reason(entry: Entry) -> tuple[str, str] | None:
    """Release, and the block of its open alarm or since when to retrain; None without a "no"."""
    verdict = entry.verdict
    if verdict.answer is not Answer.NO or not isinstance(verdict, Monitor):
        return None
    if verdict.open_alarm is not None:
        return verdict.release_id, verdict.open_alarm.block
    return verdict.release_id, f"retrain since {_due_since(verdict)}"


def _due_since(verdict: Monitor) -> str:
    return verdict.challenge.due_since if verdict.challenge is not None else ""


def alarm_raised(workspace: Workspace, entry: Entry) -> Event:
    """The monitor says that the model is no longer good enough, or has cost a retraining."""
    warnings = [
        f"{finding.what} {finding.next}".strip()
        for finding in entry.verdict.findings
        if finding.severity.value != "note"
    ]
    verdict = entry.verdict
    is_paid = isinstance(verdict, Monitor) and verdict.open_alarm is None and _due_since(verdict)
    kind, title = "alarm", "The monitor raises an alarm"
    if is_paid:
        kind, title = "retrain", "The release has cost more than a retraining would"
    return Event(
        kind,
        f"entry {entry.number}",
        title,
        "\n".join([entry.verdict.summary, *warnings, _LOOK]),
        {"entry": str(entry.number), "release": _release_id(workspace)},
    )


def retraining_due(workspace: Workspace, now: datetime | None = None) -> Event | None:
    """The release in service is older than the period after which retraining costs least.

    Parameters
    ----------
    workspace : Workspace
        The project.
    now : datetime, optional
        The time, with a zone; now by default.
    """
    entry, period = in_service(workspace.record), retrain_period(workspace.record)
    if entry is None or period is None:
        return None
    age = (now or datetime.now(UTC)) - entry.at
    if age < period:
        return None
    release_id = entry.verdict_as(Release).release_id
    return Event(
        "retrain",
        f"release {release_id}",
        "A retraining is due",
        f"Release {release_id} is {age.days:,} days old. By the decay verdict a model is kept "
        f"{period.days:,} days at least cost.\nAdd the newly labelled rows to [data] files, then: "
        "'leadline run'.",
        {"release": release_id, "age_days": str(age.days), "period_days": str(period.days)},
    )


def run_failed(what: str, row: str, message: str) -> Event:
    """A run ended without a verdict."""
    return Event(
        "run",
        what,
        f"A run failed: {row}",
        f"{message}\nWhat was finished before is on the record.",
        {"row": row},
    )


def watch_failed(what: str, message: str) -> Event:
    """New data could not be watched: told once a day for the same fault."""
    today = datetime.now(UTC).date().isoformat()
    return Event(
        "run",
        f"watch {what} {today} {hashlib.sha256(message.encode()).hexdigest()[:12]}",
        f"Watching failed: {what}",
        message,
        {"row": "monitor", "file": what},
    )


def check_failed(release_id: str, failed: Sequence[Check]) -> Event:
    """A rot check found something: told once a day for the same checks."""
    names = ", ".join(check.name for check in failed)
    lines = [f"{check.name}: {check.words} {check.next}".strip() for check in failed]
    today = datetime.now(UTC).date().isoformat()
    return Event(
        "check",
        f"{release_id} {today} {names}",
        f"A check of release {release_id} failed",
        "\n".join([*lines, "See 'leadline check'."]),
        {"release": release_id, "failed": names},
    )


def rolled_back(move: Promotion, release_id: str, before: str) -> Event:
    """Another release was put into service by hand."""
    return Event(
        "rollback",
        f"move {move.counter}",
        f"Release {release_id} is back in service",
        f"{move.person} put it in the place of {before or 'none'}: {move.why}",
        {"release": release_id, "before": before, "by": move.person},
    )


def _release_id(workspace: Workspace) -> str:
    entry = in_service(workspace.record)
    return entry.verdict_as(Release).release_id if entry else ""
