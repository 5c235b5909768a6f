"""The page on which rows of new data are labelled: by form, by link, by keyboard, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient
from tests.services.block_labelling.new_rows import N_NEW, N_OLD, NEW, OLD, asked_project, labels
from tests.web.test_browser import TOO_WIDE, serious
from tests.web.test_label import link_of
from tests.web.test_pages import csrf_token, fields_of, send
from tests.web.test_several_classes_browser import keep_picture

from leadline.phases.lifecycle import ROWS
from leadline.record import JobState, Role
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]
Visit = Callable[..., TestClient]
PAGE = "/watch/label"
N_ROWS = N_OLD + N_NEW


def begin(client: TestClient, who: str = "Ada") -> None:
    assert send(client, f"{PAGE}/name", {"who": who}, form=PAGE) == 303


def hidden(client: TestClient) -> dict[str, str]:
    """The form without its buttons."""
    fields = fields_of(client, PAGE)
    return {name: value for name, value in fields.items() if name != "said"}


def say(client: TestClient, **answer: str) -> int:
    return client.post(PAGE, data=hidden(client) | answer).status_code


def test_the_page_of_the_monitor_leads_there(make: Make, visit: Visit) -> None:
    client = visit(asked_project(make))
    assert f"{N_ROWS} rows want a label: label them here" in client.get("/rows/monitor").text
    assert "label them here" not in client.get("/rows/decay").text
    bare = visit(make())
    assert "label them here" not in bare.get("/rows/monitor").text
    assert "No row wants a label." in bare.get(PAGE).text


def test_nothing_that_could_lead_is_in_the_page(make: Make, visit: Visit) -> None:
    client = visit(asked_project(make))
    begin(client)
    text = client.get(PAGE).text
    assert set(hidden(client)) == {"csrf", "monitor", "row", "who", "stamp"}
    for word in (OLD, NEW, "0.81", "04:05", "new0", "score", "flagged", "predict", "alarm"):
        assert word not in text.partition("<main")[2].lower(), word


def test_answers_are_kept_undone_and_refused(make: Make, visit: Visit) -> None:
    workspace = asked_project(make)
    client = visit(workspace)
    begin(client)
    assert say(client, said="yes") == 303
    assert say(client, said="unsure") == 303
    assert say(client, said="maybe") == 400
    assert say(client, value="maybe") == 400
    assert say(client) == 400
    assert labels(workspace) == [("new0", "1"), ("new1", None)]
    assert send(client, f"{PAGE}/undo", {"who": "Ada"}, form=PAGE) == 303
    assert labels(workspace) == [("new0", "1")]
    assert client.post(PAGE, data={"monitor": "1", "row": "0", "who": "Ada"}).status_code == 403


def test_the_monitor_is_asked_for_when_a_block_is_complete(make: Make, visit: Visit) -> None:
    workspace = asked_project(make)
    client = visit(workspace)
    begin(client)
    assert f"{PAGE}/run" not in client.get(PAGE).text
    for _ in range(N_NEW):
        say(client, said="no")
    text = client.get(PAGE).text
    assert "1 of 2 blocks has the labels wanted" in text
    for _ in range(N_OLD):
        say(client, said="no")
    text = client.get(PAGE).text
    assert "No row is left to label. Thank you, Ada." in text
    token = csrf_token(client, PAGE)
    answer = client.post(f"{PAGE}/run", data={"csrf": token, "who": "Ada"})
    (job,) = workspace.record.jobs.newest()
    assert (job.row, job.state, job.by) == ("monitor", JobState.WAITING, "Ada")
    assert answer.headers["location"] == f"/jobs/{job.number}"
    text = client.get(PAGE).text
    assert "The monitor is waiting" in text
    assert f'action="{PAGE}/run"' not in text


def test_who_was_invited_to_label_finds_it_and_runs_nothing(make: Make, visit: Visit) -> None:
    workspace = asked_project(make)
    client = visit(workspace)
    client.get(link_of(workspace, "Ben"))
    assert f"{N_ROWS} rows of new data want a label, too" in client.get("/label").text
    for _ in range(N_ROWS):
        assert say(client, said="yes") == 303
    text = client.get(PAGE).text
    assert "No row is left to label. Thank you, Ben." in text
    assert "Run the monitor" not in text
    assert send(client, f"{PAGE}/run", {"who": "Ben"}, form=PAGE) == 403
    refused = client.get("/rows/monitor")
    assert refused.text == "You came by a link that opens /label and /watch/label and nothing else."
    judge = visit(workspace)
    judge.get(link_of(workspace, "Cy", Role.JUDGE))
    assert judge.get(PAGE).status_code == 403


def test_without_a_problem_the_page_says_so(make: Make, visit: Visit) -> None:
    assert visit(make(())).get(PAGE).status_code == 409
    assert visit(make([row for row in ROWS if row != "monitor"])).get(PAGE).status_code == 200


@pytest.mark.parametrize("width", [1280, 390])
def test_labelling_by_keyboard(page: Page, make: Make, serve: Serve, width: int) -> None:
    workspace = asked_project(make)
    page.set_viewport_size({"width": width, "height": 900})
    with serve(workspace) as url:
        page.goto(f"{url}/rows/monitor")
        keep_picture(page, f"watch-label-monitor-{width}")
        page.get_by_role("link", name="label them here").click()
        keep_picture(page, f"watch-label-begin-{width}")
        page.get_by_label("Your name").fill("Ada")
        page.keyboard.press("Enter")
        for n, key in enumerate(["y", "?", "u", "n", "y"]):
            done = [0, 1, 2, 1, 2][n]
            expect(page.get_by_text(f"Ada: {done} answered")).to_be_visible()
            page.wait_for_load_state()
            if n == 0:
                keep_picture(page, f"watch-label-row-{width}")
                assert serious(page) == []
                assert not page.evaluate(TOO_WIDE)
            page.keyboard.press(key)
        expect(page.get_by_text("1 of 2 blocks has the labels wanted")).to_be_visible()
        keep_picture(page, f"watch-label-block-{width}")
        assert not page.evaluate(TOO_WIDE)
        for n in range(N_OLD):
            expect(page.get_by_text(f"Ada: {N_NEW + n} answered")).to_be_visible()
            page.wait_for_load_state()
            page.keyboard.press("n")
        expect(page.get_by_text("No row is left to label")).to_be_visible()
        keep_picture(page, f"watch-label-end-{width}")
        assert serious(page) == []
        page.get_by_role("button", name="Run the monitor").click()
        page.wait_for_url(re.compile("/jobs/"))
    told = [("new0", "1"), ("new1", "0"), ("new2", "1"), ("old0", "0"), ("old1", "0")]
    assert labels(workspace) == told


@pytest.mark.parametrize(("kind", "kept"), [("classes", "on time"), ("numbers", "-12.5")])
def test_classes_are_keys_and_numbers_are_typed(
    page: Page, make: Make, serve: Serve, kind: str, kept: str
) -> None:
    workspace = asked_project(make, kind)
    with serve(workspace) as url:
        page.goto(f"{url}{PAGE}")
        page.get_by_label("Your name").fill("Ada")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Ada: 0 answered")).to_be_visible()
        page.wait_for_load_state()
        keep_picture(page, f"watch-label-{kind}")
        if kind == "classes":
            page.keyboard.press("2")
        else:
            page.get_by_label("A number").fill("-12.5")
            page.keyboard.press("Enter")
        expect(page.get_by_text("Ada: 1 answered")).to_be_visible()
        page.wait_for_load_state()
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.get_by_text("Ada: 2 answered")).to_be_visible()
    assert labels(workspace) == [("new0", kept), ("new1", None)]
