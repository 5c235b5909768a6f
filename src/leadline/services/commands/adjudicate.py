"""Adjudication: one person decides an item whose votes leave the label open, or takes it back."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.permissions import Action
from leadline.record import Adjudication
from leadline.services.commands.label import (
    LONGEST_REASON,
    LONGEST_S,
    possible,
    require_length,
)
from leadline.services.identity.permission import acting
from leadline.services.labelling.worklist import work_of
from leadline.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a person decides on an item.

    Attributes
    ----------
    value : str or None
        The class, or the number; None if it cannot be told, so that the item is left out.
    reason : str, default=""
        Why; may be empty.
    guidelines : int or None, default=None
        Version of the guidelines that were at hand.
    seconds : float, default=0.0
        How long it took; a break counts as ten minutes at most.
    """

    value: str | None
    reason: str = ""
    guidelines: int | None = None
    seconds: float = 0.0


def adjudicate(workspace: Workspace, item: str, stamp: str, ruling: Ruling, by: str) -> None:
    """Keep a person's decision on an item; it costs nothing of the budget.

    Parameters
    ----------
    workspace : Workspace
        The project.
    item : str
        Key of the item.
    stamp : str
        Of the `leadline.record.Unresolved` that the person saw.
    ruling : Ruling
        What is decided. The same ruling sent twice counts once.
    by : str
        Who decides.

    Raises
    ------
    SettingsError
        If the value is no class of the data, or not a number where one is needed; if the reason
        is too long.
    RecordError
        If the votes on the item leave nothing open, and nobody has decided it before.
    OutdatedAnswerError
        If votes or decisions have come since the person looked.
    NotReadyError
        If the record has no data verdict to say what can be said.
    """
    workspace, adjudicator = acting(workspace, Action.ADJUDICATE, by, "the decision")
    work = work_of(workspace)
    reason = ruling.reason.strip()
    require_length("reason", reason, LONGEST_REASON)
    value = None if ruling.value is None else possible(workspace, work, ruling.value)
    decision = Adjudication(
        item=item,
        adjudicator=adjudicator,
        value=value,
        seconds=min(max(ruling.seconds, 0.0), LONGEST_S),
        reason=reason,
        guidelines=ruling.guidelines,
    )
    workspace.record.labels.adjudications.decide(decision, stamp)


def undo_adjudication(workspace: Workspace, by: str) -> str | None:
    """Take a person's newest decision back; the one before it, if there is one, counts again.

    Returns
    -------
    str or None
        Key of the item; None if the person had decided nothing.
    """
    workspace, person = acting(workspace, Action.ADJUDICATE, by, "the decision")
    return workspace.record.labels.adjudications.undo(person)
