"""Pages of work and of the portfolio: forms, refusals, and how they look."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient
from tests.services.test_commands import DEFINE
from tests.web.test_browser import TOO_WIDE, serious
from tests.web.test_pages import csrf_token, send

from leadline.record import Role, WorkState
from leadline.services.commands import WorkTerms, add_work, finish_work
from leadline.services.invitations import invite
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]
Serve = Callable[[Workspace], AbstractContextManager[str]]


def test_ship_and_watch_show_their_work_and_the_others_none(make: Make, visit: Visit) -> None:
    client = visit(make())
    assert "Test under the expected load" in client.get("/stages/ship").text
    assert "Rehearse a retraining" in client.get("/stages/watch").text
    assert "Work, and when it is done" not in client.get("/stages/find").text


def test_a_manager_estimates_and_reports_by_form(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(DEFINE)
    with serve(workspace) as url:
        page.goto(f"{url}/stages/ship")
        page.get_by_role("link", name="Test under the expected load").click()
        page.get_by_label("Least").fill("2")
        page.get_by_label("Likely").fill("4.5")
        page.get_by_label("Most").fill("12")
        page.get_by_label("Owner").fill("Ben")
        page.get_by_label("Due").fill("2099-12-18")
        page.get_by_label("Your name").first.fill("Ada")
        page.get_by_role("button", name="Keep it").click()
        row = page.get_by_role("row", name="Test under the expected load")
        expect(row).to_contain_text("2 – 4.5 – 12")
        expect(row).to_contain_text("over 99%")
        row.get_by_role("link").click()
        page.get_by_role("button", name="It is begun").click()
        expect(row).to_contain_text("started")
        row.get_by_role("link").click()
        page.get_by_label("Hours it took").fill("13")
        page.get_by_role("button", name="It is done").click()
        expect(row).to_contain_text("done in 13 h")
        expect(page.get_by_text("1 took longer than its most")).to_be_visible()
        page.get_by_text("Add work").click()
        page.get_by_label("What is to be done").fill("Agree on <b>the API</b>")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("link", name="Agree on <b>the API</b>")).to_be_visible()
    said = workspace.record.work.all()
    assert [each.by for each in said] == ["Ada"] * 4
    assert said[2].state is WorkState.DONE


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/portfolio", "/stages/ship", "/work-items/load-test"])
def test_the_pages_fit_and_can_be_read_by_all(
    page: Page, make: Make, serve: Serve, width: int, path: str
) -> None:
    workspace = make()
    terms = WorkTerms(hours=(1, 2, 3), owner="A very long name " * 4, due="2099-12-18")
    finish_work(workspace, add_work(workspace, "x" * 120, "ship", "Ada", terms).item, 5.0, "Ada")
    page.set_viewport_size({"width": width, "height": 900})
    with serve(workspace) as url:
        page.goto(f"{url}{path}")
        assert not page.evaluate(TOO_WIDE)
        assert not serious(page)


def test_the_portfolio_says_what_its_figures_rest_on(make: Make, visit: Visit) -> None:
    text = visit(make()).get("/portfolio").text
    words = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert "1 of 1 project in service" in words
    assert "21,752 USD" in words
    assert "3 labelled blocks with 180 labels, 3,642 rows a year" in words
    assert "Next: Nothing to decide now" in words
    assert "Errors cost 21,752 USD a year (1 model)" in words


def test_a_project_at_its_beginning_is_a_line_too(make: Make, visit: Visit) -> None:
    answer = visit(make(())).get("/portfolio")
    assert answer.status_code == 200
    assert "not in service" in answer.text


def test_hours_in_part_keep_nothing(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    client = visit(workspace)
    token = csrf_token(client, "/work-items/seal")
    fields = {"csrf": token, "who": "Ada", "least": "1", "likely": "", "most": "3"}
    answer = client.post("/work-items/seal/estimate", data=fields)
    assert answer.status_code == 400
    assert "The likely hours are" in answer.text
    done = {"who": "Ada", "took": "x"}
    assert send(client, "/work-items/seal/done", done, form="/work-items/seal") == 400
    assert client.get("/work-items/nope").status_code == 404
    assert workspace.record.work.all() == ()


def test_a_form_keeps_hours_that_it_does_not_name(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    add_work(workspace, "piece", "watch", "Ada", WorkTerms(hours=(1, 2, 3), owner="Ben"))
    client = visit(workspace)
    fields = {"csrf": csrf_token(client, "/work-items/piece"), "who": "Ada", "every": "month"}
    answer = client.post("/work-items/piece/estimate", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/stages/watch")
    said = workspace.record.work.all()[-1]
    assert (said.estimate is not None, said.owner, said.every) == (True, "", "month")
    send(
        client,
        "/work-items/piece/drop",
        {"who": "Ada", "why": "no longer"},
        form="/work-items/piece",
    )
    assert workspace.record.work.all()[-1].state is WorkState.DROPPED


def test_who_came_by_a_link_sees_neither_portfolio_nor_work(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    _, link = invite(workspace, "Ben", Role.LABEL, days=1, by="Ada")
    client = visit(workspace)
    client.get(link)
    for path in ("/portfolio", "/work-items/seal", "/stages/ship"):
        assert client.get(path).status_code == 403
