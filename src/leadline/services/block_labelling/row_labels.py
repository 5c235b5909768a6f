"""Answers about rows of new data: kept on the record, and taken back."""

from __future__ import annotations

from leadline.errors import NotReadyError, OutdatedAnswerError, SettingsError
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.record import BlockLabel
from leadline.services.block_labelling.asked_rows import AskedRows, asked_rows
from leadline.services.commands.label import LONGEST_S, possible
from leadline.services.identity.permission import acting
from leadline.services.labelling.worklist import work_of
from leadline.workspace import Workspace

_YES_OR_NO = {"yes": "1", "no": "0"}


def label_row(
    workspace: Workspace, monitor: int, row: int, answer: str | None, by: str, seconds: float
) -> BlockLabel:
    """Keep what a person says one row of new data is; the next run of the monitor counts it.

    Parameters
    ----------
    workspace : Workspace
        The project.
    monitor : int
        Number of the entry that asks for the row.
    row : int
        Its place among the rows asked for.
    answer : str or None
        "yes" or "no"; of several classes the class, of numbers the number as a person writes it.
        None where it cannot be told: then another row of the block is asked for.
    by : str
        Who says so.
    seconds : float
        How long it took.

    Returns
    -------
    BlockLabel
        As it was kept.

    Raises
    ------
    NotReadyError
        If nothing is asked for.
    OutdatedAnswerError
        If the monitor was run since the page was made, or the row is none of those asked for.
    SettingsError
        If the answer is not possible, or nobody is named.
    """
    workspace, person = acting(workspace, Action.LABEL, by, "the label")
    asked = _asked(workspace)
    if asked.entry.number != monitor or not 0 <= row < len(asked.places):
        raise OutdatedAnswerError(
            "The monitor was run since this page was made, and asks for other rows now.",
            "Nothing was kept of this answer.",
            "Reload the page and look again.",
        )
    block, key = asked.places[row]
    value = None if answer is None else _value_of(workspace, asked.problem, answer)
    label = BlockLabel(
        release_id=asked.monitor.release_id,
        block=block,
        key=key,
        value=value,
        person=person,
        seconds=min(max(seconds, 0.0), LONGEST_S),
    )
    workspace.record.block_labels.add(label)
    return label


def undo_row_label(workspace: Workspace, by: str) -> BlockLabel | None:
    """Take a person's newest answer about a row of new data back.

    Returns
    -------
    BlockLabel or None
        What was taken back; None if there was no answer.
    """
    workspace, person = acting(workspace, Action.LABEL, by, "the label")
    release_id = _asked(workspace).monitor.release_id
    return workspace.record.block_labels.undo(release_id, person)


def _asked(workspace: Workspace) -> AskedRows:
    asked = asked_rows(workspace)
    if asked is None:
        raise NotReadyError(
            "No row wants a label.",
            "The monitor says which rows do.",
            "Run 'leadline watch FILE' with rows that came in since.",
        )
    return asked


def _value_of(workspace: Workspace, problem: Problem, answer: str) -> str:
    """A label as blocks keep it."""
    if problem.task is not Task.BINARY:
        return possible(workspace, work_of(workspace), answer)
    if answer not in _YES_OR_NO:
        raise SettingsError(
            f"The answer is {answer[:40]!r}.", "Yes or no is needed.", "Choose one of the two."
        )
    return _YES_OR_NO[answer]
