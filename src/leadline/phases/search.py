"""find / search: which candidates are worth carrying on with when the time box closes?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadline.errors import NotReadyError
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Answer, Finding, Verdict, fault, note, warning

Scalar = str | int | float | bool | None
_NEARLY_S = 2.0  # of a box: what its own start and end may take


class TrialState(StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"
    FAILED = "failed"
    CUT = "cut"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One candidate tried.

    Attributes
    ----------
    name : str
        Unique in the search: family and number.
    family : str
        The engine that makes it.
    params : mapping of str to scalar
        What the family builds it from.
    complexity : int
        Rank from simple to rich; a simpler one within one standard error is preferred.
    n_train : int
        Rows each fold learnt from.
    scores : tuple of float
        One a fold, the same folds for every trial; empty unless complete.
    mean, stderr : float or None
        Of the scores.
    fit_s : float
        Mean seconds of one fit.
    state : TrialState
        Complete, failed (raised) or cut (the box closed).
    message : str
        Why it failed.
    """

    name: str
    family: str
    params: Mapping[str, Scalar]
    complexity: int
    n_train: int
    scores: tuple[float, ...] = ()
    mean: float | None = None
    stderr: float | None = None
    fit_s: float = 0.0
    state: TrialState = TrialState.COMPLETE
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Example:
    """One held-out row with the chosen candidate's guess.

    Attributes
    ----------
    values : mapping of str to str
        Feature name to value, as text.
    truth, guess : str
        The label and what was predicted.
    score : float or None
        Predicted probability of the positive class, or the predicted number.
    is_right : bool
        For regression: within the mean absolute error.
    """

    values: Mapping[str, str]
    truth: str
    guess: str
    score: float | None
    is_right: bool


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What came out of the box.

    Attributes
    ----------
    scoring : str
        Metric of every score here.
    trials : tuple of Trial
        In the order they were run.
    chosen : str
        Name of the best trial, or of a simpler one within its standard error; empty if none.
    time_box_s, spent_s : float
        Seconds granted, seconds used.
    cost : float
        Money the seconds cost.
    currency : str
        Of the cost.
    n_rows : int
        Train rows the search could use.
    examples : tuple of Example
        Right and wrong ones of the chosen candidate, from held-out folds.
    """

    scoring: str
    trials: tuple[Trial, ...]
    chosen: str
    time_box_s: float
    spent_s: float
    cost: float
    currency: str
    n_rows: int
    examples: tuple[Example, ...] = ()

    def trial(self, name: str) -> Trial:
        """The trial of a name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for trial in self.trials:
            if trial.name == name:
                return trial
        raise KeyError(name)


@dataclass(frozen=True, kw_only=True)
class Search(Verdict, Evidence):
    """The candidates, best first by score, and the one to carry on with."""

    @property
    def chosen_trial(self) -> Trial:
        """The trial that was chosen.

        Raises
        ------
        NotReadyError
            If nothing finished in the box.
        """
        if not self.chosen:
            raise NotReadyError(
                "The search ended without a candidate.",
                "One that finished is needed.",
                "Grant a longer time box and run it again: 'leadline run search'.",
            )
        return self.trial(self.chosen)

    @property
    def ranked(self) -> tuple[Trial, ...]:
        """Complete trials, the best first."""
        sign = 1.0 if scoring_of(self.scoring).is_loss else -1.0
        complete = [t for t in self.trials if t.state is TrialState.COMPLETE and t.mean is not None]
        return tuple(sorted(complete, key=lambda trial: sign * (trial.mean or 0.0)))


def assess(evidence: Evidence) -> Search:
    """Say whether anything is worth carrying on with."""
    complete = [t for t in evidence.trials if t.state is TrialState.COMPLETE]
    findings = _findings(evidence)
    if not evidence.trials and evidence.spent_s < evidence.time_box_s - _NEARLY_S:
        return Search(
            answer=Answer.NO,
            summary="None of the families that were asked has a candidate for this problem.",
            findings=(*findings, fault("Nothing to try.", "Name further families under [find].")),
            **vars(evidence),
        )
    if not complete or not evidence.chosen:
        return Search(
            answer=Answer.NO,
            summary=f"No candidate finished in {evidence.time_box_s:g} s: out of time.",
            findings=(*findings, fault("Nothing finished.", "Grant a longer time box.")),
            **vars(evidence),
        )
    chosen, baseline = evidence.trial(evidence.chosen), complete[0]
    beats = _gain(evidence.scoring, chosen, baseline) > 0
    words = scoring_of(evidence.scoring).words
    summary = (
        f"{chosen.name} reaches {words} of {chosen.mean:.3f} ± {chosen.stderr or 0:.3f}; "
        f"the baseline {baseline.name} {baseline.mean:.3f}. {len(complete)} candidates "
        f"finished in {evidence.spent_s:.0f} of {evidence.time_box_s:.0f} s."
    )
    if not beats:
        findings.append(_nothing_better(evidence, len(complete)))
    return Search(
        answer=Answer.GO if beats else Answer.NO,
        summary=summary,
        findings=tuple(findings),
        **vars(evidence),
    )


def _nothing_better(evidence: Evidence, n_complete: int) -> Finding:
    if n_complete == 1 and any(trial.state is TrialState.CUT for trial in evidence.trials):
        return fault("Only the baseline finished: out of time.", "Grant a longer time box.")
    return fault("No candidate beats the baseline.", "Go back to the data.")


def _gain(scoring: str, trial: Trial, baseline: Trial) -> float:
    sign = -1.0 if scoring_of(scoring).is_loss else 1.0
    return sign * ((trial.mean or 0.0) - (baseline.mean or 0.0))


def _findings(evidence: Evidence) -> list[Finding]:
    findings = [
        warning(f"{trial.name} failed: {trial.message}")
        for trial in evidence.trials
        if trial.state is TrialState.FAILED
    ]
    cut = [trial.name for trial in evidence.trials if trial.state is TrialState.CUT]
    if cut:
        findings.append(note(f"The time box closed on {', '.join(cut)}; the best so far is kept."))
    complete = [t for t in evidence.trials if t.mean is not None]
    if evidence.chosen and complete:
        best = max(complete, key=lambda trial: _gain(evidence.scoring, trial, complete[0]))
        if best.name != evidence.chosen:
            findings.append(
                note(
                    f"{best.name} scores {best.mean:.3f}; the simpler {evidence.chosen} is within "
                    "one standard error of it and is preferred."
                )
            )
    return findings
