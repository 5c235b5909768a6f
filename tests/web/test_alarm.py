"""The form on the monitor's page: what people do about an alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.testclient import TestClient
from tests.examples import RELEASE_ID, example_monitor
from tests.phases.again import again
from tests.services.flights import append
from tests.web.test_pages import csrf_token, text_of

from leadline.record import AlarmAct
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]


def told(client: TestClient, *, act: str, why: str) -> Any:
    token = csrf_token(client, "/rows/monitor")
    return client.post("/alarm", data={"csrf": token, "act": act, "who": "Bo", "why": why})


def test_an_alarm_is_explained_on_the_page_and_the_monitor_asked_for(
    make: Make, visit: Visit
) -> None:
    workspace = make()
    client = visit(workspace)
    text = client.get("/rows/monitor").text
    assert "The alarm of 2025-01-20" in text
    assert "seen by Ada Ops on 2025-01-28" in text
    answer = told(client, act="explain", why="a strike")
    assert answer.status_code == 303
    (event,) = workspace.record.alarm_events.of(RELEASE_ID)
    assert (event.act, event.person, event.why) == (AlarmAct.EXPLAINED, "Bo", "a strike")
    (job,) = workspace.record.jobs.newest()
    assert job.row == "monitor"
    assert answer.headers["location"] == f"/jobs/{job.number}"


def test_who_closes_without_a_reason_is_told(make: Make, visit: Visit) -> None:
    workspace = make()
    answer = told(visit(workspace), act="close", why="")
    assert answer.status_code == 400
    assert "The alarm is not explained." in text_of(answer.text)
    assert workspace.record.jobs.newest() == ()


def test_without_an_open_alarm_there_is_no_form(make: Make, visit: Visit) -> None:
    workspace = make()
    monitor = example_monitor()
    closed = again(monitor, alarms=(replace(monitor.alarms[0], is_open=False),))
    append(workspace, "monitor", closed)
    text = visit(workspace).get("/rows/monitor").text
    assert "The alarm of 2025-01-20</h2>" not in text
    assert 'action="/alarm"' not in text
