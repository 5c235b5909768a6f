"""Template rendering to HTML or Markdown; every value is escaped."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadline.charts.drawing.typeface import font_css
from leadline.phases.wording import is_picture

_MARKDOWN = re.compile(r"([\\`*_\[\]|~])")
_LINE_START = re.compile(r"^(\d*)([#+=.)-])(?=[\s#=-]|$)")


class Ready(str):
    """Markdown that is printed without escaping."""

    __slots__ = ()


def html(template: str, **values: Any) -> str:
    """Fill an HTML template; every value is escaped, unless marked ``safe``."""
    return _environment(is_html=True).get_template(template).render(**values)


def markdown(template: str, **values: Any) -> str:
    """Fill a Markdown template; every value is shown as the text it is, unless `Ready`."""
    return _environment(is_html=False).get_template(template).render(**values)


@cache
def _environment(*, is_html: bool) -> Environment:
    """Templates that are compiled once a process."""
    environment = Environment(
        loader=PackageLoader("leadline.report"),
        autoescape=is_html,  # noqa: S701 - Markdown has its own, as `finalize`
        finalize=None if is_html else _plain,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["picture"] = is_picture
    environment.globals["font_css"] = font_css
    if not is_html:
        environment.filters["ready"] = Ready
    return environment


def _plain(value: Any) -> Any:
    return value if isinstance(value, Ready) else plain(str(value))


def plain(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    Parameters
    ----------
    text : str
        Anything.

    Returns
    -------
    str
        Without line breaks, HTML or Markdown marks that would take effect.

    Examples
    --------
    >>> print(plain("a_b | <script>"))
    a\_b \| &lt;script&gt;
    """
    one_line = " ".join(text.split())
    safe = one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINE_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", safe))
