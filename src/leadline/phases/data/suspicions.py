"""Suspicions of the audit: what may be wrong with a column, and what may give the label away."""

from __future__ import annotations

from dataclasses import dataclass


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
