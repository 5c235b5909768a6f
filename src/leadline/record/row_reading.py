"""Reading: the verdicts that a row stands on, each noted as it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from leadline.errors import NotReadyError, UndeclaredReadError
from leadline.phases.lifecycle import ROWS, Standing, State, row_of
from leadline.phases.verdict import Verdict

V = TypeVar("V", bound=Verdict)


class Reading:
    """One moment of the record, as far as one row may see it.

    Whatever it shows is noted in `seen`, which says afterwards what a new verdict stands on.

    Parameters
    ----------
    row : str
        Who reads.
    standings : mapping of str to Standing
        Where every row stood at that moment.
    fetch : callable
        From the number of an entry to its verdict.

    Attributes
    ----------
    row : str
        Who reads.
    seen : dict of str to int
        Row to number of every entry shown so far.
    """

    def __init__(
        self, row: str, standings: Mapping[str, Standing], fetch: Callable[[int], Verdict]
    ) -> None:
        self.row = row
        self.seen: dict[str, int] = {}
        self._standings = standings
        self._fetch = fetch

    def __getitem__(self, row: str) -> Verdict:
        """The verdict of a row.

        Raises
        ------
        UndeclaredReadError
            If the life-cycle table does not let this row read it.
        NotReadyError
            If there is none, or it is stale.
        """
        return self._fetch(self.number(row))

    def of(self, kind: type[V]) -> V:
        """The verdict of the row that ends in such verdicts; refused as ``reading[row]`` is."""
        verdict = self[row_of(kind)]
        assert isinstance(verdict, kind)
        return verdict

    def get(self, row: str) -> Verdict | None:
        """The verdict of a row; None if there is none, or it is stale.

        Raises
        ------
        UndeclaredReadError
            If the life-cycle table does not let this row read it.
        """
        self._require_declared(row)
        return self[row] if self._standings[row].state is State.CURRENT else None

    def number(self, row: str) -> int:
        """The number of the entry that `reading[row]` shows; refused as that is."""
        self._require_declared(row)
        now = self._standings[row]
        if now.number is None:
            raise NotReadyError(
                f"{self.row!r} needs a current verdict of {row!r}, and the record has none.",
                next=f"Run 'leadline run {row}' first.",
            )
        if now.state is not State.CURRENT:
            raise NotReadyError(
                f"{self.row!r} needs a current verdict of {row!r}; entry {now.number} is stale.",
                next=f"Run 'leadline run {row}' again first.",
            )
        self.seen[row] = now.number
        return now.number

    def _require_declared(self, row: str) -> None:
        require_declared(self.row, row)


def require_declared(reader: str, row: str) -> None:
    """Refuse what the life-cycle table does not let a row read.

    Raises
    ------
    UndeclaredReadError
        If `row` is not among the rows that `reader` stands on.
    """
    allowed = ROWS[reader].stands_on
    if row not in allowed:
        names = ", ".join(map(repr, allowed)) or "nothing"
        raise UndeclaredReadError(
            f"{reader!r} read {row!r}, which the life-cycle table does not declare.",
            f"{reader!r} stands on {names}.",
            "Declare it in leadline.phases.lifecycle, or do without.",
        )
