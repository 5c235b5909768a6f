"""Numbers written as text: decimal and thousands marks, currency and percent signs, codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

LARGEST_EXACT = 10**15
"""Whole numbers of more digits are names of things: a float does not hold them all apart."""

_SAMPLE = 1_000
_BLANKS = r"[ \u00a0\u202f]"
_SIGN = rf"(?:[-+]?{_BLANKS}?[$€£¥]?|[$€£¥]{_BLANKS}?[-+]?){_BLANKS}?"
_UNIT = rf"{_BLANKS}?[%€$£¥]?"
_SIGNS = r"[$€£¥%\s\u00a0\u202f]"
# as accounts write what is owed: (12.50), 12.50-, and the sign that typesetters use
_OWED = r"^(?:\(([^()]+)\)|([^-()]+)-)$"
_MINUS = "\u2212"
_QUOTES = r"['’]"
CLEAR_POINT = r"\.(\d{1,2}|\d{4,})$"
"""A point that cannot stand for thousands: those are before three digits."""

_PERHAPS_THOUSANDS = r"^[-+]?[1-9]\d{0,2}\.\d{3}$"
_ADDRESS = r"^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$"
_MARK = {"": "", ",": ",", ".": r"\.", " ": _BLANKS, "'": _QUOTES}


@dataclass(frozen=True)
class NumberStyle:
    """The marks that a column writes its numbers with.

    Attributes
    ----------
    decimal : {".", ","}
        Before the part below one.
    thousands : {"", ",", ".", " ", "'"}
        Between groups of three digits.
    """

    decimal: str = "."
    thousands: str = ""

    @property
    def pattern(self) -> str:
        """Regular expression of a number in this style."""
        whole = r"\d+"
        if self.thousands:
            whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{_MARK[self.thousands]}\d{{3}})+)"
        part = rf"(?:{_MARK[self.decimal]}\d+)?"
        bare = rf"{_MARK[self.decimal]}\d+"  # .5
        power = r"(?:[eE][-+]?\d+)?"
        return rf"^{_SIGN}(?:{whole}{part}|{whole}{_MARK[self.decimal]}|{bare}){power}{_UNIT}$"


PLAIN = NumberStyle()
STYLES = (
    PLAIN,
    NumberStyle(".", ","),
    NumberStyle(",", ""),
    NumberStyle(",", "."),
    *(NumberStyle(decimal, mark) for mark in (" ", "'") for decimal in (".", ",")),
)
"""Every style, the likelier first."""


def parse_numbers(text: pl.Series, style: NumberStyle = PLAIN) -> pl.Series:
    """Read numbers of one style; what is none, or not finite, is null.

    Parameters
    ----------
    text : polars.Series of str
        Stripped.
    style : NumberStyle
        The marks; 12 % is 12.

    Returns
    -------
    polars.Series of float

    Examples
    --------
    >>> parse_numbers(pl.Series(["1", "-2.5e3", "1,5", "inf", None])).to_list()
    [1.0, -2500.0, None, None, None]
    >>> parse_numbers(pl.Series(["1.234,5", "1.500", "1.5"]), NumberStyle(",", ".")).to_list()
    [1234.5, 1500.0, 1.5]
    >>> parse_numbers(pl.Series(["212.767", "1409.96"]), NumberStyle(",", ".")).to_list()
    [212.767, 1409.96]
    >>> parse_numbers(pl.Series(["(2,568.62)", "$ -3", "4-"]), NumberStyle(".", ",")).to_list()
    [-2568.62, -3.0, -4.0]
    """
    if style == PLAIN:
        values = _finite(text.cast(pl.Float64, strict=False))
        if values.null_count() == text.null_count():
            return values
    marked = _with_plain_minus(text)
    fits = marked.str.contains(style.pattern)
    bare = marked.str.replace_all(_SIGNS, "")
    if style.thousands:
        bare = bare.str.replace_all(_MARK[style.thousands], "")
    if style.decimal == ",":
        bare = bare.str.replace(",", ".", literal=True)
    values = _finite(bare.cast(pl.Float64, strict=False))
    values = values.set(~fits.fill_null(value=False), None)
    if style.decimal == ".":
        return values
    # with a decimal point, in a column whose mark is a comma
    written = _finite(text.cast(pl.Float64, strict=False))
    perhaps_thousands = text.str.contains(_PERHAPS_THOUSANDS).fill_null(value=False)
    if _is_of_a_program(text, written, perhaps_thousands):
        return written.zip_with(written.is_not_null(), values)
    return values.zip_with(values.is_not_null(), written.set(perhaps_thousands, None))


def _is_of_a_program(text: pl.Series, written: pl.Series, perhaps_thousands: pl.Series) -> bool:
    """Whether cells leave no doubt that points are decimal marks, so that 1.500 has one too."""
    has_point = text.str.contains(".", literal=True)
    is_clear = written.is_not_null() & has_point & ~perhaps_thousands
    return bool(is_clear.any()) and not text.str.contains(",", literal=True).any()


def _with_plain_minus(text: pl.Series) -> pl.Series:
    if text.str.contains(_MINUS, literal=True).any():
        text = text.str.replace(_MINUS, "-", literal=True)
    if text.str.contains(_OWED).any():
        text = text.str.replace(_OWED, "-$1$2")
    return text


def _finite(values: pl.Series) -> pl.Series:
    is_finite = values.is_finite()
    return values if is_finite.all() else values.set(~is_finite.fill_null(value=True), None)


def fitting_styles(text: pl.Series) -> tuple[NumberStyle, ...]:
    """The styles in which every cell is a number, the likelier first.

    Parameters
    ----------
    text : polars.Series of str
        Cells with a value.
    """
    first = _with_plain_minus(text.head(_SAMPLE).drop_nulls())
    hopeful = [style for style in STYLES if _fits(first, style)]
    if not hopeful:
        return ()
    cells = _with_plain_minus(text.drop_nulls().unique())
    found: list[NumberStyle] = []
    for style in hopeful:
        is_more = any(other.decimal == style.decimal and not other.thousands for other in found)
        if not is_more and _fits(cells, style):
            found.append(style)
    return tuple(found)


def _fits(cells: pl.Series, style: NumberStyle) -> bool:
    return bool(cells.str.contains(style.pattern).all())


@dataclass(frozen=True)
class StyleChoice:
    """The style taken for a column.

    Attributes
    ----------
    style : NumberStyle
        The one taken.
    rival : NumberStyle or None
        The one that fits as well; None where the cells leave no doubt.
    """

    style: NumberStyle
    rival: NumberStyle | None = None


def choose_style(
    text: pl.Series, decimals: Iterable[str] = (), *, comma_is_decimal: bool = False
) -> StyleChoice | None:
    """The style of a column, or None where its cells are no numbers of one style.

    Two readings remain where every mark stands before three digits: "1.220" is a little more
    than one, or a thousand and more. Then the file's other columns decide; else cells without a
    mark that are all below a thousand, beside cells with one, mean thousands [1]_.

    Parameters
    ----------
    text : polars.Series of str
        Cells with a value, stripped.
    decimals : iterable of {".", ","}
        Decimal marks that other columns of the file leave no doubt about.
    comma_is_decimal : bool
        Whether a comma that could be either is taken for a decimal mark: in files whose fields
        are kept apart by semicolons.

    Examples
    --------
    >>> choose_style(pl.Series(["1,5", "2"])).style
    NumberStyle(decimal=',', thousands='')
    >>> choose_style(pl.Series(["1.220", "983"])).style
    NumberStyle(decimal=',', thousands='.')
    >>> choose_style(pl.Series(["1.220", "0.983"]))
    StyleChoice(style=NumberStyle(decimal='.', thousands=''), rival=None)

    Notes
    -----
    .. [1] A column of numbers with three decimals would write 983.000.
    """
    if _is_plain(text):
        return StyleChoice(PLAIN)
    styles = fitting_styles(text)
    if not styles:
        return None
    readings = [style for style in styles if style.thousands in ("", ".", ",")]
    if len({style.decimal for style in readings}) < 2 or not _has_mark(text):
        return StyleChoice(styles[0])
    by_decimal: dict[str, NumberStyle] = {}
    for style in readings:
        by_decimal.setdefault(style.decimal, style)
    known = set(decimals)
    if len(known) == 1:
        return StyleChoice(by_decimal[known.pop()])
    return _guess(text, by_decimal, comma_is_decimal=comma_is_decimal)


def _is_plain(text: pl.Series) -> bool:
    """Whether programs read every cell as a number, and no mark could stand for thousands."""
    # the first rows of a column of words save the others
    if parse_numbers(text.head(_SAMPLE)).null_count() or parse_numbers(text).null_count():
        return False
    has_points = text.str.contains(".", literal=True).any()
    return not has_points or bool(text.str.contains(CLEAR_POINT).any())


def _guess(
    text: pl.Series, by_decimal: dict[str, NumberStyle], *, comma_is_decimal: bool
) -> StyleChoice:
    cells = text.drop_nulls()
    is_marked = cells.str.contains(r"[.,]")
    marked_by_comma = bool(cells.filter(is_marked).str.contains(",", literal=True).all())
    as_thousands = by_decimal["." if marked_by_comma else ","]
    as_decimals = by_decimal["," if marked_by_comma else "."]
    unmarked = cells.filter(~is_marked).str.replace_all(r"\D", "").cast(pl.Int64, strict=False)
    if not is_marked.all() and bool((unmarked < 1000).all()):
        return StyleChoice(as_thousands, as_decimals)
    if marked_by_comma and comma_is_decimal:
        return StyleChoice(as_decimals, as_thousands)
    if marked_by_comma:
        # a comma before three digits in every cell: thousands in most of the world's files
        return StyleChoice(as_thousands, as_decimals)
    return StyleChoice(as_decimals)


def _has_mark(text: pl.Series) -> bool:
    return bool(text.str.contains(r"[.,]").any())


def likeliest_style(text: pl.Series, decimals: Iterable[str] = ()) -> NumberStyle:
    """The style in which most cells are numbers; of equals the likelier.

    Parameters
    ----------
    text : polars.Series of str
        Stripped.
    decimals : iterable of {".", ","}
        As for `choose_style`: no other mark is tried.
    """
    marks = set(decimals) or {".", ","}
    return most_fitting(text, [style for style in STYLES if style.decimal in marks])


def most_fitting(text: pl.Series, styles: Sequence[NumberStyle]) -> NumberStyle:
    """The style among some, in which most cells are numbers; of equals the first."""
    return max(styles, key=lambda style: parse_numbers(text, style).count())


def clear_decimal(text: pl.Series) -> str:
    """The decimal mark that the cells of a column leave no doubt about; empty where they do.

    Examples
    --------
    >>> clear_decimal(pl.Series(["1,5", "2"])), clear_decimal(pl.Series(["1,500", "20"]))
    (',', '')
    """
    decimals = {style.decimal for style in fitting_styles(text)}
    return decimals.pop() if len(decimals) == 1 and _has_mark(text) else ""


def plain_decimal(text: pl.Series) -> str | None:
    """What `clear_decimal` says, where a look is enough to tell; else None.

    Examples
    --------
    >>> plain_decimal(pl.Series(["1.25", "2"])), plain_decimal(pl.Series(["north"]))
    ('.', '')
    >>> plain_decimal(pl.Series(["1,25", "2"])) is None
    True
    """
    if not _has_mark(text):
        return ""
    numbers = text.cast(pl.Float64, strict=False)
    if numbers.null_count() > text.null_count() or not numbers.is_finite().all():
        return None
    return "." if text.str.contains(CLEAR_POINT).any() else None


def is_code(text: pl.Series) -> bool:
    """Whether digits are no quantity but a name: a code, a part number, an address.

    Padded with zeros, or too many digits for a float to hold apart; a whole number with a
    capital E and no sign (part 1E5, which spreadsheets take for 100,000); four groups of at most
    255 (an address of the internet).

    Examples
    --------
    >>> (
    ...     is_code(pl.Series(["007", "12"])),
    ...     is_code(pl.Series(["1E5", "2E0"])),
    ...     is_code(pl.Series(["1e5"])),
    ... )
    (True, True, False)
    """
    if text.str.contains(r"^[-+]?0\d+$|^[-+]?\d{16,}$|^\d+E\d+$").any():
        return True
    is_address = text.str.contains(_ADDRESS)
    if not is_address.any():
        return False
    groups = text.filter(is_address).str.extract_groups(_ADDRESS).struct.unnest()
    parts = groups.select(pl.all().cast(pl.Int64, strict=False))
    is_small = parts.select(pl.all_horizontal(pl.all() <= 255)).to_series()
    return bool(is_small.fill_null(value=False).any())


def settled(values: pl.Series) -> pl.Series:
    """Whole numbers as Int64 where all are whole, else Float64.

    So a class written 1.0 in one file is 1 in the next, whatever wrote them.

    Examples
    --------
    >>> settled(pl.Series([1.0, None])).to_list(), settled(pl.Series([1.0, 0.5])).to_list()
    ([1, None], [1.0, 0.5])
    """
    if values.dtype == pl.Int64:
        return values
    is_whole = bool((values == values.floor()).all()) and bool((values.abs() < LARGEST_EXACT).all())
    return values.cast(pl.Int64) if is_whole else values.cast(pl.Float64)
