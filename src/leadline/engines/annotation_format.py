"""Contract of annotation formats: labelling batches go out, answers are imported.

A format of another package is any class with the methods of `Format`, named in the package's
entry points::

    [project.entry-points."leadline.formats"]
    spreadsheet = "my_package.spreadsheet:Spreadsheet"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import polars as pl

VOTE_COLUMNS = (
    "item", "judge", "value", "seconds", "at", "guidelines", "reason", "comment",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Question:
    """Question asked of each item.

    Attributes
    ----------
    text : str
        The question, in the words of whoever asks.
    label : str
        The column that the answer fills.
    unit : str
        What one item is.
    classes : tuple of str
        What can be said; empty where a number is asked for.
    columns : mapping of str to {"number", "category", "text", "date", "image"}
        What is shown of an item, in order.
    guidelines : str
        How to decide, as Markdown; empty for none.
    reward : int >= 0
        What one answer is paid, in the smallest unit of the currency (cents).
    currency : str
        Three letters.
    """

    text: str
    label: str
    unit: str = "row"
    classes: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    guidelines: str = ""
    reward: int = 0
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Answer of one person about one item, as files hold it.

    Attributes
    ----------
    item : str
        The item's key; empty if the file tells the item by its content.
    judge : str
        Who says so; empty if the file does not tell.
    value : str or None
        The label; None: unsure, or skipped.
    seconds : float >= 0
        How long it took.
    at : datetime or None
        When, with a time zone; None if the file does not tell.
    guidelines : str
        Which version of the guidelines the person read.
    reason : str
        Why unsure, or skipped.
    comment : str
        What the person wrote.
    """

    item: str
    judge: str
    value: str | None
    seconds: float = 0.0
    at: datetime | None = None
    guidelines: str = ""
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class LabellingBatch:
    """Items to be labelled elsewhere, with the question and the answers so far.

    Attributes
    ----------
    question : Question
        What is asked.
    key : str
        Name of the column of keys.
    items : polars.DataFrame of shape (n_items, 1 + n_columns)
        The keys, then the columns of `question`.
    answers : tuple of Answer
        What people have said already.
    """

    question: Question
    key: str
    items: pl.DataFrame
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportedAnnotation:
    """An answer that was read from a file.

    Attributes
    ----------
    where : str
        Its place in the file, e.g. "line 8".
    answer : Answer
        What was said.
    content : mapping of str to object
        Columns of the item; they say which it is where the answer has no key.
    is_plain : bool
        Whether a number is surely written with a decimal point and no other mark: by a program.
    """

    where: str
    answer: Answer
    content: Mapping[str, Any] = field(default_factory=dict)
    is_plain: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place in a file, e.g. "line 8"; an empty place is the whole file."""

    where: str
    found: str


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """Result of reading a file: annotations, and places that could not be read as one."""

    annotations: tuple[ImportedAnnotation, ...]
    faults: tuple[Fault, ...] = ()


@runtime_checkable
class Format(Protocol):
    """Writes and reads one kind of file.

    Attributes
    ----------
    name : str
        The name of its entry point.
    suffixes : tuple of str
        Endings of file names that are taken for it, such as ".csv".

    Notes
    -----
    A format that only comes in, or only goes out, raises `DataError` for the other way.
    """

    name: str
    suffixes: tuple[str, ...]

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """Write items and answers.

        Parameters
        ----------
        batch : LabellingBatch
            Items and answers.
        path : Path
            File or folder to make, alone in a folder; further files are put beside it.
        """
        ...

    def read(self, path: Path, question: Question) -> ImportResult:
        """Read answers.

        Parameters
        ----------
        path : Path
            File or folder.
        question : Question
            What was asked.

        Raises
        ------
        DataError
            If nothing of it can be read. What is wrong with single answers is told as faults.
        """
        ...


def time_of(text: str) -> datetime:
    """A time in ISO 8601; one without a zone is taken as UTC.

    Raises
    ------
    ValueError
        If it is no time.

    Examples
    --------
    >>> time_of("2026-03-01T08:30:00Z").isoformat()
    '2026-03-01T08:30:00+00:00'
    """
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
