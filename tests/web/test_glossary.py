"""Every term of the glossary that a page uses can be looked up there, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient
from tests.web.test_pages import PATHS

from leadline.phases.lifecycle import ROWS
from leadline.phases.vocabulary.glossary import TERMS, terms_in
from leadline.web.glossary_marks import with_glossary
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]


class Reader(HTMLParser):
    """What people read within the main part of a page, and what opens there."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.texts: list[str] = []
        self.opened_by: list[str] = []
        self.openable: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "dl" and said.get("class") == "values":
            tag = "values"
        if tag in {"main", "svg", "aside", "values", "dl"}:
            self.within.append(tag)
        if "popovertarget" in said:
            assert said["type"] == "button", "else it would send the form around it"
            self.opened_by.append(said["popovertarget"] or "")
        if "popover" in said:
            self.openable.add(said["id"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"main", "svg", "aside", "dl"}:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if "main" in self.within and not {"svg", "aside", "values"} & set(self.within):
            self.texts.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_every_term_on_every_page_opens_its_sentence(make: Make, visit: Visit) -> None:
    client = visit(make())
    looked_up = set()
    for path in [*PATHS, *(f"/rows/{row}" for row in ROWS), "/entries/9", "/glossary"]:
        if path == "/health":
            continue
        seen = read(client.get(path).text)
        used = {term.anchor for text in seen.texts for _, _, term in terms_in(text)}
        assert used == seen.openable, path
        assert used <= set(seen.opened_by), path
        looked_up |= used
    assert len(looked_up) > 25


def test_only_the_first_use_is_marked_and_the_text_stays(make: Make, visit: Visit) -> None:
    html = "<main><p>Recall, recall &amp; precision</p></main>"
    marked = with_glossary(html)
    line = marked.partition("</p>")[0]
    assert line.count("<button") == 2
    assert unescape(re.sub(r"<[^>]+>", "", line)) == "Recall, recall & precision"
    assert marked.endswith("</aside></main>")


@pytest.mark.parametrize(
    "html",
    [
        "<main><p>Nothing to look up.</p></main>",
        "<p>Recall outside of a page</p>",
        '<main><dl class="values"><dd>a hit of the band</dd></dl></main>',
        "<main><svg><text>Recall</text></svg></main>",
        "<main><p>a missing recallable hitch</p></main>",
        '<main><p title="recall">?</p></main>',
        "<main><script>let recall = 1;</script></main>",
        "<main><style>.recall { color: red }</style></main>",
        "<main><!-- recall --></main>",
    ],
)
def test_what_is_no_sentence_of_the_page_stays_as_it_is(html: str) -> None:
    assert with_glossary(html) == html


@pytest.mark.parametrize(
    "tag", ["a", "button", "label", "summary", "h1", "code", "pre", "textarea", "option"]
)
def test_a_button_stands_in_no_link_and_no_other_button(tag: str) -> None:
    html = f"<main><{tag}>Recall</{tag}><p>Recall</p></main>"
    marked = with_glossary(html)
    assert f"<{tag}>Recall</{tag}>" in marked
    assert read(marked).opened_by == ["term-recall"] * 2


def test_guests_are_not_led_to_a_page_they_may_not_open() -> None:
    html = "<main><p>Recall</p></main>"
    assert "/glossary" in with_glossary(html)
    assert "/glossary" not in with_glossary(html, has_page=False)


def test_sentences_need_no_glossary_of_their_own() -> None:
    """A sentence uses no term but those that everybody must know here."""
    plain = {"Flagged", "False alarm", "Stream", "Hit", "Miss", "Accuracy", "Operating point"}
    for term in TERMS.values():
        used = {found.name for _, _, found in terms_in(term.sentence)} - {term.name}
        assert used <= plain, term.name
        assert term.sentence.endswith((".", "?"))
        assert len(term.sentence.split()) <= 20
