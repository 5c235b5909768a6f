"""Page model of adjudication: one item whose votes leave the label open."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from leadline.errors import RecordError
from leadline.labelling.machine_prompt import guidelines_of
from leadline.phases.permissions import Action
from leadline.record import Adjudication, Unresolved
from leadline.services.identity.permission import require
from leadline.services.labelling.guidelines import Block, blocks_of
from leadline.services.labelling.worklist import work_of
from leadline.services.queries.label import keyed
from leadline.workspace import Workspace

_MOST_DECIDED = 20


@dataclass(frozen=True)
class AdjudicationPage:
    """One item to decide.

    Attributes
    ----------
    question, unit, label : str
        What is asked of the item.
    classes : tuple of str
        What can be said; empty where a number is asked for.
    is_second_opinion : bool
        True if every row came with a label, so that no vote makes one and nothing is to decide.
    at_hand : Unresolved or None
        The item; None if nothing is open.
    later : str
        Key of the open item that comes after it; empty if there is no other.
    n_open, n_decided : int
        Items that wait for a decision; that have one.
    history : tuple of Adjudication
        Every decision on the item at hand, those taken back among them, the newest last.
    decided : tuple of Adjudication
        The newest decisions, at most 20, the newest first.
    guidelines : tuple of Block
        Empty if there are none.
    version : int or None
        Of the guidelines.
    """

    question: str
    unit: str
    label: str
    classes: tuple[str, ...]
    is_second_opinion: bool
    at_hand: Unresolved | None
    later: str
    n_open: int
    n_decided: int
    history: tuple[Adjudication, ...]
    decided: tuple[Adjudication, ...]
    guidelines: tuple[Block, ...]
    version: int | None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Each class with the key that says it; empty where there are more classes than keys."""
        return keyed(self.classes)

    @property
    def stands(self) -> Adjudication | None:
        """The decision on the item at hand that counts; None if it has none."""
        return next((one for one in reversed(self.history) if one.undone_at is None), None)


def adjudication_page(workspace: Workspace, adjudicator: str, item: str = "") -> AdjudicationPage:
    """Read an item to decide.

    Parameters
    ----------
    workspace : Workspace
        The project.
    adjudicator : str
        Who decides. Each person has an order of their own, so that two who decide at the same
        time seldom look at the same item.
    item : str, default=""
        Key of the item to show; empty: the next open one.

    Raises
    ------
    RecordError
        If the item named neither waits for a decision nor has one.
    NotReadyError
        If there is no data verdict to take items from.
    """
    require(workspace, Action.ADJUDICATE)
    facts = work_of(workspace).facts
    record, is_second_opinion = workspace.record, bool(facts["is_second_opinion"])
    # where every row came with a label, votes tell how far people agree and make no label
    keys = () if is_second_opinion else record.labels.adjudications.unresolved()
    ranked = sorted(keys, key=lambda key: sha256(f"{adjudicator} {key}".encode()).digest())
    at_hand = _at_hand(workspace, item or next(iter(ranked), ""))
    guidelines = guidelines_of(workspace)
    return AdjudicationPage(
        question=facts["question"],
        unit=facts["unit"],
        label=facts["label"],
        classes=tuple(facts["classes"]),
        is_second_opinion=is_second_opinion,
        at_hand=at_hand,
        later=_after(ranked, at_hand),
        n_open=len(keys),
        n_decided=len(record.labels.adjudications.labels()),
        history=record.labels.adjudications.history(at_hand.item.key) if at_hand else (),
        decided=record.labels.adjudications.newest(limit=_MOST_DECIDED),
        guidelines=blocks_of(guidelines.text) if guidelines else (),
        version=guidelines.version if guidelines else None,
    )


def _at_hand(workspace: Workspace, key: str) -> Unresolved | None:
    if not key:
        return None
    found = workspace.record.labels.adjudications.look_at(key)
    if found is None:
        raise RecordError(
            "There is nothing to decide about this item.",
            "Items are decided whose votes are all in and leave the label open.",
            "Open the page of open items again.",
        )
    return found


def _after(ranked: list[str], at_hand: Unresolved | None) -> str:
    """The open item after the one at hand; after the last comes the first."""
    if at_hand is None:
        return ""
    key = at_hand.item.key
    place = ranked.index(key) if key in ranked else -1
    after = ranked[(place + 1) % len(ranked)] if ranked else ""
    return "" if after == key else after
