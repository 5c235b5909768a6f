"""Words for the fields of verdicts: labels, and values in the style of the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeGuard

from leadline.phases.number_format import duration, figure, money, percent, signed
from leadline.phases.wording import plain_text, plural, shortened

_LABELS = {
    "p_now": "Chance with today's rows",
    "p_affordable": "Chance with the rows the budget can buy",
    "p_value": "Chance of such a score by luck",
    "p_ages": "Chance that it ages",
    "p_calibrated": "Chance that scores are calibrated",
    "p_cheapest": "Chance to be the cheapest",
    "p_met": "Chance that the target is met",
    "target_score": "Target",
    "test_score": "Score on test rows",
    "test_stderr": "Standard error of that score",
    "test_freedom": "Degrees of freedom of that error",
    "test_unseen": "Error that test rows without one do not rule out",
    "chance_score": "Score of guessing",
    "chance_target": "Chance to reach the target",
    "time_box_s": "Time box",
    "why": "Reason",
    "to": "Back to",
    "q": "Quantile",
    "n_test_needed": "Test rows needed",
}
_PREFIXES = {"n": "Number of", "is": "Is", "has": "Has", "p": "Chance"}
_MONEY = re.compile(r"(^|_)(cost|budget|price|spent|paid|wage)($|_)")
_SHARE = re.compile(r"(^|_)(share|recall|precision|probability|chance)($|_)|^p_|_chance$")
_NOT_SHARE = {"chance_score", "chance_std"}
_IDENTIFIER = re.compile(r"[0-9a-f]{12,}\Z")
_LONGEST = 240


def label_of(field: str) -> str:
    """A field's name in words.

    Examples
    --------
    >>> label_of("n_rows"), label_of("is_ordered"), label_of("cost_miss"), label_of("spent_s")
    ('Number of rows', 'Is ordered', 'Cost miss', 'Spent')
    >>> label_of("balanced"), label_of("p_now")
    ('Balanced', "Chance with today's rows")
    """
    if field in _LABELS:
        return _LABELS[field]
    words = field.removesuffix("_s").split("_")
    if len(words) > 1 and words[0] in _PREFIXES:
        words[0] = _PREFIXES[words[0]]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def value_words(field: str, value: object, currency: str = "") -> str:
    """A value as a page would show it.

    Parameters
    ----------
    field : str
        Name of the field: shares, seconds and money are told by it.
    value : object
        What JSON can say; an interval is a mapping with estimate, low and high.
    currency : str
        Of amounts of money.

    Examples
    --------
    >>> value_words("alert_share", 0.284), value_words("spent_s", 170.0), value_words("x", None)
    ('28%', '3 minutes', '–')
    >>> value_words("budget", 500.0, "USD"), value_words("is_ordered", True)
    ('500 USD', 'yes')
    >>> value_words("score", {"estimate": 0.7312, "low": 0.7, "high": 0.76})
    '0.731 (0.700 to 0.760)'
    >>> value_words("snapshot", "0123456789abcdef")
    'stored content'
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number_words(field, value, currency)
    if isinstance(value, Mapping):
        return _interval_words(field, value, currency)
    if isinstance(value, list):
        return _list_words(value)
    text = "" if value is None else plain_text(value)
    if is_identifier(text):
        return "stored content"
    return shortened(text, _LONGEST) or "–"


def change_words(field: str, before: object, after: object, currency: str = "") -> str:
    """What has changed between two values; empty where that is no number.

    Examples
    --------
    >>> change_words("alert_share", 0.25, 0.31), change_words("n_rows", 80, 120)
    ('+6 points', '+40')
    >>> change_words("spent_s", 60.0, 30.0), change_words("budget", 500.0, 700.0, "USD")
    ('-30 seconds', '+200 USD')
    >>> change_words("snapshot", "0123456789abcdef", "0123456789abcdee")
    'has changed'
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        if is_interval(before) and is_interval(after):
            return change_words(field, before["estimate"], after["estimate"], currency)
        return ""
    if isinstance(before, str) and isinstance(after, str):
        return "has changed" if is_identifier(before) and is_identifier(after) else ""
    if isinstance(before, list) and isinstance(after, list):
        return _list_change(before, after)
    if not (_is_number(before) and _is_number(after)):
        return ""
    return _difference_words(field, after - before, currency)


def is_interval(value: object) -> bool:
    """Whether a value is an estimate with its interval."""
    return isinstance(value, Mapping) and set(value) == {"estimate", "low", "high"}


def is_money(field: str) -> bool:
    """Whether a field holds an amount of money.

    Examples
    --------
    >>> is_money("cost_miss"), is_money("n_rows")
    (True, False)
    """
    return bool(_MONEY.search(field))


def is_identifier(text: str) -> bool:
    """Whether a text is a digest, which tells a person nothing.

    Examples
    --------
    >>> is_identifier("c40dc40dc40d"), is_identifier("cafe"), is_identifier("linear C=0.1")
    (True, False, False)
    """
    return bool(_IDENTIFIER.match(text))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_share(field: str, value: float) -> bool:
    return bool(_SHARE.search(field)) and field not in _NOT_SHARE and 0 <= value <= 1


def _number_words(field: str, value: float, currency: str) -> str:
    if field.endswith("_s"):
        return duration(value)
    if is_money(field) and currency:
        return money(value, currency)
    return percent(value) if _is_share(field, value) else figure(value)


def _difference_words(field: str, difference: float, currency: str) -> str:
    sign = "+" if difference > 0 else "-"
    if field.endswith("_s"):
        return f"{sign}{duration(abs(difference))}"
    if is_money(field) and currency:
        return f"{sign}{money(abs(difference), currency)}"
    if _is_share(field, abs(difference)):
        points = round(100 * difference, 1)
        return f"{signed(points)} point{'' if abs(points) == 1 else 's'}"
    return signed(difference)


def _interval_words(field: str, value: Mapping[str, float], currency: str) -> str:
    if not is_interval(value):
        return plural(len(value), "value")
    told = {end: _number_words(field, number, currency) for end, number in value.items()}
    return f"{told['estimate']} ({told['low']} to {told['high']})"


def _list_words(values: list[object]) -> str:
    if all(isinstance(value, str) for value in values):
        return shortened(", ".join(map(str, values)), _LONGEST) or "none"
    return plural(len(values), "value")


def _list_change(before: list[object], after: list[object]) -> str:
    texts = [value for value in (*before, *after) if isinstance(value, str)]
    if len(texts) == len(before) + len(after):
        new, gone = [v for v in after if v not in before], [v for v in before if v not in after]
        words = [f"new: {', '.join(map(str, new))}"] if new else []
        words += [f"gone: {', '.join(map(str, gone))}"] if gone else []
        return "; ".join(words)[:_LONGEST]
    pairs = [(a, b) for a, b in zip(before, after, strict=False) if _is_number(a) and _is_number(b)]
    moves = [b - a for a, b in pairs if a != b]
    if not moves:
        return ""
    largest = max(moves, key=abs)
    return f"{len(moves)} of {len(pairs)} differ, by {signed(largest)} at most"
