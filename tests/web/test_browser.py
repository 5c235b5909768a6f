from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.examples import example_problem
from tests.services.flights import append
from tests.services.test_commands import DEFINE, UNTIL_TUNING, judge_all

from leadline.phases.lifecycle import ROWS, is_decision
from leadline.phases.vocabulary.glossary import TERMS
from leadline.record import JobState
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


PAGES = [
    "/",
    "/stages/train",
    "/decide/ship",
    "/history",
    "/portfolio",
    "/entries/1",
    "/label",
    "/review/choose",
    "/review/consequences",
    *(f"/rows/{row}" for row in ROWS if not is_decision(row)),
]


def serious(page: Page, options: dict[str, Any] | None = None) -> list[Any]:
    """What axe holds to be serious or worse."""
    found = Axe().run(page, options=options).response["violations"]
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
        assert ("sheet=narrow" in picture.evaluate("image => image.currentSrc")) == (width == 390)
        assert not page.evaluate(TOO_WIDE)


def test_judging_by_keyboard(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(UNTIL_TUNING)
    with serve(workspace) as url:
        page.goto(f"{url}/review")
        page.get_by_label("Your name").fill("Yann Nyu?")
        page.keyboard.press("Enter")
        # however little of the row is in sight, the answers are
        page.set_viewport_size({"width": 390, "height": 400})
        box = page.get_by_role("button", name="Yes").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 400
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


def test_going_back_by_keyboard_then_a_preview_a_comparison_and_a_comment(
    page: Page, make: Make, serve: Serve
) -> None:
    workspace = make(DEFINE)
    with serve(workspace) as url:
        page.goto(f"{url}/decide/define")
        page.get_by_label("Go back.").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Back to which stage")).to_be_focused()
        for text in ("", "a target from last year", "The target is a guess.", "Ada"):
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Ada says go back to define: The target").first).to_be_visible()
        page.goto(url)
        expect(page.get_by_text("Back at define since").first).to_be_visible()
        expect(page.get_by_text("Stopped")).to_have_count(0)
        page.goto(f"{url}/rows/data")
        page.get_by_role("link", name="Run data again").press("Enter")
        expect(page.get_by_text("Decision on define, entry 4")).to_be_visible()
        assert serious(page) == []
        page.get_by_role("button", name="Run data again").press("Enter")
        expect(page.get_by_role("heading", name="Working on data")).to_be_visible()
        number = append(workspace, "problem", replace(example_problem(), budget=700.0))
        page.goto(f"{url}/entries/{number}")
        page.get_by_role("link", name="What differs from entry 1").press("Enter")
        expect(page.get_by_role("cell", name="+200 USD")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        assert not page.evaluate(TOO_WIDE)
        assert serious(page) == []
        page.goto(f"{url}/stages/define")
        page.get_by_text("Say something").press("Enter")
        page.get_by_label("Your comment").focus()
        page.keyboard.type("Too **dear**, @Bo?")
        page.get_by_role("button", name="Keep it").press("Enter")
        expect(page.locator(".comments strong", has_text="dear")).to_be_visible()
        assert not page.evaluate(TOO_WIDE)
        assert serious(page) == []
    entry = workspace.record.latest("decision.define")
    assert entry is not None
    assert entry.by == "Ada"
    assert [one.by for one in workspace.record.comments.of("define")] == ["Ada"]


def test_a_point_is_chosen(page: Page, make: Make, serve: Serve) -> None:
    workspace = make(UNTIL_TUNING)
    judge_all(workspace)
    with serve(workspace) as url:
        page.goto(f"{url}/review/choose")
        page.get_by_label("as bad as how many").fill("500")
        page.get_by_role("button", name="Compare again").click()
        expect(page.get_by_text("Catch-all costs least at this ratio")).to_be_visible()
        page.emulate_media(media="print")
        expect(page.get_by_role("radio", name="catch-all")).to_be_visible()
        expect(page.get_by_role("button", name="Compare again")).to_be_hidden()
        page.emulate_media(media="screen")
        page.get_by_role("radio", name="catch-all").check()
        page.get_by_label("Why this one").fill("A miss is dear.")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("button", name="Put the choice on the record").click()
        expect(page.get_by_text("Ada chose catch-all")).to_be_visible()


def test_no_page_has_a_serious_fault_by_day_or_night(page: Page, make: Make, serve: Serve) -> None:
    contrast = {"runOnly": ["color-contrast"]}
    page.route("**/picture*", lambda route: route.abort())  # axe looks into no picture
    with serve(make()) as url:
        for path in PAGES:
            page.emulate_media(color_scheme="dark")
            page.goto(f"{url}{path}")
            assert serious(page) == [], path
            page.emulate_media(color_scheme="light")
            assert serious(page, contrast) == [], path


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


def test_a_job_moves_without_a_reload_and_is_cancelled(
    page: Page, make: Make, serve: Serve
) -> None:
    workspace = make(DEFINE)
    jobs = workspace.record.jobs
    with serve(workspace) as url:
        page.goto(f"{url}/rows/search")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("button", name="Run search").click()
        expect(page.get_by_text("waits for a worker")).to_be_visible()
        page.evaluate("window.isTheSame = true")
        jobs.claim("w")
        jobs.beat(1, worker="w", message="boosting-3", share=0.25)
        expect(page.get_by_text("boosting-3")).to_be_visible()
        assert page.evaluate("window.isTheSame"), "the page was not loaded anew"
        assert serious(page) == []
        page.goto(url)
        expect(page.get_by_role("heading", name="At work")).to_be_visible()
        jobs.beat(1, worker="w", message="boosting-4", share=0.5)
        expect(page.get_by_text("boosting-4")).to_be_visible()
        page.get_by_role("link", name="See or cancel it").click()
        page.get_by_role("button", name="Cancel it").click()
        expect(page.get_by_text("its worker is ending it")).to_be_visible()
        jobs.finish(1, worker="w", state=JobState.CANCELLED)
        expect(page.get_by_text("Cancelled by Ada")).to_be_visible()
        page.get_by_role("link", name="Back to where it was asked for").click()
        expect(page).to_have_url(f"{url}/rows/search")


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
        for name, page in people.items():
            expect(page.get_by_text(f"{name}: 20 judged")).to_be_visible()
        ada = people["Ada"]
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
