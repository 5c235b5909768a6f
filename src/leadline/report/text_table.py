"""Text tables, and the formats of their cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from leadline.phases.number_format import NO_WIDTH, percent, percent_range
from leadline.phases.verdict import Bounds, Verdict
from leadline.phases.vocabulary.glossary import terms_in
from leadline.phases.wording import three_digits

_TOLD = ("answer", "summary")  # what a page says above any table


@dataclass(frozen=True)
class Table:
    """Rows of text under headers.

    Attributes
    ----------
    caption : str
        What the table shows.
    head : tuple of str
        One header a column.
    rows : tuple of tuple of str
        As many cells a row as there are headers.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tabled(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """A table from any rows."""
    return Table(caption, tuple(head), tuple(tuple(row) for row in rows))


def words_table(texts: Iterable[str]) -> Table:
    """The terms that some texts use, each with its plain sentence.

    Examples
    --------
    >>> words_table(["Its recall is high.", "Recall again."]).rows
    (('Recall', 'Of 100 rows that should be flagged, how many are.'),)
    """
    used = {term.name: term.sentence for text in texts for _, _, term in terms_in(text)}
    rows = sorted(used.items(), key=lambda pair: pair[0].lower())
    return tabled("What the words mean", ("Word", "What it means"), rows)


def table_of_fields(verdict: Verdict) -> Table:
    """The numbers and words of a verdict, under the names of their fields.

    For a row without a table of its own. Parts that hold parts are left out.
    """
    known = {field.name: getattr(verdict, field.name) for field in fields(verdict)}
    rows = [
        (name.replace("_", " ").capitalize(), _cell(value))
        for name, value in known.items()
        if name not in _TOLD and (value is None or isinstance(value, str | float | int | Bounds))
    ]
    return tabled(type(verdict).__name__, ("What", "Value"), rows)


def _cell(value: Bounds | str | float | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Bounds):
        return f"{number(value.estimate)} ({number(value.low)} to {number(value.high)})"
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else number(value)


def share(bounds: Bounds | None) -> str:
    """A proportion with its interval, in words.

    Examples
    --------
    >>> share(Bounds(estimate=0.62, low=0.574, high=0.67))
    '62% (57% to 67%)'
    >>> share(Bounds(estimate=0.62, low=0.6196, high=0.6204)), share(None)
    ('62%', 'not known')
    """
    if bounds is None:
        return "not known"
    told = percent_range(bounds)
    if bounds.high - bounds.low < NO_WIDTH:
        return told
    return f"{percent(bounds.estimate)} ({told})"


def number(value: float | None, pattern: str = "") -> str:
    """A number, or that it is not known.

    Examples
    --------
    >>> number(0.8114), number(8249.3), number(None)
    ('0.811', '8,249', 'not known')
    """
    if value is None:
        return "not known"
    return format(value, pattern) if pattern else three_digits(value)
