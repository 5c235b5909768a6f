"""watch / monitor: does what we see still look like what we learnt from, and is it good enough?

The unit of evidence is a block, a day or a week, never a row: errors cluster in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.monitor.block_evidence import Block
from leadline.phases.monitor.class_rates import (
    TARGET,
    classes_below,
    not_fair,
    not_told,
    worse_words,
)
from leadline.phases.monitor.monitor_evidence import (
    FEWEST_LABELS,
    FEWEST_REFERENCE,
    Alarm,
    Evidence,
)
from leadline.phases.monitor.monitor_findings import (
    monitor_findings,
    rate_words,
)
from leadline.phases.monitor.service_findings import target_check
from leadline.phases.number_format import percent
from leadline.phases.performance.target_check import TargetCheck, TargetState
from leadline.phases.verdict import Answer, Verdict
from leadline.phases.wording import plural, share_words

# are not named one by one
_MANY = 4


@dataclass(frozen=True, kw_only=True)
class Monitor(Verdict, Evidence):
    """Whether the release does no worse than when it was released."""

    @property
    def badge(self) -> str:
        """Whether there is an alarm, a retraining is due, or the target is missed."""
        if self.answer is Answer.NO:
            return "alarm" if self.open_alarm else "retrain"
        if self.answer is Answer.GO:
            return "no alarm"
        is_missed = self.target_check is not None and self.target_check.state is TargetState.MISSED
        return "target missed" if is_missed else self.answer.value

    @property
    def target_check(self) -> TargetCheck | None:
        """What labels in service say of the target; None where they cannot tell."""
        return target_check(self)

    @property
    def score_words(self) -> str:
        """What a page calls the mean score."""
        if self.reference_alert_share is not None:
            return "mean score"
        return "mean confidence" if self.tolerance is None else "mean prediction"


def assess(evidence: Evidence) -> Monitor:
    """Say whether the release still does what it was released for."""
    answer, summary = _answer(evidence)
    return Monitor(
        answer=answer, summary=summary, findings=monitor_findings(evidence), **vars(evidence)
    )


def _answer(evidence: Evidence) -> tuple[Answer, str]:
    """The answer is about the newest block: what was good before may no longer be."""
    alarm = evidence.open_alarm
    if alarm is not None:
        newest = next((b for b in reversed(evidence.blocks) if evidence.is_known(b)), None)
        now = f" In {newest.name} {rate_words(evidence, newest)}." if newest else ""
        were = ""
        if "error" in (alarm.worse or ("error",)):
            were = f", where {share_words(evidence.reference_error, 1)} were wrong"
        return Answer.NO, (
            f"Alarm since {alarm.block}: {worse_words(alarm.worse, evidence.positive)} than on the "
            f"reference{were}.{_missed(evidence, alarm)}{_recent(evidence)}{now}"
            f"{_more_positive(evidence, newest) if were else ''} "
            "Retrain, or explain the alarm."
        )
    if evidence.challenge is not None and evidence.challenge.due_since:
        return Answer.NO, evidence.challenge.words
    blocks = [b for b in evidence.blocks if not b.is_closed and b.n_counted]
    if not blocks:
        return (
            Answer.UNCLEAR,
            f"{_nothing(evidence)}: whether the model is good enough is not known.",
        )
    answer, summary = _of_newest(evidence, blocks)
    check = target_check(evidence)
    if answer is Answer.UNCLEAR and check is not None and check.state is TargetState.MISSED:
        summary = f"{summary} {check.words}"
    return answer, summary


def _missed(evidence: Evidence, alarm: Alarm) -> str:
    """The target beside service, where that raised the alarm."""
    check = target_check(evidence)
    return f" {check.words}" if TARGET in alarm.worse and check is not None else ""


def _more_positive(evidence: Evidence, newest: Block | None) -> str:
    """That the share of positive rows alone explains at least half of a rise, if it does."""
    found = evidence.positives
    if found is None or newest is None or newest.error is None:
        return ""
    rise, explained = (
        error - evidence.reference_error for error in (newest.error.estimate, found.error)
    )
    if rise <= 0 or 2 * explained < rise:
        return ""
    return (
        f" Of late {percent(found.recent)} of the rows are {evidence.positive or 'positive'}, on "
        f"the reference {percent(found.reference)}: that alone makes {found.error:.1%} wrong, with "
        "a model as good as there."
    )


def _of_newest(evidence: Evidence, blocks: Sequence[Block]) -> tuple[Answer, str]:
    """The answer where no alarm is open, of blocks since the last one."""
    newest = blocks[-1]
    if newest.is_counted_only:
        return Answer.UNCLEAR, (
            f"Of {newest.name} only counts of it were kept, by a version of before: "
            f"{rate_words(evidence, newest)}. Hand its rows over again to have it judged."
        )
    if not evidence.is_known(newest):
        lack = f"Of {newest.name} it is not known: {_lack(evidence, newest)}."
        return Answer.UNCLEAR, f"{lack}{_until(evidence, blocks)}"
    if newest.untold:
        return Answer.UNCLEAR, f"Of {newest.name} {not_told(newest.untold)}."
    told = f"In {newest.name} {rate_words(evidence, newest)}"
    if evidence.n_reference_blocks < FEWEST_REFERENCE:
        why = f"the reference has {plural(evidence.n_reference_blocks, 'block')}"
        return Answer.UNCLEAR, (
            f"{told}. Whether that is a rise cannot be said: {why}.{_recent(evidence)}"
        )
    check = target_check(evidence)
    if check is not None and check.state is TargetState.MISSED:
        return Answer.UNCLEAR, "No alarm, but the target is missed."
    n_known = sum(evidence.is_known(b) for b in blocks)
    return Answer.GO, (
        f"{_lead(evidence, newest)}. {told}, on the reference "
        f"{share_words(evidence.reference_error, 1)}."
        f"{_recent(evidence)} No alarm in {plural(n_known, 'block')} with labels."
    )


def _lead(evidence: Evidence, newest: Block) -> str:
    """What comes first where no alarm is open: all is well, or what proves no change yet."""
    worse = []
    # one bad block proves no rise, but is not to be called good either
    if evidence.is_above(newest):
        worse.append("the newest block is worse than the reference")
    below = [rate.name for rate in evidence.rates if rate.is_below]
    classes = [rate.name for rate in classes_below(evidence.class_recalls)]
    below += classes if len(classes) < _MANY else [f"recall of {len(classes)} classes"]
    if below:
        lie = "lies" if len(below) == 1 else "lie"
        worse.append(f"{' and '.join(below)} of late {lie} below the reference")
    if evidence.target is not None and evidence.target.is_fallen:
        worse.append(f"{evidence.target.words} of late is worse than at release")
    if worse:
        return f"No alarm so far, though {' and '.join(worse)}"
    if vague := [rate.name for rate in evidence.rates if rate.is_vague]:
        verb = "is" if len(vague) == 1 else "are"
        names = " and ".join(vague)
        return f"No more is wrong than at release; {names} of late {verb} hardly known"
    return "No worse than at release"


def _until(evidence: Evidence, blocks: Sequence[Block]) -> str:
    """What is known up to the last block with labels: these may come weeks late."""
    known = [block for block in blocks if evidence.is_known(block)]
    if not known or evidence.n_reference_blocks < FEWEST_REFERENCE:
        return ""
    last = known[-1]
    return (
        f" Up to {last.name}, in which {rate_words(evidence, last)}, there was no alarm in "
        f"{plural(len(known), 'block')} with labels.{_recent(evidence)}"
    )


def _recent(evidence: Evidence) -> str:
    """Recall and precision of late, in a sentence."""
    if not any(rate.recent for rate in evidence.rates):
        return ""
    told = "; ".join(rate.words for rate in evidence.rates)
    blocks = plural(evidence.n_recent, "block")
    over = f"the last {blocks}" if evidence.n_recent > 1 else "that block"
    return f" Over {over} with {plural(evidence.n_recent_labels, 'label')}: {told}."


def _nothing(evidence: Evidence) -> str:
    """Why there is no block to judge."""
    if any(block.is_closed for block in evidence.blocks):
        return "The alarm is closed, and no block has come in since"
    return f"{plural(len(evidence.blocks), 'block')}, without a row that the release did not know"


def _lack(evidence: Evidence, block: Block) -> str:
    """Why the error of a block is not known."""
    if block.n_aside and not block.n_labelled:
        return not_fair(block.chosen_by)
    if not block.n_labelled:
        return f"none of its {plural(block.n_counted, 'row')} has a label"
    wrong = f", {block.n_wrong:,} of them wrong," if block.n_wrong else ""
    if block.n_labelled < FEWEST_LABELS:
        verb = "are" if block.n_labelled > 1 else "is"
        n_wanted = min(evidence.n_labels, block.n_counted)
        return (
            f"{plural(block.n_labelled, 'label')}{wrong} {verb} too few to say, {FEWEST_LABELS} "
            f"are needed{f' and {n_wanted} wanted' if n_wanted >= FEWEST_LABELS else ''}"
        )
    assert block.error is not None
    return (
        f"{plural(block.n_labelled, 'label')}{wrong} leave between "
        f"{share_words(block.error.low)} and {share_words(block.error.high)} wrong, "
        "which is too wide to say anything"
    )
