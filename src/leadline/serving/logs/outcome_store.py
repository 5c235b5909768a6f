"""Outcomes of served rows: kept once, replaced where they change, read by whoever watches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from leadline.serving.logs.dated_lines import DatedLines, NewLines, today

Key = tuple[str, int]
Label = str | float


class Change(StrEnum):
    """What an outcome did to what was known."""

    KEPT = "kept"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Outcome:
    """What turned out of a row.

    Attributes
    ----------
    request : str
        Id of the request.
    row : int >= 0
        Which of its rows.
    label : str or float
        A class as text; a number where a number is predicted.
    """

    request: str
    row: int
    label: Label

    @property
    def key(self) -> Key:
        """Of the row."""
        return self.request, self.row


class OutcomeStore:
    """The outcomes that all processes have kept; of a row the one that came last counts.

    Parameters
    ----------
    folder : Path
        Of the files; made with the first outcome.
    """

    def __init__(self, folder: Path) -> None:
        self._files = DatedLines(folder)
        self._lines = NewLines(folder)
        self._known: dict[Key, tuple[str, Label]] = {}

    def refresh(self) -> None:
        """Read what others have kept since the last time."""
        for data in self._lines:
            for line in data.splitlines():
                if (read := _parsed(line)) is not None:
                    at, outcome = read
                    if at >= self._known.get(outcome.key, ("", ""))[0]:
                        self._known[outcome.key] = at, outcome.label

    def labels(self) -> dict[Key, Label]:
        """The label of each row that has one, as of the last `refresh`."""
        return {key: label for key, (_, label) in self._known.items()}

    def put(self, outcomes: Sequence[Outcome]) -> list[tuple[Change, Label | None]]:
        """Keep outcomes, all or none; they are on the disk when this returns.

        Parameters
        ----------
        outcomes : sequence of Outcome
            In the order they count.

        Returns
        -------
        list of (Change, label or None)
            What each did, and the label it replaced.

        Raises
        ------
        OSError
            If they cannot be written; then nothing has changed.
        """
        self.refresh()
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        fresh: dict[Key, Label] = {}
        changes: list[tuple[Change, Label | None]] = []
        for outcome in outcomes:
            before = fresh.get(outcome.key, self._known.get(outcome.key, ("", None))[1])
            if before == outcome.label:
                changes.append((Change.UNCHANGED, None))
                continue
            changes.append((Change.KEPT if before is None else Change.REPLACED, before))
            fresh[outcome.key] = outcome.label
        if fresh:
            lines = (_line(Outcome(*key, label), at) for key, label in fresh.items())
            self._files.append(b"".join(lines), today())
            self._known.update({key: (at, label) for key, label in fresh.items()})
        return changes


def _line(outcome: Outcome, at: str) -> bytes:
    told = {"request": outcome.request, "row": outcome.row, "at": at, "label": outcome.label}
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _parsed(line: bytes) -> tuple[str, Outcome] | None:
    """An outcome and when it came; None for a line that is not whole."""
    try:
        told = json.loads(line)
        return str(told["at"]), Outcome(str(told["request"]), int(told["row"]), told["label"])
    except (ValueError, KeyError, TypeError):
        return None
