"""Number parser for many notations: 1,234.5 or 1.234,5, $ 12 or 12 %."""

from __future__ import annotations

import polars as pl

_SIGN = r"^([-+]?[$€£¥]?|[$€£¥][-+]?) ?"
_UNIT = r" ?[%€$£]?$"
_DECIMAL_POINT = rf"{_SIGN}(\d+|\d{{1,3}}([, '’\u00a0\u202f]\d{{3}})+)?(\.\d+)?{_UNIT}"
_DECIMAL_COMMA = rf"{_SIGN}(\d+|\d{{1,3}}([. '’\u00a0\u202f]\d{{3}})+)?(,\d+)?{_UNIT}"
_MARKS = r"[$€£¥%'’ \u00a0\u202f]"


def numbers_in(text: pl.Series) -> pl.Series:
    """Read plain numbers; what is none, or not finite, is null.

    Examples
    --------
    >>> numbers_in(pl.Series(["1", "-2.5e3", "1,5", "inf", None])).to_list()
    [1.0, -2500.0, None, None, None]
    """
    values = text.cast(pl.Float64, strict=False)
    if values.is_finite().all():
        return values
    return values.set(~values.is_finite().fill_null(value=True), None)


def styled_numbers(text: pl.Series, *, is_comma_decimal: bool) -> pl.Series:
    """Read numbers with thousands marks, currency or percent signs, or decimal commas.

    The whole column is read in one style: the likelier first, the other if more fits it.

    Parameters
    ----------
    text : Series of String
        Stripped.
    is_comma_decimal : bool
        The likelier style: whether 1,234 is a little more than one.

    Returns
    -------
    Series of Float64
        Null where a field does not fit the style. 12 % is 12.

    Examples
    --------
    >>> styled_numbers(pl.Series(["1,234.5", "$12"]), is_comma_decimal=False).to_list()
    [1234.5, 12.0]
    >>> styled_numbers(pl.Series(["1,5", "1.234"]), is_comma_decimal=False).to_list()
    [1.5, 1234.0]
    """
    styles = [_with_point, _with_comma]
    if is_comma_decimal:
        styles.reverse()
    likelier, other = (style(text) for style in styles)
    return likelier if likelier.null_count() <= other.null_count() else other


def _with_point(text: pl.Series) -> pl.Series:
    cleaned = text.str.replace_all(_MARKS, "").str.replace_all(",", "", literal=True)
    return _where(text, _DECIMAL_POINT, cleaned)


def _with_comma(text: pl.Series) -> pl.Series:
    cleaned = text.str.replace_all(_MARKS, "").str.replace_all(".", "", literal=True)
    return _where(text, _DECIMAL_COMMA, cleaned.str.replace(",", ".", literal=True))


def _where(text: pl.Series, pattern: str, cleaned: pl.Series) -> pl.Series:
    values = numbers_in(cleaned)
    return values.set(~text.str.contains(pattern).fill_null(value=True), None)
