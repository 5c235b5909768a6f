"""Rows drawn after the first ones, on the pages: by keyboard, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from playwright.sync_api import Page, expect
from starlette.testclient import TestClient
from tests.services.flights import append
from tests.services.planned_streams import (
    N_PLANNED,
    judge_until,
    late,
    planned_classes,
    planned_project,
    true_classes,
)
from tests.web.test_blind import received
from tests.web.test_browser import TOO_WIDE, serious
from tests.web.test_label import link_of
from tests.web.test_pages import fields_of, send
from tests.web.test_several_classes_browser import begin, keep_picture

from leadline.phases.number_format import cost_words
from leadline.phases.performance.stream_decision import Silence
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.without_model import compare_review
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning
from leadline.record import Role
from leadline.services.commands import choose_point
from leadline.services.queries import operating_points_page, review_page
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]
Visit = Callable[..., TestClient]
FIRST = N_PLANNED // 2


def test_the_second_part_follows_the_first_by_keyboard(
    page: Page, make: Make, serve: Serve
) -> None:
    workspace = planned_project(make)
    judge_until(workspace, late(), n=FIRST - 1)
    with serve(workspace) as url:
        begin(page, url, "Ada")
        expect(
            page.get_by_text(f"1 left, about 2 seconds; then up to {FIRST} more.")
        ).to_be_visible()
        page.wait_for_load_state()
        keep_picture(page, "first-part")
        page.keyboard.press("y")
        expect(page.get_by_text(f"Ada: {FIRST} judged, {FIRST} left")).to_be_visible()
        text = page.inner_text("main").lower()
        for word in ("score", "doubt", "band", "narrow", "flagged", "threshold"):
            assert word not in text, word
        page.wait_for_load_state()
        page.keyboard.press("n")
        expect(page.get_by_text(f"Ada: {FIRST + 1} judged")).to_be_visible()


def test_more_rows_are_asked_for_where_their_effect_is_told(
    page: Page, make: Make, serve: Serve
) -> None:
    workspace = planned_project(make)
    judge_until(workspace, late())
    with serve(workspace) as url:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for path in ("choose", "consequences"):
                page.goto(f"{url}/review/{path}")
                assert not page.evaluate(TOO_WIDE), (path, width)
                assert serious(page) == []
                keep_picture(page, f"further-{path}-{width}")
        expect(page.get_by_text("more judgments would narrow the widest")).to_be_visible()
        expect(page.get_by_role("heading", name="Whom it fails on the real stream")).to_be_visible()
        page.get_by_label("Draw so many more rows").fill("25")
        page.get_by_label("Who asks").fill("Ada")
        page.get_by_role("button", name="Draw and judge them").click()
        expect(page.get_by_text("25 left")).to_be_visible()


def test_the_page_of_several_classes_tells_whom_it_fails(
    page: Page, make: Make, serve: Serve
) -> None:
    workspace = planned_classes(make)
    judge_until(workspace, true_classes())
    with serve(workspace) as url:
        page.goto(f"{url}/review/choose")
        expect(page.get_by_role("heading", name="Whom it fails on the real stream")).to_be_visible()
        expect(page.get_by_role("button", name="Draw and judge them")).to_be_visible()
        assert not page.evaluate(TOO_WIDE)
        keep_picture(page, "further-classes")


def test_reloading_and_undoing_change_nothing_of_the_second_part(make: Make, visit: Visit) -> None:
    """Who undoes the last answer of the first part and gives the other sees the same rows."""
    workspace = planned_project(make)
    judge_until(workspace, late(), n=FIRST - 1)
    client = visit(workspace)
    send(client, "/review/name", {"who": "Ada"}, form="/review")
    seen = []
    for said in ("yes", "no"):
        fields = fields_of(client, "/review")
        assert client.post("/review", data=fields | {"said": said}).status_code == 303
        seen.append(received(client.get("/review").text))
        assert received(client.get("/review").text) == seen[-1]
        undo = {"who": "Ada", "tuning": fields["tuning"]}
        assert send(client, "/review/undo", undo, form="/review") == 303
    assert seen[0] == seen[1]


def test_who_asks_too_early_or_for_too_many_is_told(make: Make, visit: Visit) -> None:
    workspace = planned_project(make)
    client = visit(workspace)
    tuning = str(review_page(workspace, "").tuning)
    early = {"n": "20", "who": "Ada", "tuning": tuning}
    assert send(client, "/review/more", early, form="/review/choose") == 409
    assert len(workspace.record.reviews.draws(int(tuning))) == 0


def test_costs_beside_no_model_are_the_same_before_and_after_the_choice(
    make: Make, visit: Visit
) -> None:
    workspace = planned_project(make, 60)
    judge_until(workspace, late(), n=55)
    tuning, problem = workspace.record.latest_of(Tuning), workspace.record.latest_of(Problem)
    assert tuning is not None
    assert problem is not None
    costs = 2 * problem.cost_false_alarm, problem.cost_false_alarm
    page = operating_points_page(workspace, *costs)
    offered = page.comparison
    assert offered is not None
    assert (page.best, offered.cheapest_point.name) == ("catch-all", "balanced")
    shown = visit(workspace).get("/review/choose?ratio=2").text
    assert "Over all that the judgments leave open, balanced costs less on average" in shown
    for point in (each.point for each in page.consequences):
        assert point.cost is not None
        assert point.cost.low < point.cost_per_1000 < point.cost.high
        assert cost_words(point.cost, page.currency) in shown
    entry = choose_point(workspace, "balanced", *costs, "so", "Ada")
    chosen = compare_review(entry.verdict_as(Review), tuning, problem)
    assert chosen is not None
    assert chosen.ways == offered.ways


def test_an_invited_judge_asks_for_nothing(make: Make, visit: Visit) -> None:
    """Who only judges sees no page of the choice, and draws no rows."""
    workspace = planned_project(make)
    judge_until(workspace, late())
    client = visit(workspace)
    client.get(link_of(workspace, "Ben", Role.JUDGE))
    tuning = str(review_page(workspace, "").tuning)
    asked = {"n": "20", "who": "Ben", "tuning": tuning}
    n_draws = len(workspace.record.reviews.draws(int(tuning)))
    assert send(client, "/review/more", asked, form="/review") in {401, 403, 404}
    assert len(workspace.record.reviews.draws(int(tuning))) == n_draws


def test_the_score_below_which_nothing_is_said_is_chosen_on_the_page(
    make: Make, visit: Visit
) -> None:
    workspace = planned_classes(make)
    entry = workspace.record.latest("tuning")
    assert entry is not None
    offered = entry.verdict_as(Tuning)
    assert offered.plain is not None
    right = offered.plain.right
    silences = (
        Silence(confidence=0.0, answered=1.0, right=right),
        Silence(confidence=0.7, answered=0.46, right=right),
    )
    plain = replace(offered.plain, silences=silences)
    number = append(workspace, "tuning", replace(offered, plain=plain))
    client = visit(workspace)
    assert "rows that score at least 0.700" in client.get("/review/choose").text
    said = {"point": "likeliest-class", "ratio": "1", "why": "So.", "who": "Ada", "replacing": ""}
    given = said | {"tuning": str(number), "confidence": "0.7"}
    assert send(client, "/review/choose", given) == 303
    review = workspace.record.latest("review")
    assert review is not None
    assert review.verdict_as(Review).confidence == 0.7
    assert "46% of the test set is answered" in review.verdict.summary
