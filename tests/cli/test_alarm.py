"""Alarms of every release are listed, those of the one watched last first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.cli.conftest import Call
from tests.examples import RELEASE_ID, example_verdicts

from leadline.phases.monitor import Monitor
from leadline.workspace import Workspace


def test_alarms_of_earlier_releases_are_found(call: Call, flights: Path) -> None:
    monitor = example_verdicts()["monitor"]
    assert isinstance(monitor, Monitor)
    assert monitor.alarms
    with Workspace.open(flights) as workspace:
        later = replace(monitor, release_id="feed00c0ffee", alarms=())
        workspace.record.append("monitor", later, by="Ada")
    text = call("alarm", "-C", flights).stdout
    assert text.startswith("No alarm since release feed00c0ffee is watched.")
    assert f"While release {RELEASE_ID} was watched:" in text
    for alarm in monitor.alarms:
        assert alarm.block in text
    told = json.loads(call("alarm", "-C", flights, "--json").stdout)["alarms"]
    assert [(each["release"], each["block"], each["is_of_newest"]) for each in told] == [
        (RELEASE_ID, alarm.block, False) for alarm in monitor.alarms
    ]
