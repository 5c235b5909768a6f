"""Findings of the monitor: alarms, labels wanted, learnt rows, target, self-test, shifts."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from leadline.phases.monitor.block_evidence import Block, compared_block, named
from leadline.phases.monitor.challenge import challenge_findings
from leadline.phases.monitor.earlier_shifts import earlier_shifts
from leadline.phases.monitor.input_shift import shift_findings
from leadline.phases.monitor.monitor_evidence import FEWEST_REFERENCE, Evidence
from leadline.phases.monitor.rate_findings import class_findings, label_findings
from leadline.phases.monitor.service_findings import target_findings
from leadline.phases.number_format import rate, rate_range
from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import plural, share_words, three_digits

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOST_NAMED = 3
# days until the next block has begun
_STEPS = {"week": 7, "month": 31}
# without a row, and one of the two blocks is dated by mistake
_LONGEST = timedelta(days=3653)
# less than a fifth of the rows that a block has as a rule, which four blocks tell
_FEW, _FEWEST_USUAL = 5, 4
# an interval that is narrower has no width
_EXACT = 1e-3


def monitor_findings(evidence: Evidence) -> tuple[Finding, ...]:
    """What a person should know beside the answer."""
    alarm = evidence.open_alarm
    return (
        *_alarms(evidence),
        *_learnt(evidence),
        *_missing(evidence),
        *_labels(evidence),
        *_silence(evidence),
        *target_findings(evidence),
        *class_findings(evidence),
        *label_findings(evidence),
        *challenge_findings(evidence.challenge, alarm.worse if alarm else (), _first(evidence)),
        *_unchallenged(evidence.challenge_failed),
        *_reference(evidence),
        *_shifts(evidence),
    )


def rate_words(evidence: Evidence, block: Block) -> str:
    """How much of a block is wrong, with its interval."""
    if block.error is None:
        return "how much is wrong is not known"
    error = block.error
    if error.high - error.low < _EXACT and _is_labelled_whole(block):
        rows = plural(block.n_labelled, "row") + " with an answer" * bool(block.share_abstained)
        return f"{rate(error.estimate)} are wrong (all {rows} labelled)"
    return (
        f"{rate(error.estimate)} are wrong ({evidence.confidence_level:.0%} interval "
        f"{rate_range(error)})"
    )


def _is_labelled_whole(block: Block) -> bool:
    """Whether every row with an answer has a label; of very many rows half tell as closely."""
    return block.n_labelled >= round(block.n_counted * (1 - (block.share_abstained or 0.0)))


def _unchallenged(failed: str) -> list[Finding]:
    if not failed:
        return []
    return [
        note(
            f"No challenger could be fitted: {failed} What the blocks say does not need one; when "
            "a retraining pays is not known.",
            "Mend what it says, then 'leadline run monitor'.",
        )
    ]


def _silence(evidence: Evidence) -> list[Finding]:
    """How often nothing is said, where the release may abstain."""
    usual = evidence.reference_abstained
    if usual is None or not evidence.blocks:
        return []
    latest = evidence.blocks[-1]
    share = latest.share_abstained
    now = "not known" if share is None else share_words(share)
    return [
        note(
            f"Without an answer: {now} of the rows of {latest.name}, "
            f"{share_words(usual)} of the reference. They count neither as right nor as wrong."
        )
    ]


def _alarms(evidence: Evidence) -> list[Finding]:
    found = []
    for alarm in evidence.alarms:
        if not alarm.is_open:
            found.append(note(f"The alarm of {alarm.block} was {alarm.words}."))
            continue
        say = "say what it is: leadline alarm explain --by NAME --why TEXT"
        if not alarm.steps:
            say = "say that you have seen it: leadline alarm seen --by NAME"
        elif alarm.why:
            say = "close it: leadline alarm close --by NAME"
        found.append(
            warning(
                f"Alarm of {alarm.block}: {alarm.words}.",
                f"{_first(evidence)}Retrain: label the newest blocks, add them to the data and "
                f"run the project again. Or {say}",
            )
        )
    return found


def _first(evidence: Evidence) -> str:
    """What comes before a retraining: rows of a broken column would be learnt from."""
    why = "a column that broke is mended, not learnt. "
    compared = compared_block(evidence.blocks)
    if compared is not None and compared.shifts:
        return f"See first what looks different: {why}"
    alarm = evidence.open_alarm
    raised = [block for block in evidence.blocks if alarm and block.name == alarm.block]
    columns = [repr(shift.column) for block in raised for shift in block.shifts[:_MOST_NAMED]]
    if not columns:
        return ""
    return f"See first what looked different in {raised[0].name} ({', '.join(columns)}): {why}"


def _learnt(evidence: Evidence) -> list[Finding]:
    # of what was handed over earlier it was told then
    learnt = [block for block in evidence.blocks if block.is_learnt and block.is_newest]
    if not learnt:
        return []
    n_rows = sum(block.n_rows for block in learnt)
    n_learnt = sum(block.n_learnt or 0 for block in learnt)
    return [
        warning(
            f"{n_learnt:,} of {n_rows:,} rows of {named(learnt)} are rows that the release learnt "
            "from or was tested on: they look better than new rows do, and do not count.",
            "Hand over rows that came in since.",
        )
    ]


def _missing(evidence: Evidence) -> list[Finding]:
    """Weeks or months without a row, before what was handed over last; days may be days off."""
    if evidence.block not in _STEPS:
        return []
    dated = [block for block in evidence.blocks if _DAY.fullmatch(block.name)]
    found, odd = [], []
    for before, after in pairwise(dated):
        start = date.fromisoformat(before.name)
        if date.fromisoformat(after.name) - start > _LONGEST:
            odd.append(_apart(before, after))
            continue
        wanted = after.name if after.is_newest else before.name
        while (start := _next_start(start, evidence.block)).isoformat() < wanted:
            found.append(start.isoformat())
    shown = ", ".join(found[:_MOST_NAMED]) + (" and others" if len(found) > _MOST_NAMED else "")
    how = (
        "Hand them over, if there are any: rows that fail to come may be others than those that do."
    )
    none = f"No row has come of {plural(len(found), evidence.block)} in between: {shown}."
    return [*odd, *([warning(none, how)] if found else []), *_thin(dated, how)]


def _apart(before: Block, after: Block) -> Finding:
    """Blocks so far apart that one has dates which stand for none, as 9999-12-31 does."""
    years = int(after.name[:4]) - int(before.name[:4])
    return warning(
        f"{before.name} and {after.name} lie {years:,} years apart: the dates of one stand for "
        "none, it seems.",
        "Hand rows over with the dates at which they came.",
    )


def _thin(dated: list[Block], how: str) -> list[Finding]:
    """Blocks of far fewer rows than others between them; first and last may be cut short."""
    if len(dated) < _FEWEST_USUAL:
        return []
    usual = median(block.n_rows for block in dated)
    few = [block for block in dated[1:-1] if block.is_newest and _FEW * block.n_rows < usual]
    if not few:
        return []
    n_rows = sum(block.n_rows for block in few)
    return [
        warning(
            f"{plural(n_rows, 'row')} only of {named(few)}, where {usual:,.0f} are usual.",
            how,
        )
    ]


def _next_start(start: date, block: str) -> date:
    later = start + timedelta(days=_STEPS[block])
    return later if block == "week" else later.replace(day=1)


def _labels(evidence: Evidence) -> list[Finding]:
    return [*_wanted(evidence), *_differing(evidence)]


def _wanted(evidence: Evidence) -> list[Finding]:
    wanting = [block for block in evidence.blocks if block.n_wanted]
    if not wanting:
        return []
    n_rows = sum(block.n_wanted for block in wanting)
    # where rows carry no time a file is a block, and no week
    noun = evidence.block if evidence.block and _DAY.fullmatch(wanting[0].name) else "block"
    of = f"{noun} {wanting[0].name}"
    if len(wanting) > 1:
        of = f"{plural(len(wanting), noun)} ({named(wanting)})"
    verb = "wants" if n_rows == 1 else "want"
    return [
        warning(
            f"{plural(n_rows, 'row')} of {of} {verb} a label.",
            "Label them on the page /watch/label, or write them into a file: "
            "leadline watch --ask rows.csv",
        )
    ]


def _differing(evidence: Evidence) -> list[Finding]:
    """Where a file and the page contradict each other."""
    differing = [block for block in evidence.blocks if block.n_differ and not block.is_closed]
    if not differing:
        return []
    n_rows = sum(block.n_differ for block in differing)
    has = "has" if n_rows == 1 else "have"
    return [
        note(
            f"{plural(n_rows, 'row')} of {named(differing)} {has} one label from a file and "
            "another from the page: the later one counts."
        )
    ]


def _reference(evidence: Evidence) -> list[Finding]:
    found = []
    has_alarms = evidence.n_reference_blocks >= FEWEST_REFERENCE
    if not has_alarms:
        more = "Set more test rows aside, from more days."
        if evidence.block != "day":
            more = "Set [watch] block to a shorter one, or set more test rows aside."
        told = evidence.target is not None and evidence.target.is_told
        found.append(
            warning(
                f"The reference has {plural(evidence.n_reference_blocks, 'block')}; whether the "
                "error has risen cannot be judged by that, and no alarm is raised of anything"
                f"{' but the target' if told else ''}.",
                more,
            )
        )
    if evidence.tolerance is not None:
        found.append(
            note(
                "A number counts as wrong if it is off by more than "
                f"{three_digits(evidence.tolerance)}."
            )
        )
    if evidence.accepted_rise and has_alarms:
        fall = ", nor does a fall of recall or precision by as much" if evidence.rates else ""
        if evidence.class_recalls:
            fall = ", nor does a fall of the recall of a class by as much"
        rise = f"A rise of up to {evidence.accepted_rise:.1%} raises no alarm{fall}."
        found.append(note(rise))
    if evidence.false_alarm_years is not None and has_alarms:
        found.append(
            note(
                "Set to at most about one false alarm in "
                f"{plural(evidence.false_alarm_years, 'year')}."
            )
        )
    test = evidence.self_test
    if test is not None:
        found.append(
            note(
                f"Self-test: of {test.n_runs:,} runs of {test.n_blocks} of the reference's own "
                f"blocks, shuffled, with {plural(test.n_labels, 'label')} each, "
                f"{share_words(test.rate, 1)} raised an alarm."
            )
        )
    return found


def _shifts(evidence: Evidence) -> list[Finding]:
    compared = compared_block(evidence.blocks)
    if compared is None:
        return []
    before = earlier_shifts([block for block in evidence.blocks if block.is_newest], compared)
    own = shift_findings(compared.name, compared.shifts)
    return [*own, note(before)] if before else own
