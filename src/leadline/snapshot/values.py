"""Type inference for columns of text: numbers, dates, words and missing values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from leadline.errors import DataError
from leadline.snapshot.date_parsing import dates_in, looks_dated
from leadline.snapshot.number_parsing import numbers_in, styled_numbers
from leadline.snapshot.source import like_it

# never a class or a category
_MISSING = {"", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "?", "\\N"}
# no number and no date, but perhaps a class: "-" beside "+", "none" beside "much"
_MISSING_NUMBERS = {
    "na", "n/a", "#n/a", "<na>", "nan", "null", "nil", "none", "-", "--", "–", "?", ".", "missing",
    "\\n", "unknown", "nat", "inf", "-inf", "infinity", "#div/0!", "#value!", "#ref!", "#null!",
    "#num!",
}  # fmt: skip
_NEARLY = 0.8
_MOST_STRAY_WORDS = 10
_FEWEST_VALUES = 3
_FEW_VALUES = 10


@dataclass
class Reader:
    """Reads columns of text; remembers the words that stood for "no value".

    Attributes
    ----------
    place : callable
        Names the place of a row: "train.csv line 8,112".
    missing : frozenset of str
        Further words for "no value".
    has_decimal_comma : bool
        Whether the file writes 1,5 for one and a half.
    words : Counter
        Word read as "no value" to how often it stood there.
    notes : list of str
        What a person should know.
    """

    place: Callable[[int], str]
    missing: frozenset[str] = frozenset()
    has_decimal_comma: bool = False
    words: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def read(self, text: pl.Series, *, is_kept_as_text: bool = False) -> pl.Series:
        """Turn stripped text into Int64, Float64, Datetime[us] or String with nulls.

        Raises
        ------
        DataError
            If a column of numbers or dates holds a few words that are neither.
        """
        filled = self._without(text, self.missing | {""})
        if filled.null_count() == filled.len() or is_kept_as_text:
            return self._without(filled, _MISSING)
        if (numbers := self._numbers(filled)) is not None:
            return numbers
        if (dates := self._dates(filled)) is not None:
            return dates
        return self._without(filled, _MISSING)

    def _without(self, text: pl.Series, words: frozenset[str] | set[str]) -> pl.Series:
        is_missing = text.is_in(list(words))
        if not is_missing.any():
            return text
        counts = text.filter(is_missing).value_counts()
        self.words.update({word: n for word, n in counts.iter_rows() if word})
        return text.to_frame().select(
            pl.when(~is_missing).then(pl.col(text.name)).otherwise(None).alias(text.name)
        ).to_series()  # fmt: skip

    def _strays(self, text: pl.Series, values: pl.Series) -> pl.Series:
        """Pick what could not be read and is none of the well-known words."""
        if values.null_count() == text.null_count():
            return text.clear()
        strays = text.filter(values.is_null() & text.is_not_null())
        return strays.filter(~strays.str.to_lowercase().is_in(list(_MISSING_NUMBERS)))

    def _numbers(self, text: pl.Series) -> pl.Series | None:
        plain = numbers_in(text)
        strays = self._strays(text, plain)
        if self.has_decimal_comma or not strays.is_empty():
            styled = styled_numbers(text, is_comma_decimal=self.has_decimal_comma)
            styled_strays = self._strays(text, styled)
            if styled_strays.is_empty() and styled.null_count() < text.len():
                self._say_style(text, plain, styled)
                return self._settled(text, styled)
        if strays.is_empty() and plain.null_count() < text.len():
            if is_code(text):
                return None
            return self._settled(text, plain)
        self._refuse_nearly(text, plain, strays, "a number")
        return None

    def _dates(self, text: pl.Series) -> pl.Series | None:
        if not looks_dated(text.filter(~text.str.to_lowercase().is_in(list(_MISSING_NUMBERS)))):
            return None
        dates, doubt = dates_in(text)
        strays = self._strays(text, dates)
        if dates.null_count() == text.len():
            return None
        if strays.is_empty():
            if doubt:
                self.notes.append(f"{text.name!r}: {doubt}")
            return self._settled(text, dates)
        self._refuse_nearly(text, dates, strays, "a date")
        return None

    def _settled(self, text: pl.Series, values: pl.Series) -> pl.Series:
        if values.null_count() > text.null_count():
            self.words.update(text.filter(values.is_null() & text.is_not_null()).to_list())
        return _whole(values) if values.dtype == pl.Float64 else values

    def _say_style(self, text: pl.Series, plain: pl.Series, styled: pl.Series) -> None:
        is_other = plain.is_null() & styled.is_not_null()
        if is_other.any():
            row = int(is_other.arg_max() or 0)
            self.notes.append(f'{text.name!r}: "{text[row]}" was read as {styled[row]:.12g}.')

    def _refuse_nearly(
        self, text: pl.Series, values: pl.Series, strays: pl.Series, needed: str
    ) -> None:
        n_good = text.len() - values.null_count()
        n_filled = n_good + strays.len()
        if n_good < _FEWEST_VALUES or n_good < _NEARLY * n_filled:
            return
        n_unique = values.n_unique()
        is_whole = not text.str.contains(r"\d\.\d").any()
        is_category = is_whole and n_unique <= _FEW_VALUES and n_unique < n_good / 2
        if is_category or strays.n_unique() > _MOST_STRAY_WORDS:
            return
        word = strays[0]
        row = int((text == word).arg_max() or 0)
        raise DataError(
            f'{self.place(row)}: {text.name!r} is "{word}", {needed} is needed.',
            like_it(strays.len() - 1),
            f'Fix them, name "{word}" under [data] missing, or {text.name!r} under [data] exclude.',
        )


def is_code(text: pl.Series) -> bool:
    """Whether digits are no quantity: padded with zeros, or too many for a float to hold."""
    return bool(text.str.contains(r"^0\d+$|^-?\d{16,}$").any())


def _whole(values: pl.Series) -> pl.Series:
    """Take whole numbers as such: a class written 1.0 in one file is 1 in the next."""
    is_whole = (values == values.floor()).all() and bool((values.abs() < 2**53).all())
    return values.cast(pl.Int64) if is_whole else values
