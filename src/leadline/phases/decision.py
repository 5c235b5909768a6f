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


_BADGES = {Choice.GO: "go", Choice.BACK: "go back", Choice.STOP: "stop"}


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
    """

    stage: str
    choice: Choice
    why: str
    person: str
    accepts: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision(Verdict, Evidence):
    """A person's word on a stage. Only "go" opens what comes after a "no"."""

    @property
    def badge(self) -> str:
        """What was said."""
        return _BADGES[self.choice]


def assess(evidence: Evidence) -> Decision:
    """Put a decision on the record.

    Raises
    ------
    SettingsError
        If nobody or no reason is named.
    """
    for name in ("person", "why"):
        if not getattr(evidence, name).strip():
            raise SettingsError(
                f"The decision has no {'name' if name == 'person' else 'reason'}.",
                "A decision is kept with who and why.",
                "Say both: --by NAME --why 'REASON'.",
            )
    words = {Choice.GO: "go on", Choice.BACK: "go back", Choice.STOP: "stop"}
    return Decision(
        answer=Answer.GO if evidence.choice is Choice.GO else Answer.NO,
        summary=(
            f"{evidence.person} says {words[evidence.choice]}{_accepted(evidence)}: {evidence.why}"
        ),
        **vars(evidence),
    )


def _accepted(evidence: Evidence) -> str:
    """What was signed for by name."""
    return f", below the target ({evidence.accepts.rstrip('.')})" if evidence.accepts else ""
