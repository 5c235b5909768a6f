"""Labelling in a real browser, as a person does: by keyboard alone, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from playwright.sync_api import Page, expect
from tests.services.flights import append
from tests.services.labelling.test_gold import data_of
from tests.web.test_adjudicate import disputed
from tests.web.test_browser import TOO_WIDE, serious
from tests.web.test_label import DATA, link_of, with_labels

from leadline.phases.data import Column, Kind
from leadline.phases.scoring import Task
from leadline.record import Assignment, Role, VoteKind
from leadline.services.commands import LabelAnswer, next_item, vote
from leadline.snapshot import to_parquet
from leadline.testing.sample import photo_of
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]
GUIDELINES = "# Late\nBy the clock at the gate.\n- **Not** the one on the runway.\n"


def guided(make: Make) -> Workspace:
    workspace = with_labels(make(DATA), guidelines="rules.md", repeat_share=0.1)
    (workspace.folder / "rules.md").write_text(GUIDELINES)
    return workspace


def press(page: Page, key: str, n_done: int) -> None:
    """Press a key that answers, and wait for the page it leads to."""
    with page.expect_navigation(url="**/label*"):
        page.keyboard.press(key)
    expect(page.get_by_text(f": {n_done} labelled")).to_be_visible()


def test_thirty_items_by_keyboard_alone(page: Page, make: Make, serve: Serve) -> None:
    workspace = guided(make)
    with serve(workspace) as url:
        page.goto(url + link_of(workspace, "Ada"))
        expect(page.get_by_role("button", name="Begin")).to_be_focused()
        press(page, "Enter", 0)
        for n_done in range(1, 29):
            press(page, "ny"[n_done % 2], n_done)
        page.keyboard.press("?")
        press(page, "2", 29)
        page.keyboard.press("s")
        page.keyboard.press("Tab")
        for _ in range(3):
            page.keyboard.press("Tab")
        page.keyboard.type("torn 1 ?u")
        press(page, "Enter", 29)
        page.keyboard.press("c")
        page.keyboard.type("12 <script>alert(1)</script>")
        page.keyboard.press("Escape")
        press(page, "y", 30)
        press(page, "u", 29)
        press(page, "n", 30)
        page.keyboard.press("g")
        expect(page.locator("li", has_text="Not the one on the runway.")).to_be_visible()
    votes = [*workspace.record.labels.votes.plain(), *workspace.record.labels.votes.repeats()]
    assert len(votes) == 30
    assert {vote.annotator for vote in votes} == {"Ada"}
    assert [vote.reason for vote in votes if vote.value is None] == ["two labels fit"]
    assert [skip.reason for skip in workspace.record.labels.votes.skips()] == ["torn 1 ?u"]
    assert {vote.guidelines for vote in votes} == {1}


def test_axe_finds_no_serious_fault(page: Page, make: Make, serve: Serve) -> None:
    workspace = guided(make)
    with serve(workspace) as url:
        page.goto(f"{url}/label")
        assert serious(page) == []
        page.goto(url + link_of(workspace, "Ada"))
        expect(page.get_by_role("button", name="Begin")).to_be_focused()
        press(page, "Enter", 0)
        page.keyboard.press("?")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert serious(page) == []
            assert not page.evaluate(TOO_WIDE)
        page.keyboard.press("c")
        assert serious(page) == []
        (workspace.folder / "rules.md").write_text(GUIDELINES + "\nAnd more.")
        page.keyboard.press("Escape")
        press(page, "n", 1)
        expect(page.get_by_text("have changed since your last answer")).to_be_visible()
        assert serious(page) == []


def test_a_thumb_is_enough(page: Page, make: Make, serve: Serve) -> None:
    workspace = guided(make)
    page.set_viewport_size({"width": 390, "height": 844})
    with serve(workspace) as url:
        page.goto(url + link_of(workspace, "Ada"))
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("Not sure").click()
        page.get_by_role("button", name="two labels fit").click()
        expect(page.get_by_text(": 1 labelled")).to_be_visible()
        page.wait_for_load_state()  # text may stand there before the style sheet does
        for button in page.locator(".answers button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44


def measured(make: Make) -> Workspace:
    """A number is asked of each photo; some are gold, some come twice."""
    workspace = make(DATA)
    rng, places = np.random.default_rng(0), [f"gate {number}" for number in range(60)]
    photos = [photo_of(float(number), rng, n_channels=3) for number in range(60)]
    frame = pl.DataFrame({"photo": photos, "place": places})
    data = data_of(workspace)
    columns = (
        Column(name="photo", kind=Kind.IMAGE, n_unique=60, example="an image"),
        Column(name="place", kind=Kind.CATEGORY, n_unique=60, example="gate 1"),
    )
    asked = replace(
        data,
        task=Task.REGRESSION,
        classes=(),
        unlabelled=workspace.artifacts.put(to_parquet(frame), "unlabelled"),
        snapshot=workspace.artifacts.put(to_parquet(frame), "snapshot"),
        columns=(*columns, data.columns[-1]),
        split=replace(data.split, identity=("place",)),
    )
    append(workspace, "data", asked)
    known = pl.DataFrame({"place": places[:12], "late": [1.5] * 12})
    known.write_csv(workspace.folder / "gold.csv")
    return with_labels(workspace, gold="gold.csv", gold_share=0.45, repeat_share=0.45)


def test_numbers_of_photos_with_gold_and_repeats(page: Page, make: Make, serve: Serve) -> None:
    workspace = measured(make)
    found = next_item(workspace, "Ada")
    for _ in range(30):
        assert isinstance(found, Assignment)
        found = vote(workspace, found.id, LabelAnswer(value="1.5"), "Ada")
    page.set_viewport_size({"width": 390, "height": 844})
    with serve(workspace) as url:
        page.goto(url + link_of(workspace, "Ada"))
        assert serious(page) == []
        assert not page.evaluate(TOO_WIDE)
        for n_done in range(31, 36):
            assert page.locator("img.large").evaluate("image => image.naturalWidth") > 1
            page.keyboard.type(f"{n_done}.5")
            press(page, "Enter", n_done)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        press(page, "2", 36)
    hidden = [*workspace.record.labels.votes.gold(), *workspace.record.labels.votes.repeats()]
    assert {one.kind for one in hidden} == {VoteKind.GOLD, VoteKind.REPEAT}
    assert {"35.5", None} <= {
        one.value for one in (*workspace.record.labels.votes.plain(), *hidden)
    }


def test_deciding_by_keyboard_alone(page: Page, make: Make, serve: Serve) -> None:
    workspace = disputed(make, 3)
    page.set_viewport_size({"width": 390, "height": 844})
    with serve(workspace) as url:
        page.goto(url + link_of(workspace, "Dan", Role.ADJUDICATE))
        assert serious(page) == []
        assert not page.evaluate(TOO_WIDE)
        page.keyboard.press("s")
        page.wait_for_url("**/adjudicate?item=*")
        page.keyboard.press("c")
        page.keyboard.type("12 by the clock?")
        page.keyboard.press("Escape")
        for key, n_decided in (("y", 1), ("?", 2), ("u", 1), ("n", 2), ("n", 3)):
            with page.expect_navigation(url="**/adjudicate*"):
                page.keyboard.press(key)
            expect(page.get_by_text(f"{n_decided} decided, {3 - n_decided} open")).to_be_visible()
        page.get_by_text("Decided so far").click()
        page.get_by_text("Look again").first.click()
        expect(page.get_by_text("Dan decided:")).to_be_visible()
        assert serious(page) == []
    made = workspace.record.labels.adjudications.newest()
    assert [one.reason for one in made] == ["", "", "12 by the clock?"]
    assert [one.value for one in made] == ["no", "no", "yes"]


def test_a_judge_who_came_by_a_link(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(("problem", "data", "search", "tuning"))
    with serve(workspace) as url:
        page.goto(url + link_of(workspace, "Ben", Role.JUDGE))
        assert serious(page) == []
        with page.expect_navigation():
            page.keyboard.press("y")
        expect(page.get_by_text("Ben: 1 judged")).to_be_visible()
        page.goto(f"{url}/label")
        expect(page.get_by_text("opens /review and nothing else")).to_be_visible()


def test_enter_in_a_field_answers_nothing_without_scripts(
    browser: Any, make: Make, serve: Serve
) -> None:
    workspace = guided(make)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sent: list[str] = []
    context.on("request", lambda request: sent.append(request.method))
    with serve(workspace) as url:
        page.goto(url + link_of(workspace, "Ada"))
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("Not sure").click()
        page.get_by_label("In your own words").first.fill("dark")
        sent.clear()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Send this reason").first.click()
        expect(page.get_by_text(": 1 labelled")).to_be_visible()
        assert sent.count("POST") == 1, "Enter sent something too"
    context.close()
    assert [vote.reason for vote in workspace.record.labels.votes.plain()] == ["dark"]
