"""The test set: how it was set aside, for the project's life."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SplitKind(StrEnum):
    """How test rows were set aside."""

    RANDOM = "random"
    GROUP = "group"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Split:
    """How the test set was set aside, for the project's life.

    Attributes
    ----------
    kind : SplitKind
        Random by the hash of a row's content, by the hash of its group, or the latest in time.
    column : str
        The group or time column; empty for random.
    test_share : float in (0, 1)
        Share wished for.
    seed : int
        Salt of the hash.
    draw : int
        Draws passed over, because so few different rows or groups met the share so badly.
    n_train, n_test : int
        Rows on each side.
    test_from, test_to : str
        ISO time of the first and last test row; empty unless by time.
    train_to : str
        ISO time of the last train row, where rows that came later lie behind the test rows; else
        empty.
    mask : str
        Digest of the stored test mask, one byte a row.
    identity : tuple of str
        The columns whose content says which row a row is, fixed with the split: a feature
        excluded later moves no row to the other side and loses no vote.
    """

    kind: SplitKind
    column: str = ""
    test_share: float
    seed: int
    n_train: int
    n_test: int
    test_from: str = ""
    test_to: str = ""
    train_to: str = ""
    mask: str = ""
    identity: tuple[str, ...] = ()
    draw: int = 0
