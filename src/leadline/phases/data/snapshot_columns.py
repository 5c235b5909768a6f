"""Columns and classes of the snapshot, as the audit describes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"
    DATE = "date"
    IMAGE = "image"


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    LABEL = "label"
    EXCLUDED = "excluded"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the snapshot.

    Attributes
    ----------
    name : str
        As in the file.
    kind : Kind
        What it holds.
    role : Role
        What it is for.
    n_missing : int
        Rows without a value.
    n_unique : int
        Different values, missing left out.
    example : str
        One value, shortened; a small image as a ``data:`` URI.
    why : str
        Why it is excluded; empty where it is not.
    """

    name: str
    kind: Kind
    role: Role = Role.FEATURE
    n_missing: int = 0
    n_unique: int = 0
    example: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class ClassCount:
    """How many rows have a label value."""

    value: str
    n_rows: int


@dataclass(frozen=True, kw_only=True)
class NumberSpread:
    """How the numbers of a label lie: at one value, and far out.

    Attributes
    ----------
    mode : float
        The number that most rows have.
    mode_share : float in [0, 1]
        Of all rows.
    n_far : int
        The hundredth of the rows that lie farthest from the mean; 0 of fewer than a hundred rows.
    far_share : float in [0, 1]
        Their share of the sum of squares about the mean.
    """

    mode: float
    mode_share: float
    n_far: int
    far_share: float
