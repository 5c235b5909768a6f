"""Text tables, and the formats of their cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from leadline.phases.glossary import terms_in
from leadline.phases.verdict import Bounds, Verdict
from leadline.phases.wording import three_digits

_TOLD = ("answer", "summary")  # what a page says above any table
_NO_WIDTH = 0.0005  # where every row has a label


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
    >>> share(Bounds(estimate=0.62, low=0.62, high=0.62)), share(None)
    ('62%', 'not known')
    """
    if bounds is None:
        return "not known"
    if bounds.high - bounds.low < _NO_WIDTH:
        return f"{bounds.estimate:.0%}"
    return f"{bounds.estimate:.0%} ({bounds.low:.0%} to {bounds.high:.0%})"


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


def money(amount: float, currency: str) -> str:
    """An amount with its currency.

    Examples
    --------
    >>> money(1234.5, "EUR")
    '1,234.50 EUR'
    """
    return f"{amount:,.2f} {currency}"


def price(amount: float, currency: str) -> str:
    """An amount that somebody paid: what is not nothing is not written as nothing.

    Examples
    --------
    >>> price(0.0004, "EUR"), price(0.0, "EUR")
    ('under 0.01 EUR', '0.00 EUR')
    """
    least = 0.01
    return f"under {money(least, currency)}" if 0 < amount < least else money(amount, currency)


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them.

    Examples
    --------
    >>> print(*map(duration, (0.25, 90, 7200)), sep=", ")
    0.25 s, 1.5 min, 2 h
    """
    if seconds < 60:
        return f"{seconds:.3g}\N{NO-BREAK SPACE}s"
    value, unit = (seconds / 60, "min") if seconds < 3600 else (seconds / 3600, "h")
    return f"{value:.3g}\N{NO-BREAK SPACE}{unit}"
