"""Labelling item by item: the next item, an answer, the last answer taken back."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.errors import SettingsError
from leadline.phases.permissions import Action
from leadline.record import Assignment, NoAssignment, Vote, Worklist
from leadline.services.identity.permission import acting
from leadline.services.labelling.cells_of_answers import read_class, read_number
from leadline.services.labelling.worklist import data_and_problem, terms_of, work_of
from leadline.workspace import Workspace

LONGEST_S = 600.0
LONGEST_REASON = 500
LONGEST_COMMENT = 5_000


@dataclass(frozen=True, kw_only=True)
class LabelAnswer:
    """A person's answer about an item.

    Attributes
    ----------
    value : str or None
        The class, or the number; None if unsure, or skipped.
    is_skip : bool, default=False
        Whether the item is passed on to somebody else.
    reason : str, default=""
        Why unsure or skipped; needed there.
    comment : str, default=""
        What else there is to say.
    guidelines : int or None, default=None
        Version of the guidelines that were at hand.
    seconds : float, default=0.0
        How long it took; a break counts as ten minutes at most.
    """

    value: str | None
    is_skip: bool = False
    reason: str = ""
    comment: str = ""
    guidelines: int | None = None
    seconds: float = 0.0


def next_item(workspace: Workspace, by: str) -> Assignment | NoAssignment:
    """Hand a person an item: the one they have, or a new one.

    Parameters
    ----------
    workspace : Workspace
        The project.
    by : str
        Who labels.

    Returns
    -------
    Assignment or NoAssignment
        The item; or why there is none.

    Raises
    ------
    NotReadyError
        If there is no data verdict to take items from.
    """
    workspace, annotator = acting(workspace, Action.LABEL, by, "labelling")
    work_of(workspace)
    return workspace.record.labels.assignments.next(annotator, terms_of(workspace))


def vote(
    workspace: Workspace, assignment: int, answer: LabelAnswer, by: str
) -> Assignment | NoAssignment:
    """Keep what a person says of the item they were asked about.

    Parameters
    ----------
    workspace : Workspace
        The project.
    assignment : int
        What is answered. The same answer sent twice counts once.
    answer : LabelAnswer
        What the person says.
    by : str
        Who says so.

    Returns
    -------
    Assignment or NoAssignment
        The next item; or why there is none.

    Raises
    ------
    SettingsError
        If the value is no class of the data, or not a number where one is needed; if somebody
        unsure gives no reason; if a text is too long.
    OutdatedAnswerError
        If the person was not asked, or was too late and somebody else is asked now.
    NotReadyError
        If the record has no data verdict to say what can be said.
    """
    workspace, annotator = acting(workspace, Action.LABEL, by, "the label")
    work = work_of(workspace)
    reason, comment = answer.reason.strip(), answer.comment.strip()
    require_length("reason", reason, LONGEST_REASON)
    require_length("comment", comment, LONGEST_COMMENT)
    value = None
    if answer.is_skip or answer.value is None:
        _require_reason(reason, is_skip=answer.is_skip)
    else:
        value = possible(workspace, work, answer.value)
    said = Vote(
        item="",
        annotator=annotator,
        value=value,
        seconds=min(max(answer.seconds, 0.0), LONGEST_S),
        is_skip=answer.is_skip,
        reason=reason,
        comment=comment,
        guidelines=answer.guidelines,
    )
    return workspace.record.labels.assignments.answer(assignment, said, terms_of(workspace))


def undo_vote(workspace: Workspace, by: str) -> Assignment | NoAssignment | None:
    """Take a person's newest answer back; its item is asked about again.

    Returns
    -------
    Assignment, NoAssignment or None
        The item to answer anew; None if there was no answer.
    """
    workspace, annotator = acting(workspace, Action.LABEL, by, "the label")
    work_of(workspace)
    return workspace.record.labels.assignments.take_back(annotator, terms_of(workspace))


def require_length(what: str, text: str, longest: int) -> None:
    """Refuse a text that is longer than what is kept.

    Raises
    ------
    SettingsError
        If it is.
    """
    if len(text) > longest:
        raise SettingsError(
            f"The {what} has {len(text):,} characters.",
            f"At most {longest:,} are kept.",
            "Go back, shorten it, and answer again: nothing was kept yet.",
        )


def _require_reason(reason: str, *, is_skip: bool) -> None:
    if not reason:
        raise SettingsError(
            f"There is no reason why {'the item is skipped' if is_skip else 'you are unsure'}.",
            "A few words are needed, so that the question can be sharpened.",
            "Go back and choose a reason, or write one.",
        )


def possible(workspace: Workspace, work: Worklist, value: str) -> str:
    """A label as the record keeps it: read as its column of the data is, as in a file of votes.

    Raises
    ------
    SettingsError
        If it is no class of the data, or not a number where one is needed.
    """
    data, problem = data_and_problem(workspace)
    reading = data.reading.get(problem.label)
    classes = work.facts["classes"]
    try:
        if classes:
            label, needed = read_class(value, classes, reading), f"one of {', '.join(classes)}"
        else:
            label, needed = read_number(value, reading), "a number"
    except ValueError as error:
        found, _, wanted = str(error).partition("; ")
        raise _refusal(found, wanted, has_classes=bool(classes)) from None
    if label is None:
        raise _refusal(repr(value[:40]), f"{needed} is needed", has_classes=bool(classes))
    return label


def _refusal(found: str, needed: str, *, has_classes: bool) -> SettingsError:
    return SettingsError(
        f"The label is {found}.",
        f"{needed[:1].upper()}{needed[1:]}.",
        "Choose one." if has_classes else "Write digits, and the decimal mark of the data.",
    )
