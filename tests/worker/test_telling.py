"""What needs a person becomes an event, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.challenges import example_challenge
from tests.examples import example_decay, example_verdicts
from tests.projects import write_settings

from leadline.errors import LeadlineError
from leadline.monitoring.maintenance.rot_check import Check, Outcome
from leadline.phases.lifecycle import ROWS
from leadline.phases.monitor import Alarm, Monitor
from leadline.phases.verdict import Answer
from leadline.record import Entry
from leadline.services.commands import promote_approved
from leadline.worker import run_here
from leadline.worker.telling import check_failed, retraining_due, tell_of_verdict
from leadline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    write_settings(tmp_path, notify={"command": ["sh", "-c", "cat >> told; echo >> told"]})
    with Workspace.open(tmp_path) as workspace:
        yield workspace


def told(workspace: Workspace) -> list[str]:
    """Kind and title of each message that the command was given."""
    path = workspace.folder / "told"
    lines = path.read_text().splitlines() if path.exists() else []
    return [f"{said['kind']}: {said['title']}" for said in map(json.loads, lines)]


def watched(
    workspace: Workspace, answer: Answer, release_id: str = "a" * 12, **changed: object
) -> Entry:
    verdict = example_verdicts()["monitor"]
    assert isinstance(verdict, Monitor)
    said = replace(verdict, answer=answer, release_id=release_id, **changed)  # type: ignore[arg-type]
    entry = workspace.record.append("monitor", said, by="Ada")
    tell_of_verdict(workspace, entry)
    return entry


def test_an_alarm_is_told_when_it_is_raised_and_not_each_week(workspace: Workspace) -> None:
    alarm = "alarm: The monitor raises an alarm"
    for answer, n_told in [
        (Answer.GO, 0),
        (Answer.NO, 1),
        (Answer.NO, 1),
        (Answer.UNCLEAR, 1),
        (Answer.NO, 2),
    ]:
        tell_of_verdict(workspace, watched(workspace, answer))
        assert told(workspace) == [alarm] * n_told
    watched(workspace, Answer.NO, "b" * 12)
    assert told(workspace) == [alarm] * 3, "it is another release's"


def test_another_alarm_is_told_and_so_is_a_retraining_that_paid(workspace: Workspace) -> None:
    alarms = [
        Alarm(block=name, evidence=1e3, is_open=True) for name in ("2025-01-20", "2025-03-03")
    ]
    for alarm in alarms:
        watched(workspace, Answer.NO, alarms=(alarm,))
    assert told(workspace) == ["alarm: The monitor raises an alarm"] * 2
    due = replace(example_challenge(), due_since="2025-03-10")
    for _ in range(2):
        watched(workspace, Answer.NO, alarms=(), challenge=due)
    assert told(workspace)[2:] == ["retrain: The release has cost more than a retraining would"]


def test_a_retraining_is_due_once_for_a_release(workspace: Workspace) -> None:
    assert retraining_due(workspace) is None
    entry = workspace.record.append("release", example_verdicts()["release"], by="Ada")
    promote_approved(workspace, "the first", "Ada")
    decay = replace(example_decay(), block="week", retrain_every=4)
    workspace.record.append("decay", decay, by="Ada")
    assert retraining_due(workspace, entry.at + timedelta(days=27)) is None
    first = retraining_due(workspace, entry.at + timedelta(days=28))
    later = retraining_due(workspace, entry.at + timedelta(days=35))
    assert first is not None
    assert later is not None
    assert first.name == later.name
    assert "28 days old" in first.text
    workspace.record.append("decay", replace(decay, retrain_every=None), by="Ada")
    assert retraining_due(workspace, entry.at + timedelta(days=400)) is None


def test_a_run_that_failed_is_told(workspace: Workspace) -> None:
    workspace.record.append("problem", example_verdicts()["problem"], by="Ada")
    with pytest.raises(LeadlineError):
        run_here(workspace, "data", by="Ada")  # there is no file
    assert told(workspace) == ["run: A run failed: data"]


def test_a_check_is_told_by_what_failed() -> None:
    failed = [Check("files", Outcome.FAIL, "rows was changed.", "Restore it.")]
    event = check_failed("c40d", failed)
    assert event.text.startswith("files: rows was changed. Restore it.")
    assert event.name == check_failed("c40d", failed).name
    assert event.name != check_failed("c40d", [*failed, *failed]).name


def append_until(workspace: Workspace, last: str, answer: Answer | None = None) -> Entry:
    """Put example verdicts on the record, each on those it stands on; the last with an answer."""
    verdicts, numbers = example_verdicts(), workspace.record.newest(list(ROWS))
    for row, verdict in verdicts.items():
        if row in numbers and row != last:
            continue
        said = replace(verdict, answer=answer) if answer and row == last else verdict
        on = {name: numbers[name] for name in ROWS[row].stands_on if name in numbers}
        entry = workspace.record.append(row, said, by="Ada", on=on)
        numbers[row] = entry.number
        if row == last:
            return entry
    raise AssertionError(last)


def test_a_decision_that_waits_is_told_once_for_the_same_verdicts(workspace: Workspace) -> None:
    waits = "decision: A decision waits: go on after define?"
    tell_of_verdict(workspace, append_until(workspace, "feasibility", Answer.GO))
    assert told(workspace) == []
    for n_told in (1, 2):
        entry = append_until(workspace, "feasibility", Answer.NO)
        tell_of_verdict(workspace, entry)
        tell_of_verdict(workspace, entry)
        assert told(workspace) == [waits] * n_told
    path = workspace.folder / "told"
    said = json.loads(path.read_text().splitlines()[-1])
    assert said["facts"]["stage"] == "define"
    assert "/decide/define" in said["text"]


def test_judgments_that_wait_are_told_once_for_a_tuning(workspace: Workspace) -> None:
    entry = append_until(workspace, "tuning")
    for _ in range(2):
        tell_of_verdict(workspace, entry)
    asked = [each for each in told(workspace) if each.startswith("judgment")]
    assert asked == ["judgment: Rows of the stream wait to be judged"]
