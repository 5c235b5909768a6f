"""The release in service: the newest that is approved; and its model family."""

from __future__ import annotations

from leadline.phases.lifecycle import Stage, decision_of
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer
from leadline.record import Entry, Record


def in_service(record: Record) -> Entry | None:
    """The newest release that is a "go", or that a person has said "go" to.

    Parameters
    ----------
    record : Record
        Of the project.

    Returns
    -------
    Entry or None
        None if there is none. A release that did worse than the one before it waits for
        ``leadline decide ship go``.
    """
    approved = {
        entry.on.get("release")
        for entry in record.entries(decision_of(Stage.SHIP))
        if entry.verdict.answer is Answer.GO
    }
    for entry in reversed(record.entries("release")):
        if entry.verdict.answer is Answer.GO or entry.number in approved:
            return entry
    return None


def family_of(record: Record, tuning: int) -> str:
    """The family of a final model, as it was named when the model was searched for.

    Parameters
    ----------
    record : Record
        Of the project.
    tuning : int
        Number of the entry that the model was fitted for.

    Returns
    -------
    str
        Empty if the search it stood on does not hold its candidate.
    """
    entry = record.entry(tuning)
    search = record.entry(entry.on["search"]).verdict_as(Search)
    names = {trial.name: trial.family for trial in search.trials}
    return names.get(entry.verdict_as(Tuning).candidate, "")
