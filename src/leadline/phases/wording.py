"""Wording: numbers with nouns, times, values as text."""

from __future__ import annotations

from datetime import date, datetime

_TELLING = 999.5  # from here on three_digits writes every digit before the point
_MOST_DIGITS = 6
_PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")


def is_picture(text: object) -> bool:
    """Whether a value, written as text, is a small image.

    Examples
    --------
    >>> is_picture("data:image/png;base64,iVBORw0KGgo="), is_picture("data:text/html,<b>")
    (True, False)
    """
    return isinstance(text, str) and text.startswith(_PICTURES)


def plain_text(value: object) -> str:
    """A value as a person would write it: a day has no midnight.

    Examples
    --------
    >>> plain_text(datetime(2012, 4, 26)), plain_text(datetime(2012, 4, 26, 7, 30))
    ('2012-04-26', '2012-04-26 07:30:00')
    """
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)


def capital(text: str) -> str:
    """A text with a capital at its head, the rest as it is.

    Examples
    --------
    >>> capital("a late flight to JFK")
    'A late flight to JFK'
    """
    return text[:1].upper() + text[1:]


def shortened(text: str, most: int) -> str:
    """A text of at most so many letters; an ellipsis stands for what is left out.

    Examples
    --------
    >>> shortened("mean_texture", 12), shortened("mean_texture", 6)
    ('mean_texture', 'mean_…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plural(n: float, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> plural(1, "row"), plural(2500, "row"), plural(2.5, "hour")
    ('1 row', '2,500 rows', '2.5 hours')
    """
    number = f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"
    return f"{number} {noun}" if n == 1 else f"{number} {noun}s"


def three_digits(number: float) -> str:
    """A number with three digits that count, written out, thousands set apart.

    Examples
    --------
    >>> three_digits(38.84), three_digits(4291.3), three_digits(0.00012), three_digits(1e20)
    ('38.8', '4,291', '0.00012', '1e+20')
    """
    return f"{number:,.0f}" if 999.5 <= abs(number) < 1e15 else f"{number:.3g}"


def share_words(share: float, digits: int = 0) -> str:
    """A share in percent; what is there is never rounded to none, nor what is missing to all.

    Examples
    --------
    >>> share_words(0.284), share_words(0.004), share_words(0.0), share_words(0.9996)
    ('28%', '0.4%', '0%', 'over 99.9%')
    >>> share_words(0.284, 1), share_words(0.0004, 1)
    ('28.4%', 'under 0.1%')
    """
    for n in range(digits, 2):
        told = f"{share:.{n}%}"
        if share in (0, 1) or told not in (f"{0:.{n}%}", f"{1:.{n}%}"):
            return told
    return "under 0.1%" if share < 1 / 2 else "over 99.9%"


def signed_digits(number: float) -> str:
    """A difference with its sign, three digits that count, and thousands set apart.

    Examples
    --------
    >>> signed_digits(4291.3), signed_digits(-0.12), signed_digits(0.0)
    ('+4,291', '-0.12', '+0')
    """
    return f"{'+' if number >= 0 else ''}{three_digits(number)}"


def counted_people(n: int) -> str:
    """Return a number of people, who are no persons.

    Examples
    --------
    >>> counted_people(1), counted_people(3)
    ('1 person', '3 people')
    """
    return "1 person" if n == 1 else f"{n:,} people"


def distinct(number: float, other: float) -> str:
    """A number with three digits that count, or as many more as tell it from another one.

    Examples
    --------
    >>> distinct(0.7168, 0.72), distinct(0.71968, 0.72), distinct(0.72, 0.72)
    ('0.717', '0.7197', '0.72')
    >>> distinct(1250.28, 1250.0), distinct(1312.4, 1250.0)
    ('1,250.3', '1,312')
    """
    if number == other:
        return three_digits(number)
    if abs(number) >= _TELLING:
        told = (f"{number:,.{n}f}" for n in range(3) if f"{number:.{n}f}" != f"{other:.{n}f}")
        return next(told, three_digits(number))
    digits = 3
    while digits < _MOST_DIGITS and float(f"{number:.{digits}g}") == float(f"{other:g}"):
        digits += 1
    return f"{number:.{digits}g}"


def how_tried(share: float) -> str:
    """How a candidate is tried that answers a share of the requests.

    Examples
    --------
    >>> how_tried(0.0), how_tried(0.125)
    ('a shadow, which answers nobody', 'a canary, which answers 12.5% of the requests')
    """
    if not share:
        return "a shadow, which answers nobody"
    return f"a canary, which answers {100 * share:.4g}% of the requests"


def moment(at: datetime) -> str:
    """Return a time in UTC, to the minute.

    Examples
    --------
    >>> from datetime import UTC
    >>> moment(datetime(2013, 7, 4, 9, 5, tzinfo=UTC))
    '4 July 2013, 09:05 UTC'
    """
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def day(at: date) -> str:
    """Return a day, or the day of a time.

    Examples
    --------
    >>> day(datetime(2013, 7, 4, 9, 5))
    '4 July 2013'
    """
    return f"{at.day} {at:%B %Y}"
