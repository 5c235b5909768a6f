"""What a judge receives: nothing of others' answers, nothing of the model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient
from tests.services.flights import N_SAMPLE
from tests.services.test_commands import UNTIL_TUNING
from tests.web.test_pages import fields_of, send, text_of

from leadline.phases.tuning import Tuning
from leadline.services.commands import judge, undo_judgment
from leadline.services.queries import review_page
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]
Visit = Callable[..., TestClient]

TUNING = 8
# what differs between two visits of the same page by itself
_OWN = re.compile(r'name="(csrf|stamp)" value="[^"]*"|, about [^<]*')


def received(text: str) -> str:
    """A page without what is made anew for each visit."""
    return _OWN.sub("", text)


def others_say(workspace: Workspace, *, is_positive: bool) -> None:
    """Zoltan has judged every row, always the same."""
    entry = workspace.record.latest("tuning")
    assert entry is not None
    assert isinstance(entry.verdict, Tuning)
    for row in rows_to_judge(workspace.artifacts, entry.verdict):
        judge(workspace, TUNING, row, is_positive, "Zoltan", 5.0)


@pytest.fixture
def ada(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_undoing_an_answer_tells_nothing_of_what_others_said(
    ada: Page, make: Make, serve: Serve
) -> None:
    workspace = make(UNTIL_TUNING)
    others_say(workspace, is_positive=True)
    with serve(workspace) as url:
        ada.goto(f"{url}/review")
        ada.get_by_label("Your name").fill("Ada")
        ada.keyboard.press("Enter")
        seen = []
        for key in "yny":
            expect(ada.get_by_text("Ada: 0 judged")).to_be_visible()
            ada.wait_for_load_state()
            ada.keyboard.press(key)
            expect(ada.get_by_text("Ada: 1 judged")).to_be_visible()
            seen.append(received(ada.content()))
            ada.wait_for_load_state()
            ada.keyboard.press("u")
        assert seen[0] == seen[1] == seen[2]
        for word in ("Zoltan", "agree", "others", "score", "flagged", "precision", "threshold"):
            assert not re.search(rf"\b{word}", seen[0], re.IGNORECASE), word


def test_a_judge_receives_the_same_whatever_others_said(make: Make, visit: Visit) -> None:
    pages = []
    for is_positive in (True, False):
        workspace = make(UNTIL_TUNING)
        others_say(workspace, is_positive=is_positive)
        client = visit(workspace)
        send(client, "/review/name", {"who": "Ada"}, form="/review")
        seen = []
        for said in ("yes", "no", "unsure"):
            answer = client.post("/review", data=fields_of(client, "/review") | {"said": said})
            assert answer.status_code == 303
            seen.append(received(client.get("/review").text))
        pages.append(seen)
    assert pages[0] == pages[1]
    assert not any("Zoltan" in page for page in pages[0])


def test_what_is_left_does_not_change_with_ones_own_answer(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    others_say(workspace, is_positive=True)
    left = []
    for is_positive in (True, False):
        for _ in range(12):  # the rows that everybody judges
            page = review_page(workspace, "Ada")
            assert page.row is not None
            judge(workspace, TUNING, page.row, is_positive, "Ada", 5.0)
        page = review_page(workspace, "Ada")
        left.append((page.row, page.n_left))
        for _ in range(12):
            undo_judgment(workspace, TUNING, "Ada")
    assert left[0] == left[1]
    assert left[0][1] < N_SAMPLE


def test_agreement_is_the_owners_after_the_choice(make: Make, visit: Visit) -> None:
    workspace = make(UNTIL_TUNING)
    others_say(workspace, is_positive=True)
    row = review_page(workspace, "Ada").row
    assert row is not None
    judge(workspace, TUNING, row, False, "Ada", 5.0)
    client = visit(workspace)
    for path in ("/review/choose", "/review/consequences"):
        assert "agree" not in client.get(path).text.lower(), path
    answer = {"point": "balanced", "ratio": "4", "why": "So.", "who": "Ada", "tuning": str(TUNING)}
    assert send(client, "/review/choose", answer | {"replacing": ""}) == 303
    assert "0 of 1 row that two or more judged" in text_of(client.get("/rows/review").text)
    assert "0 of 1 row that two or more judged" in text_of(client.get("/review/choose").text)
