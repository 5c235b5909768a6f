"""Preview of a rerun: what becomes out of date, and what people signed on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadline.phases.lifecycle import Stage, decision_of, stale_after
from leadline.phases.permissions import Action
from leadline.record import Record
from leadline.services.identity.permission import require
from leadline.workspace import Workspace

SIGNED = frozenset({"review", "release", *(decision_of(stage) for stage in Stage)})
"""Rows whose verdicts carry a person's name: a choice, an approval, a decision."""

_NOTHING_KNOWN: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True)
class SignedLine:
    """A signature that would no longer stand.

    Attributes
    ----------
    number : int
        The entry.
    row, summary : str
        What was signed.
    by : str
        Who signed.
    at : datetime
        When, UTC.
    """

    number: int
    row: str
    summary: str
    by: str
    at: datetime


@dataclass(frozen=True)
class RerunPreview:
    """What running something again can undo, at most.

    Attributes
    ----------
    rows : tuple of str
        What is run, in the order of the life cycle.
    stale : tuple of str
        Rows that are current and would be out of date, where the answers change.
    signed : tuple of SignedLine
        Those of them that people signed.
    """

    rows: tuple[str, ...]
    stale: tuple[str, ...]
    signed: tuple[SignedLine, ...]


def rerun_preview(
    workspace: Workspace,
    rows: Sequence[str],
    *,
    views: Mapping[str, Mapping[str, str]] = _NOTHING_KNOWN,
) -> RerunPreview:
    """Look ahead at a run.

    Parameters
    ----------
    workspace : Workspace
        The project.
    rows : sequence of str
        What is to be run, in the order of the life cycle.
    views : mapping of str to mapping of str to str
        Of rows whose new verdict is known already: reader to digest of what it reads.
    """
    require(workspace, Action.VIEW)
    record = workspace.record
    stale = stale_after(record.marks(), rows, views=views, serving=record.gone_back_to())
    return RerunPreview(tuple(rows), stale, signatures(record, stale))


def signatures(record: Record, rows: Iterable[str]) -> tuple[SignedLine, ...]:
    """Who signed the newest entries of some rows, as far as anybody did."""
    newest = record.newest([row for row in rows if row in SIGNED])
    entries = [record.entry(newest[row]) for row in rows if row in newest]
    return tuple(
        SignedLine(entry.number, entry.row, entry.verdict.summary, entry.by, entry.at)
        for entry in entries
    )
