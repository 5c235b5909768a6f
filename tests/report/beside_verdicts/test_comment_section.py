from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from leadline.report.beside_verdicts.comment_section import safe_html

HARMLESS = {"p", "strong", "em", "code", "br", "a", "ul", "ol", "li", "blockquote"}


class _Read(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](java\nscript:alert(1))",
        "[click](&#106;avascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "[click](vbscript:x)",
        "[click](//evil.example)",
        "[click](/\\evil.example)",
        '[click](https://a.example/"onmouseover=alert(1))',
        "[click](https://a.example '\" onmouseover=\"alert(1)')",
        "![x](https://a.example/x.png)",
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        "`<b onclick=x>`",
        "- <iframe src=//evil.example>",
        "> <a href=javascript:x>x</a>",
        "**<style>*{display:none}</style>**",
        "\x00<script>alert(1)</script>",
    ],
)
def test_nothing_that_acts_comes_through(text: str) -> None:
    read = _Read(safe_html(text))
    assert read.tags <= HARMLESS
    assert {name for name, _ in read.attributes} <= {"href", "rel", "title"}
    for name, value in read.attributes:
        assert name != "href" or re.match(r"https?://|mailto:|/[^/\\]", value or "")


def test_what_people_write_is_shown() -> None:
    text = (
        "See [the plan](https://a.example/p?x=1&y=2) and [here](/rows/curve).\n\n- *one*\n- `two`"
    )
    html = safe_html(text)
    assert '<a href="https://a.example/p?x=1&amp;y=2" rel="nofollow noopener noreferrer">' in html
    assert '<a href="/rows/curve"' in html
    assert "<li><em>one</em></li>" in html
    assert safe_html("a\nb") == "<p>a<br>\nb</p>\n"
