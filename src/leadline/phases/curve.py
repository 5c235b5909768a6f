"""train / curve: how fast do the best candidates learn from more data?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from leadline.phases.verdict import Answer, Finding, Verdict, note, warning

_FEWEST_SIZES = 5
_FEWEST_REPEATS = 3


@dataclass(frozen=True, kw_only=True)
class Point:
    """Errors measured at one train size.

    Attributes
    ----------
    n_train : int
        Rows learnt from.
    errors : tuple of float
        One a repeat; error as the scoring declares it.
    fit_s : float
        Mean seconds of one fit.
    """

    n_train: int
    errors: tuple[float, ...]
    fit_s: float

    @property
    def mean(self) -> float:
        """Mean error."""
        return sum(self.errors) / len(self.errors)

    @property
    def stderr(self) -> float | None:
        """Standard error over the repeats; None with one repeat."""
        n = len(self.errors)
        if n < 2:
            return None
        variance = sum((error - self.mean) ** 2 for error in self.errors) / (n - 1)
        return sqrt(variance / n)


@dataclass(frozen=True, kw_only=True)
class CandidateCurve:
    """One candidate's learning curve.

    Attributes
    ----------
    candidate : str
        Name of its trial.
    points : tuple of Point
        Smallest size first.
    """

    candidate: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The measured curves.

    Attributes
    ----------
    scoring : str
        The metric; errors are as it declares.
    curves : tuple of CandidateCurve
        The chosen candidate first.
    chance_error : float
        Error of the baseline that learns nothing.
    n_available : int
        Train rows there are.
    spent_s : float
        Seconds the measuring took.
    """

    scoring: str
    curves: tuple[CandidateCurve, ...]
    chance_error: float
    n_available: int
    spent_s: float


@dataclass(frozen=True, kw_only=True)
class Curve(Verdict, Evidence):
    """The learning curves."""


def assess(evidence: Evidence) -> Curve:
    """Say how the error falls with more rows."""
    first = evidence.curves[0]
    start, end = first.points[0], first.points[-1]
    findings: list[Finding] = []
    if len(first.points) < _FEWEST_SIZES:
        findings.append(
            warning(
                f"Measured at {len(first.points)} sizes only.",
                f"{_FEWEST_SIZES} are needed to trust a forecast: bring more rows.",
            )
        )
    if min(len(point.errors) for point in first.points) < _FEWEST_REPEATS:
        findings.append(warning(f"Fewer than {_FEWEST_REPEATS} repeats at some sizes."))
    if end.mean >= start.mean:
        findings.append(warning("The error does not fall with more rows."))
    if end.mean - 2 * (end.stderr or 0.0) > evidence.chance_error:
        findings.append(warning("The error is still no better than chance: small-data region."))
    findings.extend(_crossings(evidence))
    return Curve(
        answer=Answer.GO,
        summary=(
            f"{first.candidate}: the error goes from {start.mean:.3f} at {start.n_train:,} rows "
            f"to {end.mean:.3f} at {end.n_train:,}."
        ),
        findings=tuple(findings),
        **vars(evidence),
    )


def _crossings(evidence: Evidence) -> list[Finding]:
    first, *others = evidence.curves
    findings = []
    for other in others:
        gaps = [
            mine.mean - theirs.mean
            for mine, theirs in zip(first.points, other.points, strict=False)
        ]
        if gaps and gaps[0] * gaps[-1] < 0:
            findings.append(note(f"The curves of {first.candidate} and {other.candidate} cross."))
    return findings
