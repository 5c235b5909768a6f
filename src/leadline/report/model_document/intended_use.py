"""Intended use of a release in a few facts, for who gets the model without the record."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.record import Entry
from leadline.report.model_document import ownership
from leadline.report.model_document.lineage import lineage_of
from leadline.report.model_document.release_summary import decides
from leadline.report.model_document.section import LineageReader

_UNKNOWN = "Not stated."


def intended_use(entries: Sequence[Entry], release: int) -> tuple[tuple[str, str], ...]:
    """What a release is for, by the problem it stood on.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry of the project, newest last.
    release : int
        Number of the release's entry.

    Returns
    -------
    tuple of (str, str)
        What and value; what nobody has said is "Not stated."

    Raises
    ------
    ValueError
        If the entry is no release.
    """
    reader = LineageReader(lineage_of(entries, release))
    problem = reader.get("problem", Problem)
    if problem is None:
        return (("What it decides", _UNKNOWN),)
    facts = [
        ("What it decides", decides(problem)),
        ("The question", problem.question or _UNKNOWN),
        ("Owner", problem.owner or _UNKNOWN),
        ("Deputy", problem.deputy or _UNKNOWN),
    ]
    if problem.task is Task.BINARY:
        facts.append(("Its two errors", f"{problem.words.miss}, and {problem.words.false_alarm}."))
    harm = ownership.ethics(reader).facts
    return (*facts, *(harm or (("Who can be harmed", _UNKNOWN),)))
