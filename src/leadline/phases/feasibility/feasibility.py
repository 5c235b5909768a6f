"""define / feasibility: is there signal, what is the ceiling, what would prove success?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.feasibility.feasibility_evidence import SIGNIFICANT, Evidence
from leadline.phases.feasibility.number_codes import code_findings
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Answer, Finding, Verdict, fault, note, warning
from leadline.phases.wording import capital, share_words

_SUSPICIOUS = 0.99
_MOST_OF_THE_ROOM = 0.9
_LITTLE = 0.1


@dataclass(frozen=True, kw_only=True)
class Feasibility(Verdict, Evidence):
    """Whether it can work at all."""


def assess(evidence: Evidence) -> Feasibility:
    """Say whether there is signal, and whether success could be shown."""
    has_signal = evidence.p_value <= SIGNIFICANT
    ceiling_finding = _ceiling_finding(evidence)
    findings = tuple(
        finding
        for finding in (
            _signal_finding(evidence),
            *([] if has_signal else code_findings(evidence.codes, evidence.n_coded)),
            *_doubt_findings(evidence),
            ceiling_finding,
            _proof_finding(evidence),
        )
        if finding
    )
    is_capped = ceiling_finding is not None and _is_capped(evidence)
    answer = Answer.GO if has_signal and not is_capped else Answer.NO
    if not is_capped and is_blind(evidence):
        answer = Answer.UNCLEAR
    past = evidence.past_only
    is_flattered = bool(evidence.flattery) and past is not None and not past.is_answered
    is_doubtful = (
        _is_too_good(evidence)
        or evidence.proposed_group
        or evidence.has_copies_across
        or _asks_nothing(evidence)
        or is_little(evidence)
        or is_flattered
    )
    if answer is Answer.GO and is_doubtful:
        answer = Answer.UNCLEAR
    return Feasibility(
        answer=answer,
        summary=_summary(evidence, has_signal),
        findings=findings,
        **vars(evidence),
    )


def _summary(evidence: Evidence, has_signal: bool) -> str:
    words = scoring_of(evidence.scoring).words
    if has_signal:
        reached = (
            f"a quick {evidence.family} model reaches {words} of {evidence.score:.3f}, shuffled "
            f"labels {evidence.chance_score:.3f}"
        )
        return f"{_signal_words(evidence, reached)}."
    told = "It is not known whether there is signal" if is_blind(evidence) else "No signal found"
    return (
        f"{told} at {evidence.n_rows:,} rows: {words} of {evidence.score:.3f} is "
        f"within what shuffled labels give ({evidence.chance_score:.3f})."
    )


def _signal_words(evidence: Evidence, reached: str) -> str:
    """What the signal is worth: what refuses it first, then the gravest doubt."""
    ceiling, target = evidence.ceiling, evidence.target_score
    if ceiling is not None and _is_capped(evidence):
        least = f"agreement with one judge reaches {ceiling.high:.3f} at most"
        return f"People disagree too much for a target of {target:g}: {least}; {reached}"
    if _is_too_good(evidence):
        return f"Too good to be true? {capital(reached)}"
    told = "There is signal"
    if evidence.proposed_group:
        told = f"Signal, or rows of one {evidence.proposed_group!r} known again"
    elif evidence.has_copies_across:
        told = "Signal, or copies of rows known again"
    elif evidence.flattery:
        told = "Signal, which folds at random flatter"
    elif _asks_nothing(evidence):
        return f"The target is met without a model: {_one_answer(evidence)}; {reached}"
    elif is_little(evidence):
        return f"Little signal: {reached}; {_way_words(evidence)}"
    return f"{told}: {reached}"


def _signal_finding(evidence: Evidence) -> Finding:
    test = f"permutation test with {evidence.n_permutations} shuffles, p = {evidence.p_value:.3f}"
    if evidence.p_value <= SIGNIFICANT:
        return note(f"Better than chance ({test}).")
    if is_blind(evidence) and _asks_nothing(evidence):
        return warning(
            f"Not better than chance ({test}), by a metric that leaves a model little to gain.",
            "Ask by one that counts rare classes, or large errors, too: scoring under [problem].",
        )
    if is_blind(evidence):
        return warning(
            f"Not better than chance ({test}), but what the target asks for would not have been "
            f"seen either: only a gain of {evidence.detectable_effect:.3f} over chance would have "
            "been, with probability .8.",
            "Bring more rows, of the rarest class above all.",
        )
    return fault(
        f"Not better than chance ({test}). A gain of {evidence.detectable_effect:.3f} over "
        "chance would have been seen with probability .8.",
        "Bring more rows or better columns, or ask another question.",
    )


def is_blind(evidence: Evidence) -> bool:
    """Whether no signal is seen, and what the target asks for, if anything, would not have been."""
    sign = -1.0 if scoring_of(evidence.scoring).is_loss else 1.0
    asked = sign * (evidence.target_score - evidence.chance_score)
    is_small = 0 < asked < evidence.detectable_effect
    return evidence.p_value > SIGNIFICANT and (is_small or _asks_nothing(evidence))


def _asks_nothing(evidence: Evidence) -> bool:
    """Whether one answer for all rows is as good as the target asks."""
    score, scoring = evidence.baseline_score, scoring_of(evidence.scoring)
    if score is None:
        return False
    return score <= evidence.target_score if scoring.is_loss else score >= evidence.target_score


def is_little(evidence: Evidence) -> bool:
    """Whether what is real is next to nothing beside what is asked."""
    way = evidence.way
    return way is not None and way < _LITTLE and evidence.p_value <= SIGNIFICANT


def _way_words(evidence: Evidence) -> str:
    if _is_no_better(evidence):
        return f"{_one_answer(evidence)}, the target is {evidence.target_score:g}"
    way = share_words(evidence.way or 0.0)
    return f"that is {way} of the way from guessing to the target of {evidence.target_score:g}"


def _is_no_better(evidence: Evidence) -> bool:
    if evidence.baseline_score is None:
        return False
    gain = evidence.score - evidence.baseline_score
    return (-gain if scoring_of(evidence.scoring).is_loss else gain) <= 0


def _one_answer(evidence: Evidence) -> str:
    words = scoring_of(evidence.scoring).words
    return f"one answer for all rows reaches {words} of {evidence.baseline_score:.3f}"


def _is_too_good(evidence: Evidence) -> bool:
    """Whether columns give the label away, or the score leaves nearly nothing to learn."""
    if evidence.p_value > SIGNIFICANT:
        return False
    scoring = scoring_of(evidence.scoring)
    if scoring.is_loss or scoring.best != 1.0:
        return bool(evidence.giveaways)
    room = 1.0 - evidence.chance_score
    is_high = evidence.score >= _SUSPICIOUS and evidence.score - evidence.chance_score >= (
        _MOST_OF_THE_ROOM * room
    )
    return is_high or bool(evidence.giveaways)


def _too_good_finding(evidence: Evidence) -> Finding:
    columns = evidence.giveaways or evidence.strongest
    names = ", ".join(map(repr, columns))
    if evidence.giveaways:
        tell = "tell" if len(columns) > 1 else "tells"
        words = ", ".join(map(repr, evidence.telling_words))
        by = f", by the words {words}" if words else ""
        told = f"{names} {tell} the label almost perfectly{by}."
    else:
        told = "The score is nearly perfect" + (f"; most is told by {names}." if names else ".")
    return warning(
        f"Too good to be true? {told}",
        f"What is known only after the fact must be left out: exclude = [{names}] under [data]"
        f"{', or words taken out of the texts' if evidence.telling_words else ''}. "
        "If all is known in time, decide 'go' and say why.",
        columns,
    )


def _doubt_findings(evidence: Evidence) -> list[Finding]:
    """What makes a good score doubtful."""
    findings = []
    if _is_too_good(evidence):
        findings.append(_too_good_finding(evidence))
    if _asks_nothing(evidence):
        findings.append(
            warning(
                f"The target of {evidence.target_score:g} is met without a model: "
                f"{_one_answer(evidence)}.",
                "Set a target_score beyond it, or a scoring that one answer for all does not do "
                "well in, under [problem].",
            )
        )
    if is_little(evidence):
        told = "What is better than chance is little"
        if _is_no_better(evidence):
            told = "The quick model is no better than a constant"
        findings.append(
            warning(
                f"{told}: {_way_words(evidence)}.",
                "Bring columns that tell more of the label, or a target that so little would be of "
                "use for. To let a search look for more, decide 'go' and say why.",
            )
        )
    if evidence.has_copies_across:
        findings.append(
            warning(
                "Equal rows are learnt from and scored on, as too few rows differ to keep copies "
                "on one side of the folds: they are learnt by heart, and every score flatters.",
                "Bring more rows that differ, or columns that tell rows apart.",
            )
        )
    if evidence.flattery and evidence.past_only is not None:
        findings.append(
            warning(
                evidence.flattery,
                "If the model will predict the future, set split = 'time' under [data] and run "
                "again; else decide 'go' and say why.",
                (evidence.past_only.column,),
            )
        )
    if evidence.proposed_group:
        name = evidence.proposed_group
        findings.append(
            warning(
                f"Rows of one {name!r} agree on the label and stand on both sides of the folds.",
                f"Say whether new rows are of new ones: group = {name!r} under [data], else "
                "split = 'random'.",
                (name,),
            )
        )
    return findings


def _is_capped(evidence: Evidence) -> bool:
    scoring = scoring_of(evidence.scoring)
    ceiling = evidence.ceiling
    return ceiling is not None and scoring.is_proportion and ceiling.high < evidence.target_score


def _ceiling_finding(evidence: Evidence) -> Finding | None:
    ceiling = evidence.ceiling
    if ceiling is None:
        return note(
            "How far people agree among themselves is not known, so no ceiling is set.",
            "Let two people label the same 50 rows with 'leadline label'.",
        )
    words = (
        f"People agree with each other so far that the best possible agreement with one judge "
        f"lies between {ceiling.low:.3f} and {ceiling.high:.3f} ({evidence.n_votes:,} votes)."
    )
    if _is_capped(evidence):
        return fault(words + " The target lies above it.", "Sharpen the question.")
    return note(words)


def _proof_finding(evidence: Evidence) -> Finding:
    if evidence.n_test_needed is None:
        return note(
            f"How many test rows would prove the target cannot be computed for "
            f"{scoring_of(evidence.scoring).words} in advance; {evidence.n_test:,} are set aside."
        )
    needed = (
        f"If the model truly scores {evidence.expected_score:.3f}, which is halfway from the "
        f"target to a perfect score, {evidence.n_test_needed:,} test rows would show at least "
        f"{evidence.target_score:g}; there are {evidence.n_test:,}."
    )
    if evidence.n_test_needed > evidence.n_test:
        return warning(needed, "Set more rows aside, or label more test rows.")
    return note(needed)
