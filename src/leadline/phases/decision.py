"""any stage / decision: a person says go, go back or stop, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leadline.errors import SettingsError
from leadline.phases.verdict import Answer, Verdict


class Choice(StrEnum):
    """What a person can say at the end of a stage."""

    GO = "go"
    BACK = "back"
    STOP = "stop"


_BADGES = {Choice.GO: "go", Choice.BACK: "back", Choice.STOP: "stopped"}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was said.

    Attributes
    ----------
    stage : str
        The stage it is about.
    choice : Choice
        Go on, go back, or stop.
    why : str
        The reason; never empty.
    person : str
        Who; never empty.
    accepts : str
        What was signed for by name: a release that does not reach the target. Else empty.
    to : str
        The stage to go back to; empty where nobody goes back, and in entries from before it was
        asked.
    change : str
        What is to change there; empty where `to` is.
    confirms : int or None
        The entry of the decision that is kept by this one, as the answers it stood on have come
        out the same again; None where it is a decision of its own.
    """

    stage: str
    choice: Choice
    why: str
    person: str
    accepts: str = ""
    to: str = ""
    change: str = ""
    confirms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Decision(Verdict, Evidence):
    """A person's word on a stage. Only "go" opens what comes after a "no"."""

    @property
    def badge(self) -> str:
        """What was said."""
        if self.accepts:
            return "go, below the target"
        return f"back to {self.to}" if self.to else _BADGES[self.choice]


def assess(evidence: Evidence) -> Decision:
    """Put a decision on the record.

    Raises
    ------
    SettingsError
        If nobody or no reason is named, or if who goes back does not say to which stage and what
        to change there.
    """
    for name in ("person", "why"):
        if not getattr(evidence, name).strip():
            raise SettingsError(
                f"The decision has no {'name' if name == 'person' else 'reason'}.",
                "A decision is kept with who and why.",
                "Say both: --by NAME --why 'REASON'.",
            )
    _require_way_back(evidence)
    return Decision(
        answer=Answer.GO if evidence.choice is Choice.GO else Answer.NO,
        summary=_summary(evidence),
        **vars(evidence),
    )


def _require_way_back(evidence: Evidence) -> None:
    """Whoever goes back says to where and for what; nobody else does."""
    is_back = evidence.choice is Choice.BACK
    # a decision from before this was asked may still be kept
    if evidence.confirms is not None:
        return
    if is_back and not (evidence.to.strip() and evidence.change.strip()):
        missing = "what to change there" if evidence.to.strip() else "to which stage"
        raise SettingsError(
            f"The decision to go back does not say {missing}.",
            "Who goes back says where the project goes, and what must be different there.",
            "Say both: --to STAGE --change 'WHAT'.",
        )
    if not is_back and (evidence.to.strip() or evidence.change.strip()):
        raise SettingsError(
            f"The decision is {evidence.choice.value!r}, and names a stage or a change.",
            "Only 'back' goes to a stage to change something.",
            "Decide 'back', or leave both out.",
        )


def choice_words(evidence: Evidence) -> str:
    """What was said, without who and why.

    Examples
    --------
    >>> said = Evidence(stage="train", choice=Choice.BACK, why="Dear.", person="Ada", to="define")
    >>> choice_words(said)
    'go back to define'
    """
    if evidence.choice is Choice.BACK:
        return f"go back to {evidence.to}" if evidence.to else "go back"
    return {Choice.GO: "go on", Choice.STOP: "stop"}[evidence.choice]


def whereabouts(evidence: Evidence, since: str) -> str:
    """Where a project is that was not to go on, since when, by whom and why.

    Parameters
    ----------
    evidence : Evidence
        What was said: back or stop.
    since : str
        The day, in words.

    Examples
    --------
    >>> said = Evidence(
    ...     stage="train",
    ...     choice=Choice.BACK,
    ...     why="target too high",
    ...     person="Ada",
    ...     to="define",
    ...     change="a target of 0.7",
    ... )
    >>> whereabouts(said, "3 November 2026")
    'Back at define since 3 November 2026 by Ada: target too high. Change: a target of 0.7.'
    """
    if evidence.choice is Choice.STOP:
        return f"Stopped after {evidence.stage} on {since} by {evidence.person}: " + sentence(
            evidence.why
        )
    where = f"Back at {evidence.to}" if evidence.to else f"Back from {evidence.stage}"
    said = f"{where} since {since} by {evidence.person}: {sentence(evidence.why)}"
    return f"{said} Change: {sentence(evidence.change)}" if evidence.change else said


def sentence(words: str) -> str:
    """Words with a full stop, unless they end in a mark of their own.

    Examples
    --------
    >>> sentence("too few"), sentence("Why not?")
    ('too few.', 'Why not?')
    """
    words = words.strip()
    return words if words.endswith((".", "!", "?", "…", ":")) else f"{words}."


def _summary(evidence: Evidence) -> str:
    if evidence.confirms is not None:
        return (
            f"{evidence.person} keeps the decision of entry {evidence.confirms} to "
            f"{choice_words(evidence)}{_accepted(evidence)}, as the answers are the same: "
            f"{evidence.why}"
        )
    said = f"{evidence.person} says {choice_words(evidence)}{_accepted(evidence)}: "
    if evidence.choice is not Choice.BACK:
        return f"{said}{evidence.why}"
    return f"{said}{sentence(evidence.why)} Change: {sentence(evidence.change)}"


def _accepted(evidence: Evidence) -> str:
    """What was signed for by name."""
    return f", below the target ({evidence.accepts.rstrip('.')})" if evidence.accepts else ""
