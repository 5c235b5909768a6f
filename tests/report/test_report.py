"""The report stands alone, says everything, and shows foreign text as text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.examples import example_capacity, example_data, example_problem
from tests.phases.again import again
from tests.report.entries import entries_of, example_entries, standing_of

from leadline.phases.data import Data, Leak, TellingWord, TextLeak
from leadline.phases.lifecycle import ROWS, Stage
from leadline.record.codec import decode
from leadline.report import write_report
from leadline.report.row_sections import audit_table
from leadline.report.text_table import table_of_fields

N_PICTURES = sum(row.has_picture for row in ROWS.values())
HOSTILE = "<script>alert('x')</script> | **b** [a](http://evil.example) {{ 7*7 }}\n# h"


class Outline(HTMLParser):
    """Tags, headings and labels of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


@pytest.fixture(scope="module")
def report() -> str:
    entries = example_entries()
    return write_report(entries, standing_of(entries), title="Late flights", form="html")


def test_html_needs_nothing_else(report: str) -> None:
    tags = outline(report)
    assert not tags.all("script")
    assert not tags.all("img")
    assert [link["href"] for link in tags.all("link")] == ["data:,"]
    assert not re.search(r"@import|src=|url\(\s*['\"]?http", report)
    assert set(re.findall(r"https?://[^\s\"'<)]+", report)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_html_is_accessible(report: str) -> None:
    tags = outline(report)
    assert tags.all("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in tags.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    pictures = tags.all("svg")
    assert len(pictures) == 2 * N_PICTURES, "each for a page and for a phone"
    assert {picture.get("role") for picture in pictures} == {"img"}
    assert all(len(str(picture["aria-label"]).split()) >= 8 for picture in pictures)
    assert len(tags.all("caption")) == len(tags.all("table"))
    assert all(head.get("scope") == "col" for head in tags.all("th"))


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_every_row_and_every_finding_is_told(form: str) -> None:
    entries = example_entries()
    page = write_report(entries, standing_of(entries), title="Late", form=form)  # type: ignore[arg-type]
    plain = page.replace("\\", "").replace("&#39;", "'").replace("&#34;", '"')
    for entry in entries:
        assert entry.verdict.summary.replace("<", "&lt;") in plain
        assert f"Entry {entry.number}, by Ada Ops" in plain
        for finding in entry.verdict.findings:
            assert finding.what.replace("<", "&lt;") in plain
            assert finding.next in plain


def test_a_row_without_a_table_of_its_own_shows_its_fields() -> None:
    table = table_of_fields(example_capacity())
    cells = {row[0]: row[1] for row in table.rows}
    assert table.caption == "Capacity"
    assert cells["Currency"] == "USD"
    assert cells["Spare"] == "1"
    assert cells["Peak per s"] == "200"
    assert not {"Answer", "Summary", "Loads"} & set(cells)
    assert all(len(row) == len(table.head) for row in table.rows)


def test_a_young_project_says_what_is_not_there() -> None:
    entries = example_entries("data")
    page = write_report(entries, standing_of(entries), title="Young", form="markdown")
    assert "Not yet on the record." in page
    assert "Nobody has decided anything yet." in page
    for stage in Stage:
        assert f"## {stage.value.capitalize()}" in page


def test_foreign_text_is_text_in_html() -> None:
    entries = entries_of([("problem", replace(example_problem(), summary=HOSTILE))])
    page = write_report(entries, standing_of(entries), title=HOSTILE, form="html")
    assert not outline(page).all("script")
    assert "{{ 7*7 }}" in page


def test_foreign_text_is_text_in_markdown() -> None:
    entries = entries_of([("problem", replace(example_problem(), summary=HOSTILE, miss=HOSTILE))])
    page = write_report(entries, standing_of(entries), title=HOSTILE, form="markdown")
    assert "<script" not in page
    assert "**b**" not in page
    assert "[a](" not in page.replace("\\[a\\](", "")
    assert "\n# h" not in page


def audited() -> Data:
    word = TellingWord(
        word="|", value="won", n_with=9, n_of_value=9, n_elsewhere=0, example="a | <b>won</b>"
    )
    leak = TextLeak(column="said", how="word", score=1.0, words=(word,), n_rows=40)
    leaks = (Leak(column="refunded", score=0.993),)
    judged = again(example_data(), leaks=leaks, text_leaks=(leak,))
    assert isinstance(judged, Data)
    return judged


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_what_the_audit_found_is_a_table(form: str) -> None:
    entries = entries_of([("problem", example_problem()), ("data", audited())])
    page = write_report(entries, standing_of(entries), title="Late", form=form)  # type: ignore[arg-type]
    assert "What the audit found" in page
    assert "<b>won" not in page
    head = re.search(r"Finding.*Columns.*Evidence.*What to do", page)
    assert head is not None
    row = next(line for line in page.splitlines() if "Tells the label alone" in line)
    assert "refunded" in row
    assert "score 0.993" in row
    if form == "markdown":
        told = next(line for line in page.splitlines() if "Text tells the label" in line)
        assert len(re.findall(r"(?<!\\)\|", told)) == 5


def test_a_row_of_which_nothing_was_found_has_no_table_of_the_audit() -> None:
    clean = again(example_data(), n_duplicates=0, n_conflicts=0, n_crossing=0, columns=())
    assert audit_table(clean) is None
    assert audit_table(example_problem()) is None


def test_markdown_tables_are_whole() -> None:
    entries = example_entries()
    page = write_report(entries, standing_of(entries), title="Late", form="markdown")
    blocks = re.findall(r"(?:^\|.*\n)+", page, flags=re.MULTILINE)
    assert len(blocks) > len(Stage)
    for block in blocks:
        lines = block.strip().split("\n")
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
        assert len(widths) == 1, lines[0]
        assert re.fullmatch(r"\|( --- \|)+", lines[1])


def test_amounts_keep_their_points() -> None:
    entries = entries_of([("problem", example_problem())])
    page = write_report(entries, standing_of(entries), title="1. First", form="markdown")
    assert page.startswith("# 1\\. First\n")
    assert "| 500 USD |" in page


def test_json_holds_whole_verdicts() -> None:
    entries = example_entries()
    whole = json.loads(write_report(entries, standing_of(entries), title="Late", form="json"))
    assert whole["title"] == "Late"
    assert len(whole["at_a_glance"]["stages"]) == len(Stage)
    assert set(whole["standing"]) == set(ROWS)
    for entry, stored in zip(entries, whole["entries"], strict=True):
        assert stored["on"] == dict(entry.on)
        read = decode(type(entry.verdict), stored["verdict"], stored["version"])
        assert read == entry.verdict


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="form must be one of html, markdown, json"):
        write_report([], standing_of([]), title="", form="pdf")  # type: ignore[arg-type]


def test_a_browser_draws_every_picture(
    report: str, page: Page, tmp_path: Path, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    path = tmp_path / "report.html"
    path.write_text(report, encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        boxes = [picture.bounding_box() for picture in page.locator("svg").all()]
        shown = [box for box in boxes if box is not None and box["width"]]
        assert len(shown) == N_PICTURES
        assert all(box["width"] > 300 and box["height"] > 60 for box in shown)
        assert page.evaluate(overflow) <= 0
    assert asked == [path.as_uri()]
