"""Findings on the target in service: what labels say of the project's own metric."""

from __future__ import annotations

from leadline.phases.monitor.class_rates import TARGET
from leadline.phases.monitor.monitor_evidence import Evidence, Target
from leadline.phases.performance.target_check import TargetCheck, TargetState
from leadline.phases.verdict import Bounds, Finding, note, warning
from leadline.phases.wording import plural, three_digits

_ACCURACY = "accuracy"
# what labels of a block measure: the share of decisions that are wrong
_MEASURED = frozenset({_ACCURACY, "error_rate"})


def target_check(evidence: Evidence) -> TargetCheck | None:
    """What labels in service say of the target; None if they cannot tell.

    All of the blocks of late together, where they tell the metric; else the newest block that is
    known well enough.
    """
    target = evidence.target
    if target is not None and target.is_told:
        return _of_blocks(evidence, target)
    known = [b for b in evidence.blocks if not b.is_closed and evidence.is_known(b)]
    if target is None or not known or evidence.reference_abstained is not None:
        return None
    newest = known[-1]
    error = newest.error
    if error is None or not _is_measured(target):
        return None
    if target.scoring == _ACCURACY:
        error = Bounds(estimate=1 - error.estimate, low=1 - error.high, high=1 - error.low)
    return TargetCheck(
        scoring=target.scoring,
        target=target.target,
        score=error.estimate,
        interval=error,
        confidence_level=evidence.confidence_level,
        measured_on=f"{plural(newest.n_labelled, 'labelled row')} of {newest.name}",
    )


def target_findings(evidence: Evidence) -> list[Finding]:
    """The target, and how far service is from it."""
    target, check = evidence.target, target_check(evidence)
    if target is None:
        return []
    if check is not None:
        return [_checked(target, check)]
    aim = f"Target: {target.words} of {three_digits(target.target)}"
    if target.is_told:
        return [
            note(
                f"{aim}{_released(target.released)}. In service it is not known yet: that takes "
                f"{_needed(evidence)}."
            )
        ]
    if _is_measured(target):
        why = "no block is known well enough to compare"
        if evidence.reference_abstained is not None:
            why = "rows without an answer have no score to compare"
        return [note(f"{aim}; {why}{_released(target.released)}.")]
    return [
        note(
            f"{aim}{_released(target.released)}. Labels here do not measure that: "
            f"{_measured(evidence)}, held against the reference."
        )
    ]


def _checked(target: Target, check: TargetCheck) -> Finding:
    """Service beside the target and the release."""
    words = f"{check.words[:-1]}{_released(target.released)}."
    if check.state is TargetState.MISSED:
        return warning(words, "Retrain, or say that less is enough.")
    if target.is_fallen:
        worse = f"{words} That is worse than at release, by more than luck brings in years."
        return warning(worse, "See which rows are wrong now that were right then.")
    return note(words)


def _is_measured(target: Target) -> bool:
    """Whether the share of a block that is wrong tells the metric."""
    return target.scoring in _MEASURED and target.is_share_right


def _of_blocks(evidence: Evidence, target: Target) -> TargetCheck | None:
    if target.service is None:
        return None
    blocks = plural(target.n_blocks, "block")
    return TargetCheck(
        scoring=target.scoring,
        target=target.target,
        score=target.service.estimate,
        interval=target.service,
        confidence_level=evidence.confidence_level,
        measured_on=f"{plural(target.n_labels, 'labelled row')} of the last {blocks}",
    )


def _needed(evidence: Evidence) -> str:
    """What the metric takes to be told."""
    alarm = evidence.open_alarm
    since = f" from {alarm.block} on" if alarm and TARGET not in alarm.worse else ""
    if evidence.tolerance is not None:
        return f"three blocks with labels{since}, and twenty in all"
    return f"three blocks with labels{since}, twenty in all, and ten of each class"


def _measured(evidence: Evidence) -> str:
    watched = [
        "the share that is wrong",
        *(rate.name for rate in evidence.rates if rate.is_watched or rate.recent),
    ]
    if len(watched) == 1:
        of_classes = any(rate.is_watched for rate in evidence.class_recalls)
        return f"they measure {watched[0]}{' and the recall of each class' if of_classes else ''}"
    return f"they measure {', '.join(watched[:-1])} and {watched[-1]} at the threshold in service"


def _released(score: float | None) -> str:
    return "" if score is None else f", at release {three_digits(score)}"
