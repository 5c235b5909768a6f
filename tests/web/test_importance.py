"""The search page with what its candidate leans on."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient
from tests.importances import FLIGHTS, search_with
from tests.services.flights import append
from tests.services.test_commands import DEFINE
from tests.web.test_browser import TOO_WIDE, serious

from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def searched(make: Make, *, is_looked_at: bool = True) -> Workspace:
    workspace = make(DEFINE)
    append(workspace, "search", search_with(FLIGHTS if is_looked_at else None))
    return workspace


def test_the_page_has_the_table_and_escapes_what_columns_hold(
    make: Make, visit: Callable[..., TestClient]
) -> None:
    page = visit(searched(make)).get("/rows/search").text
    assert "<h2>What it leans on</h2>" in page
    assert "highest at &lt;EV&gt;" in page
    assert "distance alone" in page
    assert "others may stand in for it" in page
    assert "+0.31" in page


def test_without_it_the_page_is_as_before(make: Make, visit: Callable[..., TestClient]) -> None:
    page = visit(searched(make, is_looked_at=False)).get("/rows/search").text
    assert "What it leans on" not in page
    assert "picture/importance" not in page


@pytest.mark.parametrize("width", [1280, 390])
def test_it_can_be_read_in_a_browser(
    page: Page,
    make: Make,
    serve: Callable[[Workspace], AbstractContextManager[str]],
    width: int,
    tmp_path: Path,
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    with serve(searched(make)) as url:
        page.goto(f"{url}/rows/search")
        expect(page.get_by_role("heading", name="What it leans on")).to_be_visible()
        picture = page.get_by_alt_text("boosting-3 leans most on")
        picture.evaluate("image => image.decode()")
        assert picture.evaluate("image => image.naturalWidth") > 300
        expect(page.get_by_role("row", name="hour 0.1500 0.1300 to 0.1700")).to_be_visible()
        assert not page.evaluate(TOO_WIDE)
        assert serious(page) == []
        page.screenshot(
            path=Path(os.environ.get("SHOTS", tmp_path)) / f"p{width}.png", full_page=True
        )
