"""Result files of Amazon Mechanical Turk [1]_, which are only read.

References
----------
.. [1] Amazon Mechanical Turk, Downloading results, in: Requester UI Guide.
   https://docs.aws.amazon.com/AWSMechTurk/latest/RequesterUI/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leadline.engines.annotation_format import (
    Answer,
    Fault,
    ImportedAnnotation,
    ImportResult,
    LabellingBatch,
    Question,
)
from leadline.engines.formats.cells import seconds_of
from leadline.engines.formats.text_rows import csv_rows
from leadline.errors import DataError

_NEEDED = ("WorkerId", "AssignmentStatus")
_INPUT, _ANSWER = "Input.", "Answer."
# paid, not yet looked at, and "Reviewable" of the oldest files; "Rejected" is no answer
_COUNTS = ("approved", "submitted", "reviewable")
_ZONES = {
    "UTC": 0, "GMT": 0, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6,
    "CST": -6, "CDT": -5, "EST": -5, "EDT": -4,
}  # fmt: skip
_TIME = "%a %b %d %H:%M:%S %Y"
_TRUE = ("true", "on")


class MechanicalTurk:
    """``Input.*`` says which item it is, ``Answer.*`` what was said; rejected work is left out."""

    name = "mechanical-turk"
    suffixes = ()

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """Refuse: tasks go there as a table of items."""
        del batch
        raise DataError(
            f"{path.name} cannot be written: result files of Mechanical Turk only come in.",
            "A table of items goes out.",
            "Export as CSV, and upload the file of items that lies beside it.",
        )

    def read(self, path: Path, question: Question) -> ImportResult:
        """As `leadline.engines.annotation_format.Format.read`."""
        annotations: list[ImportedAnnotation] = []
        faults: list[Fault] = []
        for row in csv_rows(path):
            if isinstance(row, Fault):
                faults.append(row)
                continue
            where, cells = row
            _require_results(path.name, cells)
            try:
                if _counts(cells["AssignmentStatus"]):
                    annotations.append(_imported(where, cells, question))
            except ValueError as error:
                faults.append(Fault(where, str(error)))
        return ImportResult(annotations=tuple(annotations), faults=tuple(faults))


def _require_results(name: str, cells: Mapping[str, Any]) -> None:
    missing = [column for column in _NEEDED if column not in cells]
    if not any(column.startswith(_ANSWER) for column in cells):
        missing.append("Answer.…")
    if missing:
        raise DataError(
            f"{name} line 1 has no {', '.join(missing)}.",
            "A result file of Mechanical Turk has WorkerId, AssignmentStatus, Input.… and Answer.…",
            "Download the results of the batch again.",
        )


def _counts(status: str) -> bool:
    clean = status.strip().lower()
    if clean not in (*_COUNTS, "rejected", ""):
        raise ValueError(f"AssignmentStatus is {status[:40]!r}; Approved or Rejected is needed")
    return clean in _COUNTS


def _imported(where: str, cells: Mapping[str, str], question: Question) -> ImportedAnnotation:
    content = _under(_INPUT, cells)
    answer = Answer(
        item=content.get("leadline_item") or content.get("item", ""),
        judge=cells["WorkerId"],
        value=_value(_under(_ANSWER, cells), question),
        seconds=seconds_of(cells.get("WorkTimeInSeconds")),
        at=_time(cells.get("SubmitTime", "")),
        comment=_under(_ANSWER, cells).get("comment", ""),
    )
    return ImportedAnnotation(where=where, answer=answer, content=content)


def _value(said: Mapping[str, str], question: Question) -> str | None:
    """The label, which a form writes under its name, or as one ticked box of several."""
    for name in (question.label, "label", f"{question.label}.label"):
        if name in said:
            return said[name] or None
    ticked = [
        box.rpartition(".")[2]
        for box, each in said.items()
        if each.lower() in _TRUE and box.rpartition(".")[2] in question.classes
    ]
    if len(ticked) > 1:
        raise ValueError(f"{len(ticked)} boxes are ticked ({', '.join(ticked)}); one is needed")
    if ticked:
        return ticked[0]
    if any(box.rpartition(".")[2] in question.classes for box in said):
        return None
    others = [name for name in said if name != "comment"]
    if len(others) == 1:
        return said[others[0]] or None
    raise ValueError(
        f"Answer.{question.label} is needed; there are "
        f"{', '.join(_ANSWER + name for name in others[:5])}"
    )


def _under(start: str, cells: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(start): each for name, each in cells.items() if name.startswith(start)
    }


def _time(text: str) -> datetime | None:
    """A time such as "Sat Mar 14 09:30:01 PDT 2009"."""
    if not text.strip():
        return None
    try:
        *before, zone, year = text.split()
        shift = timedelta(hours=_ZONES[zone])
        said = datetime.strptime(" ".join([*before, year]), _TIME).replace(tzinfo=UTC)
    except (KeyError, ValueError):
        raise ValueError(
            f"SubmitTime is {text[:40]!r}; a time such as 'Sat Mar 14 09:30:01 PDT 2009' is needed"
        ) from None
    return said - shift
