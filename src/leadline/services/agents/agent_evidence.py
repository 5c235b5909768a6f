"""Evidence that an agent may see: an allow-list of fields, row by row of the life cycle.

What is not named here does not leave. No row that was measured on hidden rows is among them: test
rows and rows of the stream are behind 'tuning' and all that follows. No field holds cells of rows,
words of texts, messages of errors, or a sentence made from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from leadline.errors import NotAllowedError, NotReadyError
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.permissions import Action
from leadline.services.identity.permission import require
from leadline.services.parsing import parse_row
from leadline.workspace import Workspace

# a field, or a field and what of its parts may be seen
Fields = tuple["str | tuple[str, Fields]", ...]

_BOUNDS: Fields = ("estimate", "low", "high")
SHOWN: Mapping[str, Fields] = MappingProxyType(
    {
        "problem": (
            "question", "unit", "label", "positive", "task", "scoring", "target_score",
            "cost_miss", "cost_false_alarm", "currency", "budget", "time_box_s", "owner",
        ),
        "data": (
            "task", "n_rows", "n_voted", "n_unlabelled", "positive", "time_column", "group_column",
            ("columns", ("name", "kind", "role")),
            ("split", ("kind", "column", "test_share", "n_train", "n_test")),
        ),
        "feasibility": (
            "scoring", "target_score", "family", "n_rows", "score", "chance_score", "chance_std",
            "p_value", "detectable_effect", ("ceiling", _BOUNDS), "n_test_needed", "n_test",
        ),
        "search": (
            "scoring", "chosen", "advice", "closed", "time_box_s", "spent_s", "cost", "currency",
            "n_rows", "n_affordable", "target_score", "chance_target", "best_chance", "untried",
            (
                "trials",
                (
                    "name", "family", "params", "complexity", "n_train", "mean", "stderr", "fit_s",
                    "state", "chance_best",
                ),
            ),
            ("importance", ("n_train", ("columns", ("columns", "share", ("rise", _BOUNDS))))),
        ),
        "labelling": (
            "n_given", "n_voted", "n_votes", "n_unsure", "n_judges", "seconds", "cost", "currency",
            "alpha", ("agreement", _BOUNDS), ("ceiling", _BOUNDS),
        ),
        "curve": (
            "scoring", "chance_error", "n_available", "n_affordable", "spent_s", "stopped",
            ("curves", ("candidate", ("points", ("n_train", "errors", "fit_s")))),
        ),
        "forecast": (
            "scoring", "target_score", "candidate", "train_sizes", "errors", "stderrs",
            "n_available", "n_affordable", "p_now", "p_affordable", "recommendation", "currency",
        ),
    }
)  # fmt: skip
"""Row to the fields of its verdict that an agent may see."""

BEFORE_HIDDEN = frozenset({Stage.DEFINE, Stage.FIND, Stage.TRAIN})
"""Stages whose answers rest on train rows alone."""


@dataclass(frozen=True)
class RowEvidence:
    """A verdict, as an agent may see it.

    Attributes
    ----------
    row : str
        Of the life cycle.
    entry : int
        Its number.
    by : str
        Who computed or said it.
    at : datetime
        When, UTC.
    answer : str
        go, no or unclear.
    n_findings : mapping of str to int
        How many notes, warnings and faults; people read them on the page.
    evidence : mapping
        The fields that may be seen.
    """

    row: str
    entry: int
    by: str
    at: datetime
    answer: str
    n_findings: Mapping[str, int]
    evidence: Mapping[str, Any]


def row_evidence(workspace: Workspace, row: str) -> RowEvidence:
    """The newest verdict of a row, as an agent may see it.

    Raises
    ------
    RecordError
        If there is no such row.
    NotAllowedError
        If it was measured on hidden rows.
    NotReadyError
        If it has no verdict yet.
    """
    require(workspace, Action.VIEW)
    parse_row(row)
    if row not in SHOWN:
        raise NotAllowedError(
            f"{row!r} rests on hidden rows.",
            "An agent sees what train rows say: " + ", ".join(SHOWN) + ".",
            "Ask 'look' whether held-out rows confirm the chosen candidate.",
        )
    entry = workspace.record.latest(row)
    if entry is None:
        raise NotReadyError(
            f"{row!r} has no verdict yet.", "", f"Start it, or ask for '{ROWS[row].command}'."
        )
    severities = [finding.severity.value for finding in entry.verdict.findings]
    return RowEvidence(
        row=row,
        entry=entry.number,
        by=entry.by,
        at=entry.at,
        answer=entry.verdict.answer.value,
        n_findings={each: severities.count(each) for each in sorted(set(severities))},
        evidence=_shown(entry.verdict, SHOWN[row]),
    )


def _shown(value: object, fields: Fields) -> dict[str, Any]:
    """Of an object the fields named, as plain values."""
    found: dict[str, Any] = {}
    for field in fields:
        name, parts = (field, ()) if isinstance(field, str) else field
        found[name] = _plain(getattr(value, name), parts)
    return found


def _plain(value: object, parts: Fields) -> Any:
    if parts:
        if isinstance(value, Sequence):
            return [_shown(each, parts) for each in value]
        return None if value is None else _shown(value, parts)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(each, ()) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each, ()) for each in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} is not shown to agents")
