"""Findings of a search: what failed, how far it came, what cannot be told apart."""

from __future__ import annotations

from leadline.phases.data import learnt_notes
from leadline.phases.number_format import percent
from leadline.phases.search.choice import compare, comparison_errors
from leadline.phases.search.importance import importance_findings
from leadline.phases.search.search_evidence import Evidence
from leadline.phases.search.trial import PROMPTED, Closed, TrialState
from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import plural

USUAL_START_S = 3.0
"""Seconds that starting takes on a quiet machine; what is beyond is added to the time box."""

_WAITING_SHARE = 0.2
_TIED = 0.3
_FEWEST_CHANCE = 0.05
_MOST_TIED = 3


def findings_of(evidence: Evidence) -> list[Finding]:
    """What failed or was cut, what was kept, and who is as good as the chosen one.

    Parameters
    ----------
    evidence : Evidence
        Of the search.
    """
    findings = [
        warning(f"{trial.name} failed: {trial.message}")
        for trial in evidence.trials
        if trial.state is TrialState.FAILED
    ]
    not_started = [trial.name for trial in evidence.trials if trial.state is TrialState.NOT_STARTED]
    if not_started:
        closer = "The search was ended" if evidence.closed is Closed.HAND else "The time box closed"
        is_any = any(trial.mean is not None for trial in evidence.trials)
        kept = "the best so far is kept" if is_any else "nothing was measured before"
        findings.append(note(f"{closer} on {', '.join(not_started)}; {kept}."))
    if evidence.has_copies_across:
        findings.append(
            warning(
                "Equal rows stand on both sides of the folds, as too few rows differ: copies are "
                "learnt by heart, and scores flatter.",
                "Bring more rows that differ, or columns that tell rows apart.",
            )
        )
    if evidence.proposed_group:
        name = evidence.proposed_group
        findings.append(
            warning(
                f"Rows of one {name!r} agree on the label and stand on both sides of the folds: "
                "they may be known again, and scores flatter.",
                f"Say whether new rows are of new ones: group = {name!r} under [data], else "
                "split = 'random'; then search again.",
                (name,),
            )
        )
    if evidence.n_kept:
        were = "was" if evidence.n_kept == 1 else "were"
        fits = plural(evidence.n_kept, "fit")
        findings.append(note(f"{fits} of earlier runs {were} used again."))
    findings += [each for each in (_slow_start(evidence), _busy(evidence)) if each]
    if evidence.chosen:
        findings += [each for each in (_simpler(evidence), _tie(evidence)) if each]
    findings += _prompted(evidence)
    findings += learnt_notes(evidence.machine_shares, evidence.n_rows)
    return findings + importance_findings(evidence.importance)


def _prompted(evidence: Evidence) -> list[Finding]:
    """What a score of a prompted language model does not say."""
    prompted = [trial.name for trial in evidence.ranked if trial.family == PROMPTED]
    if not prompted:
        return []
    names = ", ".join(prompted)
    learns = note(
        f"{names}: more rows do not help a prompted model. It reads as many examples as its "
        "n_examples, and no forecast of rows is meant for it."
    )
    read_before = warning(
        f"{names}: the language model may have read these rows when it was trained, if they are or "
        "were public. Its score here may then say nothing about new rows.",
        "Check it on rows that are younger than the model.",
    )
    return [learns, read_before]


def _slow_start(evidence: Evidence) -> Finding | None:
    """That starting took long, which is not taken from the box."""
    if evidence.starting_s is None or evidence.starting_s < USUAL_START_S:
        return None
    return note(
        f"Starting the processes took {evidence.starting_s:.0f} s: the machine is slow or busy. "
        "What is beyond the usual was added to the time box."
    )


def _busy(evidence: Evidence) -> Finding | None:
    """That others had the processors."""
    kept_s = evidence.waiting_s + evidence.stolen_s
    if kept_s <= _WAITING_SHARE * (kept_s + evidence.cpu_s):
        return None
    stolen = (
        f"; other machines of the same host took {evidence.stolen_s:.0f} s"
        if evidence.stolen_s >= 1
        else ""
    )
    return warning(
        f"Others kept the processors busy: the search waited {evidence.waiting_s:.0f} s for them, "
        f"and worked {evidence.cpu_s:.0f} s{stolen}.",
        "Run it again on a quiet machine, or grant more time.",
    )


def _simpler(evidence: Evidence) -> Finding | None:
    """Why the best is not the one that was chosen, and what that costs."""
    best, chosen = evidence.ranked[0], evidence.trial(evidence.chosen)
    if best.name == chosen.name:
        return None
    if best.state is not TrialState.COMPLETE and chosen.state is TrialState.COMPLETE:
        return note(
            f"{best.name} may do better than {chosen.name}, but was not measured on all folds with "
            "all rows.",
            "Run the search again to settle it: it goes on from here.",
        )
    if evidence.price is not None and (words := _dearer(evidence)):
        return note(words)
    return note(
        f"{best.name} scores {best.mean:.3f}. The simpler {chosen.name} is preferred to it: it "
        f"is expected to lose {max(evidence.loss, 0.0):.4f}, and by the folds they share with a "
        f"probability of {percent(evidence.loss_probability)} no more than the "
        f"{evidence.accepted_loss:.4f} that are accepted."
    )


def _dearer(evidence: Evidence) -> str:
    """That the best one costs more to serve than it is worth; empty where that is not so."""
    best, chosen, price = evidence.ranked[0], evidence.trial(evidence.chosen), evidence.price
    errors = comparison_errors(evidence.trials, evidence.scoring)
    if price is None:
        return ""
    gain = errors[chosen.name] - errors[best.name]
    worth = price.worth(gain, max(errors.values()), evidence.scoring)
    its, mine = price.yearly(best), price.yearly(chosen)
    if its is None or mine is None or its - mine <= worth:
        return ""
    return f"{best.name} scores {best.mean:.3f}, but {price.words(best, chosen, worth)}."


def _tie(evidence: Evidence) -> Finding | None:
    """Who cannot be told apart from the chosen one."""
    chosen = evidence.trial(evidence.chosen)
    tied = []
    for trial in evidence.ranked:
        shared = compare(chosen, trial) if trial.name != chosen.name else None
        if shared and shared.p_value > _TIED and (trial.chance_best or 0.0) > _FEWEST_CHANCE:
            tied.append(trial)
    if not tied:
        return None
    named = ", ".join(f"{trial.name} ({trial.mean:.3f})" for trial in tied[:_MOST_TIED])
    more = f" and {len(tied) - _MOST_TIED} more" if len(tied) > _MOST_TIED else ""
    return note(f"On the folds they share {chosen.name} cannot be told apart from {named}{more}.")


def starved(evidence: Evidence) -> Finding:
    """What the box was too short for."""
    return warning(
        f"The search was too short to choose by: {reach(evidence)}.",
        f"Grant {evidence.wanted_s:,.0f} s or more, and run it again: it goes on from here."
        if evidence.wanted_s
        else "Grant a longer time box, and run it again: it goes on from here.",
    )


def reach(evidence: Evidence) -> str:
    """Rows and families that were reached."""
    parts = [f"measured on {evidence.n_seen:,} of {evidence.n_largest:,} rows"]
    if evidence.untried:
        n_tried = len({trial.family for trial in evidence.trials if trial.mean is not None})
        parts.append(
            f"{len(evidence.untried)} of {n_tried + len(evidence.untried)} families not tried "
            f"({', '.join(evidence.untried)})"
        )
    return "; ".join(parts)
