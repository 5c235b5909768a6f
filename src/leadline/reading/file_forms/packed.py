"""Columns of plain numbers, read block by block without keeping their text.

A column is packed where every cell is a number as programs write it, empty, or one of a few words
for no value; and where that alone settles how it is read, whatever else the files hold. It is then
recognised and read as its text would be. Any other column is kept as text, all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from leadline.reading.file_forms.below_header import (
    SAMPLE_COLUMNS,
    begins_with_value,
    n_descriptions,
)
from leadline.reading.file_forms.blocks import PlainFile, UnusualError
from leadline.reading.values.cell_values import stripped
from leadline.reading.values.missing import is_missing
from leadline.reading.values.numbers import CLEAR_POINT

# no code (007, 1E5, 16 digits), no mark for thousands, no sign but a minus, and always finite
_PLAIN = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:e[-+]?\d{1,2}|E[-+]\d{1,2})?$"
_FIRST_DAY, _LAST_DAY = 19_000_101, 20_991_231
HEAD_ROWS = 1_000
"""As many rows are kept as text, for what is told of a column by its beginning."""

_TAIL_ROWS = 3
_MOST_WORDS = 20
_STRIPPED = pl.all().str.strip_chars()

_Block = tuple[pl.DataFrame, float]
Tell = Callable[[str, float | None], None]
"""Told what is being done, and the share of it that is done."""


@dataclass(frozen=True)
class Packing:
    """How a file is read block by block.

    Attributes
    ----------
    may_pack : callable
        From the name of a column to whether plain numbers in it may be read as such.
    tell : callable
        Told what is being done.
    """

    may_pack: Callable[[str], bool]
    tell: Tell


@dataclass(frozen=True)
class Numbers:
    """A column of plain numbers.

    Attributes
    ----------
    values : polars.Series of shape (n_rows,)
        Int64 or Float64; null where there is no value.
    words : Counter of str
        Words that stood for no value, and how often.
    has_clear_point : bool
        Whether some point cannot stand for thousands.
    """

    values: pl.Series
    words: Counter[str]
    has_clear_point: bool


def is_settled(parts: Iterable[Numbers]) -> bool:
    """Whether plain numbers, of all files of a column, can be read in one way only.

    Not where every point stands before three digits, nor where all could be days without marks.
    """
    parts = list(parts)
    if any(each.has_clear_point for each in parts):
        return True
    filled = [each.values for each in parts if each.values.count()]
    if not filled or not all(values.dtype == pl.Int64 for values in filled):
        return False
    low = min(values.min() for values in filled)  # type: ignore[type-var]
    high = max(values.max() for values in filled)  # type: ignore[type-var]
    return bool(low < _FIRST_DAY or high > _LAST_DAY)  # type: ignore[operator]


@dataclass(frozen=True)
class Packed:
    """The columns of a file, plain numbers apart from text.

    Attributes
    ----------
    columns : dict of str to Numbers or polars.Series of str
        In the order of the file; text is stripped of surrounding white space.
    head, tail : polars.DataFrame
        The first and last rows, as text.
    """

    columns: dict[str, Numbers | pl.Series]
    head: pl.DataFrame
    tail: pl.DataFrame


@dataclass
class _Growing:
    """A column as far as it has been read: numbers until a cell is none, then text."""

    is_text: bool
    dtype: type[pl.DataType] = pl.Int64
    numbers: list[pl.Series] = field(default_factory=list)
    texts: list[pl.Series] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    has_clear_point: bool = False
    is_cut: bool = False
    """Whether its first blocks were taken for numbers, so that their text is gone."""

    def add_text(self, text: pl.Series) -> None:
        self.is_text = True
        if self.numbers:
            self.numbers, self.is_cut = [], True
        if not self.is_cut:
            self.texts.append(text)

    def column(self, name: str) -> Numbers | pl.Series:
        """The whole column; what it was grown of is let go."""
        if self.is_text:
            texts, self.texts = self.texts, []
            return pl.concat(texts).alias(name)
        numbers, self.numbers = self.numbers, []
        values = pl.concat([part.cast(self.dtype) for part in numbers])
        return Numbers(values.alias(name), self.words, self.has_clear_point)


def read_packed(file: PlainFile, packing: Packing) -> Packed:
    """Read a file block by block.

    Raises
    ------
    UnusualError
        If a block is not plain, or the first rows say what the columns hold.
    """
    columns = {name: _Growing(is_text=not packing.may_pack(name)) for name in file.names}
    head, tail, n_rows = pl.DataFrame(), pl.DataFrame(), 0
    for frame, share in _ahead(file.blocks()):
        # stripped at once, so that they do not hold the whole block in memory
        if n_rows < HEAD_ROWS:
            head = pl.concat([head, frame.head(HEAD_ROWS).select(_STRIPPED)], how="diagonal")
        end = frame.tail(_TAIL_ROWS).select(_STRIPPED)
        tail = pl.concat([tail, end], how="diagonal").tail(_TAIL_ROWS)
        n_rows += frame.height
        _add(columns, frame)
        packing.tell(f"{file.path.name}: {n_rows:,} rows", share)
    if cut := [name for name, column in columns.items() if column.is_cut]:
        for frame, share in file.blocks(cut):
            packing.tell(
                f"{file.path.name}: {len(cut):,} columns again, with words among numbers", share
            )
            for text in frame.select(_STRIPPED).iter_columns():
                columns[text.name].texts.append(text)
    whole = {name: column.column(name) for name, column in columns.items()}
    if file.header is not None and _is_described(whole):
        raise UnusualError("lines below the header that are no rows")
    return Packed(whole, head.head(HEAD_ROWS), tail)


def _is_described(columns: Mapping[str, Numbers | pl.Series]) -> bool:
    """Whether the first row says what the columns hold, by the whole of each column."""
    first = list(columns.values())[:SAMPLE_COLUMNS]
    numbers = [each.values for each in first if isinstance(each, Numbers)]
    if any(begins_with_value(values) for values in numbers):
        return False
    # any other column of plain numbers tells nothing of its first row
    texts = [each for each in first if isinstance(each, pl.Series)]
    return n_descriptions(pl.DataFrame(texts)) > 0


def _ahead(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Each block, while the next one is being split into fields."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = pool.submit(next, blocks, None)
            yield block


def text_of(file: PlainFile, name: str) -> pl.Series:
    """The cells of one column as text, from the file again."""
    parts = [frame.select(_STRIPPED).to_series() for frame, _ in file.blocks([name])]
    return pl.concat(parts)


def _add(columns: dict[str, _Growing], frame: pl.DataFrame) -> None:
    """Add the cells of a block to the columns; all at once, for there may be thousands."""
    hopeful = _only(frame, [name for name, column in columns.items() if not column.is_text])
    numbers: dict[str, Counter[str]] = {}
    for name, words in _words_for_nothing(hopeful).items():
        is_begun = bool(columns[name].numbers)
        if words is None or (not is_begun and words.total() == frame.height):
            columns[name].is_text = True
        else:
            numbers[name] = words
            columns[name].words += Counter({word: n for word, n in words.items() if word})
    texts = _only(frame, [name for name, column in columns.items() if column.is_text])
    for text in texts.select(_STRIPPED).iter_columns():
        columns[text.name].add_text(text)
    _add_numbers(columns, _only(frame, numbers), numbers)


def _only(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """Some columns; `select` would take a name such as "^a$" for a pattern."""
    return pl.DataFrame([frame[name] for name in names])


def _words_for_nothing(frame: pl.DataFrame) -> dict[str, Counter[str] | None]:
    """Of each column the cells that are no value, words and empty ones; None if others are odd."""
    is_plain = pl.all().str.contains(_PLAIN)
    n_plain = frame.select(is_plain.sum()).row(0) if frame.width else ()
    found: dict[str, Counter[str] | None] = {}
    for column, n in zip(frame.iter_columns(), n_plain, strict=True):
        found[column.name] = Counter() if n == frame.height else _odd_words(column)
    return found


def _odd_words(column: pl.Series) -> Counter[str] | None:
    odd = column.filter(~column.str.contains(_PLAIN))
    if not _are_missing(odd.head(_MOST_WORDS)):
        return None
    counts = stripped(odd).fill_null("").alias("word").value_counts(name="n")
    if counts.height > _MOST_WORDS or not _are_missing(counts.to_series(0)):
        return None
    return Counter(dict(counts.iter_rows()))


def _are_missing(cells: pl.Series) -> bool:
    return bool(is_missing(stripped(cells), in_numbers=True).all())


def _add_numbers(
    columns: dict[str, _Growing], text: pl.DataFrame, words: dict[str, Counter[str]]
) -> None:
    whole = [name for name in text.columns if columns[name].dtype == pl.Int64]
    for values in _only(text, whole).select(pl.all().cast(pl.Int64, strict=False)).iter_columns():
        if values.null_count() == words[values.name].total():
            columns[values.name].numbers.append(values)
        else:
            columns[values.name].dtype = pl.Float64
    broken = [name for name in text.columns if columns[name].dtype == pl.Float64]
    for read in _only(text, broken).select(pl.all().cast(pl.Float64, strict=False)).iter_columns():
        # "nan" is a number to the parser, and no value to us
        is_none = ~read.is_finite().fill_null(value=True) if words[read.name] else None
        values = read if is_none is None else read.set(is_none, None)
        column = columns[values.name]
        column.numbers.append(values)
        column.has_clear_point = column.has_clear_point or _has_clear_point(text[values.name])


def _has_clear_point(text: pl.Series) -> bool:
    is_near = text.head(HEAD_ROWS).str.contains(CLEAR_POINT).any()
    return bool(is_near or text.str.contains(CLEAR_POINT).any())
