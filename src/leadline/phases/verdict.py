"""Verdicts: an answer, a summary in one sentence, and the findings behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats
    from leadline.stats.interval import Estimate


class Answer(StrEnum):
    """Whether the project may carry on from here."""

    GO = "go"
    NO = "no"
    UNCLEAR = "unclear"


class Severity(StrEnum):
    """How much a finding weighs."""

    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was seen, and what to do about it.

    Attributes
    ----------
    severity : Severity
        A fault makes the answer "no"; a warning wants a person's eyes; a note informs.
    what : str
        What was seen, naming rows or columns.
    next : str
        What to do about it; empty where nothing need be done.
    columns : tuple of str
        The columns it speaks of.
    is_barrier : bool
        Whether nothing can be computed while it holds, so that nobody can overrule it.
    """

    severity: Severity
    what: str
    next: str = ""
    columns: tuple[str, ...] = ()
    is_barrier: bool = False


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """An estimate with its interval.

    Attributes
    ----------
    estimate, low, high : float
        In the unit of the quantity.
    """

    estimate: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Estimate[float]) -> Self:
        """An estimate of the statistics, as it is kept on the record."""
        return cls(estimate=float(found.estimate), low=float(found.low), high=float(found.high))

    @classmethod
    def at(cls, found: Estimate[Floats], place: int) -> Self:
        """One of several estimates: that at a place in their arrays of shape (n,)."""
        return cls(
            estimate=float(found.estimate[place]),
            low=float(found.low[place]),
            high=float(found.high[place]),
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a row of the life cycle concluded.

    Attributes
    ----------
    answer : Answer
        May the project carry on?
    summary : str
        One sentence for a manager.
    findings : tuple of Finding
        What the answer rests on.
    """

    VERSION: ClassVar[int] = 1

    answer: Answer
    summary: str
    findings: tuple[Finding, ...] = ()

    @property
    def badge(self) -> str:
        """What it recommends, in a word or two: what a page shows in the colour of the answer.

        A verdict whose sentence recommends more than go or no says it here too, from the same
        value, so that badge and sentence cannot part.
        """
        return self.answer.value

    @property
    def barrier(self) -> str:
        """What keeps anything from being computed, in words; empty where nothing does."""
        return next((finding.what for finding in self.findings if finding.is_barrier), "")


def note(what: str, next: str = "", columns: tuple[str, ...] = ()) -> Finding:
    """A finding that informs."""
    return Finding(severity=Severity.NOTE, what=what, next=next, columns=columns)


def warning(what: str, next: str = "", columns: tuple[str, ...] = ()) -> Finding:
    """A finding that wants a person's eyes."""
    return Finding(severity=Severity.WARNING, what=what, next=next, columns=columns)


def fault(what: str, next: str = "", columns: tuple[str, ...] = ()) -> Finding:
    """A finding that makes the answer "no"."""
    return Finding(severity=Severity.FAULT, what=what, next=next, columns=columns)


def barrier(what: str, next: str = "", columns: tuple[str, ...] = ()) -> Finding:
    """A fault that nobody can overrule: nothing can be computed while it holds."""
    return Finding(severity=Severity.FAULT, what=what, next=next, columns=columns, is_barrier=True)


def answer_of(findings: tuple[Finding, ...]) -> Answer:
    """The answer that findings alone give: no with a fault, else go.

    Examples
    --------
    >>> answer_of((note("3 duplicates"),)).value
    'go'
    >>> answer_of((fault("one class only"),)).value
    'no'
    """
    has_fault = any(finding.severity is Severity.FAULT for finding in findings)
    return Answer.NO if has_fault else Answer.GO
