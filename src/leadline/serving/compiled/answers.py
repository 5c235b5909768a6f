"""Answers of a release as plain lists, one a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from leadline.errors import DataError


@dataclass(frozen=True, slots=True)
class Answers:
    """What a release says of some rows.

    Attributes
    ----------
    columns : mapping of str to list
        ``score``, and beside it ``flagged`` (binary) or ``label`` (several classes), and
        ``abstains`` where rows may be left without an answer; one plain value a row in each.

    Examples
    --------
    >>> answers = Answers({"score": [0.25, 0.75], "flagged": [False, True]})
    >>> len(answers), answers[1:].to_dicts()
    (2, [{'score': 0.75, 'flagged': True}])
    """

    columns: Mapping[str, list[Any]]

    def __len__(self) -> int:
        return len(self.columns["score"])

    def __getitem__(self, rows: slice) -> Self:
        return type(self)({name: values[rows] for name, values in self.columns.items()})

    def to_dicts(self) -> list[dict[str, Any]]:
        """One mapping of column to value a row."""
        names = tuple(self.columns)
        return [
            dict(zip(names, row, strict=True)) for row in zip(*self.columns.values(), strict=True)
        ]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The answers of several calls, one below the other.

        Parameters
        ----------
        parts : sequence of Answers
            At least one; all with the columns of the first.
        """
        names = parts[0].columns
        return cls({name: [v for part in parts for v in part.columns[name]] for name in names})


def free_names(
    names: Sequence[str], columns: Sequence[str], file: str, taken: Sequence[str] = ()
) -> dict[str, str]:
    """Names of the answer's columns: as they are called, or marked where the source has one.

    Parameters
    ----------
    names : sequence of str
        Of the answer.
    columns : sequence of str
        Of the source.
    file : str
        What a message calls the source.
    taken : sequence of str, default=()
        Further columns that stand beside the answer.

    Raises
    ------
    DataError
        If a marked name is that of a column, too.

    Examples
    --------
    >>> free_names(["score", "label"], ["age", "score"], "new.csv")
    {'score': 'leadline_score', 'label': 'label'}
    """
    named = {name: f"leadline_{name}" if name in columns else name for name in names}
    for name in named.values():
        if name in columns or name in taken:
            raise DataError(
                f"{file} has a column {name!r} already.",
                "The answer is written under that name.",
                "Rename the column.",
            )
    return named


def renamed_words(names: Mapping[str, str]) -> list[str]:
    """Say which columns of the answer are called otherwise; a reader would take the source's."""
    return [
        f"The rows have a column {name!r} themselves: the release's is {new!r}."
        for name, new in names.items()
        if new != name
    ]
