"""Comments in pages and reports: Markdown as safe HTML."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_ALLOWED = ("newline", "escape", "backticks", "emphasis", "link", "autolink", "list", "blockquote")
# to other sites, to mail, and to pages of this one
_ADDRESS = re.compile(r"(https?://|mailto:|/(?![/\\]))", re.IGNORECASE)


@dataclass(frozen=True)
class CommentText:
    """A comment in a report.

    Attributes
    ----------
    title : str
        What it is about.
    by : str
        Who.
    at : datetime
        When, UTC.
    text : str
        As it was typed.
    """

    title: str
    by: str
    at: datetime
    text: str


def safe_html(text: str) -> str:
    """Markdown as HTML that can do nothing: no HTML of its own, no pictures, no scripts.

    Known are paragraphs, lists, quotes, emphasis, code and links; all else is shown as it is.
    Links lead to the web, to mail or to a page of this project.

    Parameters
    ----------
    text : str
        What somebody typed.

    Returns
    -------
    str
        Ready for a page: a template need not escape it.

    Examples
    --------
    >>> print(safe_html("**Too dear**, see <b>entry</b> 12."), end="")
    <p><strong>Too dear</strong>, see &lt;b&gt;entry&lt;/b&gt; 12.</p>
    """
    html: str = _renderer().render(text)
    return html


def safe_line(text: str) -> str:
    """One line of Markdown as HTML that can do nothing, without a paragraph around it.

    Examples
    --------
    >>> safe_line("**good**: <b>would</b> come again")
    '<strong>good</strong>: &lt;b&gt;would&lt;/b&gt; come again'
    """
    html: str = _renderer().renderInline(text)
    return html


@cache
def _renderer() -> MarkdownIt:
    renderer = MarkdownIt("zero", {"html": False, "breaks": True}).enable(list(_ALLOWED))
    renderer.validateLink = lambda url: bool(_ADDRESS.match(url.strip()))  # type: ignore[method-assign]
    renderer.add_render_rule("link_open", _link_open)
    return renderer


def _link_open(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    """Tell neither where a visitor comes from nor search engines that we recommend it."""
    tokens[index].attrSet("rel", "nofollow noopener noreferrer")
    return self.renderToken(tokens, index, options, env)
