"""Chance of success of the project of a record, by its newest verdicts."""

from __future__ import annotations

from leadline.phases.target.success_chance import SuccessChance, chance_of_success
from leadline.record import Record
from leadline.services.queries.project_state import ProjectState

_READ = ("problem", "feasibility", "search", "forecast", "tuning", "review", "monitor")


def success_chance(record: Record, now: ProjectState) -> SuccessChance | None:
    """Read how likely success is; None where nothing has said it yet.

    Parameters
    ----------
    record : Record
        Of the project.
    now : ProjectState
        Where every row stands.
    """
    entries = [record.entry(now.latest[row].number) for row in _READ if row in now.latest]
    return chance_of_success(entries, now.standings)
