"""find / search: which candidates are worth carrying on with when the time box closes?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from leadline.errors import NotReadyError
from leadline.phases.number_format import percent
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.search.choice import Comparison, compare, comparison_errors
from leadline.phases.search.reasons import reasons
from leadline.phases.search.search_evidence import Evidence, rows_ahead
from leadline.phases.search.search_findings import USUAL_START_S, findings_of, reach, starved
from leadline.phases.search.trial import Closed, Example, Trial, TrialState
from leadline.phases.verdict import Answer, Finding, Verdict, fault, warning
from leadline.phases.wording import plural

_HOPELESS = 0.05
_BY_CHANCE = 0.1
_SURE = 3.0  # standard errors: two folds alone never have a small p


class Advice(StrEnum):
    """What the evidence is in favour of; a person decides."""

    GO = "go"
    LONGER = "search longer"
    BACK = "go back"
    STOP = "stop"


@dataclass(frozen=True, kw_only=True)
class Search(Verdict, Evidence):
    """The candidates, best first, and the one to carry on with."""

    advice: Advice = Advice.GO

    VERSION: ClassVar[int] = 2

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:
        """Read version 1: trials of version 1, and another name of the affordable size."""
        return {
            "n_affordable": payload.get("n_aim", 0),
            **payload,
            "trials": [Trial.upgrade(trial, version) for trial in payload["trials"]],
        }

    @property
    def rows_ahead(self) -> str:
        """The rows that its candidates are forecast to, in words."""
        return rows_ahead(self.n_affordable, self.n_rows)

    @property
    def badge(self) -> str:
        """The advice."""
        is_told = self.advice is not Advice.GO or self.answer is Answer.GO
        return self.advice.value if is_told else self.answer.value

    @property
    def chosen_trial(self) -> Trial:
        """The trial that was chosen.

        Raises
        ------
        NotReadyError
            If nothing finished in the time box.
        """
        if not self.chosen:
            raise NotReadyError(
                "The search ended without a candidate.",
                "One that finished is needed.",
                "Grant a longer time box and run it again: 'leadline run search'.",
            )
        return self.trial(self.chosen)

    @property
    def network(self) -> Trial | None:
        """The chosen trial if it is a neural network, else the best one that is; None if none."""
        drawn = [trial for trial in self.ranked if trial.architecture]
        chosen = [trial for trial in drawn if trial.name == self.chosen]
        return next(iter([*chosen, *drawn]), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the chosen trial and not another; empty if none was chosen."""
        return (
            reasons(self.chosen_trial, self.ranked, self.scoring, self.price) if self.chosen else ()
        )

    @property
    def is_of_numbers(self) -> bool:
        """Whether numbers are predicted: of these nobody has said here which are right."""
        return Task.REGRESSION in scoring_of(self.scoring).tasks

    def said_of(self, example: Example) -> str:
        """Whether an example is right; a number is nearer than the mean error, or farther."""
        good, bad = ("nearer", "farther") if self.is_of_numbers else ("right", "wrong")
        return good if example.is_right else bad

    def compared(self, other: Trial) -> Comparison | None:
        """The chosen trial against another on their shared folds; None if they share none."""
        return compare(self.chosen_trial, other)


def assess(evidence: Evidence) -> Search:
    """Say whether anything is worth carrying on with."""
    findings = findings_of(evidence)
    baseline = evidence.baseline
    if baseline is None or not evidence.chosen:
        return _nothing(evidence, findings)
    chosen = evidence.trial(evidence.chosen)
    advice, answer = Advice.GO, Answer.GO
    if evidence.is_starved:
        findings.append(starved(evidence))
        advice, answer = Advice.LONGER, Answer.UNCLEAR
    elif not _gain(evidence, chosen, baseline) > 0:
        findings.append(_nothing_better(evidence))
        advice, answer = (Advice.BACK if _is_early(evidence) else Advice.STOP), Answer.NO
    elif _is_hopeless(evidence):
        advice, answer = Advice.BACK, Answer.UNCLEAR
        findings.append(_out_of_reach(evidence, chosen))
    elif (doubt := _perhaps_chance(chosen, baseline)) is not None:
        findings.append(doubt)
        advice, answer = Advice.BACK, Answer.UNCLEAR
    return Search(
        answer=answer,
        summary=_summary(evidence, chosen, baseline),
        findings=tuple(findings),
        advice=advice,
        **vars(evidence),
    )


def _is_hopeless(evidence: Evidence) -> bool:
    """Whether no candidate has a fair chance of the target."""
    chances = [evidence.chance_target, evidence.best_chance]
    known = [each for each in chances if each is not None]
    return bool(known) and max(known) < _HOPELESS


