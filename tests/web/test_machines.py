"""The page of a machine that labels: what a decision rests on, and the decision."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.testclient import TestClient
from tests.delegations import example_delegation
from tests.web.conftest import Visit

from leadline.phases.verdict import Answer
from leadline.record import Permission
from leadline.services.delegation.machine_task import machine_task
from leadline.settings.machine_sections import Machine
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
MACHINE = Machine(url="http://127.0.0.1:9/v1", model="smol", input=0.0, output=0.0)


def declared(workspace: Workspace, *names: str) -> Workspace:
    settings = replace(workspace.settings, machines=dict.fromkeys(names, MACHINE))
    return replace(workspace, settings=settings)


def token(client: TestClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def test_a_project_without_machines_has_no_word_of_them(make: Make, visit: Visit) -> None:
    client = visit(make())
    assert "machine label" not in client.get("/stages/train").text.lower()
    assert "No machine is declared" in client.get("/machines").text
    assert client.get("/machines/small").status_code == 404


def test_what_was_judged_is_shown_and_a_person_decides(make: Make, visit: Visit) -> None:
    workspace = declared(make(), "small", "new")
    told = machine_task(workspace, "small")
    verdict = replace(
        example_delegation(accuracy=0.5), prompt=told.told, guidelines=told.guidelines
    )
    entry = workspace.record.delegation.verdicts.append(verdict, "Ada")
    client = visit(workspace)
    stage = client.get("/stages/train").text
    assert "May a machine label here?" in stage
    assert "may not label" in stage
    assert "Nobody has asked yet." in client.get("/machines/new").text
    page = client.get("/machines/small").text
    assert "What it gets wrong" in page
    assert page.count("<li>People: <strong>") == len(verdict.wrong)
    assert "your name stands for it" in page
    yes = replace(verdict, answer=Answer.GO)
    workspace.record.delegation.verdicts.append(yes, "Ada")
    page = client.get("/machines/small").text
    assert "Until its model, its address, the guidelines" in page
    assert "unless <code>train</code> is false" in page
    entry = workspace.record.delegation.verdicts.append(verdict, "Ada")
    picture = client.get("/machines/small/picture.svg?sheet=narrow")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert client.get("/machines/new/picture.svg").status_code == 409
    form: dict[str, Any] = {
        "csrf": token(client, "/machines/small"),
        "choice": "stop",
        "who": "Bo",
        "why": "It <b>guesses</b>.",
        "verdict": entry.number,
    }
    refused = client.post("/machines/small", data=form | {"csrf": "forged"})
    assert refused.status_code == 403
    assert client.post("/machines/small", data=form).status_code == 303
    (decided,) = [one.decided for one in workspace.record.delegation.verdicts.newest().values()]
    assert decided is not None
    assert (decided.choice, decided.by) == (Permission.STOP, "Bo")
    page = client.get("/machines/small").text
    assert "Bo decided that it may not label: It &lt;b&gt;guesses&lt;/b&gt;." in page
    workspace.record.delegation.verdicts.append(verdict, "Ada")
    outdated = client.post("/machines/small", data=form)
    assert outdated.status_code == 409
    assert "has since taken its place" in outdated.text


def test_a_verdict_on_what_it_was_told_before_is_shown_as_out_of_date(
    make: Make, visit: Visit
) -> None:
    workspace = declared(make(), "small")
    workspace.record.delegation.verdicts.append(example_delegation(), "Ada")
    page = visit(workspace).get("/machines/small").text
    assert "strip stale" in page
    assert "<form" not in page
