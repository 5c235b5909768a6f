"""Page model of labelling: one item and the guidelines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median

from leadline.labelling.machine_prompt import guidelines_of
from leadline.phases.permissions import Action
from leadline.record import Assignment, Item
from leadline.services.identity.permission import require
from leadline.services.labelling.guidelines import Block, blocks_of
from leadline.services.labelling.worklist import terms_of, work_of
from leadline.workspace import Workspace

_GUESSED_S = 10.0

KEYS = "1234567890abdefhijklmnopqrtvxyz"  # c, g, s, u and w have other uses
UNSURE = (
    "there is too little to go on",
    "two labels fit",
    "the guidelines do not say",
)
SKIP = (
    "it cannot be read or shown",
    "I do not know this field or language",
    "it should not be in the data",
)


@dataclass(frozen=True)
class ShownGuidelines:
    """The guidelines at hand.

    Attributes
    ----------
    version : int >= 1
        For the answer.
    blocks : tuple of Block
        What they say.
    is_changed : bool
        Whether this person's newest answer was given under another version.
    """

    version: int
    blocks: tuple[Block, ...]
    is_changed: bool


@dataclass(frozen=True)
class LabelPage:
    """Page model of labelling: one item and the guidelines.

    Attributes
    ----------
    question, unit, label : str
        What is asked of the item.
    assignment : Assignment or None
        The item at hand; None if this person has none, or nobody is named.
    classes : tuple of str
        What can be said; empty where a number is asked for.
    is_second_opinion : bool
        True if every row came with a label: what people say here tells how far they agree.
    n_done : int
        Answers of this person, hidden items among them.
    n_left : int
        About how many are to come; what is hidden among them is guessed at.
    seconds_spent, seconds_left : float
        So far; at this person's pace.
    guidelines : ShownGuidelines or None
        None if there are none.
    unsure, skip : tuple of str
        Reasons to choose from.
    """

    question: str
    unit: str
    label: str
    assignment: Assignment | None
    classes: tuple[str, ...]
    is_second_opinion: bool
    n_done: int
    n_left: int
    seconds_spent: float
    seconds_left: float
    guidelines: ShownGuidelines | None = None
    unsure: tuple[str, ...] = UNSURE
    skip: tuple[str, ...] = SKIP

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Each class with the key that says it; empty where there are more classes than keys."""
        return keyed(self.classes)

    @property
    def item(self) -> Item | None:
        """The item at hand."""
        return self.assignment.item if self.assignment else None


def label_page(workspace: Workspace, annotator: str) -> LabelPage:
    """Read the item a person has at hand; `next_item` hands out one.

    Parameters
    ----------
    workspace : Workspace
        The project.
    annotator : str
        Who labels; empty if not known yet.

    Raises
    ------
    NotReadyError
        If there is no data verdict to take items from.
    """
    require(workspace, Action.LABEL)
    facts = work_of(workspace).facts
    terms, come = terms_of(workspace), workspace.record.labels.assignments.progress(annotator)
    seconds = [one for one in come.recent_s if one > 0]
    n_left = _roughly(come.n_open / (1 - terms.gold_share - terms.repeat_share))
    return LabelPage(
        question=facts["question"],
        unit=facts["unit"],
        label=facts["label"],
        assignment=come.assignment,
        classes=tuple(facts["classes"]),
        is_second_opinion=facts["is_second_opinion"],
        n_done=come.n_votes,
        n_left=n_left,
        seconds_spent=come.seconds,
        seconds_left=(median(seconds) if seconds else _GUESSED_S) * n_left,
        guidelines=_guidelines(workspace, come.guidelines, is_new=not come.n_votes),
    )


def keyed(classes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each class with the key that says it; empty where there are more classes than keys.

    Examples
    --------
    >>> keyed(("early", "late"))
    (('early', '1'), ('late', '2'))

    Yes and no are said by the keys that say them everywhere:

    >>> keyed(("no", "yes"))
    (('no', 'n'), ('yes', 'y'))
    """
    if sorted(each.lower() for each in classes) == ["no", "yes"]:
        return tuple((each, each[0].lower()) for each in classes)
    return tuple(zip_longest(classes, KEYS[: len(classes)], fillvalue=""))


def _roughly(n: float) -> int:
    """Two digits of a number: more would tell which answers were to hidden items."""
    unit = int(10 ** max(len(str(math.ceil(n))) - 2, 0))
    return math.ceil(n / unit) * unit


def _guidelines(workspace: Workspace, seen: int | None, *, is_new: bool) -> ShownGuidelines | None:
    found = guidelines_of(workspace)
    if found is None:
        return None
    is_changed = not is_new and seen != found.version
    return ShownGuidelines(found.version, blocks_of(found.text), is_changed)
