"""Suspicions of the audit: what may be wrong with a column, and what may give the label away."""

from __future__ import annotations

from dataclasses import dataclass

_NEARLY_ALL = 0.9
_STRONG = 0.3  # a medium effect (Cohen 1988, Statistical power analysis, ch. 7)


@dataclass(frozen=True, kw_only=True)
class ReadingDoubt:
    """A column that could be read otherwise.

    Attributes
    ----------
    column : str
        Its name.
    words : str
        How an example was read, and what it could be.
    remedy : str
        What to write where the other is meant.
    """

    column: str
    words: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A column that alone predicts the label.

    Attributes
    ----------
    column : str
        Its name.
    score : float in [0, 1]
        Cross-validated score of a small tree on this column alone; 1 is perfect.
    """

    column: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A feature that only grows, or falls, with time.

    Attributes
    ----------
    column : str
        Its name.
    share : float in [0, 1]
        Of the test rows that have a value: those whose value lies beyond all that are learnt from.
    is_date : bool
        Whether it holds times rather than numbers.
    """

    column: str
    share: float
    is_date: bool


@dataclass(frozen=True, kw_only=True)
class FilledLeak:
    """A column that is filled, or empty, in rows of one class nearly only.

    Attributes
    ----------
    column : str
        Its name.
    is_filled : bool
        True: the rows with a value are of one class; False: those without.
    value : str
        The class.
    n_rows, n_of_value : int
        Rows that are so, and those of the class among them.
    share : float in [0, 1]
        The share of the class among all rows.
    """

    column: str
    is_filled: bool
    value: str
    n_rows: int
    n_of_value: int
    share: float


@dataclass(frozen=True, kw_only=True)
class TellingGap:
    """Columns that are missing in the same rows, of which the label is another.

    Attributes
    ----------
    columns : tuple of str
        Their names.
    n_missing : int
        Rows without a value.
    value : str
        A class, or a number that many rows have; empty where all numbers are compared.
    missing, others : float
        The share of that value among these rows and among all others; else the medians, or the
        means.
    is_mean : bool
        Whether these are means: where the medians are the same.
    strength : float in [0, 1]
        Cramer's V of classes, the rank-biserial correlation of numbers; at 1 it tells all.
    """

    columns: tuple[str, ...]
    n_missing: int
    value: str
    missing: float
    others: float
    strength: float
    is_mean: bool = False

    @property
    def is_leak(self) -> bool:
        """Whether it tells nearly all: perhaps it is written only after the fact."""
        return self.strength >= _NEARLY_ALL

    @property
    def is_strong(self) -> bool:
        """Whether a model will learn from it."""
        return self.strength >= _STRONG


@dataclass(frozen=True, kw_only=True)
class Group:
    """A column by which rows belong together.

    Attributes
    ----------
    column : str
        Its name.
    n_groups : int
        Different values that come back.
    rows_each : float
        Rows of one value, in the median.
    agreement : float in [0, 1]
        How far two rows of one value agree on the label beyond chance; 1: always.
    """

    column: str
    n_groups: int
    rows_each: float
    agreement: float


@dataclass(frozen=True, kw_only=True)
class Sentinel:
    """A value that may stand for "not known".

    Attributes
    ----------
    column, value : str
        Where it stands, and as a file has it.
    n_rows : int
        How often.
    """

    column: str
    value: str
    n_rows: int


@dataclass(frozen=True, kw_only=True)
class Spellings:
    """Values of a column that are probably one and the same.

    Attributes
    ----------
    column : str
        Its name.
    values : tuple of str
        Two or more, differing in case, blanks, punctuation or the form of accents only.
    """

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SpreadLeak:
    """Columns that together predict the label almost perfectly.

    Attributes
    ----------
    columns : tuple of str
        The fewest that do nearly as well as all, the strongest first.
    score : float in [0, 1]
        ROC AUC, balanced accuracy or explained variance over three folds; of a rule, its F1.
    model : {"tree", "linear model"}
        The simple model that is enough.
    """

    columns: tuple[str, ...]
    score: float
    model: str


@dataclass(frozen=True, kw_only=True)
class TellingWord:
    """A word in texts that tells a class.

    Attributes
    ----------
    word : str
        A word or a run of words in lower case, a word as it is written (its digits as 0), or a
        sign.
    value : str
        The class it tells.
    n_with, n_of_value : int
        Texts of the class that have it, and texts of the class.
    n_elsewhere : int
        Texts of other classes that have it.
    example : str
        A text around it.
    """

    word: str
    value: str
    n_with: int
    n_of_value: int
    n_elsewhere: int
    example: str


@dataclass(frozen=True, kw_only=True)
class TextLeak:
    """A column of texts that gives the label away.

    Attributes
    ----------
    column : str
        Its name.
    how : str
        By what: "word" (one alone tells a class), "number" (the label is written in the text),
        "length in letters", "length in words", "length in lines", "few words" or "all words".
    score : float in [0, 1]
        Of a word the F1 of its class, of a number the share of texts that have it; else F1 in the
        mean of the classes, or explained variance, over three folds.
    words : tuple of TellingWord
        The strongest.
    n_rows : int
        Different texts that were looked at.
    """

    column: str
    how: str
    score: float
    words: tuple[TellingWord, ...] = ()
    n_rows: int
