"""Several classes and numbers judged blind by keyboard, and the choosing page, in a browser."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Page, expect
from starlette.testclient import TestClient
from tests.services.default_streams import NAMES, drawn_project, truth_of
from tests.services.reviewing.test_default_estimate import judge_all
from tests.web.test_browser import TOO_WIDE, serious
from tests.web.test_pages import fields_of, send

from leadline.phases.review import Review
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]
Visit = Callable[..., TestClient]


def begin(page: Page, url: str, who: str) -> None:
    page.goto(f"{url}/review")
    page.get_by_label("Your name").fill(who)
    page.keyboard.press("Enter")


def judgments(workspace: Workspace) -> list[tuple[str | None, bool | None]]:
    entry = workspace.record.latest("tuning")
    assert entry is not None
    found = workspace.record.reviews.judgments(entry.number)
    return [(one.value, one.is_positive) for one in found]


def keep_picture(page: Page, name: str) -> None:
    """For somebody who looks: only where a folder is named."""
    folder = os.environ.get("LEADLINE_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_classes_are_keys(page: Page, make: Make, serve: Serve) -> None:
    workspace = drawn_project(make, "classes")
    with serve(workspace) as url:
        begin(page, url, "Ada")
        for n, key in enumerate(["1", "3", "?", "2", "u"]):
            expect(page.get_by_text(f"Ada: {n} judged")).to_be_visible()
            page.wait_for_load_state()
            if n == 0:
                keep_picture(page, "judge-classes")
                text = page.inner_text("main").lower()
                for word in ("score", "model", "predict", "confiden", "likel", "recall"):
                    assert word not in text, word
                assert serious(page) == []
            page.keyboard.press(key)
        expect(page.get_by_text("Ada: 3 judged")).to_be_visible()
    assert judgments(workspace) == [(NAMES[0], None), (NAMES[2], None), (None, None)]


def test_a_number_is_typed_or_said_to_be_near(page: Page, make: Make, serve: Serve) -> None:
    workspace = drawn_project(make, "numbers")
    with serve(workspace) as url:
        begin(page, url, "Ada")
        expect(page.get_by_text("Ada: 0 judged")).to_be_visible()
        assert "between" not in page.inner_text("main")
        expect(page.get_by_label("A number.")).to_be_focused()
        page.keyboard.type("123.5")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Ada: 1 judged")).to_be_visible()
        page.wait_for_load_state()
        keep_picture(page, "judge-numbers")
        page.get_by_role("link", name="I cannot give a number").click()
        expect(page.get_by_text("lie between")).to_be_visible()
        page.wait_for_load_state()
        page.keyboard.press("y")
        expect(page.get_by_text("Ada: 2 judged")).to_be_visible()
        assert "lie between" not in page.inner_text("main"), "the next row is blind again"
    assert judgments(workspace) == [("123.5", None), (None, True)]


def test_the_choosing_page_has_the_stream_beside_the_test_set(
    page: Page, make: Make, serve: Serve
) -> None:
    for kind, words in (("classes", "Precision on the stream"), ("numbers", "on the stream")):
        workspace = drawn_project(make, kind)
        judge_all(workspace, kind, 120)
        with serve(workspace) as url:
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(f"{url}/review/choose")
            expect(page.get_by_text(words).first).to_be_visible()
            expect(page.get_by_text(re.compile(r"From 1[02]0 judgments of Ada"))).to_be_visible()
            keep_picture(page, f"choose-{kind}")
            assert serious(page) == []
            page.set_viewport_size({"width": 390, "height": 844})
            assert not page.evaluate(TOO_WIDE)
            page.get_by_label("Why it is good enough to use").fill("It will do.")
            page.get_by_label("Your name").fill("Ada")
            page.get_by_role("button", name="Agree, and put it on the record").click()
            expect(page.get_by_text("on the real stream of").first).to_be_visible()
            keep_picture(page, f"review-{kind}")
        entry = workspace.record.latest("review")
        assert entry is not None
        assert isinstance(entry.verdict, Review)
        assert entry.verdict.on_stream is not None


def test_what_others_said_is_not_in_what_a_judge_receives(make: Make, visit: Visit) -> None:
    pages = []
    for is_told in (True, False):
        workspace = drawn_project(make, "classes")
        _, rows = judge_all(workspace, "classes")
        client = visit(workspace)
        send(client, "/review/name", {"who": "Cleo"}, form="/review")
        fields = fields_of(client, "/review")
        row = int(fields["row"])
        assert row in rows
        value = truth_of("classes", row)
        other = next(name for name in NAMES if name != value)
        said = fields | {"value": value if is_told else other}
        said.pop("said", None)
        assert client.post("/review", data=said).status_code == 303
        text = client.get("/review").text
        pages.append(re.sub(r'name="(csrf|stamp)" value="[^"]*"|, about [^<]*', "", text))
    assert pages[0] == pages[1]
    assert "agree" not in pages[0]
