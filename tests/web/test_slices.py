"""Whom it fails, on the page of tuning."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.examples import example_tuning
from tests.phases.again import again
from tests.services.flights import append
from tests.services.test_commands import UNTIL_TUNING
from tests.slice_reports import REPORTS
from tests.web.test_browser import TOO_WIDE, serious

from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Serve = Callable[[Workspace], AbstractContextManager[str]]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_manager_sees_whom_it_fails(
    page: Page, make: Make, serve: Serve, width: int, tmp_path: Path
) -> None:
    workspace = make(UNTIL_TUNING)
    append(workspace, "tuning", again(example_tuning(), slices=REPORTS))
    page.set_viewport_size({"width": width, "height": 900})
    with serve(workspace) as url:
        page.goto(f"{url}/rows/tuning")
        expect(page.get_by_role("heading", name="Whom it fails")).to_be_visible()
        expect(page.get_by_text("Fares worse: carrier = UA (balanced).")).to_be_visible()
        groups = page.get_by_role("group", name="Named groups at balanced")
        expect(groups.get_by_role("row", name="origin = EWR")).to_contain_text("differs")
        shown = page.get_by_role("group", name="Whom it fails at balanced")
        expect(shown.get_by_role("row", name="carrier = UA")).to_contain_text("worse than the rest")
        closed = page.locator("details", has_text="Whom it fails at cautious").get_by_role("table")
        expect(closed).to_be_hidden()
        page.get_by_text("Whom it fails at cautious").click()
        expect(closed.get_by_role("row", name="origin = EWR")).to_contain_text(
            "no difference shown"
        )
        assert not page.evaluate(TOO_WIDE)
        assert not serious(page)
        page.screenshot(path=tmp_path / f"slices-{width}.png", full_page=True)


def test_a_project_of_before_has_none(page: Page, make: Make, serve: Serve) -> None:
    with serve(make(UNTIL_TUNING)) as url:
        page.goto(f"{url}/rows/tuning")
        expect(page.get_by_role("heading", name="Whom it fails")).to_have_count(0)
