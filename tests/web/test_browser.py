from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.services.test_commands import DEFINE, UNTIL_TUNING, judge_all

from leadline.phases.glossary import TERMS
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def serious(page: Page) -> list[Any]:
    """What axe holds to be serious or worse."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"]) for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_manager_finds_the_way_from_the_project_to_a_picture(
    page: Page, make: Make, serve: Serve, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    with serve(make()) as url:
        page.goto(url)
        expect(page.get_by_role("heading", name="What must be done now")).to_be_visible()
        expect(page.locator(".stage")).to_have_count(6)
        assert not page.evaluate(TOO_WIDE)
        page.get_by_role("link", name="Forecast").click()
        expect(page.get_by_role("heading", name="Forecast", level=1)).to_be_visible()
        picture = page.locator("figure img")
        picture.evaluate("image => image.decode()")
        assert picture.evaluate("image => image.naturalWidth") > 300
        assert not page.evaluate(TOO_WIDE)


def test_judging_by_keyboard(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(UNTIL_TUNING)
    with serve(workspace) as url:
        page.goto(f"{url}/review")
        page.get_by_label("Your name").fill("Yann Nyu?")
        page.keyboard.press("Enter")
        for n, key in enumerate(["y", "n", "?", "Y", "u"]):
            expect(page.get_by_text(f"{n} judged")).to_be_visible()
            page.wait_for_load_state()
            page.keyboard.press(key)
        expect(page.get_by_text("3 judged")).to_be_visible()
    said = [judgment.is_positive for judgment in workspace.record.reviews.judgments(8)]
    assert sorted(map(str, said)) == ["False", "None", "True"]


def test_typing_a_name_answers_nothing(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(UNTIL_TUNING)
    with serve(workspace) as url:
        page.goto(f"{url}/review")
        page.get_by_label("Your name").fill("Ada")
        page.keyboard.press("Enter")
        page.get_by_text("Not Ada?").click()
        page.get_by_label("Your name").press_sequentially("Yn?u")
        page.get_by_role("button", name="Change").click()
        expect(page.get_by_text("Yn?u: 0 judged")).to_be_visible()
    assert workspace.record.reviews.judgments(8) == ()


def test_a_decision_by_form(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(DEFINE)
    with serve(workspace) as url:
        page.goto(f"{url}/decide/define")
        page.get_by_label("Go back.").check()
        page.get_by_label("Why").fill("The target is a guess.")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("button", name="Put it on the record").click()
        expect(page.get_by_text("Ada says go back: The target is a guess.")).to_be_visible()
        page.goto(url)
        expect(page.get_by_text("Stopped after define")).to_be_visible()
    entry = workspace.record.latest("decision.define")
    assert entry is not None
    assert entry.by == "Ada"


def test_a_point_is_chosen(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(UNTIL_TUNING)
    judge_all(workspace)
    with serve(workspace) as url:
        page.goto(f"{url}/review/choose")
        page.get_by_label("as bad as how many").fill("500")
        page.get_by_role("button", name="Compare again").click()
        expect(page.get_by_text("Catch-all costs least at this ratio")).to_be_visible()
        page.get_by_role("radio", name="catch-all").check()
        page.get_by_label("Why this one").fill("A miss is dear.")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("button", name="Put the choice on the record").click()
        expect(page.get_by_text("Ada chose catch-all")).to_be_visible()


def test_everything_works_without_scripts(browser: object, make: Make, serve: Serve) -> None:
    workspace = make(UNTIL_TUNING)
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    with serve(workspace) as url:
        page.goto(f"{url}/review")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("button", name="Yes").click()
        expect(page.get_by_text("1 judged")).to_be_visible()
        page.goto(f"{url}/rows/tuning")
        sentence = page.get_by_text(TERMS["Recall"].sentence)
        expect(sentence).to_be_hidden()
        page.get_by_role("main").get_by_role("button", name="recall").first.press("Enter")
        expect(sentence).to_be_visible()
        page.keyboard.press("Escape")
        expect(sentence).to_be_hidden()
    context.close()


def test_two_judges_at_once_then_a_signed_choice_by_keyboard(
    browser: Browser, make: Make, serve: Serve
) -> None:
    workspace = make(UNTIL_TUNING)
    with serve(workspace) as url:
        people = {name: browser.new_context().new_page() for name in ("Ada", "Bo")}
        for name, page in people.items():
            page.goto(f"{url}/review")
            page.get_by_label("Your name").fill(name)
            page.keyboard.press("Enter")
        for n in range(20):
            for name, page in people.items():
                expect(page.get_by_text(f"{name}: {n} judged")).to_be_visible()
                page.wait_for_load_state()
                page.keyboard.press("n" if n < 12 else "y")
        ada = people["Ada"]
        expect(ada.get_by_text("Ada: 20 judged")).to_be_visible()
        said = {one.row for one in workspace.record.reviews.judgments(8)}
        assert len(said) == 28, "twelve rows are shared, the others are not judged twice"
        assert serious(ada) == []
        ada.set_viewport_size({"width": 390, "height": 844})
        for path in ("consequences", "choose", "summary"):
            ada.goto(f"{url}/review/{path}")
            assert not ada.evaluate(TOO_WIDE)
            assert serious(ada) == []
        ada.goto(f"{url}/review/choose")
        ada.get_by_role("radio", name="balanced").focus()
        ada.keyboard.press("Space")
        ada.get_by_label("Why this one").focus()
        ada.keyboard.type("Fits the desk.")
        ada.keyboard.press("Tab")
        ada.keyboard.press("Tab")
        ada.keyboard.press("Enter")
        expect(ada.get_by_text("Ada chose balanced").first).to_be_visible()
        expect(ada.get_by_text("12 of 12 rows that two or more judged").first).to_be_visible()
    entry = workspace.record.latest("review")
    assert entry is not None
    assert entry.verdict.guidelines == 1  # type: ignore[attr-defined]
