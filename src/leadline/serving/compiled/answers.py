"""Answers of a release as plain lists, one a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


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
