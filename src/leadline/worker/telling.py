"""Events that need a person: an alarm, a retraining that is due, a failure, a rollback."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leadline.monitoring.release_in_service import in_service
from leadline.monitoring.upkeep.retrain_due import retrain_period
from leadline.notifications import Event, deliver, tell
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.record import Entry, Promotion
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.monitoring.upkeep.rot_check import Check

_LOOK = "Look at it: 'leadline status', or the page of the monitor."


def tell_of_verdict(workspace: Workspace, entry: Entry) -> None:
    """Tell what a new verdict of the monitor means for people, and what has not arrived so far."""
    if entry.row == "monitor":
        if is_raised(workspace, entry):
            tell(workspace, alarm_raised(workspace, entry))
        due = retraining_due(workspace)
        if due is not None:
            tell(workspace, due)
    deliver(workspace)


def is_raised(workspace: Workspace, entry: Entry) -> bool:
    """Whether a verdict of the monitor says "no" and the one before did not: told once."""
    if entry.verdict.answer is not Answer.NO:
        return False
    earlier = [one for one in workspace.record.entries("monitor") if one.number < entry.number]
    if not earlier:
        return True
    before = earlier[-1].verdict
    is_other = getattr(before, "release_id", "") != getattr(entry.verdict, "release_id", "")
    return is_other or before.answer is not Answer.NO


def alarm_raised(workspace: Workspace, entry: Entry) -> Event:
    """The monitor says that the model is no longer good enough."""
    warnings = [
        f"{finding.what} {finding.next}".strip()
        for finding in entry.verdict.findings
        if finding.severity.value != "note"
    ]
    return Event(
        "alarm",
        f"entry {entry.number}",
        "The monitor raises an alarm",
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