def _nothing(evidence: Evidence, findings: list[Finding]) -> Search:
    answer, advice = Answer.NO, Advice.BACK
    if not evidence.trials and evidence.closed is Closed.DONE:
        summary = "None of the families that were asked has a candidate for this problem."
        last = fault("Nothing to try.", "Name further families under [find].")
    else:
        ended = _ENDED[evidence.closed]
        summary = f"No candidate finished in {evidence.time_box_s:g} s: {ended}."
        last = fault("Nothing finished.", "Grant a longer time box.")
        if evidence.closed is not Closed.DONE:
            answer, advice = Answer.UNCLEAR, Advice.LONGER
    return Search(
        answer=answer,
        summary=summary,
        findings=(*findings, last),
        advice=advice,
        **vars(evidence),
    )


_ENDED = {
    Closed.DONE: "all failed",
    Closed.TIME: "out of time",
    Closed.MONEY: "out of money",
    Closed.CPU: "out of processor time",
    Closed.HAND: "stopped by hand",
}


def _summary(evidence: Evidence, chosen: Trial, baseline: Trial) -> str:
    words = scoring_of(evidence.scoring).words
    n_measured = len(evidence.ranked)
    is_whole = evidence.is_starved or chosen.state is TrialState.COMPLETE
    seen = "" if is_whole else f" on {chosen.n_train:,} of {evidence.n_rows:,} rows"
    came = f"It was {reach(evidence)}. " if evidence.is_starved else ""
    return (
        f"{chosen.name} reaches {words} of {chosen.mean:z.3f} ± {chosen.stderr or 0:.3f}{seen}"
        f"{_promise(evidence, chosen)}; the baseline reaches {baseline.mean:z.3f}. {came}"
        f"{plural(n_measured, 'candidate')} measured in {_used(evidence)}."
    )


def _used(evidence: Evidence) -> str:
    """How much of the box was used; what starting took beyond the usual was added to it."""
    box, starting_s = f"of {evidence.time_box_s:.0f} s", evidence.starting_s or 0.0
    if starting_s < USUAL_START_S:
        return f"{evidence.spent_s:.0f} {box}"
    searched_s = max(evidence.spent_s - starting_s, 0.0)
    return f"{searched_s:.0f} {box}, after {starting_s:.0f} s of starting"


def _promise(evidence: Evidence, chosen: Trial) -> str:
    """What is expected beyond the rows there are."""
    if not chosen.expected or evidence.n_affordable <= evidence.n_rows:
        return ""
    scoring, last = scoring_of(evidence.scoring), chosen.expected[-1]
    if last.n_train < evidence.n_affordable:
        # an earlier run forecast it, when fewer could be afforded
        return ""
    low, high = sorted((scoring.score(last.low), scoring.score(last.high)))
    return (
        f", and {scoring.score(last.error):.3f} ({low:.3f} to {high:.3f}) with "
        f"{rows_ahead(last.n_train, evidence.n_rows)}"
    )


def _is_early(evidence: Evidence) -> bool:
    """Whether the time box closed before every candidate was measured."""
    return any(trial.state is TrialState.NOT_STARTED for trial in evidence.trials)


def _nothing_better(evidence: Evidence) -> Finding:
    if len(evidence.ranked) == 1 and _is_early(evidence):
        return fault("Only the baseline finished: out of time.", "Grant a longer time box.")
    return fault("No candidate beats the baseline.", "Go back to the data.")


def _out_of_reach(evidence: Evidence, chosen: Trial) -> Finding:
    words = percent(evidence.chance_target or 0.0)
    return warning(
        f"{chosen.name} reaches the target of {evidence.target_score:g} with a probability of "
        f"{words} with {rows_ahead(evidence.n_affordable, evidence.n_rows)}.",
        "Go back: ask an easier question, find better columns, or grant more rows or time.",
    )


def _perhaps_chance(chosen: Trial, baseline: Trial) -> Finding | None:
    """That the folds do not tell the best of many from the baseline; None where they do."""
    shared = compare(chosen, baseline)
    if shared is None or shared.p_value <= _BY_CHANCE:
        return None
    if -shared.difference > _SURE * shared.stderr:
        return None
    return warning(
        f"{chosen.name} beats the baseline by no more than chance may bring on the folds they "
        f"share (p = {shared.p_value:.2f}): the best of several looks better than it is.",
        "Bring more rows or better columns, or ask another question.",
    )


def _gain(evidence: Evidence, trial: Trial, baseline: Trial) -> float:
    """Error of the baseline less that of the trial, as they are compared."""
    errors = comparison_errors(evidence.trials, evidence.scoring)
    return errors[baseline.name] - errors[trial.name]
