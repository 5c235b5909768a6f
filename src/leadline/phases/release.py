"""ship / release: may this model at this threshold replace the one in service?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.errors import NotReadyError
from leadline.phases.performance.target_check import TargetCheck, TargetState
from leadline.phases.problem import ConfusionCost
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, note, warning

BELOW_TARGET = "below the target"
"""Badge of a release that must be signed for."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A sealed bundle, and the one it would replace.

    Attributes
    ----------
    release_id : str
        Name of the bundle: the first characters of its digest.
    bundle : str
        Digest of the bundle: what the signature signs.
    model : str
        Digest of the model in it.
    candidate : str
        The trial the model was built from.
    point : str
        Name of the operating point.
    threshold : float or None
        Rows that score at least this are flagged; None where there is none.
    confidence : float or None
        Of several classes, rows whose likeliest class scores less have no answer; None: all have.
    costs : tuple of ConfusionCost
        Of several classes, where what costs least is said: the confusions that were priced. Empty:
        the likeliest class is said.
    tolerance : float or None
        Numbers off by at most this count as right; None for classes.
    signer : str
        Fingerprint of the key that signed.
    n_golden : int
        Rows whose scores are replayed before the model may answer.
    size_bytes : int
        Of the bundle.
    fit_s : float
        Seconds the final fit took.
    approved_by : str
        The person who chose the point.
    ethics_by : str
        The person who answered the ethics checklist; empty if nobody has.
    scoring : str
        Metric of the two scores.
    replaces : str
        Release in service so far; empty for the first.
    champion_score, challenger_score : float or None
        Both on the same test rows; None for the first release.
    fast_path : str
        Whether few rows are answered fast, or why not; empty in releases of before.
    difference : Bounds or None
        Score of this one less that of the one in service, on those rows, with its 90 % interval;
        None where they were not compared or cannot be told apart, as of one group of rows alone,
        and in verdicts from before.
    target : TargetCheck or None
        The best measurement of the score beside the target; None in verdicts from before.
    learnt_from : str
        People's rows and machines' that it learnt from; empty where people judged all.
    learnt_to, test_to : str
        The newest rows that it learnt from, and of the test, where those are older: of a split by
        time, once rows came after it. Else empty, and in verdicts from before.
    """

    release_id: str
    bundle: str
    model: str
    candidate: str
    point: str
    threshold: float | None
    confidence: float | None = None
    costs: tuple[ConfusionCost, ...] = ()
    tolerance: float | None = None
    signer: str
    n_golden: int
    size_bytes: int
    fit_s: float
    approved_by: str
    ethics_by: str
    scoring: str
    replaces: str = ""
    champion_score: float | None = None
    challenger_score: float | None = None
    fast_path: str = ""
    difference: Bounds | None = None
    target: TargetCheck | None = None
    learnt_from: str = ""
    learnt_to: str = ""
    test_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Release(Verdict, Evidence):
    """A model at a threshold, stored, hashed and signed."""

    @property
    def badge(self) -> str:
        """Whether it may go into service, and what is known of the target."""
        if self.shortfall:
            return BELOW_TARGET
        if self.answer is Answer.UNCLEAR:
            return "no better"
        is_open = self.target is not None and self.target.state is TargetState.OPEN
        return "go, target not shown" if is_open else self.answer.value

    @property
    def shortfall(self) -> str:
        """What who releases it must sign for: it does not reach the target; else empty."""
        return self.target.words if self.target and self.target.is_below else ""


def require_ethics(answered_by: str, *, is_complete: bool) -> None:
    """Refuse to release what nobody has thought about.

    Raises
    ------
    NotReadyError
        If the ethics checklist is not answered by a named person.
    """
    if not is_complete:
        found = "The ethics checklist is not answered."
        if answered_by:
            found = f"{answered_by} has left questions of the ethics checklist open."
        raise NotReadyError(
            found,
            "A named person must say who can be harmed, by which error, and which data may serve.",
            "Answer [ethics] in leadline.toml, then 'leadline run problem'.",
        )


def assess(evidence: Evidence) -> Release:
    """Say whether the bundle may go into service."""
    findings: list[Finding] = [
        note(f"Signed by key {evidence.signer}; {evidence.n_golden} golden rows are replayed."),
        note(f"Operating point chosen by {evidence.approved_by}."),
        *([note(evidence.fast_path)] if evidence.fast_path else []),
        *([note(f"Learnt from: {evidence.learnt_from}.")] if evidence.learnt_from else []),
    ]
    findings += _target_findings(evidence.target)
    is_below = evidence.target is not None and evidence.target.is_below
    worse = (
        evidence.champion_score is not None
        and evidence.challenger_score is not None
        and not scoring_of(evidence.scoring).is_met(
            evidence.challenger_score, evidence.champion_score
        )
    )
    if worse:
        findings.append(
            warning(
                f"The release in service scores {evidence.champion_score:.3f} on the same rows, "
                f"this one {evidence.challenger_score:.3f}{_interval(evidence.difference)}."
                f"{_older_test(evidence)}",
                "Keep the one in service, unless there is another reason to change"
                f"{', such as an alarm since then' if evidence.learnt_to else ''}.",
            )
        )
    elif evidence.difference is not None:
        findings.append(
            note(
                f"On the same rows the release in service scores {evidence.champion_score:.3f}, "
                f"this one {evidence.challenger_score:.3f}{_interval(evidence.difference)}."
            )
        )
    return Release(
        answer=Answer.UNCLEAR if worse or is_below else Answer.GO,
        summary=(
            f"Release {evidence.release_id}: {evidence.candidate} {_point(evidence)}, "
            f"{f'replaces {evidence.replaces}' if evidence.replaces else 'the first'}."
        ),
        findings=tuple(findings),
        **vars(evidence),
    )


def _older_test(evidence: Evidence) -> str:
    """That the rows of the comparison are older than what the world may have changed after."""
    if not evidence.learnt_to:
        return ""
    return (
        f" These rows end {evidence.test_to}, and it learnt from rows up to {evidence.learnt_to}: "
        "of a world that changed in between they say nothing."
    )


def _target_findings(target: TargetCheck | None) -> list[Finding]:
    """What is known of the target; where it is not reached, what that asks of people."""
    if target is None:
        return []
    if target.is_below:
        return [
            warning(
                target.words,
                "It goes into service only by a signature that says so: "
                "'leadline decide ship go --below-target --why REASON'.",
            )
        ]
    return [(note if target.state is TargetState.MET else warning)(target.words)]


def _interval(difference: Bounds | None) -> str:
    """A difference with its interval; empty where none was measured."""
    if difference is None:
        return ""
    told = (
        f"; the difference is {difference.estimate:+z.3f} (90% interval {difference.low:+z.3f} "
        f"to {difference.high:+z.3f})"
    )
    is_open = difference.low <= 0 <= difference.high
    return f"{told}: these rows do not tell which is better" if is_open else told


def _point(evidence: Evidence) -> str:
    if evidence.confidence is not None:
        return f"at {evidence.point} (no answer below a score of {evidence.confidence:.3f})"
    if evidence.costs:
        return f"at {evidence.point} (label by the least expected cost)"
    if evidence.threshold is None:
        return f"at {evidence.point}"
    return f"at {evidence.point} (threshold {evidence.threshold:.3f})"
