"""Glossary marks: the terms of a page as buttons that open their sentence.

Popovers of the browser: they work by mouse, touch and keyboard, and close with Escape, without a
script. What stands in a link, a button or a heading is left as it is; the foot of the page lists
every term, so that those can be looked up too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import escape

from leadline.phases.vocabulary.glossary import Term, terms_in

_PIECE = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)", re.IGNORECASE)
# what nobody reads as a sentence of the page; the values of a row are another's words
_SILENT = frozenset({"head", "script", "style", "svg", "values"})
_UNMARKED = _SILENT | {
    *("a", "button", "summary", "label", "legend", "option", "select", "textarea"),
    *("h1", "h2", "h3", "code", "pre", "kbd", "header", "footer", "nav"),
}
_END = "</main>"


@dataclass(frozen=True)
class _Piece:
    """A tag, or a text between two; whether it is read, and whether a button may stand in it."""

    html: str
    is_read: bool = False
    is_open: bool = False


def with_glossary(html: str, *, has_page: bool = True) -> str:
    """Mark the first use of each term on a page, and put their sentences at its end.

    Parameters
    ----------
    html : str
        A whole page.
    has_page : bool, default=True
        Whether the visitor may open the page of all terms.

    Returns
    -------
    str
        The same where it uses no term.
    """
    head, end, foot = html.rpartition(_END)
    marked: list[str] = []
    used: dict[str, Term] = {}
    done: set[str] = set()
    for piece in _pieces(head):
        found = terms_in(piece.html) if piece.is_read else []
        used |= {term.name: term for _, _, term in found}
        marked.append(_marked(piece.html, found, done) if piece.is_open else piece.html)
    if not used:
        return html
    return "".join([*marked, *_foot(list(used.values()), has_page), end, foot])


def _pieces(html: str) -> Iterator[_Piece]:
    within: list[str] = []
    for text in _PIECE.split(html):
        if not text.startswith("<"):
            yield _Piece(text, not _SILENT.intersection(within), not within)
            continue
        yield _Piece(text)
        tag = _TAG.match(text)
        name = tag["name"].lower() if tag else ""
        if name == "dl":
            name = "values" if (tag and tag["end"]) or 'class="values"' in text else name
        if name not in _UNMARKED or tag is None:
            continue
        if not tag["end"]:
            within.append(name)
        elif name in within:
            within.remove(name)


def _marked(text: str, found: list[tuple[int, int, Term]], done: set[str]) -> str:
    parts, at = [], 0
    for start, stop, term in found:
        if term.name not in done:
            done.add(term.name)
            parts += [text[at:start], _button(term, text[start:stop])]
            at = stop
    return "".join([*parts, text[at:]])


def _button(term: Term, said: str) -> str:
    return f'<button type="button" class="term" popovertarget="{term.anchor}">{said}</button>'


def _foot(terms: list[Term], has_page: bool) -> Iterator[str]:
    terms.sort(key=lambda term: term.name.lower())
    yield '<aside class="glossary" aria-label="Words on this page"><p>Words on this page: '
    yield ", ".join(_button(term, str(escape(term.name))) for term in terms)
    yield '. <a href="/glossary">All words</a></p>' if has_page else ".</p>"
    for term in terms:
        said = f"<dfn>{escape(term.name)}</dfn> {escape(term.sentence)}"
        yield f'<div popover id="{term.anchor}">{said}</div>'
    yield "</aside>"
