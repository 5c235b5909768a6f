"""A person labels one item, or takes the last label back."""

from __future__ import annotations

from leadline.errors import RecordError, SettingsError
from leadline.phases.data import Data
from leadline.phases.scoring import Task
from leadline.record import Vote
from leadline.services.naming import person_named
from leadline.workspace import Workspace

LONGEST_S = 600.0


def vote(workspace: Workspace, item: str, value: str | None, by: str, seconds: float) -> None:
    """Keep what a person says one item is.

    Parameters
    ----------
    workspace : Workspace
        The project.
    item : str
        Which item: the hash of its content.
    value : str or None
        The class, or the number; None if unsure.
    by : str
        Who says so.
    seconds : float
        How long it took; a break counts as ten minutes at most.

    Raises
    ------
    SettingsError
        If the value is no class of the data, or not a number where one is needed.
    RecordError
        If the record has no data verdict to say what can be said.
    """
    judge = person_named(by, "the label")
    if value is not None:
        _require_possible(workspace, value)
    took = min(max(seconds, 0.0), LONGEST_S)
    workspace.record.add_vote(Vote(item=item, judge=judge, value=value, seconds=took))


def undo_vote(workspace: Workspace, by: str) -> str | None:
    """Take a person's newest label back.

    Returns
    -------
    str or None
        The item it was about; None if there was no label.
    """
    return workspace.record.undo_vote(person_named(by, "the label"))


def _require_possible(workspace: Workspace, value: str) -> None:
    entry = workspace.record.latest("data")
    if entry is None or not isinstance(entry.verdict, Data):
        raise RecordError(
            "The record has no 'data'.", "It says which labels there are.", "Run 'data' first."
        )
    if entry.verdict.task is Task.REGRESSION:
        _require_number(value)
        return
    classes = [count.value for count in entry.verdict.classes]
    if value not in classes:
        raise SettingsError(
            f"The label is {value[:80]!r}.",
            f"One of {', '.join(classes)} is needed.",
            "Choose one.",
        )


def _require_number(value: str) -> None:
    try:
        is_finite = abs(float(value)) < float("inf")
    except ValueError:
        is_finite = False
    if not is_finite:
        raise SettingsError(
            f"The label is {value[:80]!r}.", "A number is needed.", "Write digits and a point."
        )
